package pages

import (
	"strings"

	"sallyport/outputs"
)

// branch is a part of a tree that is shown alone.
type branch struct {
	Path string // of what is shown
	Up   []Link // what it is in, from the root
}

// lookInTree shows the part of a tree that the address names, and finds words in
// it.
func (c *Content) lookInTree(l Look) {
	if way := c.Tree.wayTo(l.At); len(way) > 1 {
		c.Branch = &branch{Path: l.At}
		for _, n := range way[:len(way)-1] {
			c.Branch.Up = append(c.Branch.Up, Link{Text: n.Path, Href: l.at("", 0, 0, "at", n.Path)})
		}
		c.Branch.Up[0].Href = l.Page
		alone := *way[len(way)-1]
		alone.Named, alone.Open = false, true
		c.Tree = &alone
	} else if l.At != "" && l.At != "$" {
		c.Note("There is no value at `" + Visible(l.At) + "`: all of it is shown.")
		l.At = ""
	}
	c.Tree.lead(l, true)
	c.Words = l.findWords()
	c.Words.At = l.At
	if l.Find == "" {
		return
	}
	if c.Words.Said = unfit(l.Find); c.Words.Said != "" {
		return
	}
	f := &treeFinder{words: l.Find, folded: outputs.Fold(l.Find)}
	c.Tree.places(f)
	hit := min(max(l.Hit, 1), int64(len(f.found)))
	c.Words.say(hit, int64(len(f.found)), l)
	if hit > 0 {
		at := f.found[hit-1]
		at.Found = true
		c.Words.Path = at.Path
	}
}

// wayTo are the values on the way to a path, from the root on.
func (n *Node) wayTo(path string) []*Node {
	if path == "" {
		return nil
	}
	way := []*Node{n}
	for n.Path != path {
		next := n.towards(path)
		if next == nil {
			return nil
		}
		n = next
		way = append(way, n)
	}
	return way
}

// towards is the value in this one that a path leads through.
func (n *Node) towards(path string) *Node {
	for i := range n.Children {
		rest, ok := strings.CutPrefix(path, n.Children[i].Path)
		if ok && n.Children[i].Path != "" && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return &n.Children[i]
		}
	}
	return nil
}

// lead gives each value with others in it an address where it is shown alone.
func (n *Node) lead(l Look, root bool) {
	if !root && len(n.Children) > 0 && n.Path != "" {
		n.Href = l.at("", 0, 0, "at", n.Path)
	}
	for i := range n.Children {
		n.Children[i].lead(l, false)
	}
}

// treeFinder finds words in the names and values of a tree.
type treeFinder struct {
	words, folded string
	found         []*Node
}

// places marks where words stand in a value and in what is in it, and opens what
// they stand in. It reports whether there are some.
func (n *Node) places(f *treeFinder) bool {
	here := false
	for _, list := range []*[]Span{&n.Name, &n.Value} {
		text := sought(*list)
		if !strings.Contains(outputs.Fold(text), f.folded) {
			continue
		}
		*list = markSpans(*list, 0, outputs.Places(text, f.words), -1)
		here = true
	}
	if here {
		f.found = append(f.found, n)
	}
	for i := range n.Children {
		if n.Children[i].places(f) {
			n.Open, here = true, true
		}
	}
	return here
}
