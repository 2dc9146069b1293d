package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// The bounds of a JSON text that is shown as a tree.
const (
	MostTree  = 1 << 20 // bytes
	mostNodes = 5000
	mostDepth = 50
	openNodes = 100 // that are unfolded at first
)

// Node is a value of a JSON text.
type Node struct {
	Named    bool
	Name     []Span
	Value    []Span // of what has no others in it
	Kind     string // object, array, string, number or word
	Count    string // of what is in it
	Path     string // from the root; "" if it is very long
	Href     string // where what is in it is shown alone
	Found    bool   // it is the place that one came to
	Open     bool
	Children []Node
}

// FillTree shows a JSON text as a tree. If it returns a reason, the text is none
// that can be, and nothing is shown.
func (c *Content) FillTree(b []byte) (reason string) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch {
	case len(b) > MostTree:
		return "It is larger than " + Size(MostTree) + ", so it is shown as text."
	case !utf8.Valid(b):
		return "It is no JSON: it is not in UTF-8."
	case len(bytes.TrimSpace(b)) == 0:
		return "It is no JSON: it is empty."
	}
	t := &tree{in: json.NewDecoder(bytes.NewReader(b)), text: b}
	t.in.UseNumber()
	root, err := t.values()
	if own, ok := errors.AsType[treeError](err); ok {
		return string(own)
	}
	if err != nil {
		return fmt.Sprintf("It is no JSON, from byte %s on: %s.", Count(int(t.in.InputOffset())), jsonReason(err))
	}
	c.Kind, c.Tree = AsTree, &root
	c.Shown = Plural(t.nodes, "value")
	if root.Kind == "lines" {
		c.Note("It has one JSON value in each line: they are shown as a list.")
	}
	if t.twice > 0 {
		c.Note(Plural(t.twice, "name") + " in it " + isAre(int64(t.twice)) + " given twice in the same object, first " + t.first +
			". Both are shown; programs that read it know one of them alone.")
	}
	t.open = openNodes
	t.unfold([]*Node{c.Tree})
	return ""
}

// treeError is a reason why a text is not shown as a tree.
type treeError string

func (e treeError) Error() string { return string(e) }

func jsonReason(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "it ends in the middle"
	}
	return Visible(err.Error())
}

// tree reads a JSON text token by token, so that its depth costs nothing
// before it is refused. Names that occur twice are shown twice.
type tree struct {
	in    *json.Decoder
	text  []byte
	nodes int
	open  int
	twice int    // names that are given again in the same object
	first string // the path of the first
}

// mostPath is how long the path of a value may be that is shown.
const mostPath = 300

// values reads one value, or several, each in a line of its own.
func (t *tree) values() (Node, error) {
	root, err := t.value("$", 0)
	if err != nil {
		return root, err
	}
	var lines []Node
	for {
		from := t.in.InputOffset()
		if !t.in.More() {
			break
		}
		rest := t.text[from:]
		if gap := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]; !bytes.ContainsRune(gap, '\n') {
			return root, treeError("It has more than one JSON value, so it is shown as text.")
		}
		if lines == nil {
			lines = append(lines, root)
		}
		n, err := t.value(itemPath("$", len(lines)), 0)
		if err != nil {
			return root, err
		}
		lines = append(lines, n)
	}
	if lines == nil {
		if _, more := t.in.Token(); !errors.Is(more, io.EOF) {
			return root, treeError("It has more than one JSON value, so it is shown as text.")
		}
		return root, nil
	}
	return Node{Kind: "lines", Path: "$", Count: Plural(len(lines), "value"), Children: lines}, nil
}

func (t *tree) value(path string, depth int) (Node, error) {
	token, err := t.in.Token()
	if err != nil {
		return Node{}, err
	}
	t.nodes++
	switch {
	case t.nodes > mostNodes:
		return Node{}, treeError("It has more than " + Count(mostNodes) + " values, so it is shown as text.")
	case depth > mostDepth:
		return Node{}, treeError(fmt.Sprintf("It is nested more than %d deep, so it is shown as text.", mostDepth))
	}
	switch v := token.(type) {
	case json.Delim:
		return t.several(v == '{', path, depth)
	case string:
		return Node{Kind: "string", Path: path, Value: spans(v, "")}, nil
	case json.Number:
		return Node{Kind: "number", Path: path, Value: spans(v.String(), "")}, nil
	}
	word := "null"
	if token != nil {
		word = fmt.Sprint(token)
	}
	return Node{Kind: "word", Path: path, Value: []Span{{Text: word}}}, nil
}

// several reads an object or an array to its end.
func (t *tree) several(object bool, path string, depth int) (Node, error) {
	n := Node{Kind: "array", Path: path}
	if object {
		n.Kind = "object"
	}
	names := map[string]bool{}
	for t.in.More() {
		var name []Span
		to := itemPath(path, len(n.Children))
		if object {
			token, err := t.in.Token()
			if err != nil {
				return n, err
			}
			text, _ := token.(string)
			name, to = spans(text, ""), namePath(path, text)
			if names[text] {
				t.again(to)
			}
			names[text] = true
		}
		child, err := t.value(to, depth+1)
		if err != nil {
			return n, err
		}
		child.Named, child.Name = object, name
		n.Children = append(n.Children, child)
	}
	n.Count = Plural(len(n.Children), map[bool]string{true: "name", false: "item"}[object])
	_, err := t.in.Token()
	return n, err
}

// again notes a name that is given again.
func (t *tree) again(path string) {
	if t.twice++; t.twice == 1 {
		t.first = path
		if path == "" {
			t.first = "very deep in it"
		}
	}
}

// itemPath is the path of an item of an array.
func itemPath(path string, n int) string {
	return bounded(path, fmt.Sprintf("[%d]", n))
}

// plainName is a name that stands in a path without quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// namePath is the path of a name in an object.
func namePath(path, name string) string {
	if plainName.MatchString(name) {
		return bounded(path, "."+name)
	}
	return bounded(path, "["+strconv.Quote(name)+"]")
}

func bounded(path, more string) string {
	if path == "" || len(path)+len(more) > mostPath {
		return ""
	}
	return path + more
}

// unfold opens values from the outside in, as long as not too many are seen.
func (t *tree) unfold(level []*Node) {
	var below []*Node
	for _, n := range level {
		if len(n.Children) == 0 {
			continue
		}
		if t.open -= len(n.Children); t.open < 0 && len(level) > 1 {
			return
		}
		n.Open = true
		for i := range n.Children {
			below = append(below, &n.Children[i])
		}
	}
	if len(below) > 0 {
		t.unfold(below)
	}
}
