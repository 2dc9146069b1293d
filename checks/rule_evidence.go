package checks

// evidence finds figures and estimates without the number of people or events
// that they rest on, in the file itself or beside it.
type evidence struct {
	estimates spots
	counted   bool
	folding   folding
}

func (*evidence) about() About {
	return About{
		Name: "evidence", Version: 2, Weight: Medium, Source: "OpenSAFELY: underlying counts are missing in about one of ten requests that are sent back",
		Reads:    []string{"companions"},
		Examines: "figures and tables of estimates, for any count in the same file or in the other files of its group",
	}
}

func (e *evidence) table(t *Table, _ *findings) {
	if t.All == 0 {
		return
	}
	e.counted = e.counted || t.counted()
	estimates := 0
	for _, c := range t.Columns {
		if c.Role == RoleStatistic && (c.intervals > 0 || statWords.any(c.words) != "") {
			estimates++
		}
	}
	if estimates > 0 && estimates >= len(t.Columns)/3 {
		e.estimates.add(Place{Line: t.First})
	}
}

// observed reports whether a row of the table is the number that a model
// rests on.
func (t *Table) observed() bool {
	for n := range t.Rows[:min(len(t.Rows), modelRows)] {
		for _, s := range t.Rows[n].Texts {
			if ofModel(s) == observed || s == "N" || s == "n" {
				return true
			}
		}
	}
	return false
}

var anyNumber = patternOf(`(?i)number of obs|no\. of subjects|no\. observations|\bn ?= ?[0-9]`, "number of obs", "no. of", "no. obs", "n=", "n =")

func (e *evidence) line(text []byte, _ int64, _ *findings) {
	e.counted = e.counted || anyNumber.in(text, e.folding.fold(text))
}

func (e *evidence) end(out *findings) {
	figure, err := isFigure(out.file)
	if err != nil {
		out.failed = err
		return
	}
	beside := out.profile.Companions
	switch {
	case e.counted || out.profile.has(KindCounts):
	case figure && beside == nil:
		out.miss("the counts that the figure was made of: no other files were given to look for them")
	case figure:
		var s spots
		s.add(Place{Line: 1})
		out.lines(Medium, s, "The figure has no file with its counts beside it")
	case beside == nil:
		out.lines(Low, e.estimates, "The file has estimates, but nowhere the number of people or events that they rest on")
	default:
		out.lines(Medium, e.estimates, "The file has estimates, but neither it nor a file beside it says how many people or events they rest on")
	}
}
