package main

import (
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isTerminal reports whether a person looks at what is written.
func isTerminal(w any) bool {
	f, is := w.(interface{ Stat() (fs.FileInfo, error) })
	if !is {
		return false
	}
	at, err := f.Stat()
	return err == nil && at.Mode()&(fs.ModeDevice|fs.ModeCharDevice) == fs.ModeDevice|fs.ModeCharDevice
}

// paint colours text, on a terminal, unless NO_COLOR is set.
type paint struct{ on bool }

func newPaint(c *console) paint {
	no, _ := c.lookup("NO_COLOR")
	kind, _ := c.lookup("TERM")
	return paint{on: no == "" && kind != "dumb" && isTerminal(c.out)}
}

// The colours, as a terminal is told.
const (
	red    = "31"
	yellow = "33"
	bold   = "1"
	faint  = "2"
)

func (p paint) in(colour, text string) string {
	if !p.on || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// progress says on a terminal what is done now, in one line that is gone when
// it is over.
type progress struct {
	to   io.Writer // nil where nobody looks
	said bool
}

func newProgress(c *console) *progress {
	kind, _ := c.lookup("TERM")
	if kind == "dumb" || !isTerminal(c.err) {
		return &progress{}
	}
	return &progress{to: c.err}
}

// say puts a line in the place of the last one.
func (p *progress) say(text string) {
	const width = 78
	if p.to == nil {
		return
	}
	text = plain(text)
	if n := utf8.RuneCountInString(text); n > width {
		text = "…" + string([]rune(text)[n-width+1:])
	}
	p.said = true
	_, _ = fmt.Fprintf(p.to, "\r\x1b[K%s", text) // where stderr is gone, nobody is left to tell
}

// clear takes the line away.
func (p *progress) clear() {
	if p.said {
		p.said = false
		_, _ = io.WriteString(p.to, "\r\x1b[K")
	}
}

// plain writes text so that it can do nothing to a terminal: what is not printed,
// or turns the direction of what is, stands as an escape.
func plain(text string) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unprintable(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

func unprintable(r rune) bool { return r != ' ' && !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) }
