package inside

import (
	"context"
	"strings"
)

// Markdown finds the images, links and HTML of a Markdown text, and what the
// HTML carries. It goes line by line and does not understand the text: what
// stands in code is found too. It fails if ctx ends, and for no other reason.
func Markdown(ctx context.Context, text string) (Found, error) {
	f := &Found{}
	err := f.markdown(ctx, text)
	return *f, err
}

func (f *Found) markdown(ctx context.Context, text string) error {
	if err := (&document{f: f, plain: true}).read(ctx, text, 1, 0); err != nil {
		return err
	}
	number := int64(0)
	for line := range strings.Lines(text) {
		if number++; number%everyToken == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		f.marked(line, number)
	}
	return nil
}

// marked finds what a line of Markdown leads to. Each byte is looked at a few
// times at most.
func (f *Found) marked(line string, number int64) {
	open, image := -1, false // the last bracket
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '[':
			open, image = i, i > 0 && line[i-1] == '!'
		case c == ']' && open >= 0:
			i = f.target(line, i+1, strings.TrimLeft(line[:open], " ") == "", image, number)
			open = -1
		case c == '<':
			i = f.tag(line, i, number)
		case c == 'h' || c == 'H' || c == 'w' || c == 'W' || c == 'f' || c == 'F':
			i = f.bare(line, i, number)
		}
	}
}

// target notes where a link or an image leads, whose words end before a byte,
// and returns the last byte that it took.
func (f *Found) target(line string, at int, first, image bool, number int64) int {
	rest := line[at:]
	thing := Thing{Kind: Link, Name: "link", Line: number}
	switch {
	case strings.HasPrefix(rest, "("):
		if image {
			thing.Kind, thing.Name = Image, "image"
		}
	case strings.HasPrefix(rest, ":") && first:
		thing.Name = "link by reference"
	default:
		return at - 1
	}
	begins := at + 1
	for begins < len(line) && strings.IndexByte(" \t<", line[begins]) >= 0 {
		begins++
	}
	ends := begins
	for ends < len(line) && strings.IndexByte(" \t\r\n()<>", line[ends]) < 0 {
		ends++
	}
	if thing.Text = line[begins:ends]; thing.Text == "" {
		return at
	}
	if strings.HasPrefix(strings.ToLower(thing.Text[:min(len(thing.Text), 5)]), "data:") {
		f.embedded(thing.Text, thing.Name, number)
		return ends - 1
	}
	thing.Size = int64(len(thing.Text))
	f.add(thing)
	return ends - 1
}

// tag notes a tag and returns the last byte that it took.
func (f *Found) tag(line string, at int, number int64) int {
	rest := line[at+1:]
	name := strings.TrimPrefix(rest, "/")
	if name == "" || !isLetter(name[0]) && !strings.HasPrefix(rest, "!") && !strings.HasPrefix(rest, "?") {
		return at
	}
	n := strings.IndexAny(rest, "<>")
	switch {
	case strings.HasPrefix(rest, "!--"):
		n = len("!--") - 1
	case n < 0:
		return len(line) // a tag that ends in another line is seen as HTML
	case rest[n] == '<':
		return at + n
	}
	if isLetter(name[0]) && strings.Contains(name[:min(n, len(name))], "://") && !strings.ContainsAny(rest[:n], " \t") {
		f.add(Thing{Kind: Link, Name: "address", Line: number, Size: int64(n), Text: rest[:n]})
		return at + n
	}
	f.add(Thing{Kind: RawHTML, Name: "HTML", Line: number, Size: int64(n + 2), Text: line[at : at+n+2]})
	return at + n + 1
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// bare notes an address that stands in the text, and returns the last byte that
// it took.
func (f *Found) bare(line string, at int, number int64) int {
	if at > 0 && (isLetter(line[at-1]) || line[at-1] == '/') {
		return at
	}
	head := strings.ToLower(line[at:min(len(line), at+8)])
	if !strings.HasPrefix(head, "http://") && head != "https://" && !strings.HasPrefix(head, "ftp://") && !strings.HasPrefix(head, "www.") {
		return at
	}
	n := strings.IndexAny(line[at:], " \t\r\n<>()\"'[]")
	if n < 0 {
		n = len(line) - at
	}
	f.add(Thing{Kind: Link, Name: "address", Line: number, Size: int64(n), Text: line[at : at+n]})
	return at + n - 1
}
