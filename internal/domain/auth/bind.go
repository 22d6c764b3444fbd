package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Errors of Bind.
var (
	// ErrNotTemporary means that the call did not come by a temporary key.
	ErrNotTemporary = errors.New("not a temporary key")
	// ErrBound means that the temporary key is bound to another key.
	ErrBound = errors.New("temporary key is bound already")
	// ErrBinding means a message that does not prove possession of both keys.
	ErrBinding = errors.New("binding message does not fit")
)

// Binding is the request to let a temporary key speak for a permanent one.
// Spec: https://core.telegram.org/method/auth.bindTempAuthKey
type Binding struct {
	Temp, Perm ids.AuthKey
	Session    ids.Session // in which the request came
	MsgID      int64       // of the request
	Nonce      int64
	ExpiresAt  int32
	Encrypted  []byte // proof of possession of Perm
}

// Bind lets the temporary key speak for the permanent one until it expires. Binding again is harmless, and
// several temporary keys may be bound to one permanent key.
// It fails with ErrNotTemporary, ErrBound or ErrBinding.
func (s *Service) Bind(ctx context.Context, b Binding) error {
	temp, err := s.load(ctx, b.Temp)
	if errors.Is(err, ErrUnknownKey) || err == nil && !temp.Temporary {
		return ErrNotTemporary
	}
	if err != nil {
		return err
	}
	perm, err := s.load(ctx, b.Perm)
	if errors.Is(err, ErrUnknownKey) || err == nil && perm.Temporary {
		return ErrBinding
	}
	if err != nil {
		return err
	}
	if err := b.check(perm.Secret); err != nil {
		return err
	}
	return s.bind(ctx, b, temp)
}

func (s *Service) bind(ctx context.Context, b Binding, temp *record) error {
	// The client may want the key to end sooner than it said when making it, never later.
	end := temp.ExpiresAt
	if wanted := time.Unix(int64(b.ExpiresAt), 0); wanted.Before(end) && b.ExpiresAt > 0 {
		end = wanted
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		const bind = `UPDATE auth_key SET perm_id = $2, sweep_at = $3 WHERE id = $1 AND temporary = 1 AND perm_id IN (0, $4)`
		rows, err := tx.Exec(ctx, bind, b.Temp, b.Perm, end, b.Perm)
		if err == nil && rows == 0 {
			err = ErrBound
		}
		if err != nil {
			return err
		}
		s.changed(tx, b.Temp, b.Perm)
		return inheritLayer(ctx, tx, b, temp)
	})
	if err != nil {
		return fmt.Errorf("bind key: %w", err)
	}
	return nil
}

// inheritLayer gives the permanent key what was announced by the temporary one before it was bound.
func inheritLayer(ctx context.Context, tx *db.Tx, b Binding, temp *record) error {
	if temp.layer == 0 {
		return nil
	}
	c := temp.client
	const set = `UPDATE auth_key SET layer = $2, api_id = $3, device = $4, system = $5, app = $6, system_lang = $7,
		lang_pack = $8, lang = $9 WHERE id = $1 AND layer = 0`
	_, err := tx.Exec(ctx, set, b.Perm, temp.layer, c.APIID, c.Device, c.System, c.App, c.SystemLang, c.LangPack, c.Lang)
	return err
}

// bindingSize is the length of a binding message before its padding: random, msg_id, seqno, length and a
// bind_auth_key_inner.
const bindingSize = 16 + 8 + 4 + 4 + innerSize

const (
	innerSize = 40
	innerID   = 0x75a3f765
)

// check fails with ErrBinding unless the encrypted message says the same as the request around it, and was
// encrypted by the permanent key. It is of MTProto 1.0, whatever else the client speaks.
// Spec: https://core.telegram.org/api/pfs#special-binding-message
func (b Binding) check(secret [256]byte) error {
	const head = 8 + 16
	if len(b.Encrypted) < head+bindingSize || len(b.Encrypted) > head+bindingSize+aes.BlockSize+1024 {
		return ErrBinding
	}
	if ids.AuthKey(binary.LittleEndian.Uint64(b.Encrypted)) != b.Perm {
		return ErrBinding
	}
	msgKey, body := b.Encrypted[8:head], b.Encrypted[head:]
	body = body[:len(body)/aes.BlockSize*aes.BlockSize]
	plain, err := decryptV1(secret, msgKey, body)
	if err != nil || len(plain) < bindingSize {
		return ErrBinding
	}
	plain = plain[:bindingSize]
	sum := sha1.Sum(plain)
	if subtle.ConstantTimeCompare(sum[4:], msgKey) != 1 || !b.same(plain) {
		return ErrBinding
	}
	return nil
}

// same compares the decrypted message with the request.
func (b Binding) same(plain []byte) bool {
	le := binary.LittleEndian
	msg, inner := plain[16:32], plain[32:]
	return int64(le.Uint64(msg)) == b.MsgID && le.Uint32(msg[12:]) == innerSize &&
		le.Uint32(inner) == innerID &&
		int64(le.Uint64(inner[4:])) == b.Nonce &&
		ids.AuthKey(le.Uint64(inner[12:])) == b.Temp &&
		ids.AuthKey(le.Uint64(inner[20:])) == b.Perm &&
		ids.Session(le.Uint64(inner[28:])) == b.Session &&
		int32(le.Uint32(inner[36:])) == b.ExpiresAt
}

// decryptV1 undoes the encryption of MTProto 1.0 in the direction from client to server.
// Spec: https://core.telegram.org/mtproto/description_v1#defining-aes-key-and-initialization-vector
func decryptV1(secret [256]byte, msgKey, body []byte) ([]byte, error) {
	a := sha1.Sum(concat(msgKey, secret[:32]))
	b := sha1.Sum(concat(secret[32:48], msgKey, secret[48:64]))
	c := sha1.Sum(concat(secret[64:96], msgKey))
	d := sha1.Sum(concat(msgKey, secret[96:128]))
	key := concat(a[:8], b[8:20], c[4:16])
	iv := concat(a[8:20], b[:8], c[16:20], d[:8])
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return decryptIGE(block, iv, body), nil
}

// decryptIGE decrypts whole blocks. It is for the few bytes of a binding; traffic has a faster one.
func decryptIGE(block cipher.Block, iv, body []byte) []byte {
	plain := make([]byte, len(body))
	before, mask := iv[:aes.BlockSize], iv[aes.BlockSize:]
	for at := 0; at+aes.BlockSize <= len(body); at += aes.BlockSize {
		in, out := body[at:at+aes.BlockSize], plain[at:at+aes.BlockSize]
		subtle.XORBytes(out, in, mask)
		block.Decrypt(out, out)
		subtle.XORBytes(out, out, before)
		before, mask = in, out
	}
	return plain
}

func concat(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// DropTemporary ends the temporary keys that are bound to a permanent one, except some.
// Spec: https://core.telegram.org/method/auth.dropTempAuthKeys
func (s *Service) DropTemporary(ctx context.Context, perm ids.AuthKey, except []int64) error {
	keep := make(map[ids.AuthKey]bool, len(except))
	for _, id := range except {
		keep[ids.AuthKey(id)] = true
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.dropTemporary(ctx, tx, perm, keep) })
}

func (s *Service) dropTemporary(ctx context.Context, tx *db.Tx, perm ids.AuthKey, keep map[ids.AuthKey]bool) error {
	bound, err := boundTo(ctx, tx, perm)
	if err != nil {
		return err
	}
	for _, id := range bound {
		if keep[id] {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM auth_key WHERE id = $1`, id); err != nil {
			return fmt.Errorf("drop temporary key: %w", err)
		}
		s.changed(tx, id)
	}
	return nil
}

// boundTo lists the temporary keys of a permanent one.
func boundTo(ctx context.Context, tx *db.Tx, perm ids.AuthKey) ([]ids.AuthKey, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM auth_key WHERE perm_id = $1 AND perm_id <> 0 LIMIT 1000`, perm)
	if err != nil {
		return nil, fmt.Errorf("read temporary keys: %w", err)
	}
	var bound []ids.AuthKey
	for rows.Next() {
		var id ids.AuthKey
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		bound = append(bound, id)
	}
	return bound, rows.Err()
}
