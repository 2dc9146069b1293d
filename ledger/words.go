package ledger

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash is the SHA-256 of an entry's bytes, in lower-case hexadecimal.
func Hash(entry []byte) string {
	sum := sha256.Sum256(entry)
	return hex.EncodeToString(sum[:])
}

// WordsHash is what stands in an entry for words that somebody wrote: the
// SHA-256 of salt and text, in lower-case hexadecimal. The salt is random, one
// for each text, and kept beside the text: with both erased nobody can find
// out what the words were, and the entry keeps its bytes. See docs/ledger.md.
func WordsHash(salt [32]byte, text string) string {
	sum := sha256.Sum256(append(salt[:], text...))
	return hex.EncodeToString(sum[:])
}
