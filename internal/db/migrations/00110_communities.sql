-- Groups, channels, who is in them, links into them. Compatible with: the schema of the first release.
-- A peer is written as ids.Peer does: users positive, groups their negative, channels -(10^12 + id).

-- +goose Up

-- Basic groups: some friends.
CREATE TABLE basic_group (
	id          BIGINT  NOT NULL PRIMARY KEY,
	title       TEXT    NOT NULL,
	about       TEXT    NOT NULL,
	creator     BIGINT  NOT NULL,
	version     INTEGER NOT NULL, -- moves with every change of the participants or their rights
	members     INTEGER NOT NULL,
	number      INTEGER NOT NULL, -- of the last message in the group
	migrated_to BIGINT  NOT NULL, -- channel id, 0: is what it was
	created_at  BIGINT  NOT NULL,
	deleted_at  BIGINT  NOT NULL,
	data        TEXT    NOT NULL  -- JSON of groups.Settings
);
CREATE TABLE basic_group_member (
	chat      BIGINT  NOT NULL,
	user_id   BIGINT  NOT NULL,
	inviter   BIGINT  NOT NULL,
	joined_at BIGINT  NOT NULL,
	admin     INTEGER NOT NULL, -- 0 or 1
	rank      TEXT    NOT NULL,
	PRIMARY KEY (chat, user_id)
) WITHOUT ROWID;

-- The groups and channels of a person: the other side of who is in them, kept in the same transaction.
CREATE TABLE membership (
	user_id    BIGINT  NOT NULL,
	peer       BIGINT  NOT NULL,
	status     INTEGER NOT NULL, -- groups.Status
	role       INTEGER NOT NULL, -- 0: member, 1: admin, 2: owner
	changed_at BIGINT  NOT NULL,
	PRIMARY KEY (user_id, peer)
) WITHOUT ROWID;

-- Channels and supergroups.
CREATE TABLE channel (
	id         BIGINT  NOT NULL PRIMARY KEY,
	title      TEXT    NOT NULL,
	about      TEXT    NOT NULL,
	creator    BIGINT  NOT NULL, -- 0: nobody is left who owns it
	members    INTEGER NOT NULL,
	created_at BIGINT  NOT NULL,
	deleted_at BIGINT  NOT NULL,
	data       TEXT    NOT NULL  -- JSON of channels.Settings
);
CREATE TABLE channel_member (
	channel      BIGINT  NOT NULL,
	member       BIGINT  NOT NULL, -- a user; a channel that was banned from writing
	status       INTEGER NOT NULL, -- groups.Status
	inviter      BIGINT  NOT NULL,
	joined_at    BIGINT  NOT NULL,
	via_request  INTEGER NOT NULL,
	creator      INTEGER NOT NULL,
	admin        BIGINT  NOT NULL, -- rights.Admin
	rank         TEXT    NOT NULL,
	promoted_by  BIGINT  NOT NULL,
	promoted_at  BIGINT  NOT NULL,
	banned       BIGINT  NOT NULL, -- rights.Banned
	banned_until BIGINT  NOT NULL, -- 0: for ever
	banned_by    BIGINT  NOT NULL,
	banned_at    BIGINT  NOT NULL,
	available    INTEGER NOT NULL, -- messages up to this one are hidden from him
	last_post    BIGINT  NOT NULL, -- for slow mode
	send_as      BIGINT  NOT NULL, -- the peer he chose to write as; 0: himself
	view_forum   INTEGER NOT NULL, -- he sees the forum as one chat
	bot          INTEGER NOT NULL,
	PRIMARY KEY (channel, member)
) WITHOUT ROWID;
CREATE INDEX channel_member_recent ON channel_member (channel, joined_at, member) WHERE status = 1;
CREATE INDEX channel_member_admin ON channel_member (channel, promoted_at, member) WHERE admin <> 0;
CREATE INDEX channel_member_banned ON channel_member (channel, banned_at, member) WHERE banned <> 0;
CREATE INDEX channel_member_bot ON channel_member (channel, joined_at, member) WHERE bot = 1;

-- Channels that have ended, but are in the lists of members still.
CREATE TABLE channel_end (
	channel BIGINT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- The words of the names of the members, lower case, by which they are found. Bytes, so that both engines order them alike.
CREATE TABLE channel_member_word (
	channel BIGINT NOT NULL,
	word    BYTEA  NOT NULL,
	member  BIGINT NOT NULL,
	PRIMARY KEY (channel, word, member)
) WITHOUT ROWID;

-- When a member of a small group read up to which message. Kept for a week.
CREATE TABLE channel_read (
	channel BIGINT  NOT NULL,
	member  BIGINT  NOT NULL,
	max_id  INTEGER NOT NULL,
	read_at BIGINT  NOT NULL,
	PRIMARY KEY (channel, member, max_id)
) WITHOUT ROWID;

-- What admins did, for other admins.
CREATE TABLE channel_event (
	channel BIGINT  NOT NULL,
	id      BIGINT  NOT NULL,
	date    BIGINT  NOT NULL,
	by_user BIGINT  NOT NULL,
	class   INTEGER NOT NULL, -- channels.LogClass, by which it is filtered
	kind    TEXT    NOT NULL, -- channels.LogKind
	data    TEXT    NOT NULL, -- JSON of channels.LogEvent
	PRIMARY KEY (channel, id)
) WITHOUT ROWID;

-- Links into groups and channels. The hash of a link is found in a table of its own, which is spread by what is looked up.
CREATE TABLE invite (
	peer        BIGINT  NOT NULL,
	hash        TEXT    NOT NULL,
	admin       BIGINT  NOT NULL,
	title       TEXT    NOT NULL,
	created_at  BIGINT  NOT NULL,
	changed_at  BIGINT  NOT NULL, -- last edit of when and how often it works; 0: never
	expires_at  BIGINT  NOT NULL, -- 0: never
	max_uses    INTEGER NOT NULL, -- 0: any number
	uses        INTEGER NOT NULL,
	approval    INTEGER NOT NULL, -- who comes has to be let in by an admin
	is_primary  INTEGER NOT NULL, -- the one that each admin has
	revoked     INTEGER NOT NULL,
	PRIMARY KEY (peer, hash)
) WITHOUT ROWID;
CREATE INDEX invite_admin ON invite (peer, admin, revoked, created_at, hash);
CREATE TABLE invite_hash (
	hash TEXT   NOT NULL PRIMARY KEY,
	peer BIGINT NOT NULL
) WITHOUT ROWID;
-- Who came by a link.
CREATE TABLE invite_importer (
	peer        BIGINT  NOT NULL,
	hash        TEXT    NOT NULL,
	joined_at   BIGINT  NOT NULL,
	user_id     BIGINT  NOT NULL,
	approved_by BIGINT  NOT NULL, -- 0: needed none
	about       TEXT    NOT NULL,
	PRIMARY KEY (peer, hash, joined_at, user_id)
) WITHOUT ROWID;
-- Who asked to be let in and has no answer yet.
CREATE TABLE join_request (
	peer     BIGINT NOT NULL,
	user_id  BIGINT NOT NULL,
	hash     TEXT   NOT NULL, -- of the link he came by; '' for a public name
	asked_at BIGINT NOT NULL,
	about    TEXT   NOT NULL,
	PRIMARY KEY (peer, user_id)
) WITHOUT ROWID;
CREATE INDEX join_request_asked ON join_request (peer, asked_at, user_id);
CREATE INDEX join_request_hash ON join_request (peer, hash, asked_at, user_id);

-- What happened in a channel on a day (days since 1970, UTC).
CREATE TABLE channel_day (
	channel  BIGINT  NOT NULL,
	day      INTEGER NOT NULL,
	joined   BIGINT  NOT NULL,
	departed BIGINT  NOT NULL,
	posts    BIGINT  NOT NULL,
	views    BIGINT  NOT NULL,
	shares   BIGINT  NOT NULL,
	PRIMARY KEY (channel, day)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE channel_day;
DROP TABLE join_request;
DROP TABLE invite_importer;
DROP TABLE invite_hash;
DROP TABLE invite;
DROP TABLE channel_event;
DROP TABLE channel_read;
DROP TABLE channel_member_word;
DROP TABLE channel_end;
DROP TABLE channel_member;
DROP TABLE channel;
DROP TABLE membership;
DROP TABLE basic_group_member;
DROP TABLE basic_group;
