package crypto

import "testing"

// A processor without the instructions gets the same results.
func TestWithoutInstructions(t *testing.T) {
	aes, sha := hasAES, hasSHA
	defer func() { hasAES, hasSHA = aes, sha }()
	for _, hasAES = range []bool{aes, false} {
		hasSHA = false
		t.Run("hash", TestHashSecret)
		t.Run("pair", TestHashPair)
		t.Run("open", TestOpenBlocks)
		t.Run("IGE", TestIGEAgainstAnother)
		t.Run("envelope", TestEnvelopeAgainstGotd)
	}
}
