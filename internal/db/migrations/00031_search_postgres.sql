-- Full text search on PostgreSQL. Compatible with: the first schema.
-- The owner is one of the words, so that one index finds an owner's words without looking at those of others.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION message_words(owner BIGINT, text TEXT) RETURNS tsvector LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(ARRAY['@' || owner::text]) ||
		to_tsvector('simple', translate(text, '.,:;/\-_@#$%&*+=?!~^''"`()[]{}<>|', repeat(' ', 32)))
$$;
-- +goose StatementEnd
CREATE INDEX message_text ON message USING GIN (message_words(owner, text)) WHERE text <> '';

-- +goose Down
DROP INDEX message_text;
DROP FUNCTION message_words;
