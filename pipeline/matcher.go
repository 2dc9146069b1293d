package pipeline

import (
	"path"
	"slices"
	"strings"
)

// Matcher finds, for a path, which of many patterns match it. Patterns without
// a wildcard are found in a map; the others by what stands before their first
// wildcard, so that a path is compared with few of them. It is safe for use by
// several goroutines.
type Matcher struct {
	exact   map[string][]int
	globs   map[string][]*glob // by the text before the first wildcard
	lengths []int              // of the keys of globs, ascending
}

// NewMatcher makes a Matcher; patterns are known by their place in the list.
// A pattern that is refused (docs/pipeline.md, "Patterns") matches nothing.
func NewMatcher(patterns []string) *Matcher {
	m := &Matcher{exact: map[string][]int{}, globs: map[string][]*glob{}}
	compiled := map[string]*glob{}
	for i, p := range patterns {
		if refusedPattern(p) != "" {
			continue
		}
		p = path.Clean(p)
		if !strings.Contains(p, "*") {
			m.exact[p] = append(m.exact[p], i)
			continue
		}
		g, known := compiled[p]
		if !known {
			g = newGlob(p)
			compiled[p] = g
			m.globs[g.prefix] = append(m.globs[g.prefix], g)
			if !slices.Contains(m.lengths, len(g.prefix)) {
				m.lengths = append(m.lengths, len(g.prefix))
			}
		}
		g.indexes = append(g.indexes, i)
	}
	slices.Sort(m.lengths)
	return m
}

// Match appends to dst the places of the patterns that match the path, in no
// particular order, and returns it.
func (m *Matcher) Match(dst []int, path string) []int {
	dst = append(dst, m.exact[path]...)
	for _, n := range m.lengths {
		if n > len(path) {
			break
		}
		for _, g := range m.globs[path[:n]] {
			if g.match(path) {
				dst = append(dst, g.indexes...)
			}
		}
	}
	return dst
}

// matchPattern reports whether one pattern matches a path.
func matchPattern(pattern, p string) bool {
	if refusedPattern(pattern) != "" {
		return false
	}
	pattern = path.Clean(pattern)
	if !strings.Contains(pattern, "*") {
		return pattern == p
	}
	return newGlob(pattern).match(p)
}

// glob is a compiled pattern. A star matches any run of characters, also none,
// that holds no slash; dot-files are files like any other; everything else
// stands for itself.
type glob struct {
	prefix, suffix string     // before the first and after the last star
	components     [][]string // each split at its stars; one piece: no star
	indexes        []int
}

func newGlob(pattern string) *glob {
	g := &glob{
		prefix: pattern[:strings.IndexByte(pattern, '*')],
		suffix: pattern[strings.LastIndexByte(pattern, '*')+1:],
	}
	for c := range strings.SplitSeq(pattern, "/") {
		g.components = append(g.components, strings.Split(c, "*"))
	}
	return g
}

func (g *glob) match(p string) bool {
	if !strings.HasPrefix(p, g.prefix) || !strings.HasSuffix(p, g.suffix) {
		return false
	}
	for i, pieces := range g.components {
		name, rest, more := strings.Cut(p, "/")
		if more != (i < len(g.components)-1) || !matchName(pieces, name) {
			return false
		}
		p = rest
	}
	return true
}

// matchName matches one component. The pieces between two stars are looked for
// from the left, each once, so the time is that of reading the name.
func matchName(pieces []string, name string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return name == first
	}
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		i := strings.Index(name, piece)
		if i < 0 {
			return false
		}
		name = name[i+len(piece):]
	}
	return true
}
