package contacts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"hermod/internal/domain/ids"
)

const (
	// tokenLife is how long a contact token holds.
	tokenLife = 24 * time.Hour
	tokenHead = 12 // bytes: user and expiry
	tokenMAC  = 12 // bytes
)

// Token makes a token by which whoever gets it finds user for a day. Nothing is stored.
// Spec: https://core.telegram.org/method/contacts.exportContactToken
func (s *Service) Token(user ids.User, now time.Time) (token string, expires time.Time) {
	expires = now.Add(tokenLife)
	b := binary.BigEndian.AppendUint64(nil, uint64(user))
	b = binary.BigEndian.AppendUint32(b, uint32(expires.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, s.tokenMAC(b)...)), expires
}

// FromToken returns whose token it is; ErrToken if it is no good.
func (s *Service) FromToken(token string, now time.Time) (ids.User, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenHead+tokenMAC {
		return 0, ErrToken
	}
	head, mac := b[:tokenHead], b[tokenHead:]
	if !hmac.Equal(mac, s.tokenMAC(head)) || now.Unix() >= int64(binary.BigEndian.Uint32(head[8:])) {
		return 0, ErrToken
	}
	return ids.User(binary.BigEndian.Uint64(head)), nil
}

func (s *Service) tokenMAC(head []byte) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write(head)
	return mac.Sum(nil)[:tokenMAC]
}
