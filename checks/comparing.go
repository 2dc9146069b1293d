package checks

// comparing compares a table with others.
type comparing struct {
	table *Table
	ours  *byLabels
	most  float64 // the largest difference that matters
	sums  []map[uint64]*group
	hits  [][kinds]hit // by column

	theirs *byLabels
	other  *Released
}

func newComparing(t *Table, x *Extract, most float64) *comparing {
	c := &comparing{table: t, ours: newByLabels(x), most: most, hits: make([][kinds]hit, len(x.Columns))}
	for d := range c.ours.dimensions() {
		c.sums = append(c.sums, c.ours.groups(d))
	}
	return c
}

// with compares with another table, and says how many cells were looked at.
func (x *comparing) with(other *Released) int {
	x.theirs, x.other = newByLabels(&other.Extract), other
	x.cells()
	x.parts()
	for _, groups := range x.sums {
		x.added(groups, x.ours, x.theirs, sumHere, undoneHere)
	}
	for d := range x.theirs.dimensions() {
		x.added(x.theirs.groups(d), x.theirs, x.ours, sumThere, undoneThere)
	}
	return (len(x.ours.cells) + len(x.theirs.cells)) * (x.ours.dimensions() + x.theirs.dimensions())
}

// pair is two cells beside each other.
func (x *comparing) pair(here, there *labelCell) Pair {
	return Pair{
		Place: x.ours.place(here), Labels: x.ours.labels(here), Here: countText(here.value), There: countText(there.value),
		Other: Other{File: x.other.File, Request: x.other.Request, SHA256: x.other.SHA256, Place: x.theirs.place(there), Labels: x.theirs.labels(there)},
	}
}

// alike reports whether two cells are rounded the same way, and in it at all.
func (x *comparing) alike(here, there *labelCell) (same, raw bool) {
	a, b := x.ours.rounded(here), x.theirs.rounded(there)
	return a == b, a == noControl && b == noControl
}

// columnTally is what is known of the cells of a column that the other table
// has as well.
type columnTally struct {
	tally
	rounded              tally
	hiddenHere, shownOne []match
}

// fewestCells is how many cells of a column speak for themselves; of fewer, all
// that the tables share are asked.
const fewestCells = 4

// cells compares cells with the same labels.
func (x *comparing) cells() {
	columns := make([]columnTally, len(x.hits))
	var all tally
	for i := range x.ours.cells {
		here := &x.ours.cells[i]
		there := x.theirs.find(here.key)
		if there == nil || !x.ours.once(here) {
			continue
		}
		y := &columns[here.col]
		same, raw := x.alike(here, there)
		switch {
		case here.value == CountHidden && there.value == CountHidden:
		case here.value == CountHidden:
			y.hiddenHere = append(y.hiddenHere, match{pair: x.pair(here, there)})
		case there.value == CountHidden:
			y.shownOne = append(y.shownOne, match{pair: x.pair(here, there)})
		case raw:
			all.note(here.value, there.value, x.most)
			if y.note(here.value, there.value, x.most) {
				y.found = append(y.found, match{pair: x.pair(here, there)})
			}
		case same: // differences of rounded counts are rounded
			y.rounded.note(here.value, there.value, 0)
			all.note(here.value, there.value, 0)
		default:
			y.rounding(here.value, there.value, halfOf(x.ours.rounded(here))+halfOf(x.theirs.rounded(there)), match{pair: x.pair(here, there)})
		}
	}
	for c := range columns {
		x.cellHits(c, &columns[c], &all)
	}
}

// rounding notes two counts of which one is rounded, or both otherwise.
func (y *columnTally) rounding(here, there, most float64, m match) {
	if y.rounded.note(here, there, most) {
		y.rounded.found = append(y.rounded.found, m)
	}
}

// cellHits keeps what was found in the cells of a column.
func (x *comparing) cellHits(c int, y *columnTally, all *tally) {
	hits := &x.hits[c]
	judge := &y.tally
	if y.same+y.near+y.far < fewestCells {
		judge = all
	}
	switch {
	case y.near == 0:
	case judge.related():
		hits[cellsNear].add(judge.weight(), x.other, y.found)
	case judge.far <= judge.same+judge.near:
		hits[cellsNear].add(Low, x.other, y.found) // may be chance
	case (y.fewer == 0 || y.more == 0) && y.same+y.near+y.far >= fewestCells && y.expectNow/2 <= 0.2 && y.near > 0:
		hits[fewerHere].add(Medium, x.other, y.found)
	}
	if r := &y.rounded; r.near >= 3 && r.far == 0 && float64(r.near+r.same) > 3*r.expectNow+0.5 {
		hits[otherwiseRounded].add(Medium, x.other, r.found)
	}
	if judge.same+y.rounded.same+y.rounded.near < 2 || !judge.related() && !y.rounded.related() {
		return
	}
	hits[hiddenHere].add(Medium, x.other, y.hiddenHere)
	hits[shownHere].add(Medium, x.other, y.shownOne)
}

// parts compares cells that have one label more with those that have it not.
func (x *comparing) parts() {
	x.partsOf(x.ours, x.theirs, partOf)
	x.partsOf(x.theirs, x.ours, wholeOf)
}

func (x *comparing) partsOf(part, whole *byLabels, k kind) {
	type where struct{ column, dimension int }
	tallies := map[where]*tally{}
	for i := range part.cells {
		p := &part.cells[i]
		if p.value < 0 || part.rounded(p) != noControl || !part.once(p) {
			continue
		}
		for d := range part.dimensions() {
			label := part.labelIn(p, d)
			if label < 0 {
				continue
			}
			w := whole.find(p.key - part.hashes[label])
			if w == nil || w.value < 0 || whole.rounded(w) != noControl {
				continue
			}
			here, there := p, w
			if k == wholeOf {
				here, there = w, p
			}
			at := where{here.col, d}
			if tallies[at] == nil {
				tallies[at] = &tally{}
			}
			if tallies[at].note(p.value, w.value, x.most) && p.value < w.value {
				tallies[at].found = append(tallies[at].found, match{pair: x.pair(here, there)})
			}
		}
	}
	for at, y := range tallies {
		chance := y.expectNow / 2 // only fewer
		if y.more > 0 || len(y.found) == 0 || float64(len(y.found)) <= 3*chance && y.same+y.near+y.far < fewestCells {
			continue
		}
		weight := Medium
		if chance <= 0.05*float64(len(y.found)) {
			weight = High
		}
		x.hits[at.column][k].add(weight, x.other, y.found)
	}
}

// added compares what groups of one table add up to with the totals of the
// other.
func (x *comparing) added(groups map[uint64]*group, parts, totals *byLabels, near, undone kind) {
	var y tally
	byColumn := map[int][]match{}
	open := map[int][]match{}
	sure := true
	for key, g := range groups {
		total := totals.find(key)
		if total == nil || total.value < 0 || g.parts < 2 || g.bad || totals.rounded(total) != noControl || g.masks > 1 {
			continue
		}
		left := total.value - g.sum
		if g.masks == 1 {
			m := x.sumMatch(g, g.mask, parts, total)
			switch {
			case left < 1 || left > x.most:
				sure = sure && left >= 0
			default:
				m.derived = &Derived{Place: m.pair.Place, Lowest: left, Most: left, From: "a total of " + countText(total.value) + " less " + g.in()}
				here := x.hereOf(g.mask, total, parts)
				open[here.col] = append(open[here.col], m)
			}
			continue
		}
		if y.note(g.sum, total.value, x.most) && left > 0 {
			here := x.hereOf(g.first, total, parts)
			byColumn[here.col] = append(byColumn[here.col], x.sumMatch(g, g.first, parts, total))
		}
	}
	if y.more == 0 && y.related() {
		for c, found := range byColumn {
			x.hits[c][near].add(y.weight(), x.other, found)
		}
	}
	if sure && y.more == 0 && (y.same+y.near+y.far == 0 || y.related()) {
		for c, found := range open {
			x.hits[c][undone].add(x.undoneWeight(found, &y), x.other, found)
		}
	}
}

// undoneWeight is high if the totals are seen to be those of the groups.
func (x *comparing) undoneWeight(found []match, y *tally) Weight {
	if y.same+y.near > 0 || len(found) > 1 {
		return High
	}
	return Medium
}

// hereOf is the cell of ours of a part and a total.
func (x *comparing) hereOf(part, total *labelCell, parts *byLabels) *labelCell {
	if parts == x.ours {
		return part
	}
	return total
}

// sumMatch is a group's sum and a total beside each other.
func (x *comparing) sumMatch(g *group, part *labelCell, parts *byLabels, total *labelCell) match {
	if parts == x.ours {
		p := x.pair(part, total)
		p.Here = g.in()
		return match{pair: p}
	}
	p := x.pair(total, part)
	p.There = g.in()
	return match{pair: p}
}
