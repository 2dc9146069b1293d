package pages

import (
	"sallyport/outputs"
)

// TextLines is how many lines a window of a text has.
const TextLines = 500

// FillText shows a window of a text that begins at a piece, counted from 0. In
// one that is coloured, the colours of terminals are shown and other sequences
// for terminals are left out.
func (c *Content) FillText(i outputs.LinesInfo, pieces []outputs.Piece, from int64, coloured bool, to func(from int64) string) {
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
			line.Number = Count(int(p.Line))
		}
		if coloured {
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
	c.Window = NewWindow(things, from, int64(len(pieces)), TextLines, i.Pieces, to)
}
