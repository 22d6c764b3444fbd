-- Files and what they are made of. Compatible with: the third release.

-- +goose Up

-- A piece of content, kept as one object of the blob store. Whatever is the same is kept once.
CREATE TABLE file_chunk (
	hash   BYTEA   NOT NULL PRIMARY KEY, -- SHA-256
	suffix BYTEA   NOT NULL, -- makes the name of the object one that was never used before
	size   INTEGER NOT NULL,
	refs   BIGINT  NOT NULL  -- parts of uploads and blobs that name it; the row goes with the last
) WITHOUT ROWID;

-- Content of any length: a list of chunks, all but the last of the same size.
CREATE TABLE file_blob (
	hash    BYTEA  NOT NULL PRIMARY KEY, -- of the size and the hashes of the chunks
	size    BIGINT NOT NULL,
	chunks  BYTEA  NOT NULL, -- hash and suffix of each
	refs    BIGINT NOT NULL, -- files that name it
	touched BIGINT NOT NULL  -- when somebody last got its hash without naming it in a file yet
) WITHOUT ROWID;
CREATE INDEX file_blob_unused ON file_blob (touched) WHERE refs = 0;

-- Something that a user sends in parts.
CREATE TABLE file_upload (
	owner     BIGINT  NOT NULL,
	id        BIGINT  NOT NULL, -- given by the client
	total     INTEGER NOT NULL, -- parts, once the client has said how many; 0 before
	part_size INTEGER NOT NULL, -- of all parts but the last; 0 while only one has come
	last_part INTEGER NOT NULL, -- the highest number that has come
	last_size INTEGER NOT NULL,
	bytes     BIGINT  NOT NULL, -- of the parts that are here
	at        BIGINT  NOT NULL, -- when the last of them came
	parts     INTEGER NOT NULL, -- of the file that was made of it; 0: none yet
	blob      BYTEA   NOT NULL, -- that file; empty: none yet
	unclaimed BIGINT  NOT NULL, -- its size, until a file is made of it that counts against the quota
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX file_upload_unfinished ON file_upload (at, owner, id) WHERE bytes > 0;
CREATE INDEX file_upload_finished ON file_upload (at, owner, id) WHERE bytes = 0;

CREATE TABLE file_part (
	owner  BIGINT  NOT NULL,
	upload BIGINT  NOT NULL,
	part   INTEGER NOT NULL,
	hash   BYTEA   NOT NULL, -- of its chunk
	suffix BYTEA   NOT NULL,
	size   INTEGER NOT NULL,
	PRIMARY KEY (owner, upload, part)
) WITHOUT ROWID;

-- A photo, a document or an encrypted file. It does not change, but for the sticker set that it is in.
CREATE TABLE file (
	id       BIGINT  NOT NULL PRIMARY KEY,
	kind     INTEGER NOT NULL, -- files.Kind
	owner    BIGINT  NOT NULL, -- who brought it; it counts against his quota
	date     BIGINT  NOT NULL,
	size     BIGINT  NOT NULL, -- of its own blob
	bytes    BIGINT  NOT NULL, -- of all its blobs: what counts against the quota
	blob     BYTEA   NOT NULL, -- empty: only its sizes have content
	mime     TEXT    NOT NULL,
	body     TEXT    NOT NULL, -- JSON: attributes and sizes
	sticker_set BIGINT NOT NULL,
	touched  BIGINT  NOT NULL, -- when somebody last began to hold it, to an hour
	check_at BIGINT  NOT NULL  -- when to look whether anybody still holds it; 0: somebody does
) WITHOUT ROWID;
CREATE INDEX file_check ON file (check_at) WHERE check_at > 0;

-- How much a user has.
CREATE TABLE file_usage (
	owner BIGINT NOT NULL PRIMARY KEY,
	bytes BIGINT NOT NULL,
	files BIGINT NOT NULL
) WITHOUT ROWID;

-- Objects that nothing names any more and that are still to be deleted.
CREATE TABLE file_garbage (
	object TEXT   NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE file_garbage;
DROP TABLE file_usage;
DROP TABLE file;
DROP TABLE file_part;
DROP TABLE file_upload;
DROP TABLE file_blob;
DROP TABLE file_chunk;
