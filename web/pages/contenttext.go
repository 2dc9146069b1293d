package pages

import (
	"context"
	"errors"
	"strconv"

	"sallyport/outputs"
)

const (
	// TextLines is how many lines a window of a text has.
	TextLines = 500
	// aboveHit is how many of them stand above a place that was found.
	aboveHit = 20
)

// fillLines shows a window of a text: where the address says, at a line, at a
// place where words stand, or, of a job's log, at the end.
func (c *Content) fillLines(ctx context.Context, w Windows, f Source, l Look) error {
	lines, err := w.Lines(ctx, f.SHA256, f)
	if err != nil {
		return err
	}
	err = c.fillWindow(ctx, w, f, lines, l)
	return errors.Join(err, lines.Close())
}

func (c *Content) fillWindow(ctx context.Context, w Windows, f Source, lines *outputs.Lines, l Look) error {
	from, hits, err := c.begin(ctx, w, lines, l)
	if err != nil {
		return err
	}
	if l.isLog(f) {
		if err := c.fillSummary(f, lines); err != nil {
			return err
		}
		if c.AtEnd {
			from = max(lines.Info.Pieces-TextLines, 0)
		}
	}
	from = min(from, max(lines.Info.Pieces-1, 0))
	pieces, err := lines.Window(ctx, from, TextLines)
	if err != nil {
		return err
	}
	c.FillText(lines.Info, pieces, from, l)
	for i := range c.Lines {
		c.Lines[i].Found = l.Line > 0 && !pieces[i].Later && pieces[i].Line == min(l.Line, lines.Info.Lines)
	}
	if hits.Total > 0 {
		at := int64(-1)
		if hits.Hit > 0 && l.From == 0 {
			at = hits.Piece - from
		}
		c.mark(pieces, l.Find, at, hits.Nth)
	}
	return nil
}

// begin is the piece that a window begins with, and where words stand, if some
// are looked for.
func (c *Content) begin(ctx context.Context, w Windows, lines *outputs.Lines, l Look) (int64, outputs.Hits, error) {
	c.Words = l.findWords()
	c.Words.Lines = true
	var hits outputs.Hits
	switch {
	case l.Line > 0:
		at, err := lines.PieceOf(ctx, l.Line)
		return max(at-aboveHit, 0), hits, err
	case l.Find == "":
		return l.From, hits, nil
	}
	if c.Words.Said = unfit(l.Find); c.Words.Said != "" {
		return l.From, hits, nil
	}
	sought := outputs.Sought{Words: l.Find, Hit: max(l.Hit, 1)}
	if l.View == ViewText {
		sought.Seen = seenText
	}
	hits, err := w.Find(ctx, lines, sought)
	if err != nil {
		return 0, hits, err
	}
	c.Words.say(hits.Hit, hits.Total, l)
	if l.From > 0 {
		return l.From, hits, nil
	}
	return max(hits.Piece-aboveHit, 0), hits, nil
}

// FillText shows a window of a text that begins at a piece, counted from 0. In
// the usual view the colours of terminals are shown and other sequences for
// terminals are left out.
func (c *Content) FillText(i outputs.LinesInfo, pieces []outputs.Piece, from int64, l Look) {
	c.Kind = AsText
	c.Shown = Plural(int(i.Lines), "line")
	if i.NULs > 0 {
		c.Note(Plural(int(i.NULs), "byte") + " in it " + isAre(i.NULs) + " NUL: it may be no text.")
	}
	c.noteEncoding(i.Encoding, i.NotUTF8)
	var pen pen
	for _, p := range pieces {
		line := Line{}
		if !p.Later {
			line.Number, line.ID = Count(int(p.Line)), "line-"+strconv.FormatInt(p.Line, 10)
			if line.Mark = l.Marks.line(p.Line); line.Mark != nil {
				l.From = from
				line.Mark.Href = l.found(line.Mark.id, line.ID)
			}
		}
		if l.View == ViewText {
			line.Spans = pen.write(p.Text)
		} else {
			line.Spans = spans(p.Text, "")
		}
		c.Lines = append(c.Lines, line)
	}
	if pen.left > 0 {
		c.Note(Plural(pen.left, "sequence") + " for terminals in these lines " + isAre(int64(pen.left)) + " left out where ⟨ESC⟩ stands. The raw text has all of it.")
	}
	if len(pieces) == 0 {
		return
	}
	things := "Lines"
	if i.Pieces != i.Lines {
		c.Note("Lines of more than 2,000 bytes are shown in parts.")
		things = "Parts"
	}
	var more []string
	if l.Find != "" {
		more = []string{"find", l.Find}
	}
	c.Window = NewWindow(things, from, int64(len(pieces)), TextLines, i.Pieces, func(from int64) string {
		if from == 0 && (c.AtEnd || l.Find != "") { // the beginning, and not where one came from
			return l.at(l.View, 0, 0, append(more, "from", "1")...)
		}
		return l.at(l.View, from, 0, more...)
	})
}
