package acro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of a results file.
const (
	maxResults = 32 << 20 // bytes
	maxNodes   = 400_000
	maxDepth   = 24
)

// node is a value of JSON whose objects keep their order, which says which row
// and column of a table a value is about.
type node struct {
	kind  json.Delim // '{', '[', or 0 for all others
	text  string     // of a string, or of a number or boolean as it is written
	isStr bool
	null  bool
	keys  []string // of an object, one for each item
	items []*node
}

// get is the value of a key, the last one if it stands twice; nil if there is
// none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := len(n.keys) - 1; i >= 0; i-- {
		if n.keys[i] == key {
			return n.items[i]
		}
	}
	return nil
}

// str is the text of a string or number, else "".
func (n *node) str() string {
	if n == nil {
		return ""
	}
	return n.text
}

func (n *node) is(kind json.Delim) bool { return n != nil && n.kind == kind }

// readTree reads JSON as Python writes it: NaN is an empty
// string and Infinity null, since nothing that is read here is either.
func readTree(r io.Reader) (*node, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxResults+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxResults {
		return nil, fmt.Errorf("it is longer than %d MiB", maxResults>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	blankNaN(data)
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	p := treeReader{d: d}
	root, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands after its end")
	}
	return root, nil
}

// blankNaN puts what is as long, and JSON, where Python wrote what JSON has no
// word for.
func blankNaN(data []byte) {
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == 'N' || c == 'I' || c == '-':
			i += blankWord(data[i:])
		}
	}
}

// blankWord blanks one such word, and returns how much of it is to be skipped.
func blankWord(data []byte) int {
	for word, same := range map[string]string{"NaN": `"" `, "Infinity": "null    ", "-Infinity": "null     "} {
		if bytes.HasPrefix(data, []byte(word)) {
			return copy(data, same) - 1
		}
	}
	return 0
}

type treeReader struct {
	d     *json.Decoder
	nodes int
}

// value reads one value.
func (p *treeReader) value(depth int) (*node, error) {
	token, err := p.d.Token()
	if err != nil {
		return nil, err
	}
	if p.nodes++; p.nodes > maxNodes {
		return nil, fmt.Errorf("it holds more than %d values", maxNodes)
	}
	switch t := token.(type) {
	case json.Delim:
		return p.nested(t, depth)
	case string:
		return &node{text: t, isStr: true}, nil
	case json.Number:
		return &node{text: t.String()}, nil
	case bool:
		return &node{text: fmt.Sprint(t)}, nil
	}
	return &node{null: true}, nil
}

// nested reads an object or array after its first bracket.
func (p *treeReader) nested(kind json.Delim, depth int) (*node, error) {
	if depth == maxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	n := &node{kind: kind}
	for p.d.More() {
		if kind == '{' {
			key, err := p.d.Token()
			if err != nil {
				return nil, err
			}
			n.keys = append(n.keys, key.(string)) //nolint:forcetypeassert // the decoder gives nothing else
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	_, err := p.d.Token()
	return n, err
}
