-- The scan of files for malware. Compatible with: every release before; the tables are new.

-- +goose Up

-- What the scanner said of content, for as long as that is remembered.
CREATE TABLE scan_verdict (
	hash       BYTEA   NOT NULL PRIMARY KEY, -- of the blob
	signature  TEXT    NOT NULL,             -- '': clean
	scanned_at BIGINT  NOT NULL,
	cleared    INTEGER NOT NULL DEFAULT 0    -- a moderator said that it is clean; remembered for ever
) WITHOUT ROWID;
CREATE INDEX scan_verdict_age ON scan_verdict (scanned_at) WHERE cleared = 0;

-- Files that were let pass while the scanner was away. They are scanned when it is back.
CREATE TABLE scan_waiting (
	hash  BYTEA  NOT NULL,
	file  BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	name  TEXT   NOT NULL,
	size  BIGINT NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (hash, file)
) WITHOUT ROWID;

-- Malware that somebody brought, once for each content.
CREATE TABLE scan_finding (
	owner     BIGINT NOT NULL,
	hash      BYTEA  NOT NULL,
	id        BIGINT NOT NULL,
	found_at  BIGINT NOT NULL,
	told_at   BIGINT NOT NULL,
	signature TEXT   NOT NULL,
	name      TEXT   NOT NULL,
	size      BIGINT NOT NULL,
	file      BIGINT NOT NULL DEFAULT 0, -- that keeps the content in quarantine
	PRIMARY KEY (owner, hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX scan_finding_id ON scan_finding (id);
CREATE INDEX scan_finding_file ON scan_finding (file) WHERE file > 0;

-- +goose Down
DROP TABLE scan_finding;
DROP TABLE scan_waiting;
DROP TABLE scan_verdict;
