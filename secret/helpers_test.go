package secret

import (
	"crypto/rand"
	"crypto/sha1"

	"hermod/internal/mtproto/crypto"
	e2e "hermod/internal/tl/secret"
)

func noop() e2e.DecryptedMessageClass {
	return &e2e.DecryptedMessageService{RandomID: 5, Action: &e2e.DecryptedMessageActionNoop{}}
}

func resendOf(start, end int32) e2e.DecryptedMessageClass {
	return &e2e.DecryptedMessageService{
		RandomID: 5, Action: &e2e.DecryptedMessageActionResend{StartSeqNo: start, EndSeqNo: end},
	}
}

// sealV1 makes a packet of the first version, which the package itself only reads.
func sealV1(k *secretKey, content []byte) []byte {
	b := make([]byte, packetHead)
	b = le.AppendUint32(b, uint32(len(content)))
	b = append(b, content...)
	sum := sha1.Sum(b[packetHead:])
	padding := make([]byte, -(len(b)-packetHead)&(blockSize-1))
	_, _ = rand.Read(padding)
	b = append(b, padding...)
	le.PutUint64(b, uint64(k.ID))
	copy(b[8:], sum[4:])
	key, iv := crypto.DeriveV1(k.Secret[:], b[8:packetHead])
	crypto.EncryptIGE(&key, &iv, b[packetHead:])
	return b
}
