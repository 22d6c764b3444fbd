package people

import (
	"errors"

	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// maxList bounds lists of people in a request.
const maxList = 1000

var (
	errLimit    = rpc.BadRequest("LIMIT_INVALID")
	errPeer     = rpc.BadRequest("PEER_ID_INVALID")
	errBirthday = rpc.BadRequest("BIRTHDAY_INVALID")
	errDocument = rpc.BadRequest("DOCUMENT_INVALID")
	errShortcut = rpc.BadRequest("SHORTCUT_INVALID")
)

// isRefusal tells whether err is an answer to the client, not trouble of ours.
func isRefusal(err error) bool {
	var e rpc.Error
	return errors.As(err, &e)
}

// maxNoteEntities bounds what is stored of the formatting of a note, in bytes: a note is short, but links are not.
const maxNoteEntities = 4096

// noteOf takes a note apart: its text, and its entities as TL bytes.
func noteOf(note *tg.TextWithEntities) (text *string, entities []byte) {
	if note == nil {
		return nil, nil
	}
	if len(note.Entities) > 0 && len(note.Entities) <= 100 {
		entities = tl.Encode(tg.Vector[tg.MessageEntityClass](note.Entities), tg.Newest)
	}
	if len(entities) > maxNoteEntities {
		entities = nil
	}
	return &note.Text, entities
}

// note puts a saved note together again; nil for none.
func note(n users.SavedName) *tg.TextWithEntities {
	if n.Note == "" {
		return nil
	}
	shown := &tg.TextWithEntities{Text: n.Note, Entities: []tg.MessageEntityClass{}}
	r := tl.NewReader(n.NoteEntities)
	if list := tl.Vector(r, "entities", 4, tg.DecodeMessageEntityClass); r.End() == nil && list != nil {
		shown.Entities = list
	}
	return shown
}
