-- Sticker sets, what people keep of stickers, GIFs and sounds, wallpapers and themes. Compatible with: the third release.

-- +goose Up

-- A set is its own owner.
CREATE TABLE sticker_set (
	id         BIGINT  NOT NULL PRIMARY KEY,
	creator    BIGINT  NOT NULL,
	kind       INTEGER NOT NULL, -- stickers.Kind
	title      TEXT    NOT NULL,
	name       TEXT    NOT NULL, -- the short name, as its creator wrote it
	text_color INTEGER NOT NULL, -- custom emoji take the colour of the text around them
	thumb      BIGINT  NOT NULL, -- a file; 0: the first sticker stands for the set
	thumb_at   INTEGER NOT NULL, -- version of thumb
	thumb_emoji BIGINT NOT NULL, -- a sticker of the set that stands for it; 0: none
	count      INTEGER NOT NULL,
	hash       INTEGER NOT NULL, -- of its content
	made_at    BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX sticker_set_creator ON sticker_set (creator, id);

-- The look-up from short names, in small letters.
CREATE TABLE sticker_set_name (
	name   TEXT   NOT NULL PRIMARY KEY,
	set_id BIGINT NOT NULL
) WITHOUT ROWID;

-- The words of the titles and names by which sets are found.
CREATE TABLE sticker_set_word (
	kind   INTEGER NOT NULL,
	word   BYTEA   NOT NULL,
	set_id BIGINT  NOT NULL,
	PRIMARY KEY (kind, word, set_id)
) WITHOUT ROWID;

CREATE TABLE sticker (
	set_id BIGINT  NOT NULL,
	file   BIGINT  NOT NULL,
	place  INTEGER NOT NULL,
	body   TEXT    NOT NULL, -- JSON: emoji and keywords
	PRIMARY KEY (set_id, file)
) WITHOUT ROWID;
CREATE INDEX sticker_file ON sticker (file);

-- Emoji and keywords by which stickers are found.
CREATE TABLE sticker_tag (
	set_id BIGINT  NOT NULL,
	tag    BYTEA   NOT NULL,
	file   BIGINT  NOT NULL,
	kind   INTEGER NOT NULL, -- of the set
	PRIMARY KEY (set_id, tag, file)
) WITHOUT ROWID;
CREATE INDEX sticker_tag_all ON sticker_tag (kind, tag, set_id, file);

-- The sets that a user has. Those of sets that were deleted stay until he changes his list.
CREATE TABLE sticker_installed (
	owner    BIGINT  NOT NULL,
	set_id   BIGINT  NOT NULL,
	kind     INTEGER NOT NULL, -- of the set
	archived INTEGER NOT NULL,
	place    BIGINT  NOT NULL, -- the highest comes first
	at       BIGINT  NOT NULL,
	PRIMARY KEY (owner, set_id)
) WITHOUT ROWID;
CREATE INDEX sticker_installed_place ON sticker_installed (owner, kind, archived, place);

-- Single stickers and GIFs that a user has used or keeps.
CREATE TABLE sticker_kept (
	owner BIGINT  NOT NULL,
	list  INTEGER NOT NULL, -- stickers.List
	file  BIGINT  NOT NULL,
	place BIGINT  NOT NULL, -- the highest comes first
	at    BIGINT  NOT NULL,
	PRIMARY KEY (owner, list, file)
) WITHOUT ROWID;
CREATE INDEX sticker_kept_place ON sticker_kept (owner, list, place);
CREATE INDEX sticker_kept_file ON sticker_kept (file);
CREATE INDEX sticker_set_thumb ON sticker_set (thumb) WHERE thumb > 0;

-- The stickers on a photo or video.
CREATE TABLE sticker_attached (
	file    BIGINT  NOT NULL, -- the photo or video
	place   INTEGER NOT NULL,
	sticker BIGINT  NOT NULL,
	PRIMARY KEY (file, place)
) WITHOUT ROWID;

-- Sounds that a user saved.
CREATE TABLE ringtone (
	owner BIGINT NOT NULL,
	file  BIGINT NOT NULL,
	place BIGINT NOT NULL, -- the highest comes first
	PRIMARY KEY (owner, file)
) WITHOUT ROWID;
CREATE INDEX ringtone_file ON ringtone (file);

-- A wallpaper is its own owner.
CREATE TABLE wallpaper (
	id       BIGINT  NOT NULL PRIMARY KEY,
	creator  BIGINT  NOT NULL,
	slug     TEXT    NOT NULL,
	file     BIGINT  NOT NULL, -- 0: colours only
	pattern  INTEGER NOT NULL,
	dark     INTEGER NOT NULL,
	settings TEXT    NOT NULL, -- JSON of looks.Settings
	made_at  BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX wallpaper_file ON wallpaper (file);

CREATE TABLE wallpaper_slug (
	slug      TEXT   NOT NULL PRIMARY KEY,
	wallpaper BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE wallpaper_saved (
	owner     BIGINT NOT NULL,
	wallpaper BIGINT NOT NULL,
	settings  TEXT   NOT NULL, -- as this user has them
	place     BIGINT NOT NULL, -- the highest comes first
	PRIMARY KEY (owner, wallpaper)
) WITHOUT ROWID;

-- A theme is its own owner.
CREATE TABLE theme (
	id       BIGINT NOT NULL PRIMARY KEY,
	creator  BIGINT NOT NULL,
	slug     TEXT   NOT NULL,
	title    TEXT   NOT NULL,
	body     TEXT   NOT NULL, -- JSON: the file of each format, and settings
	installs BIGINT NOT NULL,
	made_at  BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE theme_file (
	theme BIGINT NOT NULL,
	file  BIGINT NOT NULL,
	PRIMARY KEY (theme, file)
) WITHOUT ROWID;
CREATE INDEX theme_file_file ON theme_file (file);

CREATE TABLE theme_slug (
	slug  TEXT   NOT NULL PRIMARY KEY,
	theme BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE theme_saved (
	owner BIGINT NOT NULL,
	theme BIGINT NOT NULL,
	place BIGINT NOT NULL, -- the highest comes first
	PRIMARY KEY (owner, theme)
) WITHOUT ROWID;

-- How a private chat looks to one side.
CREATE TABLE chat_look (
	owner      BIGINT  NOT NULL,
	peer       BIGINT  NOT NULL,
	theme      TEXT    NOT NULL, -- an emoji; empty: none
	wallpaper  TEXT    NOT NULL, -- JSON of looks.Shown; empty: none
	paper      BIGINT  NOT NULL, -- the wallpaper in it; 0: none
	overridden INTEGER NOT NULL, -- the other side chose the wallpaper for both
	PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
CREATE INDEX chat_look_paper ON chat_look (paper) WHERE paper <> 0;

-- +goose Down
DROP TABLE chat_look;
DROP TABLE theme_saved;
DROP TABLE theme_slug;
DROP TABLE theme_file;
DROP TABLE theme;
DROP TABLE wallpaper_saved;
DROP TABLE wallpaper_slug;
DROP TABLE wallpaper;
DROP TABLE ringtone;
DROP TABLE sticker_attached;
DROP TABLE sticker_kept;
DROP TABLE sticker_installed;
DROP TABLE sticker_tag;
DROP TABLE sticker;
DROP TABLE sticker_set_word;
DROP TABLE sticker_set_name;
DROP TABLE sticker_set;
