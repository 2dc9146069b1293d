package ledger

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"unicode/utf8"
)

// MaxLine is the greatest number of bytes of a line of a JSON Lines export,
// with its line end: an entry and the words that belong to it.
const MaxLine = 1 << 20

// ErrExport is the answer to an export, or rows for one, that cannot be right.
var ErrExport = errors.New("ledger: not a valid export")

// Row is one entry of an export.
type Row struct {
	ID    int64  // rows come in the order of their ids
	Bytes []byte // the entry, verbatim; valid until the next row is asked for
	Words []Words
	// Hidden says that the reader of the export is shown only that there is an
	// entry and what its hash is.
	Hidden bool
	// Hash is Hash(Bytes). Readers fill it in; writers use it only for a hidden
	// row without Bytes.
	Hash string
}

// Words is a text that somebody wrote, with what its hash in the entry is made
// of. Erased words have neither salt nor text.
type Words struct {
	Hash string `json:"hash"`
	Salt string `json:"salt,omitempty"` // 32 bytes, hexadecimal
	Text string `json:"text,omitempty"`
}

// WriteJSONLines writes rows as JSON Lines, one entry a line, in the form that
// docs/ledger.md gives. It keeps one row in memory. At the first error, its
// own or that of rows, it stops and returns it; what is written is then not an
// export.
func WriteJSONLines(w io.Writer, rows iter.Seq2[Row, error]) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var last int64
	var line []byte
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("export after entry %d: %w", last, err)
		}
		if line, err = appendRow(line[:0], row, last); err != nil {
			return fmt.Errorf("export entry %d: %w", row.ID, err)
		}
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("export entry %d: %w", row.ID, err)
		}
		last = row.ID
	}
	return out.Flush()
}

// appendRow appends the line of row, which comes after the entry last.
func appendRow(out []byte, row Row, last int64) ([]byte, error) {
	start := len(out)
	out = append(out, `{"id":`...)
	out = strconv.AppendInt(out, row.ID, 10)
	out = append(out, `,"hash":"`...)
	out, err := appendHash(out, row, last)
	if err != nil {
		return nil, err
	}
	out = append(out, '"')
	if !row.Hidden {
		out = append(append(out, `,"entry":`...), row.Bytes...)
		if out, err = appendWords(out, row); err != nil {
			return nil, err
		}
	}
	if out = append(out, "}\n"...); len(out)-start > MaxLine {
		return nil, fmt.Errorf("%w: a line of %d bytes", ErrTooLarge, len(out)-start)
	}
	return out, nil
}

// appendHash appends the hash of row, after a look at whether row can be
// written at all: a raw line end, which canonical JSON has nowhere, would
// break the export for every line that follows.
func appendHash(out []byte, row Row, last int64) ([]byte, error) {
	switch {
	case row.ID <= last:
		return nil, fmt.Errorf("%w: entry %d after entry %d", ErrExport, row.ID, last)
	case row.Hidden && len(row.Bytes) == 0:
		if !isHash(row.Hash) {
			return nil, fmt.Errorf("%w: a hidden row has no hash", ErrExport)
		}
		return append(out, row.Hash...), nil
	case len(row.Bytes) > MaxEntry:
		return nil, fmt.Errorf("%w: an entry of %d bytes", ErrTooLarge, len(row.Bytes))
	case !bytes.HasPrefix(row.Bytes, []byte("{")), bytes.IndexByte(row.Bytes, '\n') >= 0, bytes.IndexByte(row.Bytes, '\r') >= 0:
		return nil, ErrNotCanonical
	}
	sum := sha256.Sum256(row.Bytes)
	return hex.AppendEncode(out, sum[:]), nil
}

// appendWords appends the words that belong to row's entry, if there are any.
func appendWords(out []byte, row Row) ([]byte, error) {
	if len(row.Words) == 0 {
		return out, nil
	}
	out = append(out, `,"words":[`...)
	for i, w := range row.Words {
		if err := w.check(); err != nil {
			return nil, err
		}
		if !bytes.Contains(row.Bytes, []byte(`"`+w.Hash+`"`)) {
			return nil, fmt.Errorf("%w: words do not belong to entry %d", ErrExport, row.ID)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = appendQuoted(append(out, `{"hash":`...), w.Hash)
		if w.Salt != "" {
			out = appendQuoted(append(out, `,"salt":`...), w.Salt)
			out = appendQuoted(append(out, `,"text":`...), w.Text)
		}
		out = append(out, '}')
	}
	return append(out, ']'), nil
}

// check reports words that do not have the hash that they claim.
func (w Words) check() error {
	if !isHash(w.Hash) {
		return fmt.Errorf("%w: words have no hash", ErrExport)
	}
	if w.Salt == "" {
		if w.Text != "" {
			return fmt.Errorf("%w: words have no salt", ErrExport)
		}
		return nil
	}
	if !isHash(w.Salt) { // a salt has as many bytes as a hash
		return fmt.Errorf("%w: a salt is not 64 lower-case hexadecimal digits", ErrExport)
	}
	if !utf8.ValidString(w.Text) {
		return fmt.Errorf("%w: words: %w", ErrExport, errEncoding)
	}
	var salt [32]byte
	if _, err := hex.Decode(salt[:], []byte(w.Salt)); err != nil {
		return fmt.Errorf("%w: a salt cannot be read", ErrExport)
	}
	if WordsHash(salt, w.Text) != w.Hash {
		return fmt.Errorf("%w: words do not have the hash %s", ErrExport, w.Hash)
	}
	return nil
}
