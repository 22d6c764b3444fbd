-- Names, dialog lists, folders. Compatible with: the schema of the first release, whose servers do not know inactive names.

-- +goose Up

-- A name that its holder keeps but has switched off leads to nobody.
ALTER TABLE username ADD COLUMN active INTEGER NOT NULL DEFAULT 1;

-- What a public group or channel is called, and the words of that by which it is found. Words are lower case, without
-- accents, and bytes, so that both engines order them alike.
CREATE TABLE public_title (
	peer  BIGINT NOT NULL PRIMARY KEY,
	title TEXT   NOT NULL
) WITHOUT ROWID;
CREATE TABLE public_word (
	word BYTEA  NOT NULL,
	peer BIGINT NOT NULL,
	PRIMARY KEY (word, peer)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE public_word;
DROP TABLE public_title;
ALTER TABLE username DROP COLUMN active;
