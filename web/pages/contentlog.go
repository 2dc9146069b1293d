package pages

import (
	"bytes"
	"io"

	"sallyport/outputs"
)

// summaryMark is the line that begins the summary at the end of a job's log.
const summaryMark = "=============JOB SUMMARY============="

// The bounds of a job's summary that is kept in view.
const (
	mostSummary  = 64 << 10 // bytes from the end in which it is looked for
	summaryLines = 200
)

// isLog reports whether somebody opens a log, and goes nowhere in it: a job's is
// shown from its end.
func (l Look) isLog(f Source) bool {
	return suffix(f.Path) == ".log" && l.View == ViewText && l.From == 0 && l.Line == 0 && l.Find == "" && !l.Begin
}

// fillSummary keeps the summary of a job's log in view.
func (c *Content) fillSummary(f Source, lines *outputs.Lines) error {
	from := max(f.Size()-mostSummary, 0)
	b, err := io.ReadAll(io.NewSectionReader(f, from, f.Size()-from))
	if err != nil {
		return err
	}
	at := bytes.LastIndex(b, []byte(summaryMark))
	if at < 0 || at > 0 && b[at-1] != '\n' {
		return nil
	}
	c.AtEnd = true
	text := bytes.TrimSpace(b[at+len(summaryMark):])
	var pen pen
	for i, line := range bytes.Split(text, []byte("\n")) {
		if i == summaryLines {
			c.Summary = append(c.Summary, Line{Spans: []Span{{Text: "… more in the log"}}})
			break
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		c.Summary = append(c.Summary, Line{Spans: pen.write(lines.Info.Encoding.Decode(line))})
	}
	return nil
}
