-- Authorization keys, sign-in, passwords, bots' tokens (package auth). Compatible with: the first schema.
-- Times are unix seconds, 0 is "never". What lets somebody in is kept as a keyed MAC only.

-- +goose Up

-- Rows come in at random places: beside a small index they are cheaper to append than to sort in.
CREATE TABLE auth_key (
    id BIGINT NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL,
    temporary INTEGER NOT NULL,
    perm_id BIGINT NOT NULL DEFAULT 0, -- what a temporary key is bound to
    dc INTEGER NOT NULL,               -- as the client called us in the key exchange
    salt BIGINT NOT NULL,
    sweep_at BIGINT NOT NULL,          -- end of a temporary key, or of a permanent one that nobody signed in by
    user_id BIGINT NOT NULL DEFAULT 0,
    bot INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0, -- 1: user_id has shown the code, the password is missing
    layer INTEGER NOT NULL DEFAULT 0,
    api_id INTEGER NOT NULL DEFAULT 0,
    device TEXT NOT NULL DEFAULT '',
    system TEXT NOT NULL DEFAULT '',
    app TEXT NOT NULL DEFAULT '',
    system_lang TEXT NOT NULL DEFAULT '',
    lang_pack TEXT NOT NULL DEFAULT '',
    lang TEXT NOT NULL DEFAULT ''
);
CREATE INDEX auth_key_sweep ON auth_key (sweep_at) WHERE sweep_at > 0;
CREATE INDEX auth_key_bound ON auth_key (perm_id) WHERE perm_id <> 0;

-- The keys by which a user is signed in.
CREATE TABLE login (
    user_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    hash BIGINT NOT NULL,             -- the public name of the login
    parent_id BIGINT NOT NULL,        -- the key whose authorization was carried over to this one, or 0
    pending INTEGER NOT NULL,
    unconfirmed INTEGER NOT NULL,
    no_secret INTEGER NOT NULL DEFAULT 0,
    no_calls INTEGER NOT NULL DEFAULT 0,
    api_id INTEGER NOT NULL,
    device TEXT NOT NULL,
    system TEXT NOT NULL,
    app TEXT NOT NULL,
    lang_pack TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_id)
) WITHOUT ROWID;

-- Keys that were signed out lately, for processes that a message about it did not reach.
CREATE TABLE key_end (
    ended_at BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    PRIMARY KEY (ended_at, key_id)
) WITHOUT ROWID;

-- Codes on their way to a number.
CREATE TABLE phone_code (
    phone TEXT NOT NULL,
    hash TEXT NOT NULL,      -- by which the client names the attempt
    purpose INTEGER NOT NULL,
    key_id BIGINT NOT NULL,  -- by which it was asked for; no other may use it
    user_id BIGINT NOT NULL, -- who asked, when signed in
    kind TEXT NOT NULL,      -- how the code went out
    rest TEXT NOT NULL,      -- how it can go out next, comma between
    code BYTEA NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 0, -- 1: the code was right, the name is missing
    email TEXT NOT NULL DEFAULT '',      -- login e-mail, shown to be theirs on the way
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (phone, hash)
) WITHOUT ROWID;

-- Codes on their way to an e-mail address.
CREATE TABLE email_code (
    scope TEXT NOT NULL PRIMARY KEY, -- what it is for, and for whom
    email TEXT NOT NULL,
    code BYTEA NOT NULL,
    tries INTEGER NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE login_email (
    user_id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    reset_at BIGINT NOT NULL DEFAULT 0 -- when somebody without access to it may do without
) WITHOUT ROWID;

-- Counted attempts: full is when the last allowed one will have been forgotten.
CREATE TABLE gate (
    name TEXT NOT NULL PRIMARY KEY,
    full_at BIGINT NOT NULL
) WITHOUT ROWID;

-- What a device that logged out keeps to come back without a code.
CREATE TABLE future_token (
    user_id BIGINT NOT NULL,
    token BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, token)
) WITHOUT ROWID;

CREATE TABLE password (
    user_id BIGINT NOT NULL PRIMARY KEY,
    verifier BYTEA NOT NULL,
    salt1 BYTEA NOT NULL,
    salt2 BYTEA NOT NULL,
    hint TEXT NOT NULL,
    email TEXT NOT NULL, -- for recovery; '' if none
    set_at BIGINT NOT NULL,
    reset_at BIGINT NOT NULL DEFAULT 0,         -- when the asked-for reset may happen
    reset_refused_at BIGINT NOT NULL DEFAULT 0  -- when a reset was last refused
) WITHOUT ROWID;

-- A password and its recovery e-mail, until the e-mail is confirmed by a code.
CREATE TABLE password_draft (
    user_id BIGINT NOT NULL PRIMARY KEY,
    verifier BYTEA, -- NULL: the password stays, only the e-mail changes
    salt1 BYTEA,
    salt2 BYTEA,
    hint TEXT NOT NULL,
    email TEXT NOT NULL
) WITHOUT ROWID;

-- Questions of the password protocol that wait for an answer. Each is good for one.
CREATE TABLE password_challenge (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    secret BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) WITHOUT ROWID;

-- How long an unused account and unused logins live; no row: the defaults.
CREATE TABLE account_life (
    user_id BIGINT NOT NULL PRIMARY KEY,
    account_days INTEGER NOT NULL,
    login_days INTEGER NOT NULL
) WITHOUT ROWID;

-- Accounts that somebody without the password asked to delete.
CREATE TABLE account_deletion (
    user_id BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL, -- by which the owner stops it
    due_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE bot_token (
    user_id BIGINT NOT NULL PRIMARY KEY,
    token BYTEA NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE bot_token;
DROP TABLE account_deletion;
DROP TABLE account_life;
DROP TABLE password_challenge;
DROP TABLE password_draft;
DROP TABLE password;
DROP TABLE future_token;
DROP TABLE gate;
DROP TABLE login_email;
DROP TABLE email_code;
DROP TABLE phone_code;
DROP TABLE key_end;
DROP TABLE login;
DROP TABLE auth_key;
