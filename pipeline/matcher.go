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
	var has signature
	if len(m.lengths) > 0 {
		has.add(path)
	}
	for _, n := range m.lengths {
		if n > len(path) {
			break
		}
		for _, g := range m.globs[path[:n]] {
			if has.all(g.needs) && g.matchAfterPrefix(path) {
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
	components     [][]string // what is between, each split at its stars
	needs          signature  // of all of that
	indexes        []int
}

func newGlob(pattern string) *glob {
	first, last := strings.IndexByte(pattern, '*'), strings.LastIndexByte(pattern, '*')
	g := &glob{prefix: pattern[:first], suffix: pattern[last+1:]}
	for c := range strings.SplitSeq(pattern[first:last+1], "/") {
		g.components = append(g.components, strings.Split(c, "*"))
	}
	for piece := range strings.SplitSeq(pattern[first:], "*") {
		g.needs.add(piece)
	}
	return g
}

func (g *glob) match(p string) bool {
	return strings.HasPrefix(p, g.prefix) && g.matchAfterPrefix(p)
}

// matchAfterPrefix matches a path that has the prefix.
func (g *glob) matchAfterPrefix(p string) bool {
	if len(p) < len(g.prefix)+len(g.suffix) || !strings.HasSuffix(p, g.suffix) {
		return false
	}
	p = p[len(g.prefix) : len(p)-len(g.suffix)]
	for _, pieces := range g.components[:len(g.components)-1] {
		name, rest, more := strings.Cut(p, "/")
		if !more || !matchName(pieces, name) {
			return false
		}
		p = rest
	}
	return matchName(g.components[len(g.components)-1], p) && strings.IndexByte(p, '/') < 0
}

// signature is which sequences of three bytes a text may hold. It is there for
// speed alone: hundreds of patterns may begin alike (`output/data/*_a_*.csv`),
// and most can be told apart from a path without looking for their pieces.
type signature [4]uint64

func (s *signature) add(text string) {
	for i := 2; i < len(text); i++ {
		h := (uint32(text[i-2])<<16 | uint32(text[i-1])<<8 | uint32(text[i])) * 0x9E3779B1 >> 24
		s[h>>6] |= 1 << (h & 63)
	}
}

func (s *signature) all(of signature) bool {
	return of[0]&^s[0]|of[1]&^s[1]|of[2]&^s[2]|of[3]&^s[3] == 0
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
