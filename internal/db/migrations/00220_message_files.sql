-- Files in messages. Compatible with: the third release.

-- +goose Up
ALTER TABLE message ADD COLUMN file BIGINT NOT NULL DEFAULT 0; -- that it shows; 0: none
CREATE INDEX message_holds ON message (file) WHERE file <> 0;

-- Files that a message holds beside the one in its row, such as the cover of a video.
CREATE TABLE message_file (
	owner BIGINT  NOT NULL,
	id    INTEGER NOT NULL,
	file  BIGINT  NOT NULL,
	PRIMARY KEY (owner, id, file)
) WITHOUT ROWID;
CREATE INDEX message_file_holds ON message_file (file);

-- Media that go once they were looked at. Each has a file of its own.
CREATE TABLE vanishing_media (
	owner  BIGINT  NOT NULL, -- who may look at it
	id     INTEGER NOT NULL,
	file   BIGINT  NOT NULL,
	due_at BIGINT  NOT NULL, -- 0: he has not looked yet
	PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX vanishing_media_due ON vanishing_media (due_at) WHERE due_at > 0;
CREATE INDEX vanishing_media_file ON vanishing_media (file);

-- Who has played a voice or round video message of a channel. Kept for a week.
CREATE TABLE voice_played (
	owner     BIGINT  NOT NULL, -- the channel
	id        INTEGER NOT NULL,
	user_id   BIGINT  NOT NULL,
	played_at BIGINT  NOT NULL,
	PRIMARY KEY (owner, id, user_id)
) WITHOUT ROWID;
CREATE INDEX voice_played_at ON voice_played (owner, played_at);

-- Owners of messages who are gone: what is left of them is erased step by step.
CREATE TABLE message_purge (
	owner BIGINT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- Files of messages that wait for their time.
CREATE TABLE scheduled_file (
	owner BIGINT  NOT NULL,
	peer  BIGINT  NOT NULL,
	id    INTEGER NOT NULL,
	file  BIGINT  NOT NULL,
	PRIMARY KEY (owner, peer, id, file)
) WITHOUT ROWID;
CREATE INDEX scheduled_file_holds ON scheduled_file (file);

-- The picture of a page.
ALTER TABLE web_page ADD COLUMN photo BIGINT NOT NULL DEFAULT 0; -- 0: none
CREATE INDEX web_page_holds ON web_page (photo) WHERE photo <> 0;

-- +goose Down
DROP INDEX web_page_holds;
ALTER TABLE web_page DROP COLUMN photo;
DROP TABLE scheduled_file;
DROP TABLE message_purge;
DROP TABLE voice_played;
DROP TABLE vanishing_media;
DROP TABLE message_file;
DROP INDEX message_holds;
ALTER TABLE message DROP COLUMN file;
