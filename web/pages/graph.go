package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sallyport/web/graph"
)

// Graph is actions of a pipeline as boxes, with a line from each to those that
// need it.
type Graph struct {
	Label         string
	Width, Height int // as it is shown
	ViewBox       string
	Boxes         []GraphBox
	Lines         []GraphLine
	Slim          bool   // boxes have one line of text
	Left          string // what is left out; "" if nothing is
}

// GraphBox is an action. Where it stands is in the units of the view box.
type GraphBox struct {
	Href         string
	Title        string // all that is known of it
	Name         string // as far as there is room for it
	State        State
	Class        string
	X, Y, W, H   int
	TextX, TextY int
	IconX, IconY int
	WordY        int
}

// GraphLine is a need.
type GraphLine struct {
	Path string
	Near bool // of the chosen action
}

// GraphAction is an action as a graph shows it.
type GraphAction struct {
	Name    string
	Needs   []string
	State   State
	Href    string
	Quiet   bool // it was not requested
	Chosen  bool
	Missing bool // the pipeline has no such action
}

// How a graph looks, in pixels.
const (
	boxLetters  = 38 // of a name
	letter      = 8  // wide, the widest of the fonts that there are
	slimFrom    = 80 // actions from which boxes are slim
	boxPadding  = 34
	boxHeight   = 44
	slimHeight  = 26
	boxRow      = 12
	slimRow     = 6
	boxColumn   = 56
	graphMargin = 10
)

// NewGraph shows actions, in percent of their size. What they need beside
// themselves is left out; so is what is too much for a picture.
func NewGraph(actions []GraphAction, label string, percent int) Graph {
	g := Graph{Label: label, Slim: len(actions) >= slimFrom}
	if len(actions) > graph.MostBoxes {
		g.Left = "A picture shows at most " + Count(graph.MostBoxes) + " actions: here are the first of " + Count(len(actions)) + "."
		actions = actions[:graph.MostBoxes]
	}
	needs, more := needsOf(actions)
	if more > 0 {
		g.Left = strings.TrimSpace(g.Left + " A picture shows at most " + Count(graph.MostNeeds) + " needs: " + Plural(more, "need") + " of these actions " + isAre(int64(more)) + " left out.")
	}
	height, row := boxHeight, boxRow
	if g.Slim {
		height, row = slimHeight, slimRow
	}
	sizes := make([]graph.Size, len(actions))
	for i, a := range actions {
		sizes[i] = graph.Size{W: max(utf8.RuneCountInString(middleCut(Visible(a.Name))), 10)*letter + boxPadding, H: height}
	}
	picture := graph.Arrange(sizes, needs, graph.Gaps{Column: boxColumn, Row: row})
	for i, a := range actions {
		g.Boxes = append(g.Boxes, a.box(picture.Corners[i], sizes[i]))
	}
	for _, line := range picture.Lines {
		near := actions[line.From].Chosen || actions[line.To].Chosen
		g.Lines = append(g.Lines, GraphLine{Path: pathOf(line, sizes[line.From]), Near: near})
	}
	slices.SortStableFunc(g.Lines, func(a, b GraphLine) int { return boolOrder(a.Near, b.Near) })
	w, h := picture.W+2*graphMargin, picture.H+2*graphMargin
	g.Width, g.Height = max(w*percent/100, 1), max(h*percent/100, 1)
	g.ViewBox = fmt.Sprintf("%d %d %d %d", -graphMargin, -graphMargin, w, h)
	return g
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// needsOf are the needs between the actions, as far as a picture can show them,
// and how many more there are.
func needsOf(actions []GraphAction) (needs []graph.Need, more int) {
	at := make(map[string]int, len(actions))
	for i, a := range actions {
		at[a.Name] = i
	}
	for i, a := range actions {
		seen := map[string]bool{}
		for _, name := range a.Needs {
			from, ok := at[name]
			if !ok || seen[name] {
				continue
			}
			seen[name] = true
			if len(needs) == graph.MostNeeds {
				more++
				continue
			}
			needs = append(needs, graph.Need{From: from, To: i})
		}
	}
	return needs, more
}

// box is the action at its place.
func (a GraphAction) box(at graph.Point, size graph.Size) GraphBox {
	b := GraphBox{
		Href: a.Href, Name: middleCut(Visible(a.Name)), State: a.State, X: at.X, Y: at.Y, W: size.W, H: size.H,
		TextX: at.X + 27, TextY: at.Y + 17, IconX: at.X + 8, IconY: at.Y + 6, WordY: at.Y + 34,
	}
	b.Title = Visible(a.Name) + ": " + a.State.Word
	if len(a.Needs) > 0 {
		const most = 8
		b.Title += ". Needs " + strings.Join(a.Needs[:min(len(a.Needs), most)], ", ")
		if more := len(a.Needs) - most; more > 0 {
			b.Title += " and " + Count(more) + " more"
		}
	}
	b.Title = Visible(b.Title)
	if a.Quiet {
		b.Class = " quiet-box"
	}
	if a.Missing {
		b.Class = " missing"
	}
	if a.Chosen {
		b.Class += " chosen"
	}
	return b
}

// middleCut is a name that is not too long for a box: those of a pipeline begin
// alike, and end alike, so that both are kept.
func middleCut(name string) string {
	letters := []rune(name)
	if len(letters) <= boxLetters {
		return name
	}
	return string(letters[:boxLetters/2-1]) + "…" + string(letters[len(letters)-boxLetters/2:])
}

// pathOf is a line as SVG draws it: a curve from point to point that leaves and
// arrives level. One to itself is a loop above the box.
func pathOf(line graph.Line, from graph.Size) string {
	var b strings.Builder
	write := func(command string, at ...int) {
		b.WriteString(command)
		for i, n := range at {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(n))
		}
	}
	first := line.Points[0]
	if len(line.Points) == 1 {
		right := first.X + from.W
		write("M", right-26, first.Y)
		write("C", right-26, first.Y-9, right-8, first.Y-9, right-8, first.Y)
		return b.String()
	}
	write("M", first.X, first.Y)
	for i, p := range line.Points[1:] {
		before := line.Points[i]
		if p.Y == before.Y {
			write("H", p.X)
			continue
		}
		bend := (p.X - before.X) / 2
		write("C", before.X+bend, before.Y, p.X-bend, p.Y, p.X, p.Y)
	}
	return b.String()
}

// mostShownNeeds bounds the needs that a graph shows unless all were asked for.
const mostShownNeeds = 300

// Dense reports whether actions need one another so much that a graph of them
// is large and shows nothing.
func Dense(actions []GraphAction) bool {
	there := make(map[string]bool, len(actions))
	for _, a := range actions {
		there[a.Name] = true
	}
	n := 0
	for _, a := range actions {
		for _, name := range a.Needs {
			if there[name] {
				n++
			}
		}
	}
	return n > mostShownNeeds
}

// Near are the actions that a chosen one needs, and those that need it, to so
// many steps, the nearest first and at most so many, fewer where they are
// dense; more is how many are left out. They stand in their order.
func Near(actions []GraphAction, chosen string, steps, most int) (near []GraphAction, more int) {
	distance := distances(actions, chosen)
	for _, a := range actions {
		if d, ok := distance[a.Name]; ok && d <= steps {
			near = append(near, a)
		}
	}
	if len(near) > most {
		more = len(near) - most
		order := map[string]int{}
		for i, a := range near {
			order[a.Name] = i
		}
		slices.SortStableFunc(near, func(a, b GraphAction) int { return distance[a.Name] - distance[b.Name] })
		near = near[:most]
		slices.SortFunc(near, func(a, b GraphAction) int { return cmp.Compare(order[a.Name], order[b.Name]) })
	}
	if len(near) > 1 && Dense(near) {
		return Near(actions, chosen, steps, len(near)*3/4)
	}
	for i := range near {
		near[i].Chosen = near[i].Name == chosen
	}
	return near, more
}

// distances are how many steps actions are away from one: through what it
// needs, or through what needs it.
func distances(actions []GraphAction, chosen string) map[string]int {
	needs, needed := map[string][]string{}, map[string][]string{}
	for _, a := range actions {
		needs[a.Name] = a.Needs
		for _, n := range a.Needs {
			needed[n] = append(needed[n], a.Name)
		}
	}
	distance := map[string]int{}
	if _, ok := needs[chosen]; !ok {
		return distance
	}
	for _, next := range []map[string][]string{needs, needed} {
		distance[chosen] = 0
		seen := map[string]bool{chosen: true}
		for way := []string{chosen}; len(way) > 0; way = way[1:] {
			for _, n := range next[way[0]] {
				if _, ok := needs[n]; !ok || seen[n] {
					continue
				}
				seen[n] = true
				d := distance[way[0]] + 1
				if old, ok := distance[n]; !ok || d < old {
					distance[n] = d
				}
				way = append(way, n)
			}
		}
	}
	return distance
}

// Known adds to actions those that are needed but that there are not.
func Known(actions []GraphAction) []GraphAction {
	known := map[string]bool{}
	for _, a := range actions {
		known[a.Name] = true
	}
	all := slices.Clone(actions)
	for _, a := range actions {
		for _, n := range a.Needs {
			if !known[n] {
				known[n] = true
				all = append(all, GraphAction{Name: n, State: State{changes, "not in the pipeline"}, Missing: true})
			}
		}
	}
	return all
}
