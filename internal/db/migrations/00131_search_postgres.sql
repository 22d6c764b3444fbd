-- Full text search on PostgreSQL. Compatible with: nothing older, which searches for words without their owner.
-- Each word has its owner before it, so that the words of one owner lie together and those of others cost nothing.

-- +goose Up
DROP INDEX message_text;
DROP FUNCTION message_words;
-- +goose StatementBegin
CREATE FUNCTION message_terms(owner BIGINT, text TEXT) RETURNS tsvector LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(ARRAY(SELECT owner::text || '/' || word FROM unnest(tsvector_to_array(
		to_tsvector('simple', translate(text, '.,:;/\-_@#$%&*+=?!~^''"`()[]{}<>|', repeat(' ', 32))))) AS word))
$$;
-- +goose StatementEnd
CREATE INDEX message_term ON message USING GIN (message_terms(owner, text)) WHERE text <> '';

-- +goose Down
DROP INDEX message_term;
DROP FUNCTION message_terms;
-- +goose StatementBegin
CREATE FUNCTION message_words(owner BIGINT, text TEXT) RETURNS tsvector LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(ARRAY['@' || owner::text]) ||
		to_tsvector('simple', translate(text, '.,:;/\-_@#$%&*+=?!~^''"`()[]{}<>|', repeat(' ', 32)))
$$;
-- +goose StatementEnd
CREATE INDEX message_text ON message USING GIN (message_words(owner, text)) WHERE text <> '';
