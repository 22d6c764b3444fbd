package reactions

import (
	"context"

	"hermod/internal/api/reactions/pictures"
	"hermod/internal/domain/reactions"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Answers about files.
var (
	errLocation = rpc.BadRequest("LOCATION_INVALID")
	errOffset   = rpc.BadRequest("OFFSET_INVALID")
	errLimit    = rpc.BadRequest("LIMIT_INVALID")
)

// maxPart is the most that one answer holds of a file.
const maxPart = 1 << 20

func (h *Handlers) registerPictures(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getAvailableReactions)
	rpc.Handle(r, rpc.SignedIn, h.getFile)
}

// getAvailableReactions serves https://core.telegram.org/method/messages.getAvailableReactions.
func (h *Handlers) getAvailableReactions(_ context.Context, call *rpc.Call, in *tg.MessagesGetAvailableReactions) (tg.MessagesAvailableReactionsClass, error) {
	all, err := h.pictures()
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesAvailableReactions{Reactions: []*tg.AvailableReaction{}}
	names := ""
	for _, r := range reactions.Emoji() {
		if a := all.Available(string(r), h.dc(call)); a != nil {
			t.Reactions = append(t.Reactions, a)
			names += a.Reaction + a.Title
		}
	}
	if t.Hash = int32(hashOf(names)>>1) | 1; t.Hash == in.Hash {
		return &tg.MessagesAvailableReactionsNotModified{}, nil
	}
	return t, nil
}

// dc is the data centre that the caller addressed. All of them are here; this one he need not go to.
func (h *Handlers) dc(call *rpc.Call) int32 {
	const test = 10_000 // what clients add in test mode
	if dc := max(call.DC, -call.DC) % test; dc >= 1 && dc <= 5 {
		return dc
	}
	return h.o.DC
}

// getFile serves https://core.telegram.org/method/upload.getFile for the pictures of reactions; there are no other files.
func (h *Handlers) getFile(_ context.Context, _ *rpc.Call, in *tg.UploadGetFile) (tg.UploadFileClass, error) {
	all, err := h.pictures()
	if err != nil {
		return nil, err
	}
	at, ok := in.Location.(*tg.InputDocumentFileLocation)
	if !ok {
		return nil, errLocation
	}
	p, ok := all.ByID(at.ID)
	switch {
	case !ok || p.AccessHash != at.AccessHash || at.ThumbSize != "":
		return nil, errLocation
	case in.Offset < 0:
		return nil, errOffset
	case in.Limit <= 0 || in.Limit > maxPart:
		return nil, errLimit
	}
	from := min(in.Offset, p.Size)
	part := p.Content[from:min(from+int64(in.Limit), p.Size)]
	return &tg.UploadFile{Type: fileType(p.Kind), Mtime: p.Date, Bytes: part}, nil
}

func fileType(kind pictures.Kind) tg.StorageFileTypeClass {
	if kind == pictures.Still {
		return &tg.StorageFileWebp{}
	}
	return &tg.StorageFileUnknown{}
}
