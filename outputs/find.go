package outputs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostSought is how long words that are looked for may be, in bytes.
const MostSought = 200

// Sought is what is looked for in a text, and which of its places is wanted.
type Sought struct {
	Words string // without the spaces around them; case does not matter
	Hit   int64  // counted from 1; one behind the last is the last
	// Seen is what people see of a piece that holds ESC; nil if they see all.
	Seen func(text string) string
}

// Hits is where in a text words stand.
type Hits struct {
	Total int64
	Hit   int64 // which one was found, counted from 1; 0 if there is none
	Piece int64 // where it begins, counted from 0
	Nth   int   // which of its piece it is, counted from 0
}

// Find reads a whole text and counts the places where words stand. A place is
// not counted twice, and may reach over the end of a piece, not of a line. It
// takes a while for long texts, and ends when ctx does.
func (w *Windows) Find(ctx context.Context, l *Lines, s Sought) (Hits, error) {
	if l.file.Size() > alwaysCounted {
		select {
		case w.finding <- struct{}{}:
			defer func() { <-w.finding }()
		case <-ctx.Done():
			return Hits{}, ctx.Err()
		}
	}
	return l.find(ctx, s)
}

func (l *Lines) find(ctx context.Context, s Sought) (Hits, error) {
	words := []byte(Fold(s.Words))
	if len(words) == 0 {
		return Hits{}, nil
	}
	p := newPieces(l.layout.source(ctx, l.file, l.layout.start), l.layout, 1, false)
	var folded, tail []byte // of the piece before, if the line goes on
	f := finder{words: words, wanted: max(s.Hit, 1)}
	for n := int64(0); ; n++ {
		later := p.later
		text, err := p.next()
		if errors.Is(err, io.EOF) {
			return f.hits, nil
		}
		if err != nil {
			return f.hits, err
		}
		if !later {
			tail = tail[:0]
		}
		folded = l.fold(append(folded[:0], tail...), text, s.Seen)
		end := f.note(folded, n, len(tail))
		tail = append(tail[:0], folded[max(end, len(folded)-len(words)+1):]...)
	}
}

// finder counts places piece by piece.
type finder struct {
	words  []byte
	wanted int64
	hits   Hits
	nth    int // places in the piece that was read last
}

// note counts the places in a piece, before which stands what was carried over
// from the one before, and returns where the last one ends.
func (f *finder) note(folded []byte, piece int64, carried int) int {
	end, nth := 0, 0
	for {
		i := bytes.Index(folded[end:], f.words)
		if i < 0 {
			f.nth = nth
			return end
		}
		begins := end + i
		f.hits.Total++
		at, of := piece, nth
		if begins < carried {
			at, of = piece-1, f.nth
		} else {
			nth++
		}
		if f.hits.Total <= f.wanted {
			f.hits.Hit, f.hits.Piece, f.hits.Nth = f.hits.Total, at, of
		}
		end = begins + len(f.words)
	}
}

// fold appends a piece as it is compared.
func (l *Lines) fold(to, piece []byte, seen func(string) string) []byte {
	if seen != nil && bytes.IndexByte(piece, 0x1b) >= 0 {
		return append(to, Fold(seen(l.Info.Encoding.Decode(piece)))...)
	}
	if !isASCII(piece) {
		return append(to, Fold(l.Info.Encoding.Decode(piece))...)
	}
	begins := len(to)
	to = append(to, piece...)
	for i := begins; i < len(to); i++ {
		if c := to[i]; c >= 'A' && c <= 'Z' {
			to[i] = c + 'a' - 'A'
		}
	}
	return to
}

// Fold is a text as it is compared where case does not matter: letter by letter
// in lower case.
func Fold(text string) string {
	return strings.Map(unicode.ToLower, text)
}

// Places are where words stand in a text, as pairs of where one begins and where
// it ends, in bytes.
func Places(text, words string) [][2]int {
	words = Fold(words)
	if words == "" {
		return nil
	}
	folded := Fold(text)
	var places [][2]int
	from, to := 0, 0 // the same place in folded and in text
	for {
		i := strings.Index(folded[from:], words)
		if i < 0 {
			return places
		}
		to = along(text, to, folded[from:from+i])
		ends := along(text, to, words)
		places = append(places, [2]int{to, ends})
		from, to = from+i+len(words), ends
	}
}

// along is the place in a text as many letters on as there are in another.
func along(text string, at int, letters string) int {
	for range letters {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return at
}

// PieceOf is the piece where a line begins, or the last line if there are not so
// many. Lines are counted from 1, pieces from 0.
func (l *Lines) PieceOf(ctx context.Context, line int64) (int64, error) {
	line = max(min(line, l.Info.Lines), 1)
	if l.Info.Pieces == l.Info.Lines {
		return line - 1, nil
	}
	var failed error
	marks := (l.Info.Pieces + l.Info.Every - 1) / l.Info.Every
	after := sort.Search(int(marks), func(i int) bool { // the first mark behind the line's beginning
		begins, err := l.marks.at(int64(i)*2 + 1)
		failed = errors.Join(failed, err)
		return begins>>1 > line || begins == line<<1|1
	})
	if failed != nil {
		return 0, failed
	}
	from := max(int64(after)-1, 0) * l.Info.Every
	window, err := l.Window(ctx, from, l.Info.Every)
	for i, p := range window {
		if p.Line == line && !p.Later {
			return from + int64(i), err
		}
	}
	return from, err
}
