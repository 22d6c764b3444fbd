package secretchats

import (
	"context"
	"time"

	"hermod/internal/api/upload"
	"hermod/internal/domain/files"
	"hermod/internal/domain/secretchats"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Answers about encrypted files. The name of the first is the protocol's.
var (
	errFileEmpty = rpc.BadRequest("FILE_EMTPY")
	errFile      = rpc.BadRequest("FILE_ID_INVALID")
)

// noTime is the date of encrypted files: none.
var noTime = time.Unix(0, 0)

// noteLimit bounds how long it may take to note what was received.
const noteLimit = time.Minute

// An incoming is a file that a client names.
type incoming struct {
	upload      *files.Input // nil: it is there already
	fingerprint int32
	id          int64
}

// fileFrom reads what a client sends to name a file. It fails with 400 FILE_EMTPY or FILE_ID_INVALID.
func (h *Handlers) fileFrom(call *rpc.Call, in tg.InputEncryptedFileClass) (incoming, error) {
	switch in := in.(type) {
	case *tg.InputEncryptedFileUploaded:
		return incoming{
			upload: &files.Input{ID: in.ID, Parts: int(in.Parts), MD5: in.Md5Checksum}, fingerprint: in.KeyFingerprint,
		}, nil
	case *tg.InputEncryptedFileBigUploaded:
		return incoming{upload: &files.Input{ID: in.ID, Parts: int(in.Parts), Big: true}, fingerprint: in.KeyFingerprint}, nil
	case *tg.InputEncryptedFile:
		if !same(in.AccessHash, h.access(forFile, call.User, call.Key, in.ID)) {
			return incoming{}, errFile
		}
		return incoming{id: in.ID}, nil
	}
	return incoming{}, errFileEmpty
}

// uploadEncryptedFile serves https://core.telegram.org/method/messages.uploadEncryptedFile.
func (h *Handlers) uploadEncryptedFile(ctx context.Context, call *rpc.Call, in *tg.MessagesUploadEncryptedFile) (tg.EncryptedFileClass, error) {
	chat, err := h.chat(call, in.Peer)
	if err != nil {
		return nil, err
	}
	file, err := h.fileFrom(call, in.File)
	if err != nil {
		return nil, err
	}
	if file.upload == nil {
		return nil, errFileEmpty
	}
	f, err := h.secret.Upload(ctx, side(call), chat, *file.upload, file.fingerprint)
	if err != nil {
		return nil, err
	}
	return h.file(call.User, call.Key, &f), nil
}

// sendEncryptedFile serves https://core.telegram.org/method/messages.sendEncryptedFile.
func (h *Handlers) sendEncryptedFile(
	ctx context.Context, call *rpc.Call, in *tg.MessagesSendEncryptedFile,
) (tg.MessagesSentEncryptedMessageClass, error) {
	file, err := h.fileFrom(call, in.File)
	if err != nil {
		return nil, err
	}
	m := secretchats.Message{RandomID: in.RandomID, Data: in.Data}
	if file.upload == nil {
		m.File = &secretchats.File{ID: file.id}
	}
	return h.send(ctx, call, in.Peer, m, file)
}

// Locate finds encrypted files for upload.getFile. The access hash says of which device it is; a device loads by keys of its
// own, so that of the call need not be the one.
func (h *Handlers) Locate(ctx context.Context, call *rpc.Call, at tg.InputFileLocationClass) (upload.Content, bool, error) {
	in, ok := at.(*tg.InputEncryptedFileLocation)
	if !ok {
		return upload.Content{}, false, nil
	}
	c, err := h.copyOf(ctx, call, in)
	if err != nil {
		return upload.Content{}, false, err
	}
	content := upload.OfBlob(h.o.Files, c.Blob, c.Size, nil, noTime)
	if !c.Sender {
		content.ReadAt = h.followed(call, c, content.ReadAt)
	}
	return content, true, nil
}

func (h *Handlers) copyOf(ctx context.Context, call *rpc.Call, in *tg.InputEncryptedFileLocation) (secretchats.Copy, error) {
	copies, err := h.secret.Copies(ctx, call.User, in.ID)
	if err != nil {
		return secretchats.Copy{}, err
	}
	for _, c := range copies {
		if same(in.AccessHash, h.access(forFile, call.User, c.Device, in.ID)) {
			return c, nil
		}
	}
	return secretchats.Copy{}, secretchats.ErrFile
}

// followed reads as read does, and notes what the client confirms to have received.
func (h *Handlers) followed(
	call *rpc.Call, c secretchats.Copy, read func(context.Context, int64, int) ([]byte, error),
) func(context.Context, int64, int) ([]byte, error) {
	return func(ctx context.Context, off int64, n int) ([]byte, error) {
		data, err := read(ctx, off, n)
		if err == nil {
			size := int64(len(data))
			call.OnReceived(func() { h.received(c, off, size) })
		}
		return data, err
	}
}

// received notes that a device has a piece of a file.
func (h *Handlers) received(c secretchats.Copy, off, n int64) {
	ctx, cancel := context.WithTimeout(context.Background(), noteLimit)
	defer cancel()
	if err := h.secret.Confirm(ctx, c.Device, c.File, off, n); err != nil {
		h.o.Log.ErrorContext(ctx, "encrypted file not noted as received", "error", err)
	}
}
