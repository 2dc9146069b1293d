package pipeline

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var (
	yamlLine       = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	conflictMarker = regexp.MustCompile(`(?m)^(<<<<<<<|=======|>>>>>>>)( |\r?$)`)
)

// complaint is one way in which the parser says that a file is not YAML, what
// a person can do about it, and where to look.
type complaint struct {
	says    string // a part of the parser's words
	at      string // it stopped at the last of these characters; "" for the start of a line
	found   bool   // the line is the last that it read, not the one that it names
	message string
}

// complaints are those that people's files are met with. The first that fits
// counts.
var complaints = []complaint{
	{says: "tab character", at: "\t", message: tabbed},
	{says: "mapping values are not allowed", at: ":", message: "A `:` cannot stand here. Look whether this line and the one before it are indented alike; a text with `: ` in it must be in quotes."},
	{says: "cannot start any token", at: "\t@`%", message: "A value cannot begin with this character: put the value in quotes."},
	{says: "alphabetic or numeric character", at: "*&", message: "A value that begins with `*` or `&` must be in quotes."},
	{says: "unknown escape character", at: `\`, message: "In double quotes a back slash begins an escape, and this one does not exist: use single quotes."},
	{says: "control characters are not allowed", at: controls, found: true, message: "This line contains a control character that text cannot have."},
	{says: "did not find expected ',' or", found: true, message: "A list or mapping in brackets that was opened on this line or before it is not closed, or a comma is missing in it."},
	{says: "did not find expected key", found: true, message: "This line does not belong to what stands before it. Look whether it is indented like the lines of its kind, and whether a quote before it ends too early."},
	{says: "expected comment or line break", message: "After `>` or `|` a text begins on the next line."},
	{says: "unexpected end of stream", message: "A quote that is opened on this line is never closed."},
	{says: "could not find expected ':'", message: "This line is no key with a value: a `:` is missing, or a quote or bracket before it is not closed."},
}

const tooDeep = "The file is nested more than %d levels deep."

const tabbed = "This line is indented with a tab; YAML allows only spaces."

// controls are the characters that no YAML file may hold.
const controls = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f"

// explain reports why a file is not YAML. The causes that are met in real files
// are named in words to act on and at their place, which the parser knows only
// in part: what it had read when it stopped says more.
func explain(data []byte, err error, p *problems) {
	if at := conflictMarker.FindIndex(data); at != nil {
		line, column := position(data, at[0])
		p.addAt(SeverityError, "not_yaml", line, column, "", "This line is a merge conflict marker: the file was saved before the conflict was resolved.")
		return
	}
	line, text := 1, err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	read := untilFailure(data)
	if strings.Contains(text, "exceeded max depth") {
		line, column := position(data, len(read))
		p.addAt(SeverityError, "too_deep", line, column, "", tooDeep, maxDepth)
		return
	}
	for _, c := range complaints {
		if strings.Contains(text, c.says) {
			at, line, column := c.place(data, read, line)
			if at == '\t' {
				c.message = tabbed
			}
			p.addAt(SeverityError, "not_yaml", line, column, "", "%s", c.message)
			return
		}
	}
	if name, ok := strings.CutPrefix(text, "unknown anchor '"); ok {
		name = strings.TrimSuffix(name, "' referenced")
		line, column := position(data, max(bytes.LastIndex(read, []byte("*"+name)), 0))
		p.addAt(SeverityError, "not_yaml", line, column, "", "There is no anchor %s before this: a value that begins with `*` must be in quotes.", shown("&"+name))
		return
	}
	p.addAt(SeverityError, "not_yaml", line, 1, "", "The file is not YAML: %s.", printable(text))
}

// place returns where a person should look, and the character there if the
// complaint is about one. The parser's line is named.
func (c complaint) place(data, read []byte, named int) (at byte, line, column int) {
	if c.at != "" {
		if i := bytes.LastIndexAny(read, c.at); i >= 0 {
			line, column = position(data, i)
			return data[i], line, column
		}
	}
	if c.found {
		named, _ = position(data, len(bytes.TrimRight(read, " \r\n")))
	}
	lines := bytes.SplitN(data, []byte("\n"), named+1)
	if named > len(lines) {
		return 0, named, 1
	}
	text := lines[named-1]
	return 0, named, len(text) - len(bytes.TrimLeft(text, " ")) + 1
}

// untilFailure returns what the parser has read of a file when it gives up. It
// looks only a few characters ahead, so the end of that is where it failed.
func untilFailure(data []byte) []byte {
	r := &oneByOne{data: data}
	if _, _, err := documents(r); err == nil {
		return data // a failure that does not come again
	}
	return data[:r.at]
}

// oneByOne hands out one byte at a time.
type oneByOne struct {
	data []byte
	at   int
}

func (r *oneByOne) Read(p []byte) (int, error) {
	if r.at == len(r.data) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = r.data[r.at]
	r.at++
	return 1, nil
}
