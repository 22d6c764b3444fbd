-- Secret chats: what is on its way between two devices, and what has to be known to carry it (package secretchats).
-- Compatible with: the second release.
-- What these tables have held must not be found in the files of the database once it is deleted: see docs/secret-chats.md.

-- +goose Up

-- A chat, once for each of its two sides. Both name it by the same number, which the side that began it chose.
CREATE TABLE secret_chat (
	owner       BIGINT  NOT NULL,
	id          INTEGER NOT NULL,
	peer        BIGINT  NOT NULL,            -- the other side; 0 once it is discarded
	state       INTEGER NOT NULL,            -- 1 requested, 2 accepted, 3 discarded
	began       INTEGER NOT NULL,            -- 1: the owner asked for it
	device      BIGINT  NOT NULL,            -- the key by which the owner has it; 0: no device of his has accepted
	peer_device BIGINT  NOT NULL,
	made_at     BIGINT  NOT NULL,
	changed_at  BIGINT  NOT NULL,
	value       BYTEA   NOT NULL,            -- what the other side gave to the exchange of keys; empty once discarded
	fingerprint BIGINT  NOT NULL DEFAULT 0,
	read_max    BIGINT  NOT NULL DEFAULT 0,  -- the other side has read what is not newer
	read_at     BIGINT  NOT NULL DEFAULT 0,  -- when it said so last
	erased      INTEGER NOT NULL DEFAULT 0,  -- 1: discarded, and the history is to be deleted
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX secret_chat_device ON secret_chat (device) WHERE device <> 0;
CREATE INDEX secret_chat_waiting ON secret_chat (changed_at) WHERE state <> 2;

-- Where the queue of a device stands.
CREATE TABLE device_state (
	device  BIGINT  NOT NULL PRIMARY KEY, -- an authorization key
	qts     INTEGER NOT NULL,             -- the last position given
	waiting INTEGER NOT NULL,             -- what is in the queue
	bytes   BIGINT  NOT NULL
) WITHOUT ROWID;

-- Ciphertexts that a device has not acknowledged. SQLite overwrites what is deleted, but moves rows between pages and
-- leaves what they were moved from. So in front of the ciphertext stands as much as a page holds of a row: the ciphertext
-- itself then lies in pages of its own, which are not moved, and are overwritten whole. On PostgreSQL it is empty.
CREATE TABLE device_queue (
	device    BIGINT  NOT NULL,
	qts       INTEGER NOT NULL,
	chat      INTEGER NOT NULL,
	random_id BIGINT  NOT NULL,
	sent_at   BIGINT  NOT NULL,
	service   INTEGER NOT NULL,
	file      BIGINT  NOT NULL, -- 0: none
	size      INTEGER NOT NULL, -- of data
	room      BYTEA   NOT NULL, -- zeros
	data      BYTEA   NOT NULL,
	PRIMARY KEY (device, qts)
) WITHOUT ROWID;
CREATE INDEX device_queue_random ON device_queue (device, random_id);
CREATE INDEX device_queue_sent ON device_queue (sent_at);

-- Encrypted files that belong to a chat: those of its messages, and those that were uploaded for it.
CREATE TABLE secret_file (
	file        BIGINT  NOT NULL, -- of table file
	owner       BIGINT  NOT NULL, -- who sent it
	chat        INTEGER NOT NULL,
	device      BIGINT  NOT NULL,
	peer        BIGINT  NOT NULL,
	peer_device BIGINT  NOT NULL,
	size        BIGINT  NOT NULL,
	fingerprint INTEGER NOT NULL, -- of its key, as the sender says
	used_at     BIGINT  NOT NULL, -- when it last came into a message, or was uploaded
	sent        INTEGER NOT NULL, -- messages with it that wait in the queue of the other side
	acked       INTEGER NOT NULL, -- 1: the other side has acknowledged one
	loaded      INTEGER NOT NULL, -- 1: the other side has all of it
	PRIMARY KEY (file, owner, chat)
) WITHOUT ROWID;
CREATE INDEX secret_file_chat ON secret_file (owner, chat);
CREATE INDEX secret_file_used ON secret_file (used_at);

-- +goose Down
DROP TABLE secret_file;
DROP TABLE device_queue;
DROP TABLE device_state;
DROP TABLE secret_chat;
