package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// prefix begins every token, so that people and scanners know one when they
// see it.
const prefix = "sp_"

// The bounds of what is read as a token. Longer is no token, whatever it is.
const (
	maxID     = 64
	maxSecret = 128
)

// secretBytes is how much randomness is in a secret: 256 bits.
const secretBytes = 32

// secretEncoding is base32 (RFC 4648 §6) in lower case without padding: it has
// no character that ends a word, so that a click selects all of a token.
var secretEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewSecret makes the secret of a new token from 256 bits of random, which must
// be fit for keys (crypto/rand.Reader). An error is one of random.
func NewSecret(random io.Reader) (string, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return secretEncoding.EncodeToString(b), nil
}

// Format is the token with this id and secret, as people are given it.
func Format(id, secret string) string { return prefix + id + "_" + secret }

// Parse takes a token apart. It refuses what no Format of an id and a secret
// could be: an id is 1 to 64 letters and digits, a secret 1 to 128 letters,
// digits, `-` and `_`.
func Parse(token string) (id, secret string, ok bool) {
	if len(token) > len(prefix)+maxID+1+maxSecret {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(token, prefix)
	if !ok {
		return "", "", false
	}
	id, secret, ok = strings.Cut(rest, "_")
	if !ok || !consistsOf(id, maxID, "") || !consistsOf(secret, maxSecret, "-_") {
		return "", "", false
	}
	return id, secret, true
}

// consistsOf reports whether s is 1 to most ASCII letters, digits and others.
func consistsOf(s string, most int, others string) bool {
	if s == "" || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte(others, c) >= 0:
		default:
			return false
		}
	}
	return true
}

// Hash is what is kept of a secret: its SHA-256.
func Hash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// Matches reports whether hash is that of secret. It takes as long when they
// differ in the first bit as when they differ in the last.
func Matches(hash [sha256.Size]byte, secret string) bool {
	given := Hash(secret)
	return subtle.ConstantTimeCompare(hash[:], given[:]) == 1
}

// maxHeader bounds what is looked at of an Authorization header.
const maxHeader = 512

// Bearer is the token in the value of an Authorization header, as RFC 6750 §2.1
// has it: the scheme in any case, one space, and a token of the characters that
// its b64token allows, nothing before, after or in between.
func Bearer(header string) (token string, ok bool) {
	const scheme = "Bearer "
	if len(header) <= len(scheme) || len(header) > maxHeader || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	token = header[len(scheme):]
	if !consistsOf(strings.TrimRight(token, "="), maxHeader, "-._~+/") {
		return "", false
	}
	return token, true
}
