package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"hermod/internal/api/file"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

const ann ids.User = 1_000_001

var annsCall = &rpc.Call{User: ann, Layer: tg.Newest}

func world(t *testing.T) (*Handlers, *files.Service) {
	t.Helper()
	f := filestest.New(t, dbtest.SQLite(t))
	return New(Options{Files: f}), f
}

// refused checks which error a client sees.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if wire, ok := file.Shape(err); ok {
		got = wire.Type
	}
	for known, wire := range file.Errors() {
		if errors.Is(err, known) {
			got = wire.Type
		}
	}
	var wire rpc.Error
	if errors.As(err, &wire) {
		got = wire.Type
	}
	if got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestPartsAreSavedAndLoaded(t *testing.T) {
	h, f := world(t)
	data := filestest.Random(1, 300<<10)
	for i := range 3 {
		part := data[i*128<<10 : min((i+1)*128<<10, len(data))]
		if ok, err := h.saveFilePart(t.Context(), annsCall, &tg.UploadSaveFilePart{FileID: 1, FilePart: int32(i), Bytes: part}); err != nil || !bool(ok) {
			t.Fatalf("part %d: %v, %v", i, ok, err)
		}
		total := int32(-1)
		if i == 2 {
			total = 3
		}
		big := &tg.UploadSaveBigFilePart{FileID: 2, FilePart: int32(i), FileTotalParts: total, Bytes: part}
		if ok, err := h.saveBigFilePart(t.Context(), annsCall, big); err != nil || !bool(ok) {
			t.Fatalf("big part %d: %v, %v", i, ok, err)
		}
	}
	for _, named := range []tg.InputFileClass{&tg.InputFile{ID: 1, Parts: 3, Name: "a"}, &tg.InputFileBig{ID: 2, Parts: 3, Name: "a"}} {
		in, err := file.Upload(named)
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.Assemble(t.Context(), ann, in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.ReadAt(t.Context(), b.Hash, 0, len(data)+1)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%T: %d bytes, %v", named, len(got), err)
		}
	}
}

func TestErrorsOfParts(t *testing.T) {
	h, f := world(t)
	save := func(n, size int) error {
		_, err := h.saveFilePart(t.Context(), annsCall, &tg.UploadSaveFilePart{FileID: 1, FilePart: int32(n), Bytes: make([]byte, size)})
		return err
	}
	big := func(n, total, size int) error {
		_, err := h.saveBigFilePart(t.Context(), annsCall, &tg.UploadSaveBigFilePart{
			FileID: 2, FilePart: int32(n), FileTotalParts: int32(total), Bytes: make([]byte, size),
		})
		return err
	}
	assemble := func(in files.Input) error {
		_, err := f.Assemble(t.Context(), ann, in)
		return err
	}
	if err := errors.Join(save(0, 1024), save(2, 10)); err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"FILE_PART_INVALID":      save(-1, 5),
		"FILE_PART_EMPTY":        save(1, 0),
		"FILE_PART_TOO_BIG":      save(1, 512<<10+1),
		"FILE_PART_SIZE_INVALID": big(0, 2, 1000),
		"FILE_PART_SIZE_CHANGED": save(1, 2048),
		"FILE_PART_1_MISSING":    assemble(files.Input{ID: 1, Parts: 3}),
		"FILE_PARTS_INVALID":     big(0, 0, 1000),
	} {
		refused(t, err, want)
	}
	refused(t, assemble(files.Input{ID: 1}), "FILE_PARTS_INVALID")
	refused(t, big(0, 8001, 1024), "FILE_PARTS_INVALID")
	refused(t, save(1, 1024), "")
	refused(t, assemble(files.Input{ID: 1, Parts: 3, MD5: "x"}), "MD5_CHECKSUM_INVALID")
}

func TestRanges(t *testing.T) {
	const kb, mb = 1 << 10, 1 << 20
	tests := []struct {
		offset  int64
		limit   int32
		precise bool
		want    string
	}{
		{0, mb, false, ""}, {0, 4 * kb, false, ""}, {mb - 4*kb, 4 * kb, false, ""}, {5 * mb, mb, false, ""}, {1 << 40, mb, false, ""},
		{0, kb, false, "LIMIT_INVALID"}, {0, 12 * kb, false, "LIMIT_INVALID"}, {0, 0, false, "LIMIT_INVALID"}, {0, -4096, false, "LIMIT_INVALID"},
		{0, 2 * mb, false, "LIMIT_INVALID"}, {512 * kb, mb, false, "LIMIT_INVALID"}, {kb, 4 * kb, false, "OFFSET_INVALID"},
		{-4096, 4 * kb, false, "OFFSET_INVALID"}, {1, 4 * kb, false, "OFFSET_INVALID"},
		{kb, kb, true, ""}, {3 * kb, 7 * kb, true, ""}, {mb - kb, kb, true, ""}, {0, mb, true, ""},
		{1, kb, true, "OFFSET_INVALID"}, {0, 1000, true, "LIMIT_INVALID"}, {mb - kb, 2 * kb, true, "LIMIT_INVALID"}, {0, mb + kb, true, "LIMIT_INVALID"},
	}
	for _, tt := range tests {
		err := checkRange(tt.offset, tt.limit, tt.precise)
		var wire rpc.Error
		errors.As(err, &wire)
		if wire.Type != tt.want {
			t.Errorf("%d bytes at %d, precise %v: got %q, want %q", tt.limit, tt.offset, tt.precise, wire.Type, tt.want)
		}
	}
}

func TestAFileIsLoadedInPieces(t *testing.T) {
	h, f := world(t)
	data := filestest.Random(2, 1<<20+5000)
	d := filestest.Document(t, f, ann, data)
	at := &tg.InputDocumentFileLocation{ID: d.ID, AccessHash: f.AccessHash(d.ID), FileReference: f.Reference(d.ID)}
	get := func(offset int64, limit int32) []byte {
		t.Helper()
		out, err := h.getFile(t.Context(), annsCall, &tg.UploadGetFile{Location: at, Offset: offset, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		got := out.(*tg.UploadFile)
		if got.Mtime == 0 || got.Type == nil || got.Bytes == nil {
			t.Errorf("got %+v", got)
		}
		return got.Bytes
	}
	for _, limit := range []int32{64 << 10, 512 << 10, 1 << 20} {
		var all []byte
		for {
			piece := get(int64(len(all)), limit)
			all = append(all, piece...)
			if len(piece) < int(limit) {
				break
			}
		}
		if !bytes.Equal(all, data) {
			t.Errorf("in pieces of %d: %d bytes", limit, len(all))
		}
	}
	for _, offset := range []int64{2 << 20, 1 << 40} {
		if got := get(offset, 4096); len(got) != 0 {
			t.Errorf("%d bytes behind the end", len(got))
		}
	}
}

func TestHashesOfPieces(t *testing.T) {
	h, f := world(t)
	data := filestest.Random(2, 1<<20+200<<10)
	d := filestest.Document(t, f, ann, data)
	at := &tg.InputDocumentFileLocation{ID: d.ID, AccessHash: f.AccessHash(d.ID), FileReference: f.Reference(d.ID)}
	var end int64
	for end < int64(len(data)) {
		out, err := h.getFileHashes(t.Context(), annsCall, &tg.UploadGetFileHashes{Location: at, Offset: end})
		if err != nil || len(out) == 0 {
			t.Fatalf("%d hashes, %v", len(out), err)
		}
		for _, one := range out {
			if sum := sha256.Sum256(data[one.Offset:min(one.Offset+int64(one.Limit), int64(len(data)))]); one.Offset != end || !bytes.Equal(sum[:], one.Hash) {
				t.Errorf("the hash of %d bytes at %d is wrong", one.Limit, one.Offset)
			}
			end += int64(one.Limit)
		}
	}
	if out, err := h.getFileHashes(t.Context(), annsCall, &tg.UploadGetFileHashes{Location: at, Offset: 2 << 20}); err != nil || len(out) != 0 {
		t.Errorf("behind the end: %v, %v", out, err)
	}
}

func TestLocations(t *testing.T) {
	h, f := world(t)
	d := filestest.Document(t, f, ann, []byte("document"))
	small, err := f.Put(t.Context(), ann, bytes.NewReader([]byte("small")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Create(t.Context(), nil, files.File{
		Kind: files.Photo, Owner: ann,
		Sizes:  []files.Size{{Type: "m", W: 1, H: 1, Bytes: small.Size, Blob: small.Hash}, {Type: "i", Inline: []byte("tiny")}},
		Videos: []files.VideoSize{{Type: "u", Bytes: small.Size, Blob: small.Hash}, {Emoji: 5}},
	})
	if err != nil {
		t.Fatal(err)
	}
	document := func(id, access int64, ref []byte, size string) tg.InputFileLocationClass {
		return &tg.InputDocumentFileLocation{ID: id, AccessHash: access, FileReference: ref, ThumbSize: size}
	}
	photo := func(size string) tg.InputFileLocationClass {
		return &tg.InputPhotoFileLocation{ID: p.ID, AccessHash: f.AccessHash(p.ID), FileReference: f.Reference(p.ID), ThumbSize: size}
	}
	access, ref := f.AccessHash(d.ID), f.Reference(d.ID)
	tests := map[string]struct {
		at         tg.InputFileLocationClass
		want, fail string
	}{
		"a document":            {document(d.ID, access, ref, ""), "document", ""},
		"a size":                {photo("m"), "small", ""},
		"the stripped size":     {photo("i"), "tiny", ""},
		"a video":               {photo("u"), "small", ""},
		"no such size":          {photo("w"), "", "LOCATION_INVALID"},
		"a photo without size":  {photo(""), "", "LOCATION_INVALID"},
		"no thumbnail":          {document(d.ID, access, ref, "m"), "", "LOCATION_INVALID"},
		"another hash":          {document(d.ID, access+2, ref, ""), "", "FILE_ID_INVALID"},
		"no reference":          {document(d.ID, access, nil, ""), "", "FILE_REFERENCE_EMPTY"},
		"another reference":     {document(d.ID, access, f.Reference(p.ID), ""), "", "FILE_REFERENCE_INVALID"},
		"a photo as a document": {document(p.ID, f.AccessHash(p.ID), f.Reference(p.ID), ""), "", "LOCATION_INVALID"},
		"no file":               {document(5, f.AccessHash(5), f.Reference(5), ""), "", "LOCATION_INVALID"},
		"another kind":          {&tg.InputTakeoutFileLocation{}, "", "LOCATION_INVALID"},
		"nothing":               {nil, "", "LOCATION_INVALID"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := h.getFile(t.Context(), annsCall, &tg.UploadGetFile{Location: tt.at, Limit: 4096})
			refused(t, err, tt.fail)
			if err == nil && string(out.(*tg.UploadFile).Bytes) != tt.want {
				t.Errorf("got %q, want %q", out.(*tg.UploadFile).Bytes, tt.want)
			}
		})
	}
}

func TestOthersAreAskedFirst(t *testing.T) {
	h, _ := world(t)
	h.o.Locate = []Locate{
		func(context.Context, *rpc.Call, tg.InputFileLocationClass) (Content, bool, error) {
			return Content{}, false, nil
		},
		func(_ context.Context, c *rpc.Call, _ tg.InputFileLocationClass) (Content, bool, error) {
			return Bytes([]byte("of a peer"), &tg.StorageFileJpeg{}, time.Unix(7, 0)), c.User == ann, nil
		},
	}
	ask := &tg.UploadGetFile{Location: &tg.InputPeerPhotoFileLocation{}, Limit: 4096}
	out, err := h.getFile(t.Context(), annsCall, ask)
	if err != nil || string(out.(*tg.UploadFile).Bytes) != "of a peer" || out.(*tg.UploadFile).Mtime != 7 {
		t.Errorf("got %+v, %v", out, err)
	}
	_, err = h.getFile(t.Context(), &rpc.Call{User: 5}, ask)
	refused(t, err, "LOCATION_INVALID")
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	h, _ := world(t)
	_, err := h.getCDNFile(t.Context(), annsCall, &tg.UploadGetCdnFile{})
	refused(t, err, "FILE_TOKEN_INVALID")
	_, err = h.reuploadCDNFile(t.Context(), annsCall, &tg.UploadReuploadCdnFile{})
	refused(t, err, "FILE_TOKEN_INVALID")
	_, err = h.getCDNFileHashes(t.Context(), annsCall, &tg.UploadGetCdnFileHashes{})
	refused(t, err, "CDN_METHOD_INVALID")
}
