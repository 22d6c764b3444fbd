-- Threads and topics, counters of posts, scheduled and expiring messages, web pages, complaints.
-- Compatible with: the second release.

-- +goose Up

-- What pages say of themselves.
CREATE TABLE web_page (
	url        TEXT   NOT NULL PRIMARY KEY,
	id         BIGINT NOT NULL,
	fetched_at BIGINT NOT NULL, -- 0: not yet
	asked_at   BIGINT NOT NULL,
	data       TEXT   NOT NULL  -- JSON of preview.Page
) WITHOUT ROWID;
CREATE UNIQUE INDEX web_page_id ON web_page (id);
CREATE INDEX web_page_empty ON web_page (fetched_at) WHERE data = '{}';

-- Chats whose translation bar a user has put away.
CREATE TABLE untranslated (
	owner BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

-- What people reported, for whoever runs the server. It takes the place of report.
CREATE TABLE complaint (
	id          BIGINT NOT NULL PRIMARY KEY,
	reported_at BIGINT NOT NULL,
	reporter    BIGINT NOT NULL,
	peer        BIGINT NOT NULL, -- the chat, or who is reported
	author      BIGINT NOT NULL DEFAULT 0, -- of the messages, when he is reported in a group
	reason      TEXT   NOT NULL,
	message     TEXT   NOT NULL DEFAULT '', -- what the reporter wrote
	ids         TEXT   NOT NULL DEFAULT '', -- JSON of []int32: messages, as the reporter has them
	content     TEXT   NOT NULL DEFAULT '', -- JSON of []reports.Excerpt: what stood in them
	closed_at   BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX complaint_open ON complaint (id) WHERE closed_at = 0;
CREATE INDEX complaint_reporter ON complaint (reporter, reported_at);
INSERT INTO complaint (id, reported_at, reporter, peer, reason, message)
	SELECT ROW_NUMBER() OVER (ORDER BY reported_at, peer, reporter, reason), reported_at, reporter, peer, reason, message FROM report;
DROP TABLE report;

-- Messages that wait for their time. Each owner numbers his own; the admins of a channel share its list.
CREATE TABLE scheduled_message (
	owner     BIGINT  NOT NULL, -- a user, or a channel
	peer      BIGINT  NOT NULL,
	id        INTEGER NOT NULL,
	due_at    BIGINT  NOT NULL, -- 2147483646: when the peer comes online
	by_user   BIGINT  NOT NULL,
	random_id BIGINT  NOT NULL,
	made_at   BIGINT  NOT NULL,
	edited_at BIGINT  NOT NULL DEFAULT 0,
	tries     INTEGER NOT NULL DEFAULT 0,
	data      BYTEA   NOT NULL, -- JSON of the request
	PRIMARY KEY (owner, peer, id)
) WITHOUT ROWID;
CREATE INDEX scheduled_due ON scheduled_message (due_at);
CREATE INDEX scheduled_online ON scheduled_message (peer) WHERE due_at = 2147483646;
CREATE UNIQUE INDEX scheduled_random ON scheduled_message (owner, by_user, random_id);

-- How long new messages of a chat live. Private chats have a row for each side, groups one under their own name.
CREATE TABLE history_ttl (
	owner  BIGINT  NOT NULL,
	peer   BIGINT  NOT NULL,
	period INTEGER NOT NULL, -- seconds
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;

-- Messages that delete themselves.
CREATE TABLE message_expiry (
	due_at BIGINT  NOT NULL,
	owner  BIGINT  NOT NULL,
	id     INTEGER NOT NULL,
	peer   BIGINT  NOT NULL,
	PRIMARY KEY (due_at, owner, id)
) WITHOUT ROWID;

-- What is counted about a message of a channel's log. No row: nothing yet.
CREATE TABLE post_counter (
	owner    BIGINT  NOT NULL,
	id       INTEGER NOT NULL,
	views    INTEGER NOT NULL DEFAULT 0,
	forwards INTEGER NOT NULL DEFAULT 0,
	replies  INTEGER NOT NULL DEFAULT 0,
	max_id   INTEGER NOT NULL DEFAULT 0, -- the last reply
	read_max INTEGER NOT NULL DEFAULT 0, -- the highest reply that another than its author has read
	recent   TEXT    NOT NULL DEFAULT '', -- JSON of []ids.Peer: who replied last, last first
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;

-- Posts of channels and the messages of the discussion groups that stand for them.
CREATE TABLE discussion_post (
	owner    BIGINT  NOT NULL, -- the channel
	id       INTEGER NOT NULL,
	in_group BIGINT  NOT NULL,
	root     INTEGER NOT NULL,
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX discussion_root ON discussion_post (in_group, root);

-- How far a user has read a thread of comments or a topic.
CREATE TABLE thread_read (
	owner      BIGINT  NOT NULL,
	peer       BIGINT  NOT NULL,
	thread     INTEGER NOT NULL,
	read_inbox INTEGER NOT NULL,
	PRIMARY KEY (owner, peer, thread)
) WITHOUT ROWID;

CREATE TABLE forum_topic (
	owner       BIGINT  NOT NULL, -- the group
	id          INTEGER NOT NULL, -- of the message that began it; 1 is General
	title       TEXT    NOT NULL,
	icon_color  INTEGER NOT NULL,
	icon_emoji  BIGINT  NOT NULL DEFAULT 0,
	creator     BIGINT  NOT NULL, -- as which he appears
	author      BIGINT  NOT NULL, -- the user
	date        BIGINT  NOT NULL,
	closed      INTEGER NOT NULL DEFAULT 0,
	hidden      INTEGER NOT NULL DEFAULT 0,
	pinned      INTEGER NOT NULL DEFAULT 0, -- 0: no; else the highest comes first
	untitled    INTEGER NOT NULL DEFAULT 0,
	top_message INTEGER NOT NULL,
	top_date    BIGINT  NOT NULL,
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX forum_topic_top ON forum_topic (owner, top_message);

-- +goose Down
DROP TABLE forum_topic;
DROP TABLE thread_read;
DROP TABLE discussion_post;
DROP TABLE post_counter;
DROP TABLE message_expiry;
DROP TABLE history_ttl;
DROP TABLE scheduled_message;
CREATE TABLE report (
	peer        BIGINT NOT NULL,
	reporter    BIGINT NOT NULL,
	reason      TEXT   NOT NULL,
	message     TEXT   NOT NULL DEFAULT '',
	reported_at BIGINT NOT NULL,
	PRIMARY KEY (peer, reporter, reason)
) WITHOUT ROWID;
DROP TABLE complaint;
DROP TABLE untranslated;
DROP TABLE web_page;
