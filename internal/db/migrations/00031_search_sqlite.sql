-- Full text search on SQLite. Compatible with: the first schema.
-- The row id is owner * 2^31 + message id, so that the hits of one owner lie together.

-- +goose Up
CREATE VIRTUAL TABLE message_words USING fts5(text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');

-- Up to which message an owner's text is in message_words; the indexer follows, searches look through the rest.
CREATE TABLE search_mark (
	owner BIGINT  NOT NULL PRIMARY KEY,
	id    INTEGER NOT NULL
) WITHOUT ROWID;

-- Messages that changed or went after they were indexed.
CREATE TABLE search_stale (
	owner BIGINT  NOT NULL,
	id    INTEGER NOT NULL,
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE search_stale;
DROP TABLE search_mark;
DROP TABLE message_words;
