package inside

import (
	"context"
	"strings"
)

// mostToken is how long a tag or a text may be that the tokenizer reads.
const mostToken = 4 << 20

// tooMany counts a tag, and reports whether they are more than are read.
func (d *document) tooMany() bool {
	c := d.f.into
	if c == nil {
		return false
	}
	if c.tags--; c.tags > 0 {
		return false
	}
	d.f.end("It has more than " + count(mostTags) + " tags: from line " + count(d.line) + " on nothing was looked at.")
	return true
}

// long reads a token that is longer than the tokenizer reads, where it stands
// in the text, and returns how long it is.
func (d *document) long(ctx context.Context, text string, nested int) (int, error) {
	line := d.line
	n := 0
	var err error
	switch {
	case d.raw != nil:
		n = endOf(text, d.raw.name)
		d.line += int64(strings.Count(text[:n], "\n"))
		err = d.words(ctx, text[:n], line, nested)
		return n, err
	case strings.HasPrefix(text, "<!--"):
		if n = strings.Index(text, "-->"); n < 0 {
			n = len(text)
		} else {
			n += len("-->")
		}
		d.comment(text[:n], line)
	case len(text) > 1 && text[0] == '<' && isLetter(text[1]):
		var e *element
		e, n = longTag(text, line)
		d.open(e)
	case strings.HasPrefix(text, "</"), strings.HasPrefix(text, "<!"), strings.HasPrefix(text, "<?"):
		if n = strings.IndexByte(text, '>') + 1; n == 0 {
			n = len(text)
		}
		if text[1] == '/' {
			d.ends(strings.ToLower(strings.TrimSpace(text[2:min(max(2, n-1), 40)])))
		} else {
			d.comment(text[:n], line)
		}
	default:
		n = min(mostToken, len(text)) // at least so much is text
		if i := strings.IndexByte(text[n:], '<'); i >= 0 {
			n += i
		} else {
			n = len(text)
		}
		d.line += int64(strings.Count(text[:n], "\n"))
		return n, d.words(ctx, text[:n], line, nested)
	}
	d.line += int64(strings.Count(text[:n], "\n"))
	return n, err
}

// endOf is where the end tag of an element begins whose text is no markup.
func endOf(text, name string) int {
	for at := 0; ; {
		i := strings.Index(text[at:], "</")
		if i < 0 {
			return len(text)
		}
		if at += i; len(text)-at >= 2+len(name) && strings.EqualFold(text[at+2:at+2+len(name)], name) {
			return at
		}
		at += 2
	}
}

// longTag reads a start tag with a long attribute, and returns how long it is.
// References to characters in it stay as they are.
func longTag(text string, line int64) (*element, int) {
	i := 1
	for i < len(text) && strings.IndexByte(" \t\r\n\f/>", text[i]) < 0 {
		i++
	}
	e := &element{name: strings.ToLower(text[1:i]), line: line}
	const most = 1000 // attributes
	for i < len(text) {
		switch c := text[i]; {
		case c == '>':
			return e, i + 1
		case strings.IndexByte(" \t\r\n\f/", c) >= 0:
			i++
			continue
		}
		a := attribute{}
		begins := i
		for i < len(text) && strings.IndexByte(" \t\r\n\f/>=", text[i]) < 0 {
			i++
		}
		if i == begins {
			i++ // an equals sign without a name
			continue
		}
		a.name = strings.ToLower(text[begins:i])
		if i < len(text) && text[i] == '=' {
			var n int
			a.value, n = longValue(text[i+1:])
			i += 1 + n
		}
		if len(e.attrs) < most {
			e.attrs = append(e.attrs, a)
		}
	}
	return e, len(text)
}

// longValue is the value of an attribute, and how long it is with its quotes.
func longValue(text string) (string, int) {
	if text == "" {
		return "", 0
	}
	if q := text[0]; q == '"' || q == '\'' {
		n := strings.IndexByte(text[1:], q)
		if n < 0 {
			return text[1:], len(text)
		}
		return text[1 : 1+n], n + 2
	}
	n := strings.IndexAny(text, " \t\r\n\f>")
	if n < 0 {
		n = len(text)
	}
	return text[:n], n
}
