package rig

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/gen"
	"hermod/secret"
)

// A transport carries the chats of a device, by the methods of the API.
type transport struct{ d *Device }

// refusals says which answers of the server mean what to package secret. Others with 400 and 403 are final.
var refusals = map[string]error{
	"ENCRYPTION_DECLINED": secret.ErrGone, "ENCRYPTION_ID_INVALID": secret.ErrGone, "CHAT_ID_INVALID": secret.ErrGone,
	"ENCRYPTION_ALREADY_DECLINED": secret.ErrGone, "ENCRYPTION_ALREADY_ACCEPTED": secret.ErrAlreadyAccepted,
}

func (t transport) call(ctx context.Context, method string, f Fields) (gen.Value, error) {
	v, err := t.d.Call(ctx, method, f)
	return v, translate(err)
}

func translate(err error) error {
	var refused client.RPCError
	if !errors.As(err, &refused) {
		return err
	}
	if known := refusals[refused.Type]; known != nil {
		return errors.Join(known, err)
	}
	if refused.Code == 400 || refused.Code == 403 {
		return errors.Join(secret.ErrRefused, err)
	}
	return err
}

// DHConfig implements secret.Transport.
func (t transport) DHConfig(ctx context.Context, version int) (secret.DHConfig, error) {
	v, err := t.call(ctx, "messages.getDhConfig", Fields{"version": int32(version), "random_length": int32(256)})
	if err != nil {
		return secret.DHConfig{}, err
	}
	c := secret.DHConfig{Version: version, Random: v.Fields["random"].([]byte)}
	if v.Name == "messages.dhConfig" {
		c.P, c.G = v.Fields["p"].([]byte), int(v.Fields["g"].(int32))
		c.Version = int(v.Fields["version"].(int32))
	}
	return c, nil
}

// Request implements secret.Transport.
func (t transport) Request(ctx context.Context, with secret.User, random int32, ga []byte) (secret.ChatUpdate, error) {
	v, err := t.call(ctx, "messages.requestEncryption", Fields{
		"user_id":   Object("inputUser", Fields{"user_id": with.ID, "access_hash": with.AccessHash}),
		"random_id": random, "g_a": ga,
	})
	if err != nil {
		return secret.ChatUpdate{}, err
	}
	return ChatUpdate(v), nil
}

func peer(p secret.Peer) gen.Value {
	return Object("inputEncryptedChat", Fields{"chat_id": int32(p.Chat), "access_hash": p.AccessHash})
}

// Accept implements secret.Transport.
func (t transport) Accept(ctx context.Context, p secret.Peer, gb []byte, fingerprint int64) (secret.ChatUpdate, error) {
	v, err := t.call(ctx, "messages.acceptEncryption", Fields{
		"peer": peer(p), "g_b": gb, "key_fingerprint": fingerprint,
	})
	if err != nil {
		return secret.ChatUpdate{}, err
	}
	return ChatUpdate(v), nil
}

// Discard implements secret.Transport.
func (t transport) Discard(ctx context.Context, chat secret.ChatID, deleteHistory bool) error {
	_, err := t.call(ctx, "messages.discardEncryption", Fields{"chat_id": int32(chat), "delete_history": deleteHistory})
	return err
}

// Send implements secret.Transport.
func (t transport) Send(ctx context.Context, p secret.Peer, packet secret.Packet) (secret.Receipt, error) {
	if t.d.LoseSent != nil && t.d.LoseSent() {
		return secret.Receipt{Date: time.Now()}, nil
	}
	method := "messages.sendEncrypted"
	f := Fields{"peer": peer(p), "random_id": packet.RandomID, "data": packet.Data}
	switch {
	case packet.File != nil:
		method, f["file"], f["silent"] = "messages.sendEncryptedFile", inputFile(packet.File), packet.Silent
	case packet.Service:
		method = "messages.sendEncryptedService"
	default:
		f["silent"] = packet.Silent
	}
	v, err := t.call(ctx, method, f)
	if err != nil {
		return secret.Receipt{}, err
	}
	r := secret.Receipt{Date: date(v.Fields["date"])}
	if file, ok := v.Fields["file"].(gen.Value); ok {
		r.Place = place(file)
	}
	return r, nil
}

func inputFile(f *secret.PacketFile) gen.Value {
	switch {
	case f.Place.ID != 0:
		return Object("inputEncryptedFile", Fields{"id": f.Place.ID, "access_hash": f.Place.AccessHash})
	case f.Upload.Big:
		return Object("inputEncryptedFileBigUploaded", Fields{
			"id": f.Upload.ID, "parts": int32(f.Upload.Parts), "key_fingerprint": f.Fingerprint,
		})
	default:
		return Object("inputEncryptedFileUploaded", Fields{
			"id": f.Upload.ID, "parts": int32(f.Upload.Parts), "md5_checksum": f.Upload.MD5, "key_fingerprint": f.Fingerprint,
		})
	}
}

func date(v any) time.Time { return time.Unix(int64(v.(int32)), 0) }

func place(v gen.Value) secret.FilePlace {
	if v.Name != "encryptedFile" {
		return secret.FilePlace{}
	}
	return secret.FilePlace{
		ID: v.Fields["id"].(int64), AccessHash: v.Fields["access_hash"].(int64), Size: v.Fields["size"].(int64),
		DC: int(v.Fields["dc_id"].(int32)), Fingerprint: v.Fields["key_fingerprint"].(int32),
	}
}

// MarkRead implements secret.Transport.
func (t transport) MarkRead(ctx context.Context, p secret.Peer, until time.Time) error {
	_, err := t.call(ctx, "messages.readEncryptedHistory", Fields{"peer": peer(p), "max_date": int32(until.Unix())})
	return err
}

// SetTyping implements secret.Transport.
func (t transport) SetTyping(ctx context.Context, p secret.Peer, typing bool) error {
	_, err := t.call(ctx, "messages.setEncryptedTyping", Fields{"peer": peer(p), "typing": typing})
	return err
}

const (
	partSize = 128 << 10 // bytes
	bigFile  = 10 << 20  // bytes, from which on a file goes in big parts
)

// Upload implements secret.Transport.
func (t transport) Upload(ctx context.Context, r io.Reader, size int64) (secret.Upload, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	u := secret.Upload{
		ID: int64(binary.LittleEndian.Uint64(id[:])), Parts: int((size + partSize - 1) / partSize), Big: size > bigFile,
	}
	sum := md5.New()
	part := make([]byte, partSize)
	for i := range u.Parts {
		n, err := io.ReadFull(r, part[:min(partSize, size-int64(i)*partSize)])
		if err != nil {
			return u, fmt.Errorf("part %d: %w", i, err)
		}
		sum.Write(part[:n])
		if err := t.savePart(ctx, u, i, part[:n]); err != nil {
			return u, err
		}
	}
	if !u.Big {
		u.MD5 = hex.EncodeToString(sum.Sum(nil))
	}
	return u, nil
}

func (t transport) savePart(ctx context.Context, u secret.Upload, i int, b []byte) error {
	method, f := "upload.saveFilePart", Fields{"file_id": u.ID, "file_part": int32(i), "bytes": b}
	if u.Big {
		method, f["file_total_parts"] = "upload.saveBigFilePart", int32(u.Parts)
	}
	_, err := t.call(ctx, method, f)
	return err
}

// Download implements secret.Transport.
func (t transport) Download(ctx context.Context, p secret.FilePlace, offset int64, limit int) ([]byte, error) {
	v, err := t.call(ctx, "upload.getFile", Fields{
		"location": Object("inputEncryptedFileLocation", Fields{"id": p.ID, "access_hash": p.AccessHash}),
		"offset":   offset, "limit": int32(limit),
	})
	if err != nil {
		return nil, err
	}
	return v.Fields["bytes"].([]byte), nil
}

// stages says what the constructors of an EncryptedChat mean.
var stages = map[string]secret.Stage{
	"encryptedChatWaiting": secret.StageWaiting, "encryptedChatRequested": secret.StageRequested,
	"encryptedChat": secret.StageAccepted, "encryptedChatDiscarded": secret.StageDiscarded,
	"encryptedChatEmpty": secret.StageDiscarded,
}

// ChatUpdate reads an EncryptedChat.
func ChatUpdate(v gen.Value) secret.ChatUpdate {
	u := secret.ChatUpdate{Chat: secret.ChatID(v.Fields["id"].(int32)), Stage: stages[v.Name]}
	u.AccessHash, _ = v.Fields["access_hash"].(int64)
	u.Admin, _ = v.Fields["admin_id"].(int64)
	u.Participant, _ = v.Fields["participant_id"].(int64)
	u.Fingerprint, _ = v.Fields["key_fingerprint"].(int64)
	u.DeleteHistory, _ = v.Fields["history_deleted"].(bool)
	for _, field := range []string{"g_a", "g_a_or_b"} {
		if b, ok := v.Fields[field].([]byte); ok {
			u.Public = b
		}
	}
	return u
}

// incoming reads an EncryptedMessage.
func incoming(v gen.Value) secret.Incoming {
	in := secret.Incoming{
		Chat: secret.ChatID(v.Fields["chat_id"].(int32)), RandomID: v.Fields["random_id"].(int64),
		Date: date(v.Fields["date"]), Data: v.Fields["bytes"].([]byte),
	}
	if file, ok := v.Fields["file"].(gen.Value); ok {
		in.Place = place(file)
	}
	return in
}
