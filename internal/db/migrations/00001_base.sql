-- The update log (package updates), reserved ids and secrets (package db).

-- +goose Up
CREATE TABLE user_state (
    user_id BIGINT NOT NULL PRIMARY KEY,
    pts INTEGER NOT NULL,
    qts INTEGER NOT NULL,
    message_id INTEGER NOT NULL, -- the last message of the user's numbering
    note INTEGER NOT NULL,       -- counts the entries without pts
    pruned INTEGER NOT NULL      -- entries up to this pts may be missing from update_log
) WITHOUT ROWID;

CREATE TABLE update_log (
    owner BIGINT NOT NULL,
    pts INTEGER NOT NULL,
    n INTEGER NOT NULL,     -- orders the entries at one pts: 0 for the one that made it, then notes
    count INTEGER NOT NULL, -- how far the entry moved pts
    date BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (owner, pts, n)
) WITHOUT ROWID;

CREATE TABLE id_range (
    kind TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE secret;
DROP TABLE id_range;
DROP TABLE update_log;
DROP TABLE user_state;
