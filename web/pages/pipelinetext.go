package pages

import (
	"context"
	"html"
	"strconv"
	"strings"
)

// PipelineText is the text of a project.yaml, or a window of it, with what is
// wrong with its lines.
type PipelineText struct {
	Lines  []PipelineLine
	Window *Window
	Note   string
}

// PipelineLine is a line of a project.yaml.
type PipelineLine struct {
	Number int
	Spans  []Span
	State  State    // "" for a line of which there is nothing to say
	Notes  []string // what is wrong with it
	Marked bool     // it is what was asked for
}

// ID is what the line is named by in the page.
func (l PipelineLine) ID() string { return "L" + strconv.Itoa(l.Number) }

// What is shown of a text of very long lines, or of very many words.
const (
	leastWhole  = 48 << 10 // bytes that are shown whatever the number of lines
	wholeByLine = 256      // bytes of a line, on average, up to which lines are shown whole
	shortLine   = 160      // bytes of a line, where they are more
	spansByLine = 12       // coloured words of a line, on average
)

// NewPipelineText is at most so many lines of a text, from one that is counted
// from 0. Where they would amount to very much, they are cut short.
func NewPipelineText(ctx context.Context, text string, from, most int) (c PipelineText, total int) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	total = strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		total++
	}
	window := linesOf(text, from, most)
	lines := Highlight(ctx, InYAML, window)
	if countSpans(lines) > max(spansByLine*most, leastWhole/spansByLine) {
		lines = Highlight(ctx, Plain, window)
	}
	longest, cut := longestShown(window, most), false
	for i, spans := range lines {
		short, was := shortened(spans, longest)
		cut = cut || was
		c.Lines = append(c.Lines, PipelineLine{Number: from + i + 1, Spans: short})
	}
	if cut {
		c.Note = "Lines of more than " + Count(longest) + " bytes are cut."
	}
	return c, total
}

// linesOf are so many lines of a text.
func linesOf(text string, from, most int) string {
	for ; from > 0 && text != ""; from-- {
		_, text, _ = strings.Cut(text, "\n")
	}
	rest := text
	for ; most > 0 && rest != ""; most-- {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return text[:len(text)-len(rest)]
}

func countSpans(lines [][]Span) int {
	n := 0
	for _, line := range lines {
		n += len(line)
	}
	return n
}

// longestShown is how much of each line of a text can be shown.
func longestShown(text string, most int) int {
	all := 0
	for line := range strings.Lines(text) {
		line, _ = clip(line, longestLine)
		all += len(html.EscapeString(line))
	}
	if all > max(leastWhole, wholeByLine*most) {
		return shortLine
	}
	return longestLine
}

// shortened is a line that is not too long to be shown.
func shortened(line []Span, longest int) ([]Span, bool) {
	left := longest
	for i, s := range line {
		if len(s.Text) > left {
			text, _ := clip(s.Text, left)
			return append(line[:i:i], Span{text, s.Class}, Span{"…", marked}), true
		}
		left -= len(s.Text)
	}
	return line, false
}

// Mark says what is wrong with a line, if it is shown.
func (c *PipelineText) Mark(line int, state State, note string) {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Number == line {
			if l.State.Kind != refused {
				l.State = state
			}
			l.Notes = append(l.Notes, state.Word+": "+note)
		}
	}
}

// Pipeline is the text of a project.yaml on a page of its own.
type Pipeline struct {
	Frame
	Heading string
	Code    PipelineText
	Back    string
	Size    string
	NoText  string
}

func (Pipeline) file() string { return "pipeline.html" }

// PipelineGraph is the graph of a pipeline on a page of its own.
type PipelineGraph struct {
	Frame
	Heading string
	Back    string
	Filters Filters
	Views   []Link // how large it is shown
	Found   []Link // actions of which a part of the name was asked for
	About   string
	Chosen  *ChosenAction
	Graph   Graph
	Actions []ActionRow
	Pager   Pager
	None    string
}

func (PipelineGraph) file() string { return "pipelinegraph.html" }

// ChosenAction is the action that a graph is of.
type ChosenAction struct {
	Name   string
	State  State
	Views  []Link
	Needs  []Link
	Needed []Link
	More   string // of both, that are not listed
}
