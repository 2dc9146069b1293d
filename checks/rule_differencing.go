package checks

import (
	"fmt"
	"slices"
)

// differencing finds tables that show small groups when they are compared with
// others.
type differencing struct {
	spent int // cells that were compared for this file
}

func (*differencing) about() About {
	return About{
		Name: "differencing", Version: 2, Weight: High, Source: "OpenSAFELY, UK LLC: two tables that differ by a few people show those people",
		Reads:    []string{"threshold", "earlier"},
		Examines: "counts with the same labels in earlier releases and in the files that are checked together: the same cells, parts of them, sums, masks and rounding",
	}
}

// Pair is two cells, or sums of cells, of two files beside each other. It is
// shown on a page only, to those who may read both.
type Pair struct {
	Place  Place  `json:"place"`  // here
	Labels string `json:"labels"` // whose counts they are
	Here   string `json:"here"`
	There  string `json:"there"`
	Other  Other  `json:"other"`
}

// Other is where the second cell of a pair stands.
type Other struct {
	File    string `json:"file"`
	Request string `json:"request,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	Place   Place  `json:"place"`
	Labels  string `json:"labels"`
}

const (
	maxBeside   = 100        // pairs of a finding
	maxDiffered = 20_000_000 // cells of a file's tables with those of others
)

func (rule *differencing) table(t *Table, out *findings) {
	if out.profile.Earlier == nil {
		return
	}
	list := Extracts([]*Table{t})
	if len(list) == 0 {
		return
	}
	ours := list[0]
	if ours.Left > 0 {
		out.miss(fmt.Sprintf("differences from earlier releases: only the first %d of %d rows of a table were compared", len(ours.Rows), t.All))
	}
	others, err := out.profile.Earlier.Alike(ours.Keys())
	if err != nil {
		out.failed = fmt.Errorf("look up earlier releases: %w", err)
		return
	}
	x := newComparing(t, &ours, float64(out.profile.Threshold))
	for i := range others {
		if cost := len(ours.Rows) + len(others[i].Extract.Rows); rule.spent+cost > maxDiffered {
			out.miss("differences from earlier releases: there are too many tables alike to compare with each")
			break
		}
		rule.spent += x.with(&others[i])
	}
	x.report(out)
}

// kind is in which way two tables show a small group.
type kind int

const (
	cellsNear kind = iota
	partOf
	wholeOf
	fewerHere
	sumHere
	sumThere
	undoneHere
	undoneThere
	hiddenHere
	shownHere
	otherwiseRounded
	kinds
)

// words say what was found in so many cells.
func (k kind) words(n int64, most int, file string) string {
	are := number(n, "count", "counts")
	switch k {
	case cellsNear:
		return fmt.Sprintf("%s by 1 to %d from the same cells of %s", number(n, "count differs", "counts differ"), most, file)
	case partOf, wholeOf:
		return fmt.Sprintf("%s 1 to %d people, who are in the one and not in the other, with one label more or less in %s", number(n, "count leaves", "counts leave"), most, file)
	case fewerHere:
		return fmt.Sprintf("%s, as a part and the whole, by 1 to %d from the same cells of %s", number(n, "count differs", "counts differ"), most, file)
	case sumHere, sumThere:
		return fmt.Sprintf("%s by 1 to %d from what the groups add up to, here or in %s", number(n, "total differs", "totals differ"), most, file)
	case undoneHere:
		return fmt.Sprintf("%s hidden here can be worked out with a total in %s", are, file)
	case undoneThere:
		return fmt.Sprintf("%s here gives away what is hidden in %s", number(n, "total", "totals"), file)
	case hiddenHere:
		return fmt.Sprintf("%s hidden here and shown in %s", number(n, "count is", "counts are"), file)
	case shownHere:
		return fmt.Sprintf("%s shown here and hidden in %s", number(n, "count is", "counts are"), file)
	}
	return fmt.Sprintf("%s rounded otherwise than the same cells of %s", number(n, "count is", "counts are"), file)
}

// hit is what was found of a kind in a column.
type hit struct {
	weight  Weight
	spots   spots
	seen    map[Place]bool
	pairs   []Pair
	derived []Derived
	files   []string
}

// add adds what was found with another table.
func (h *hit) add(w Weight, other *Released, found []match) {
	if h.seen == nil {
		h.seen, h.weight = map[Place]bool{}, w
	}
	if w.order() < h.weight.order() {
		h.weight = w
	}
	if name := other.called(); !slices.Contains(h.files, name) {
		h.files = append(h.files, name)
	}
	for _, m := range found {
		if !h.seen[m.pair.Place] {
			h.seen[m.pair.Place] = true
			h.spots.add(m.pair.Place)
		}
		if len(h.pairs) < maxBeside {
			h.pairs = append(h.pairs, m.pair)
		}
		if m.derived != nil && len(h.derived) < maxBeside {
			h.derived = append(h.derived, *m.derived)
		}
	}
}

// called is how a message calls the file of a table.
func (r *Released) called() string {
	name := "“" + short(r.File) + "”"
	if r.Request != "" {
		name += " of request " + short(r.Request)
	}
	return name
}

// report reports what was found in each column.
func (x *comparing) report(out *findings) {
	for c := range x.ours.x.Columns {
		for k := range kinds {
			h := &x.hits[c][k]
			if h.spots.count == 0 {
				continue
			}
			file := h.files[0]
			if more := len(h.files) - 1; more > 0 {
				file += " and " + number(int64(more), "other file", "other files")
			}
			column := x.table.Columns[x.ours.x.Columns[c].At]
			out.add(Finding{
				Weight: h.weight, Column: column.Name, Places: h.spots.places, Count: h.spots.count, Derived: h.derived, Beside: h.pairs,
				Message: fmt.Sprintf("Column “%s”: %s", short(column.Name), k.words(h.spots.count, out.profile.Threshold, file)),
			})
		}
	}
}
