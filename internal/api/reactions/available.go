package reactions

import (
	"context"
	"time"

	"hermod/internal/api/reactions/pictures"
	"hermod/internal/api/upload"
	"hermod/internal/domain/reactions"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// errLocation answers who asks for a picture that there is not.
var errLocation = rpc.BadRequest("LOCATION_INVALID")

func (h *Handlers) registerPictures(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getAvailableReactions)
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

// Locate finds the pictures of reactions among all that can be loaded.
func (h *Handlers) Locate(_ context.Context, _ *rpc.Call, at tg.InputFileLocationClass) (upload.Content, bool, error) {
	document, ok := at.(*tg.InputDocumentFileLocation)
	if !ok || !pictures.Has(document.ID) {
		return upload.Content{}, false, nil
	}
	all, err := h.pictures()
	if err != nil {
		return upload.Content{}, false, err
	}
	p, ok := all.ByID(document.ID)
	if !ok {
		return upload.Content{}, false, nil
	}
	if p.AccessHash != document.AccessHash || document.ThumbSize != "" {
		return upload.Content{}, true, errLocation
	}
	return upload.Bytes(p.Content, fileType(p.Kind), time.Unix(int64(p.Date), 0)), true, nil
}

func fileType(kind pictures.Kind) tg.StorageFileTypeClass {
	if kind == pictures.Still {
		return &tg.StorageFileWebp{}
	}
	return &tg.StorageFileUnknown{}
}
