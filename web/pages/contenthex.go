package pages

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The window of a file that is shown byte by byte.
const (
	hexRow  = 16
	hexRows = 256
)

// HexRow is a few bytes: as numbers, and as letters where they are some.
type HexRow struct {
	At    string // the place of the first, counted from 0
	Bytes string
	Text  string
}

// isBinary reports whether the raw bytes of a file are no text that can be read:
// it is a picture or is compressed, or the beginning has NUL bytes.
func isBinary(f Source) (bool, error) {
	switch suffix(f.Path) {
	case ".png", ".jpg", ".jpeg", ".svgz":
		return true, nil
	case ".csv", ".txt", ".log", ".json", ".md", ".html", ".svg":
		return false, nil
	}
	head := make([]byte, min(f.Size(), 8<<10))
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, f.Size()), head); err != nil {
		return false, err
	}
	return bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]), nil
}

// fillRaw shows the bytes of a file: as text, if they are some.
func (c *Content) fillRaw(ctx context.Context, w Windows, f Source, l Look) error {
	is, err := isBinary(f)
	if err != nil {
		return err
	}
	if is {
		return c.fillHex(f, l)
	}
	return c.fillLines(ctx, w, f, l)
}

// fillHex shows a window of the bytes.
func (c *Content) fillHex(f Source, l Look) error {
	const size = hexRow * hexRows
	from := min(l.From, max(f.Size()-1, 0)) / hexRow * hexRow
	b := make([]byte, min(size, f.Size()-from))
	if _, err := io.ReadFull(io.NewSectionReader(f, from, f.Size()-from), b); err != nil {
		return err
	}
	c.Kind = AsBytes
	for i := 0; i < len(b); i += hexRow {
		c.Hex = append(c.Hex, newHexRow(from+int64(i), b[i:min(i+hexRow, len(b))]))
	}
	if len(b) > 0 {
		c.Window = NewWindow("Bytes", from, int64(len(b)), size, f.Size(), func(from int64) string { return l.at(l.View, from, 0) })
	}
	return nil
}

func newHexRow(at int64, b []byte) HexRow {
	var numbers, text strings.Builder
	for i, c := range b {
		if i == hexRow/2 {
			numbers.WriteByte(' ')
		}
		fmt.Fprintf(&numbers, "%02x ", c)
		if c < ' ' || c > '~' {
			c = '.'
		}
		text.WriteByte(c)
	}
	return HexRow{At: fmt.Sprintf("%08x", at), Bytes: strings.TrimSpace(numbers.String()), Text: text.String()}
}
