package outputs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"
)

// LinesInfo is what is known of a whole text. A line longer than 2,000 bytes
// is several pieces, so that all of it can be shown; others are one.
type LinesInfo struct {
	Pieces   int64
	Lines    int64
	Every    int64 // the places of so many pieces are noted
	Encoding Encoding
	NotUTF8  int64  // bytes that are not, though the rest is
	NULs     int64  // bytes that are zero
	Refused  string // why it is no text; then nothing else is known
}

const (
	everyPiece = 256  // the places of so many pieces are noted, at first
	mostPiece  = 2000 // bytes of a piece
)

// Lines gives windows of a text.
type Lines struct {
	Info  LinesInfo
	file  Bytes
	marks *marks

	layout layout
}

// Close lets go of the text, not of its file.
func (l *Lines) Close() error { return l.marks.close() }

// Piece is a line, or a part of a long one.
type Piece struct {
	Line  int64 // counted from 1
	Later bool  // it is not where the line begins
	Text  string
}

// Lines finds the lines of a text, or remembers where they are if it has seen
// these bytes before; sha256 is "" for bytes that are not remembered. What is
// no text is refused as [NotText].
func (w *Windows) Lines(ctx context.Context, sha256 string, f Bytes) (*Lines, error) {
	l := &Lines{file: f}
	var err error
	if l.layout, _, err = layoutOf(f); err != nil {
		return nil, err
	}
	l.marks, err = w.marks(ctx, key(sha256, "lines"), f, &l.Info, func(ctx context.Context) ([]int64, error) {
		l.Info = LinesInfo{}
		places, err := l.Info.count(l.layout.source(ctx, f, l.layout.start), l.layout)
		if no, ok := errors.AsType[*NotText](err); ok {
			l.Info, places, err = LinesInfo{Refused: no.Reason}, nil, nil
		}
		return places, err
	})
	if err != nil {
		return nil, err
	}
	if l.Info.Refused != "" {
		return nil, errors.Join(&NotText{l.Info.Refused}, l.Close())
	}
	return l, nil
}

// count reads a text once and notes where every so many pieces begin, the line
// of each, and whether it begins there.
func (l *LinesInfo) count(in io.Reader, of layout) ([]int64, error) {
	noted := &tally{r: in}
	p := newPieces(noted, of, 1, false)
	places := noting{every: everyPiece, width: 2}
	for {
		at, line, later := p.at, p.line, p.later
		if _, err := p.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		begins := line << 1
		if later {
			begins |= 1
		}
		places.note(l.Pieces, of.start+at, begins)
		l.Pieces++
		l.Lines = line
	}
	var err error
	l.Encoding, l.NotUTF8, err = noted.encoding()
	if of.wide != "" && err == nil {
		l.Encoding = of.wide
	}
	l.NULs, l.Every = noted.nuls, places.every
	return places.places, err
}

// pieces reads a text piece by piece.
type pieces struct {
	in     *bufio.Reader
	layout layout
	at     int64 // where the next piece begins in the file, from where reading began
	line   int64 // that it is of
	later  bool
}

// newPieces reads on from a source of the layout.
func newPieces(r io.Reader, l layout, line int64, later bool) *pieces {
	return &pieces{in: bufio.NewReaderSize(r, readBuffer), layout: l, line: line, later: later}
}

// next reads a piece without its line end; io.EOF at the end. It is good until
// the next.
func (p *pieces) next() ([]byte, error) {
	b, err := p.in.Peek(mostPiece + 1)
	if len(b) == 0 {
		return nil, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	taken := bytes.IndexByte(b, '\n') + 1
	piece := b
	switch {
	case taken > 0:
		piece = bytes.TrimSuffix(b[:taken-1], []byte("\r"))
		p.line, p.later = p.line+1, false
	case len(b) > mostPiece:
		taken = mostPiece
		for back := 1; back < utf8.UTFMax && !utf8.RuneStart(b[taken]); back++ {
			taken--
		}
		piece, p.later = b[:taken], true
	default:
		taken = len(b)
	}
	p.at += p.layout.raw(b[:taken])
	_, err = p.in.Discard(taken)
	return piece, err
}

// Window reads count pieces, the first of which is from, counted from 0, or
// fewer where the text ends.
func (l *Lines) Window(ctx context.Context, from, count int64) ([]Piece, error) {
	if from < 0 || from >= l.Info.Pieces {
		return nil, nil
	}
	every := l.Info.Every
	place, err := l.marks.at(from / every * 2)
	if err != nil {
		return nil, err
	}
	begins, err := l.marks.at(from/every*2 + 1)
	if err != nil {
		return nil, err
	}
	p := newPieces(l.layout.source(ctx, l.file, place), l.layout, begins>>1, begins&1 == 1)
	var window []Piece
	for n := from / every * every; n < min(from+count, l.Info.Pieces); n++ {
		line, later := p.line, p.later
		text, err := p.next()
		if err != nil {
			return nil, err
		}
		if n >= from {
			window = append(window, Piece{line, later, l.Info.Encoding.Decode(text)})
		}
	}
	return window, nil
}
