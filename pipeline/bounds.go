package pipeline

import "gopkg.in/yaml.v3"

// size is what a node amounts to once its aliases are followed.
type size struct {
	nodes, depth int
	open         bool // being measured: an alias to it is a cycle
}

// measure refuses files whose aliases make much out of little. Each anchored
// node is measured once, so the work is linear in the file.
type measure struct {
	sizes map[*yaml.Node]size
}

func (m *measure) of(n *yaml.Node, level int, p *problems) (size, bool) {
	if level > maxDepth {
		p.add(SeverityError, "too_deep", n, "", tooDeep, maxDepth)
		return size{}, false
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if known, ok := m.sizes[n]; ok {
		if known.open {
			p.add(SeverityError, "alias_cycle", n, "", "The anchor %s contains itself.", shown(n.Anchor))
			return size{}, false
		}
		if level+known.depth > maxDepth {
			p.add(SeverityError, "too_deep", n, "", tooDeep, maxDepth)
			return size{}, false
		}
		return known, true
	}
	if n.Anchor != "" {
		m.sizes[n] = size{open: true}
	}
	s := size{nodes: 1}
	for _, child := range n.Content {
		c, ok := m.of(child, level+1, p)
		if !ok {
			return size{}, false
		}
		s.nodes, s.depth = s.nodes+c.nodes, max(s.depth, c.depth+1)
		if s.nodes > maxNodes {
			p.add(SeverityError, "too_many_nodes", n, "", "The file holds more than %d values once its aliases are followed.", maxNodes)
			return size{}, false
		}
	}
	if n.Anchor != "" {
		m.sizes[n] = s
	}
	return s, true
}

// uniqueKeys reports every key that stands twice in a mapping, and whether
// there is none. YAML forbids it, and which of the two would count is a guess.
func uniqueKeys(n *yaml.Node, p *problems) bool {
	ok := true
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]int, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				continue
			}
			if line, twice := seen[k.Value]; twice {
				p.add(SeverityError, "duplicate_key", k, "", "The key %s stands here a second time; the first is on line %d.", shown(k.Value), line)
				ok = false
			} else {
				seen[k.Value] = k.Line
			}
		}
	}
	for _, child := range n.Content {
		ok = uniqueKeys(child, p) && ok
	}
	return ok
}
