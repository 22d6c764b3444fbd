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

-- The rows of channels: top_message is 0 always, the head of their log says what is on top; top_date is when the owner joined.
ALTER TABLE dialog ADD COLUMN archived_top INTEGER NOT NULL DEFAULT 0; -- of a channel in the archive: what was on top then

-- Drafts and notification settings of single threads.
CREATE TABLE draft_of (
	owner  BIGINT  NOT NULL,
	peer   BIGINT  NOT NULL,
	thread INTEGER NOT NULL, -- 0: the whole chat
	date   BIGINT  NOT NULL,
	data   TEXT    NOT NULL, -- JSON of dialogs.Draft
	PRIMARY KEY (owner, peer, thread)
) WITHOUT ROWID;
INSERT INTO draft_of (owner, peer, thread, date, data) SELECT owner, peer, 0, date, data FROM draft;
DROP TABLE draft;
ALTER TABLE draft_of RENAME TO draft;

CREATE TABLE notify_of (
	owner  BIGINT  NOT NULL,
	scope  TEXT    NOT NULL, -- 'peer', 'users', 'chats' or 'broadcasts'
	peer   BIGINT  NOT NULL, -- 0 unless the scope is 'peer'
	thread INTEGER NOT NULL, -- of the peer; 0: the whole chat
	data   TEXT    NOT NULL, -- JSON of dialogs.Notify
	PRIMARY KEY (owner, scope, peer, thread)
) WITHOUT ROWID;
INSERT INTO notify_of (owner, scope, peer, thread, data) SELECT owner, scope, peer, 0, data FROM notify_setting;
DROP TABLE notify_setting;
ALTER TABLE notify_of RENAME TO notify_setting;

-- The pinned parts of saved messages; the highest place comes first.
CREATE TABLE saved_pin (
	owner BIGINT  NOT NULL,
	peer  BIGINT  NOT NULL,
	place INTEGER NOT NULL,
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
CREATE INDEX message_saved ON message (owner, saved, id) WHERE saved IS NOT NULL;

-- Links by which others get a folder. Found by slug alone, so that is the key.
CREATE TABLE folder_link (
	slug       TEXT    NOT NULL PRIMARY KEY,
	owner      BIGINT  NOT NULL,
	folder     INTEGER NOT NULL, -- id of the dialog_filter
	title      TEXT    NOT NULL,
	peers      TEXT    NOT NULL, -- JSON of []ids.Peer
	created_at BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX folder_link_owner ON folder_link (owner, folder, created_at);

-- Folders that somebody has from a link.
CREATE TABLE folder_joined (
	owner     BIGINT  NOT NULL,
	folder    INTEGER NOT NULL,
	slug      TEXT    NOT NULL,
	hidden    TEXT    NOT NULL, -- JSON of []ids.Peer: chats that were added later, and that he does not want to hear of
	joined_at BIGINT  NOT NULL,
	PRIMARY KEY (owner, folder)
) WITHOUT ROWID;
CREATE INDEX folder_joined_slug ON folder_joined (slug, owner);

-- Posts of public channels by their hashtags. Tags are lower case, and bytes, so that both engines order them alike.
CREATE TABLE hashtag_post (
	tag   BYTEA   NOT NULL,
	date  BIGINT  NOT NULL,
	owner BIGINT  NOT NULL, -- the channel
	id    INTEGER NOT NULL,
	PRIMARY KEY (tag, date, owner, id)
) WITHOUT ROWID;

-- Chats that are not to be among those in which somebody writes most, as far as he wrote before a moment.
CREATE TABLE unrated (
	owner BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE unrated;
DROP TABLE hashtag_post;
DROP TABLE folder_joined;
DROP TABLE folder_link;
DROP INDEX message_saved;
DROP TABLE saved_pin;
CREATE TABLE notify_old (
	owner BIGINT NOT NULL,
	scope TEXT   NOT NULL,
	peer  BIGINT NOT NULL,
	data  TEXT   NOT NULL,
	PRIMARY KEY (owner, scope, peer)
) WITHOUT ROWID;
INSERT INTO notify_old (owner, scope, peer, data) SELECT owner, scope, peer, data FROM notify_setting WHERE thread = 0;
DROP TABLE notify_setting;
ALTER TABLE notify_old RENAME TO notify_setting;
CREATE TABLE draft_old (
	owner BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	date  BIGINT NOT NULL,
	data  TEXT   NOT NULL,
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
INSERT INTO draft_old (owner, peer, date, data) SELECT owner, peer, date, data FROM draft WHERE thread = 0;
DROP TABLE draft;
ALTER TABLE draft_old RENAME TO draft;
ALTER TABLE dialog DROP COLUMN archived_top;
DROP TABLE public_word;
DROP TABLE public_title;
ALTER TABLE username DROP COLUMN active;
