package checks

import "math"

// hiddenInTotals works out masks from what adds up.
func (t *Table) hiddenInTotals(known map[spot]span, equations []equation, out *findings) {
	cells := map[spot]span{}
	for _, e := range equations {
		if len(cells) > maxUnknowns {
			out.miss("masks in totals: only the first 20,000 cells were compared")
			break
		}
		for _, p := range append(e.parts, e.total) {
			if _, ok := cells[p]; !ok {
				cells[p] = t.span(p)
			}
		}
	}
	for range maxPasses {
		moved := false
		for _, e := range equations {
			moved = e.tighten(cells) || moved
		}
		if !moved {
			break
		}
	}
	for p, s := range cells {
		if t.Rows[p.row].cell(p.column).Kind == Mask && s.from != "" && s.lowest <= s.most {
			narrow(known, p, s)
		}
	}
}

// span is what a cell can be by itself.
func (t *Table) span(p spot) span {
	c := t.Rows[p.row].cell(p.column)
	if c.Kind == Mask {
		if c.Value >= 0 {
			return span{lowest: 0, most: c.Value}
		}
		return span{lowest: 0, most: math.Inf(1)}
	}
	slack := math.Floor(t.slack(p.column))
	v := math.Round(c.Value)
	return span{lowest: max(0, v-slack), most: v + slack}
}

// tighten narrows the cells of an equation by one another, and reports whether
// any of them is narrower than before.
func (e *equation) tighten(cells map[spot]span) bool {
	lowest, most, endless := 0.0, 0.0, 0
	for _, p := range e.parts {
		s, ok := cells[p]
		if !ok {
			return false
		}
		lowest += s.lowest
		if math.IsInf(s.most, 1) {
			endless++
		} else {
			most += s.most
		}
	}
	total, ok := cells[e.total]
	if !ok {
		return false
	}
	moved := e.set(cells, e.total, lowest, ifNone(endless, most))
	total = cells[e.total]
	for _, p := range e.parts {
		s := cells[p]
		others, rest := endless, most
		if math.IsInf(s.most, 1) {
			others--
		} else {
			rest -= s.most
		}
		moved = e.set(cells, p, total.lowest-ifNone(others, rest), total.most-(lowest-s.lowest)) || moved
	}
	return moved
}

// ifNone is the sum, unless something endless is part of it.
func ifNone(endless int, sum float64) float64 {
	if endless > 0 {
		return math.Inf(1)
	}
	return sum
}

// set narrows a cell. Where nothing would be left, the numbers do not add up,
// and the cell stays as it is.
func (e *equation) set(cells map[spot]span, p spot, lowest, most float64) bool {
	s := cells[p]
	lowest, most = max(s.lowest, lowest), min(s.most, most)
	if lowest > most || lowest == s.lowest && most == s.most {
		return false
	}
	cells[p] = span{lowest: lowest, most: most, from: e.from}
	return true
}
