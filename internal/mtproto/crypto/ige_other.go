//go:build !amd64

package crypto

func encryptIGE(key, iv *[32]byte, b []byte) { encryptGeneric(key, iv, b) }
func decryptIGE(key, iv *[32]byte, b []byte) { decryptGeneric(key, iv, b) }
