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

-- Ciphertexts that a device has not acknowledged.
CREATE TABLE device_queue (
	device    BIGINT  NOT NULL,
	qts       INTEGER NOT NULL,
	chat      INTEGER NOT NULL,
	random_id BIGINT  NOT NULL,
	sent_at   BIGINT  NOT NULL,
	service   INTEGER NOT NULL,
	file      BIGINT  NOT NULL, -- 0: none
	data      BYTEA   NOT NULL,
	PRIMARY KEY (device, qts)
) WITHOUT ROWID;
CREATE INDEX device_queue_sent ON device_queue (sent_at);

-- What was sent under which random id, so that what is sent again is not sent twice.
CREATE TABLE secret_sent (
	owner     BIGINT  NOT NULL,
	chat      INTEGER NOT NULL,
	random_id BIGINT  NOT NULL,
	sent_at   BIGINT  NOT NULL,
	file      BIGINT  NOT NULL,
	PRIMARY KEY (owner, chat, random_id)
) WITHOUT ROWID;
CREATE INDEX secret_sent_at ON secret_sent (sent_at);

-- +goose Down
DROP TABLE secret_sent;
DROP TABLE device_queue;
DROP TABLE device_state;
DROP TABLE secret_chat;
