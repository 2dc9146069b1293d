package checks

import "math"

// groupTotals finds columns that have the total of another in every row of a
// group: n beside N, as tables do that say of each variable how many there are.
func (t *Table) groupTotals(out *findings) []equation {
	if len(t.layout.counts) < 2 || len(t.layout.counts) > maxSummed || len(t.Rows) < 3 {
		return nil
	}
	var found []equation
	cost := 0
	for _, w := range t.waysOf() {
		for _, part := range t.layout.counts {
			for _, total := range t.layout.counts {
				if part == total || t.Columns[part].masks == 0 {
					continue
				}
				if cost += len(t.Rows); cost > maxParts {
					out.miss("totals: the table has too many to be compared, or too many rows")
					return found
				}
				found = append(found, t.groupTotal(w.groups, part, total)...)
			}
		}
	}
	return found
}

// groupTotal are the equations of one column with the total of another, if two
// groups at least show all their numbers and nothing contradicts.
func (t *Table) groupTotal(groups [][]int, part, total int) []equation {
	var made []equation
	fits := 0
	chance := 1.0
	for _, g := range groups {
		if len(g) < 2 {
			continue
		}
		first := t.Rows[g[0]].cell(total)
		if first.Kind != Number || !first.whole() || first.Value <= 0 {
			continue
		}
		e := equation{total: spot{g[0], total}, from: "“" + short(t.Columns[total].Name) + "” of its group"}
		for _, n := range g {
			if c := t.Rows[n].cell(total); c.Kind != Number || c.Value != first.Value {
				return nil
			}
			e.parts = append(e.parts, spot{n, part})
		}
		switch t.holds(e) {
		case yes:
			fits++
			chance *= min(1, (2*t.slack(total)+2*float64(len(g))*t.slack(part)+1)/math.Round(first.Value))
		case no:
			return nil
		case open:
			continue
		}
		made = append(made, e)
	}
	if fits == 0 || chance > 0.02 {
		return nil
	}
	return made
}
