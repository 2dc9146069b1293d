package pages

import (
	"context"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Difference is how two texts differ, line by line.
type Difference struct {
	Hunks []Hunk
	More  string // what is not shown
	Why   string // why nothing is
}

// Hunk is a part of two texts that differs, with the lines around it.
type Hunk struct {
	Title string
	Lines []DiffLine
}

// DiffLine is a line of either text, or of both.
type DiffLine struct {
	Old, New string // their numbers; "" where it is not
	Sign     string
	Word     string // what the sign says
	Class    string
	Spans    []Span
}

// The bounds of a difference.
const (
	mostCompared   = 1 << 20 // bytes of either text
	mostDiffLines  = 4_000   // that are shown
	diffLinesAbout = 3       // unchanged lines around what differs
)

// NewDifference compares two texts.
func NewDifference(ctx context.Context, language Language, old, now string) Difference {
	if len(old) > mostCompared || len(now) > mostCompared {
		return Difference{Why: "Files of more than " + Size(mostCompared) + " are not compared line by line."}
	}
	old, now = wholeLines(old), wholeLines(now)
	unified, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, now), diffLinesAbout)
	if err != nil { // the edits are its own
		return Difference{Why: "The lines could not be compared."}
	}
	w := diffWriter{old: coloured(ctx, language, old), new: coloured(ctx, language, now)}
	for _, h := range unified.Hunks {
		if w.shown += len(h.Lines); w.shown > mostDiffLines && len(w.hunks) > 0 {
			return Difference{Hunks: w.hunks, More: "More differs than is shown here."}
		}
		w.hunk(h)
	}
	d := Difference{Hunks: w.hunks}
	if w.shown > mostDiffLines {
		d.More = "More differs than is shown here."
	}
	return d
}

// wholeLines is a text in which every line has its end, and the same one.
func wholeLines(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

// coloured are the lines of a text as they are shown.
func coloured(ctx context.Context, language Language, text string) [][]Span {
	lines := strings.SplitAfter(text, "\n")
	if clipLines(lines) {
		language, text = Plain, strings.Join(lines, "")
	}
	return Highlight(ctx, language, text)
}

// diffWriter makes hunks to be shown.
type diffWriter struct {
	old, new [][]Span
	hunks    []Hunk
	shown    int
}

func (w *diffWriter) hunk(h *udiff.Hunk) {
	old, now := h.FromLine, h.ToLine
	var shown Hunk
	for _, l := range h.Lines[:min(len(h.Lines), mostDiffLines)] {
		line := DiffLine{Sign: " ", Spans: lineAt(w.new, now)}
		switch l.Kind {
		case udiff.Delete:
			line = DiffLine{Old: strconv.Itoa(old), Sign: "−", Word: "removed", Class: "removed", Spans: lineAt(w.old, old)}
			old++
		case udiff.Insert:
			line = DiffLine{New: strconv.Itoa(now), Sign: "+", Word: "added", Class: "added", Spans: lineAt(w.new, now)}
			now++
		default:
			line.Old, line.New = strconv.Itoa(old), strconv.Itoa(now)
			old++
			now++
		}
		shown.Lines = append(shown.Lines, line)
	}
	shown.Title = "Line " + Count(h.FromLine)
	if h.FromLine != h.ToLine {
		shown.Title += ", now line " + Count(h.ToLine)
	}
	w.hunks = append(w.hunks, shown)
}

// lineAt is a line, counted from 1.
func lineAt(lines [][]Span, n int) []Span {
	if n < 1 || n > len(lines) {
		return nil
	}
	return lines[n-1]
}
