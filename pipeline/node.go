package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The bounds of a project.yaml. The largest file known has 1 MB, 2,191 actions
// and about 25,000 nodes (docs/pipeline.md, "Bounds").
const (
	MaxFileSize = 4 << 20   // bytes
	maxNodes    = 1_000_000 // after aliases are followed
	maxDepth    = 64        // after aliases are followed
	maxGlobs    = 10_000    // patterns with a wildcard
)

// parse returns the one document of a file, within bounds and without
// duplicate keys, or nil after saying why not.
func parse(data []byte, p *problems) *yaml.Node {
	if len(data) > MaxFileSize {
		p.addAt(SeverityError, "too_large", 1, 1, "", "The file has %d bytes; at most %d are read.", len(data), MaxFileSize)
		return nil
	}
	if !utf8.Valid(data) {
		line, column := invalidUTF8(data)
		p.addAt(SeverityError, "not_utf8", line, column, "", "The file is not UTF-8 text.")
		return nil
	}
	root, second, err := documents(bytes.NewReader(data))
	switch {
	case errors.Is(err, io.EOF):
		p.addAt(SeverityError, "empty", 1, 1, "", "The file is empty.")
		return nil
	case err != nil:
		explain(data, err, p)
		return nil
	case second != nil:
		p.add(SeverityError, "several_documents", second, "", "The file holds more than one YAML document.")
		return nil
	}
	root = root.Content[0]
	m := measure{sizes: map[*yaml.Node]size{}}
	if _, ok := m.of(root, 0, p); !ok {
		return nil
	}
	if before := len(p.list); !uniqueKeys(root, p) || len(p.list) > before {
		return nil
	}
	return root
}

// documents decodes the first document, and the second if there is one.
func documents(r io.Reader) (first, second *yaml.Node, err error) {
	// yaml.v3 turns its own complaints into errors, but it is not maintained
	// any more and the input is hostile: what else it may panic with is a file
	// that cannot be read, not the end of the program.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml.NewDecoder(r)
	first = new(yaml.Node)
	if err := dec.Decode(first); err != nil {
		return nil, nil, err
	}
	if len(first.Content) == 0 {
		return nil, nil, io.EOF
	}
	second = new(yaml.Node)
	switch err := dec.Decode(second); {
	case errors.Is(err, io.EOF):
		return first, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return first, second, nil
}

// position turns an offset into a line and a column, both from 1.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

func invalidUTF8(data []byte) (line, column int) {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return position(data, i)
		}
		i += n
	}
	return 1, 1
}

// entry is one key of a mapping, with its value's aliases followed.
type entry struct {
	key, value *yaml.Node
}

// entries returns what a mapping holds, merge keys (`<<`) applied: a mapping's
// own keys win over merged ones, and the first merged mapping over later ones.
// It reports false if n is no mapping.
func entries(n *yaml.Node) ([]entry, bool) {
	n = follow(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, false
	}
	var own, merged []entry
	for i := 0; i < len(n.Content); i += 2 {
		key, value := follow(n.Content[i]), follow(n.Content[i+1])
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merged = append(merged, mergedEntries(value)...)
			continue
		}
		own = append(own, entry{key, value})
	}
	if len(merged) == 0 {
		return own, true
	}
	seen := map[string]bool{}
	for _, e := range own {
		seen[e.key.Value] = true
	}
	for _, e := range merged {
		if !seen[e.key.Value] {
			seen[e.key.Value] = true
			own = append(own, e)
		}
	}
	return own, true
}

func mergedEntries(value *yaml.Node) []entry {
	if value.Kind != yaml.SequenceNode {
		es, _ := entries(value)
		return es
	}
	var all []entry
	for _, item := range value.Content {
		es, _ := entries(item)
		all = append(all, es...)
	}
	return all
}

func follow(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// isNull reports whether a node is absent or null.
func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// isText reports whether a node is a string.
func isText(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str"
}
