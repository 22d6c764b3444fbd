-- Full text search on SQLite. Compatible with: nothing older, which searches for words without their owner.
-- Each word has its owner before it, so that the words of one owner lie together and those of others cost nothing. The row
-- id is owner * 2^31 + message id. The indexer fills the index anew, behind the running server.

-- +goose Up
DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5(text, content = '', contentless_delete = 1, detail = 'none', tokenize = 'unicode61 remove_diacritics 0');
DELETE FROM search_mark;
DELETE FROM search_stale;

-- +goose Down
DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5(text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');
DELETE FROM search_mark;
DELETE FROM search_stale;
