-- Logs of channels beside those of users. Compatible with: nothing older, which knows user_state by its name.
-- The owner of a log, and of messages, is a peer: a user, or a channel as ids.Peer writes it.

-- +goose Up
ALTER TABLE user_state RENAME TO log_state;
ALTER TABLE log_state RENAME COLUMN user_id TO owner;
-- The head of a channel: what is shown of it in a list of chats. Users have none.
ALTER TABLE log_state ADD COLUMN top INTEGER NOT NULL DEFAULT 0;        -- the newest message
ALTER TABLE log_state ADD COLUMN top_date BIGINT NOT NULL DEFAULT 0;
ALTER TABLE log_state ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;   -- how many there are
ALTER TABLE log_state ADD COLUMN read_max INTEGER NOT NULL DEFAULT 0;   -- the last one that somebody else than its author has read
ALTER TABLE log_state ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;     -- when read_max last moved
ALTER TABLE log_state ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;  -- date of the last entry

ALTER TABLE message ADD COLUMN thread INTEGER NOT NULL DEFAULT 0; -- in channels: the topic, or the message whose answers it is among
ALTER TABLE message ADD COLUMN media INTEGER NOT NULL DEFAULT 0;  -- media.Kind; 0: none
ALTER TABLE message ADD COLUMN author BIGINT NOT NULL DEFAULT 0;  -- in channels: who wrote it, whoever shows as its author
-- In the log of a channel are the messages of many, whose random ids may be alike. A message that is gone leaves a row with
-- its random id for some days, at the negative of its id, so that a late repetition does not send it again.
DROP INDEX message_random;
CREATE UNIQUE INDEX message_random ON message (owner, random_id, author) WHERE random_id IS NOT NULL;
-- Lists read ids first, from an index that has all they ask for, and then the rows: on SQLite the row of a list sorted by id
-- would else be looked for along the primary key, through all other chats.
CREATE INDEX message_media ON message (owner, peer, media, id) WHERE media > 0;
CREATE INDEX message_link ON message (owner, peer, id, flags) WHERE (flags & 1024) <> 0; -- messages.HasLink
CREATE INDEX message_thread ON message (owner, thread, id, peer) WHERE thread > 0;
CREATE INDEX message_author ON message (owner, peer, from_id, id) WHERE peer < -1000000000000;
-- The copies of a message of a basic group have its number in the group as their twin.
CREATE INDEX message_number ON message (owner, peer, twin) WHERE (peer + 0) < 0 AND twin > 0;

-- How many messages of a channel there are in each stretch of 512 ids: for exact counts of what is unread.
CREATE TABLE message_bucket (
	owner  BIGINT  NOT NULL,
	thread INTEGER NOT NULL, -- 0: all of them
	bucket INTEGER NOT NULL, -- id / 512
	n      INTEGER NOT NULL,
	PRIMARY KEY (owner, thread, bucket)
) WITHOUT ROWID;

-- Messages that mention a user, or answer one of his, and that he has not seen.
CREATE TABLE unread_mention (
	owner   BIGINT  NOT NULL, -- of the log: the user himself, or a channel
	user_id BIGINT  NOT NULL,
	peer    BIGINT  NOT NULL, -- the chat
	id      INTEGER NOT NULL,
	thread  INTEGER NOT NULL,
	PRIMARY KEY (owner, user_id, peer, id)
) WITHOUT ROWID;

-- Of the hidden edits of a message in the log of a channel only the last one is kept.
CREATE UNIQUE INDEX update_log_hidden ON update_log (owner, data) WHERE kind = 'hidden_edit';

-- +goose Down
DELETE FROM message WHERE owner < 0 OR id < 0;
DROP INDEX update_log_hidden;
DROP INDEX message_random;
CREATE UNIQUE INDEX message_random ON message (owner, random_id) WHERE random_id IS NOT NULL;
DROP TABLE unread_mention;
DROP TABLE message_bucket;
DROP INDEX message_number;
DROP INDEX message_author;
DROP INDEX message_thread;
DROP INDEX message_link;
DROP INDEX message_media;
ALTER TABLE message DROP COLUMN author;
ALTER TABLE message DROP COLUMN media;
ALTER TABLE message DROP COLUMN thread;
ALTER TABLE log_state DROP COLUMN changed_at;
ALTER TABLE log_state DROP COLUMN read_at;
ALTER TABLE log_state DROP COLUMN read_max;
ALTER TABLE log_state DROP COLUMN messages;
ALTER TABLE log_state DROP COLUMN top_date;
ALTER TABLE log_state DROP COLUMN top;
ALTER TABLE log_state RENAME COLUMN owner TO user_id;
ALTER TABLE log_state RENAME TO user_state;
