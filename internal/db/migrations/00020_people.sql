-- People: accounts, names, privacy, contacts, blocks. Compatible with: the first schema.
-- Times are unix seconds, 0 is "never". Numbers are digits without a plus.

-- +goose Up
CREATE TABLE user_account (
	id             BIGINT  NOT NULL PRIMARY KEY,
	phone          TEXT    NOT NULL DEFAULT '', -- '' for bots and deleted accounts
	username       TEXT    NOT NULL DEFAULT '', -- as written; the name itself is claimed in username
	first_name     TEXT    NOT NULL DEFAULT '',
	last_name      TEXT    NOT NULL DEFAULT '',
	about          TEXT    NOT NULL DEFAULT '',
	bot            INTEGER NOT NULL DEFAULT 0,
	verified       INTEGER NOT NULL DEFAULT 0,
	support        INTEGER NOT NULL DEFAULT 0,
	birthday       INTEGER NOT NULL DEFAULT 0,  -- yyyymmdd, yyyy may be 0000
	settings       TEXT    NOT NULL DEFAULT '', -- JSON of users.Settings: what is only carried
	created_at     BIGINT  NOT NULL DEFAULT 0,
	deleted_at     BIGINT  NOT NULL DEFAULT 0
);

-- Who has a number, and who has a name: distributed by what is looked up.
CREATE TABLE phone (
	phone   TEXT   NOT NULL PRIMARY KEY,
	user_id BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE username (
	name TEXT   NOT NULL PRIMARY KEY, -- lower case
	peer BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE privacy_rule (
	user_id BIGINT NOT NULL,
	key     TEXT   NOT NULL,
	rules   TEXT   NOT NULL, -- JSON of []users.Rule
	PRIMARY KEY (user_id, key)
) WITHOUT ROWID;

CREATE TABLE last_seen (
	user_id BIGINT NOT NULL PRIMARY KEY,
	seen_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A person in the address book of owner.
CREATE TABLE contact (
	owner         BIGINT  NOT NULL,
	user_id       BIGINT  NOT NULL,
	phone         TEXT    NOT NULL DEFAULT '', -- the number owner knows; '' if added without one
	first_name    TEXT    NOT NULL DEFAULT '',
	last_name     TEXT    NOT NULL DEFAULT '',
	note          TEXT    NOT NULL DEFAULT '',
	note_entities BYTEA,                       -- TL bytes as the client sent them, layer first
	close_friend  INTEGER NOT NULL DEFAULT 0,
	added_at      BIGINT  NOT NULL,
	PRIMARY KEY (owner, user_id)
) WITHOUT ROWID;

-- Someone whom owner blocked: from writing (stories = 0) or from owner's stories (stories = 1).
CREATE TABLE blocked (
	owner      BIGINT  NOT NULL,
	peer       BIGINT  NOT NULL,
	stories    INTEGER NOT NULL DEFAULT 0,
	blocked_at BIGINT  NOT NULL,
	PRIMARY KEY (owner, peer, stories)
) WITHOUT ROWID;

-- The other side of contact and blocked: who has user_id in the book or on the list. Kept in the same transaction.
CREATE TABLE known_by (
	user_id      BIGINT  NOT NULL,
	owner        BIGINT  NOT NULL,
	contact      INTEGER NOT NULL DEFAULT 0,
	close_friend INTEGER NOT NULL DEFAULT 0,
	blocked      INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (user_id, owner)
) WITHOUT ROWID;

-- Numbers in the address book of owner that nobody here has yet, and who waits for a number.
CREATE TABLE saved_phone (
	owner      BIGINT NOT NULL,
	phone      TEXT   NOT NULL,
	first_name TEXT   NOT NULL DEFAULT '',
	last_name  TEXT   NOT NULL DEFAULT '',
	saved_at   BIGINT NOT NULL,
	PRIMARY KEY (owner, phone)
) WITHOUT ROWID;
CREATE TABLE awaited_phone (
	phone TEXT   NOT NULL,
	owner BIGINT NOT NULL,
	PRIMARY KEY (phone, owner)
) WITHOUT ROWID;

-- The bar above a chat with a stranger, once put away.
CREATE TABLE hidden_bar (
	owner BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

-- What people reported, for whoever runs the server. One per reporter, peer and reason.
CREATE TABLE report (
	peer        BIGINT NOT NULL,
	reporter    BIGINT NOT NULL,
	reason      TEXT   NOT NULL,
	message     TEXT   NOT NULL DEFAULT '',
	reported_at BIGINT NOT NULL,
	PRIMARY KEY (peer, reporter, reason)
) WITHOUT ROWID;

-- The account from which the server speaks: ids.Service.
INSERT INTO user_account (id, first_name, verified, support) VALUES (777000, 'Hermod', 1, 1);

-- +goose Down
DROP TABLE report;
DROP TABLE hidden_bar;
DROP TABLE awaited_phone;
DROP TABLE saved_phone;
DROP TABLE known_by;
DROP TABLE blocked;
DROP TABLE contact;
DROP TABLE last_seen;
DROP TABLE privacy_rule;
DROP TABLE username;
DROP TABLE phone;
DROP TABLE user_account;
