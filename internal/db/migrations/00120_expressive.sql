-- Polls, reactions and their settings. Compatible with: the second release.

-- +goose Up

-- A poll is shared by the messages that show it, so it is its own owner.
CREATE TABLE poll (
	id         BIGINT  NOT NULL PRIMARY KEY,
	author     BIGINT  NOT NULL, -- the user who made it
	made_at    BIGINT  NOT NULL,
	definition TEXT    NOT NULL, -- JSON of media.PollDraft
	tally      TEXT    NOT NULL, -- JSON of polls.Tally
	closed     INTEGER NOT NULL,
	close_date BIGINT  NOT NULL, -- 0: stays open
	version    BIGINT  NOT NULL  -- of definition and closed
) WITHOUT ROWID;
CREATE INDEX poll_closing ON poll (close_date) WHERE closed = 0 AND close_date > 0;

CREATE TABLE poll_vote (
	poll  BIGINT  NOT NULL,
	voter BIGINT  NOT NULL, -- a peer
	n     INTEGER NOT NULL, -- place among his choices
	opt   BYTEA   NOT NULL,
	date  BIGINT  NOT NULL,
	PRIMARY KEY (poll, voter, n)
) WITHOUT ROWID;
CREATE INDEX poll_vote_option ON poll_vote (poll, opt, date, voter);
CREATE INDEX poll_vote_date ON poll_vote (poll, date, voter, n);

-- Where a poll stands: a message of a user's or channel's log, or the number of a message of a basic group.
CREATE TABLE poll_place (
	poll  BIGINT  NOT NULL,
	owner BIGINT  NOT NULL,
	id    INTEGER NOT NULL,
	PRIMARY KEY (poll, owner, id)
) WITHOUT ROWID;

-- Who reacted to a message. Both sides of a private chat share the rows, under the side with the lower id; a basic group
-- has them under itself and the number of the message.
CREATE TABLE reaction (
	owner    BIGINT  NOT NULL,
	id       INTEGER NOT NULL,
	actor    BIGINT  NOT NULL, -- a peer
	place    INTEGER NOT NULL, -- among his reactions to this message
	reaction TEXT    NOT NULL, -- reactions.Reaction
	date     BIGINT  NOT NULL,
	big      INTEGER NOT NULL,
	PRIMARY KEY (owner, id, actor, place)
) WITHOUT ROWID;
CREATE INDEX reaction_date ON reaction (owner, id, date, actor, place);
CREATE INDEX reaction_kind ON reaction (owner, id, reaction, date, actor);
CREATE INDEX reaction_actor ON reaction (owner, actor, id);

-- Messages of a user that got a reaction which he has not seen.
CREATE TABLE unread_reaction (
	owner  BIGINT  NOT NULL, -- who wrote the message
	peer   BIGINT  NOT NULL, -- the chat
	id     INTEGER NOT NULL, -- in his numbering, or that of the channel
	thread INTEGER NOT NULL,
	since  BIGINT  NOT NULL, -- the first unseen reaction
	PRIMARY KEY (owner, peer, id)
) WITHOUT ROWID;

CREATE TABLE recent_reaction (
	owner    BIGINT NOT NULL,
	reaction TEXT   NOT NULL,
	used_at  BIGINT NOT NULL,
	PRIMARY KEY (owner, reaction)
) WITHOUT ROWID;

CREATE TABLE reaction_setting (
	owner    BIGINT NOT NULL PRIMARY KEY,
	standard TEXT   NOT NULL -- the reaction of a double tap
) WITHOUT ROWID;

-- The tags of saved messages, and which message has which.
CREATE TABLE saved_tag (
	owner    BIGINT NOT NULL,
	reaction TEXT   NOT NULL,
	title    TEXT   NOT NULL,
	PRIMARY KEY (owner, reaction)
) WITHOUT ROWID;
CREATE TABLE tagged_message (
	owner    BIGINT  NOT NULL,
	reaction TEXT    NOT NULL,
	id       INTEGER NOT NULL,
	saved    BIGINT  NOT NULL, -- the chat that it was saved from
	PRIMARY KEY (owner, reaction, id)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE tagged_message;
DROP TABLE saved_tag;
DROP TABLE reaction_setting;
DROP TABLE recent_reaction;
DROP TABLE unread_reaction;
DROP TABLE reaction;
DROP TABLE poll_place;
DROP TABLE poll_vote;
DROP TABLE poll;
