-- Messages and dialogs. Compatible with: the first schema.
-- Each side of a private chat has a row of its own for a message; "twin" is the id of the other one.

-- +goose Up
CREATE TABLE message (
	owner     BIGINT  NOT NULL, -- in whose numbering and log it is
	id        INTEGER NOT NULL,
	peer      BIGINT  NOT NULL, -- the chat, as the owner sees it
	from_id   BIGINT  NOT NULL,
	twin      INTEGER NOT NULL, -- id of the row that the peer has, 0 if there never was one
	pts       INTEGER NOT NULL, -- the row is its own entry in the log
	date      BIGINT  NOT NULL,
	edit_date BIGINT  NOT NULL,
	flags     INTEGER NOT NULL, -- messages.Flags
	random_id BIGINT,           -- in the sender's row only
	saved     BIGINT,           -- among saved messages: the chat it comes from
	text      TEXT    NOT NULL,
	extra     BYTEA,            -- JSON of messages.extra: what few messages have
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX message_peer ON message (owner, peer, id);
CREATE UNIQUE INDEX message_random ON message (owner, random_id) WHERE random_id IS NOT NULL;

CREATE TABLE pinned_message (
	owner BIGINT  NOT NULL,
	peer  BIGINT  NOT NULL,
	id    INTEGER NOT NULL,
	PRIMARY KEY (owner, peer, id)
) WITHOUT ROWID;

-- When peer read what owner wrote, up to max_id in owner's numbering. Kept for a week.
CREATE TABLE read_date (
	owner  BIGINT  NOT NULL,
	peer   BIGINT  NOT NULL,
	max_id INTEGER NOT NULL,
	date   BIGINT  NOT NULL,
	PRIMARY KEY (owner, peer, max_id)
) WITHOUT ROWID;

CREATE TABLE dialog (
	owner       BIGINT  NOT NULL,
	peer        BIGINT  NOT NULL,
	top_message INTEGER NOT NULL, -- 0: empty, not listed
	top_date    BIGINT  NOT NULL,
	messages    INTEGER NOT NULL, -- how many there are
	read_inbox  INTEGER NOT NULL,
	read_outbox INTEGER NOT NULL,
	unread      INTEGER NOT NULL,
	marked      INTEGER NOT NULL, -- as unread, by hand
	pinned      INTEGER NOT NULL, -- 0: no; else the highest comes first
	folder      INTEGER NOT NULL, -- 1: archive
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

CREATE TABLE draft (
	owner BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	date  BIGINT NOT NULL,
	data  TEXT   NOT NULL, -- JSON of dialogs.Draft
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

CREATE TABLE notify_setting (
	owner BIGINT NOT NULL,
	scope TEXT   NOT NULL, -- 'peer', 'users', 'chats' or 'broadcasts'
	peer  BIGINT NOT NULL, -- 0 unless the scope is 'peer'
	data  TEXT   NOT NULL, -- JSON of dialogs.Notify
	PRIMARY KEY (owner, scope, peer)
) WITHOUT ROWID;

CREATE TABLE dialog_filter (
	owner    BIGINT  NOT NULL,
	id       INTEGER NOT NULL,
	position INTEGER NOT NULL,
	data     BYTEA   NOT NULL, -- TL bytes of a DialogFilter, carried for the client
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;

CREATE TABLE dialog_option (
	owner       BIGINT  NOT NULL PRIMARY KEY,
	filter_tags INTEGER NOT NULL,
	history_ttl INTEGER NOT NULL -- seconds, for new chats; 0: never
) WITHOUT ROWID;

-- +goose Down
DROP TABLE dialog_option;
DROP TABLE dialog_filter;
DROP TABLE notify_setting;
DROP TABLE draft;
DROP TABLE dialog;
DROP TABLE read_date;
DROP TABLE pinned_message;
DROP TABLE message;
