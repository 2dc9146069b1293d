package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"sallyport/review"
)

// MaxSize bounds a document in bytes.
const MaxSize = 16 << 10

// maxProblems bounds how many problems of one document are said.
const maxProblems = 20

// Problem is what is wrong with a document, and where.
type Problem struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Key     string `json:"key"` // "" if it is about none
	Message string `json:"message"`
}

// String is the problem in a line.
func (p Problem) String() string {
	if p.Key == "" {
		return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("line %d, column %d: %s: %s", p.Line, p.Column, p.Key, p.Message)
}

// Document is a document that was read.
type Document struct {
	Values Values
	at     map[string]mark // where each key stands
}

// mark is a place in a text.
type mark struct{ line, column int }

// Parse reads a document: YAML, of which JSON is a part. It says all that is
// wrong with it, up to a number; a document with a problem is not to be used.
func Parse(text []byte) (Document, []Problem) {
	r := &reader{doc: Document{at: map[string]mark{}}}
	switch {
	case len(text) > MaxSize:
		r.add(mark{1, 1}, "", "The document is longer than %d KiB.", MaxSize>>10)
	case !utf8.Valid(text):
		r.add(mark{1, 1}, "", "The document is not in UTF-8.")
	default:
		r.document(text)
	}
	if len(r.problems) == 0 {
		if n := len(r.doc.Values.JSON()); n > maxValues {
			r.add(mark{1, 1}, "", "What the document says takes %d bytes, and %d are taken: name fewer masks or patterns.", n, maxValues)
		}
	}
	return r.doc, r.problems
}

// Tightens says where a document asks less than holds above it.
func (d Document) Tightens(above review.Policy) []Problem {
	r := &reader{doc: d}
	for _, l := range d.Values.Over(above).LooserThan(above) {
		r.add(d.at[l.Key], l.Key, "A project may only tighten what holds for its organisation, which says: %s.", l.Says)
	}
	return r.problems
}

// reader collects what a document says, and what is wrong with it.
type reader struct {
	doc      Document
	problems []Problem
}

func (r *reader) add(at mark, key, message string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{at.line, at.column, key, fmt.Sprintf(message, args...)})
	}
}

// yamlSays is how the parser begins what it complains of.
var yamlSays = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (r *reader) document(text []byte) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root yaml.Node
	err := decoder.Decode(&root)
	switch {
	case errors.Is(err, io.EOF): // which says nothing
		return
	case err != nil:
		at := mark{1, 1}
		said := err.Error()
		if m := yamlSays.FindStringSubmatch(said); m != nil {
			said = said[len(m[0]):]
			if n, err := strconv.Atoi(m[1]); err == nil {
				at.line = n
			}
		}
		r.add(at, "", "This is not YAML: %s.", said)
		return
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.add(mark{max(second.Line, 1), 1}, "", "There is more than one document; a policy is one.")
		return
	}
	if len(root.Content) != 1 || isNothing(root.Content[0]) {
		return
	}
	r.mapping("", root.Content[0], keys)
}

// isNothing reports whether a node is an empty value: a key without one says
// nothing.
func isNothing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// mapping reads the keys of one level. A key that is not known, or that stands
// twice, is a problem.
func (r *reader) mapping(prefix string, n *yaml.Node, known []key) {
	if n.Kind != yaml.MappingNode {
		r.add(markOf(n), strings.TrimSuffix(prefix, "."), "Here stand keys with their values, as in `reviews_needed: 2`.")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		full := prefix + name.Value
		found := slices.IndexFunc(known, func(k key) bool { return k.name == name.Value && name.Kind == yaml.ScalarNode })
		_, twice := r.doc.at[full]
		switch {
		case found < 0:
			r.add(markOf(name), "", "There is no key %s. Those known here are %s.", quoted(full), namesOf(known))
		case twice:
			r.add(markOf(name), full, "This key stands twice.")
		case name.Anchor != "" || hasAlias(value):
			r.add(markOf(name), full, "Anchors and aliases are not taken: write the value where it belongs.")
		case isNothing(value):
			r.add(markOf(name), full, "This key has no value. Leave it out to say nothing of it.")
		default:
			r.doc.at[full] = markOf(value)
			if known[found].below != nil {
				r.mapping(full+".", value, known[found].below)
				continue
			}
			if err := known[found].read(&r.doc.Values, value); err != nil {
				r.add(wrongAt(err, value), full, "%s", err.Error())
			}
		}
	}
}

func markOf(n *yaml.Node) mark { return mark{n.Line, n.Column} }

func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || slices.ContainsFunc(n.Content, hasAlias)
}

func namesOf(known []key) string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// quoted is a text of a document as a message shows it.
func quoted(s string) string {
	const longest = 60
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest]) + "…"
	}
	return strconv.Quote(s)
}
