-- Photos of people, groups and channels. Compatible with: the third release, whose servers know no photos and forget those of
-- whom they change.

-- +goose Up

-- A photo that stands for somebody. What is shown beside his name lies in his own row; here is which files are held.
CREATE TABLE peer_photo (
	owner   BIGINT  NOT NULL, -- peer whose photo it is; of kind 3 who chose it
	kind    INTEGER NOT NULL, -- photos.Kind: 1 the present one and those before it, 2 for strangers, 3 for a contact
	subject BIGINT  NOT NULL, -- of kind 3 the contact; 0 otherwise
	photo   BIGINT  NOT NULL, -- file
	place   BIGINT  NOT NULL, -- the present one has the greatest
	thumb   BYTEA   NOT NULL, -- stripped
	video   INTEGER NOT NULL, -- it moves
	PRIMARY KEY (owner, kind, subject, photo)
) WITHOUT ROWID;
CREATE INDEX peer_photo_place ON peer_photo (owner, place) WHERE kind = 1;
CREATE INDEX peer_photo_file ON peer_photo (photo);

-- +goose Down
DROP TABLE peer_photo;
