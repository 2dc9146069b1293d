package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	t := &tree{in: json.NewDecoder(bytes.NewReader(b))}
	t.in.UseNumber()
	root, err := t.value(0)
	if err == nil {
		if _, more := t.in.Token(); !errors.Is(more, io.EOF) {
			err = treeError("It has more than one JSON value, so it is shown as text.")
		}
	}
	if own, ok := errors.AsType[treeError](err); ok {
		return string(own)
	}
	if err != nil {
		return fmt.Sprintf("It is no JSON, from byte %s on: %s.", Count(int(t.in.InputOffset())), jsonReason(err))
	}
	c.Kind, c.Tree = AsTree, &root
	c.Shown = Plural(t.nodes, "value")
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
	nodes int
	open  int
}

func (t *tree) value(depth int) (Node, error) {
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
		return t.several(v == '{', depth)
	case string:
		return Node{Kind: "string", Value: spans(v, "")}, nil
	case json.Number:
		return Node{Kind: "number", Value: spans(v.String(), "")}, nil
	}
	word := "null"
	if token != nil {
		word = fmt.Sprint(token)
	}
	return Node{Kind: "word", Value: []Span{{Text: word}}}, nil
}

// several reads an object or an array to its end.
func (t *tree) several(object bool, depth int) (Node, error) {
	n := Node{Kind: "array"}
	if object {
		n.Kind = "object"
	}
	for t.in.More() {
		var name []Span
		if object {
			token, err := t.in.Token()
			if err != nil {
				return n, err
			}
			text, _ := token.(string)
			name = spans(text, "")
		}
		child, err := t.value(depth + 1)
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
