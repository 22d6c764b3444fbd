-- Push: the browsers that are told what comes while nobody looks. Compatible with: every release before; the table is new.

-- +goose Up

-- Where a device is pushed to, by the key it is signed in with. A browser with several accounts has a row for each.
CREATE TABLE push_device (
	key_id   BIGINT NOT NULL PRIMARY KEY,
	user_id  BIGINT NOT NULL,
	endpoint TEXT   NOT NULL, -- address at a push service
	p256dh   TEXT   NOT NULL, -- public key of the browser, base64url
	auth     TEXT   NOT NULL, -- its secret, base64url
	made_at  BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX push_device_user ON push_device (user_id);

-- +goose Down
DROP TABLE push_device;
