package looks

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/view"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// uploadRingtone serves https://core.telegram.org/method/account.uploadRingtone.
func (h *Handlers) uploadRingtone(ctx context.Context, call *rpc.Call, in *tg.AccountUploadRingtone) (tg.DocumentClass, error) {
	b, uploaded, err := h.upload(ctx, call.User, in.File)
	if err != nil {
		return nil, err
	}
	f, err := h.looks.AddRingtone(ctx, call.User, b, name(in.FileName, uploaded), file.MIME(in.MimeType))
	if err != nil {
		return nil, err
	}
	return h.forms.Document(f), nil
}

// saveRingtone serves https://core.telegram.org/method/account.saveRingtone. Sounds stay as they are: what clients cannot
// play is refused.
func (h *Handlers) saveRingtone(ctx context.Context, call *rpc.Call, in *tg.AccountSaveRingtone) (tg.AccountSavedRingtoneClass, error) {
	f, err := h.forms.DocumentFrom(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Unsave {
		return &tg.AccountSavedRingtone{}, h.looks.DropRingtone(ctx, call.User, f.ID)
	}
	return &tg.AccountSavedRingtone{}, h.looks.SaveRingtone(ctx, call.User, f)
}

// getSavedRingtones serves https://core.telegram.org/method/account.getSavedRingtones.
func (h *Handlers) getSavedRingtones(
	ctx context.Context, call *rpc.Call, in *tg.AccountGetSavedRingtones,
) (tg.AccountSavedRingtonesClass, error) {
	order, err := h.looks.Ringtones(ctx, call.User)
	if err != nil {
		return nil, err
	}
	t := &tg.AccountSavedRingtones{Hash: view.ListHash(order...), Ringtones: []tg.DocumentClass{}}
	if t.Hash == in.Hash {
		return &tg.AccountSavedRingtonesNotModified{}, nil
	}
	found, err := h.forms.Files().Get(ctx, order...)
	for _, id := range order {
		if f, ok := found[id]; ok {
			t.Ringtones = append(t.Ringtones, h.forms.Document(f))
		}
	}
	return t, err
}
