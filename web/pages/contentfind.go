package pages

import (
	"strconv"
	"strings"

	"sallyport/outputs"
)

// FindWords is where one looks for words in a file, and what was found.
type FindWords struct {
	Action string // the page, at the place that is found
	View   string // that stays; "" for the usual one
	Words  string
	At     string // the part of a tree that is looked through; "" for all
	Path   string // of the value in a tree that was found
	Said   string // what was found; "" if nothing was looked for
	Steps  []Link // to other places
	Lines  bool   // one can go to a line
	Line   string // that one went to
}

// hitAnchor is the place that was found; nothing else has this id.
const hitAnchor = "#hit"

// findWords is where one looks for words, in a view.
func (l Look) findWords() *FindWords {
	f := &FindWords{Action: l.Page, View: l.View, Words: l.Find}
	if l.Line > 0 {
		f.Line = strconv.FormatInt(l.Line, 10)
	}
	return f
}

// unfit says why words cannot be looked for; "" if they can.
func unfit(words string) string {
	switch {
	case len(words) > outputs.MostSought:
		return "Words of more than " + Count(outputs.MostSought) + " bytes are not looked for."
	case Visible(words) != words || strings.ContainsAny(words, "\t\n"+string(stands)):
		return "Words with characters that are not seen are not looked for."
	}
	return ""
}

// say says what was found, and leads to other places.
func (f *FindWords) say(hit, total int64, l Look) {
	if total == 0 {
		f.Said = "Not found."
		return
	}
	f.Said = "Place " + Count(int(hit)) + " of " + Count(int(total))
	var more []string
	if l.At != "" {
		more = []string{"at", l.At}
	}
	to := func(text, key string, n int64) {
		if n != hit && n >= 1 && n <= total {
			f.Steps = append(f.Steps, Link{Text: text, Key: key, Href: l.at(l.View, 0, 0, append(more, "find", l.Find, "hit", strconv.FormatInt(n, 10))...) + hitAnchor})
		}
	}
	if hit > 2 {
		to("First", "", 1)
	}
	to("Previous", "[", hit-1)
	to("Next", "]", hit+1)
	if hit < total-1 {
		to("Last", "", total)
	}
}

// Keys are the keys of what is shown, as its controls have them.
func (c Content) Keys() []Link {
	var list []Link
	for _, z := range c.Zooms {
		list = append(list, Link{Key: z.Key, Text: z.Text})
	}
	if c.Words == nil {
		return list
	}
	list = append(list, Link{Key: "w", Text: "Find words in the file"})
	if c.Words.Lines {
		list = append(list, Link{Key: "l", Text: "Go to a line"})
	}
	for _, s := range c.Words.Steps {
		if s.Key != "" {
			list = append(list, Link{Key: s.Key, Text: s.Text + " place"})
		}
	}
	return list
}

// stands is the character that stands, where words are looked for, for what is
// shown as its name.
const stands = '\ufffc'

// seenText is what people see of a piece of a text with colours.
func seenText(text string) string {
	var p pen
	return sought(p.write(text))
}

// sought is the text of spans as words are looked for in it.
func sought(list []Span) string {
	var b strings.Builder
	for _, s := range list {
		if s.Class == marked {
			b.WriteRune(stands)
			continue
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// mark marks the places of words in lines. Those of one line are looked through
// as one. The place at is of the piece, counted from 0, or -1 for none.
func (c *Content) mark(pieces []outputs.Piece, words string, at int64, nth int) {
	for i := 0; i < len(pieces); {
		last := i + 1
		for last < len(pieces) && pieces[last].Later {
			last++
		}
		c.markLine(c.Lines[i:last], words, int(at)-i, nth)
		i = last
	}
}

// markLine marks the places in the pieces of one line.
func (c *Content) markLine(pieces []Line, words string, at, nth int) {
	var whole strings.Builder
	begins := make([]int, len(pieces)+1)
	for i, p := range pieces {
		whole.WriteString(sought(p.Spans))
		begins[i+1] = whole.Len()
	}
	places := outputs.Places(whole.String(), words)
	if len(places) == 0 {
		return
	}
	now := -1
	if at >= 0 && at < len(pieces) {
		for i, p := range places {
			if p[0] >= begins[at] && p[0] < begins[at+1] {
				if nth--; nth < 0 {
					now = i
					break
				}
			}
		}
	}
	for i := range pieces {
		pieces[i].Spans = markSpans(pieces[i].Spans, begins[i], places, now)
	}
	if now >= 0 {
		pieces[at].Found = true
	}
}

// markSpans cuts spans where places begin and end. The first begins at a byte
// of the text that the places are of.
func markSpans(list []Span, at int, places [][2]int, now int) []Span {
	var out []Span
	for _, s := range list {
		if s.Class == marked {
			out = append(out, s)
			at += len(string(stands))
			continue
		}
		text := s.Text
		for i, p := range places {
			if p[1] <= at {
				continue
			}
			if p[0] >= at+len(text) {
				break
			}
			if before := max(p[0]-at, 0); before > 0 {
				out = append(out, Span{text[:before], s.Class})
				text, at = text[before:], at+before
			}
			n := min(p[1]-at, len(text))
			class := strings.TrimSpace(s.Class + " hit")
			if i == now {
				class += " now"
			}
			out = append(out, Span{text[:n], class})
			text, at = text[n:], at+n
		}
		if text != "" {
			out = append(out, Span{text, s.Class})
		}
		at += len(text)
	}
	return out
}
