package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words is something a person wrote: a title, a text, a reason, the name of a
// group. In an entry only Hash stands, the hex SHA-256 of salt ‖ text
// (docs/ledger.md "Words"); salt and text are kept beside the log, so that they
// can be erased and the log still verifies.
type Words struct {
	Hash   string
	Salt   [32]byte
	Text   string
	Erased bool // the hash stands, salt and text are gone
}

// newWords hashes text with salt. Empty text is no Words at all.
func newWords(salt [32]byte, text string) Words {
	if text == "" {
		return Words{}
	}
	sum := sha256.Sum256(append(salt[:], text...))
	return Words{Hash: hex.EncodeToString(sum[:]), Salt: salt, Text: text}
}

// MarshalJSON writes the hash alone.
func (w Words) MarshalJSON() ([]byte, error) { return json.Marshal(w.Hash) }

// UnmarshalJSON reads the hash; Fill adds the text.
func (w *Words) UnmarshalJSON(b []byte) error {
	*w = Words{}
	return json.Unmarshal(b, &w.Hash)
}

// IsZero reports whether nothing was written; encoding/json leaves it out then.
func (w Words) IsZero() bool { return w.Hash == "" }

// String is the text as people see it.
func (w Words) String() string {
	if w.Erased {
		return "[erased]"
	}
	return w.Text
}

// cleanText trims text and refuses what is too long or cannot be shown.
// Line breaks and tabs are text; other control characters are not.
func cleanText(what, text string, limit int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !utf8.ValidString(text) {
		return "", ErrInvalid.with("The %s is not text (UTF-8).", what)
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return "", ErrInvalid.with("The %s has %d characters; at most %d are taken.", what, n, limit)
	}
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if strings.ContainsFunc(text, bad) {
		return "", ErrInvalid.with("The %s has control characters in it.", what)
	}
	return text, nil
}

// cleanLine is cleanText for what stands on one line: a title, a group's name.
func cleanLine(what, text string, limit int) (string, error) {
	text, err := cleanText(what, text, limit)
	if err == nil && strings.ContainsAny(text, "\n\t") {
		return "", ErrInvalid.with("The %s must be on one line.", what)
	}
	return text, err
}
