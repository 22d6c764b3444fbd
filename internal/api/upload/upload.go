// Package upload serves the methods by which files come and go in parts. What else has content brings it by a Locate.
//
// Spec: https://core.telegram.org/api/files
package upload

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/domain/files"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A Content is something that can be loaded in pieces.
type Content struct {
	Size int64
	// ReadAt returns n bytes from off on, fewer where the content ends before.
	ReadAt func(ctx context.Context, off int64, n int) ([]byte, error)
	Type   tg.StorageFileTypeClass // nil: unknown
	Mtime  int32
}

// A Locate finds what a location means. ok is false when the location is of a kind that others may know; an error means
// that it is of this kind, and refuses it.
type Locate func(ctx context.Context, call *rpc.Call, at tg.InputFileLocationClass) (c Content, ok bool, err error)

// Options are what the handlers work with.
type Options struct {
	Files  *files.Service
	Locate []Locate // asked before the files, in this order
}

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct{ o Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(file.Errors())
	r.Shape(file.Shape)
	rpc.Handle(r, rpc.SignedIn, h.saveFilePart)
	rpc.Handle(r, rpc.SignedIn, h.saveBigFilePart)
	rpc.Handle(r, rpc.SignedIn, h.getFile)
	rpc.Handle(r, rpc.SignedIn, h.getFileHashes)
	rpc.Handle(r, rpc.SignedIn, h.getCDNFile)
	rpc.Handle(r, rpc.SignedIn, h.reuploadCDNFile)
	rpc.Handle(r, rpc.SignedIn, h.getCDNFileHashes)
}

// saveFilePart serves https://core.telegram.org/method/upload.saveFilePart.
func (h *Handlers) saveFilePart(ctx context.Context, call *rpc.Call, in *tg.UploadSaveFilePart) (tg.Bool, error) {
	err := h.o.Files.SavePart(ctx, call.User, files.Part{File: in.FileID, Part: int(in.FilePart), Data: in.Bytes})
	return err == nil, err
}

// saveBigFilePart serves https://core.telegram.org/method/upload.saveBigFilePart.
func (h *Handlers) saveBigFilePart(ctx context.Context, call *rpc.Call, in *tg.UploadSaveBigFilePart) (tg.Bool, error) {
	if in.FileTotalParts == 0 {
		return false, files.ErrParts
	}
	err := h.o.Files.SavePart(ctx, call.User, files.Part{
		File: in.FileID, Part: int(in.FilePart), Total: int(in.FileTotalParts), Data: in.Bytes,
	})
	return err == nil, err
}
