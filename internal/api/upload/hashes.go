package upload

import (
	"context"
	"crypto/sha256"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Pieces of which clients may ask the hashes, and how many one answer names.
const (
	hashedPiece = 128 << 10
	maxHashes   = 8 // a megabyte is read for them
)

// getFileHashes serves https://core.telegram.org/method/upload.getFileHashes.
// Spec: https://core.telegram.org/cdn#verifying-files
func (h *Handlers) getFileHashes(ctx context.Context, call *rpc.Call, in *tg.UploadGetFileHashes) (tg.Vector[*tg.FileHash], error) {
	if in.Offset < 0 {
		return nil, errOffset
	}
	c, err := h.locate(ctx, call, in.Location)
	if err != nil {
		return nil, err
	}
	out := tg.Vector[*tg.FileHash]{}
	for off := in.Offset / hashedPiece * hashedPiece; off < c.Size && len(out) < maxHashes; off += hashedPiece {
		piece, err := c.ReadAt(ctx, off, hashedPiece)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(piece)
		// The limit of the last is that of all, although the piece is shorter: clients ask for a piece with it.
		out = append(out, &tg.FileHash{Offset: off, Limit: hashedPiece, Hash: sum[:]})
	}
	return out, nil
}

// errCDN is answered to who asks for content from elsewhere: all of it is here, and nobody is sent away.
var errCDN = rpc.BadRequest("CDN_METHOD_INVALID")

// errToken is answered to who shows the token of another place: nobody was given one.
var errToken = rpc.BadRequest("FILE_TOKEN_INVALID")

// getCDNFile serves https://core.telegram.org/method/upload.getCdnFile.
func (h *Handlers) getCDNFile(context.Context, *rpc.Call, *tg.UploadGetCdnFile) (tg.UploadCdnFileClass, error) {
	return nil, errToken
}

// reuploadCDNFile serves https://core.telegram.org/method/upload.reuploadCdnFile.
func (h *Handlers) reuploadCDNFile(context.Context, *rpc.Call, *tg.UploadReuploadCdnFile) (tg.Vector[*tg.FileHash], error) {
	return nil, errToken
}

// getCDNFileHashes serves https://core.telegram.org/method/upload.getCdnFileHashes.
func (h *Handlers) getCDNFileHashes(context.Context, *rpc.Call, *tg.UploadGetCdnFileHashes) (tg.Vector[*tg.FileHash], error) {
	return nil, errCDN
}
