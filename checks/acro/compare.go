package acro

import (
	"cmp"
	"fmt"
	"slices"

	"sallyport/checks"
)

// Compare notes at each cell that ACRO flags which of our rules mark it too. The
// others are ACRO's alone, which does not make them less.
func Compare(verdicts []Verdict, ours []checks.Finding) {
	type spot struct {
		row    int64
		column int
	}
	marked := map[spot][]string{}
	cut := false // not all places of a finding are listed
	for _, f := range ours {
		cut = cut || f.Count > int64(len(f.Places))
		for _, p := range f.Places {
			at := spot{p.Row, p.Column}
			if p.Table == 0 && p.Column > 0 && !slices.Contains(marked[at], f.Rule) {
				marked[at] = append(marked[at], f.Rule)
			}
		}
	}
	for i := range verdicts {
		verdicts[i].alsoMore = cut
		for j := range verdicts[i].Cells {
			if c := &verdicts[i].Cells[j]; c.Where != nil {
				c.Also = marked[spot{c.Where.Row, c.Where.Column}]
			}
		}
	}
}

// Says is a verdict in words, as ACRO's.
func (v *Verdict) Says() string {
	if v.Check == "" {
		return fmt.Sprintf("%s says %s: it flags no cell", v.Source, cmp.Or(v.Status, "nothing"))
	}
	text := fmt.Sprintf("%s says %s by %s: %s", v.Source, cmp.Or(v.Status, "nothing"), v.Check, number(int(v.Count), "cell"))
	n := map[State]int{}
	also := 0
	for _, c := range v.Cells {
		n[c.State]++
		if len(c.Also) > 0 {
			also++
		}
	}
	for _, s := range []struct {
		state State
		words string
	}{{Shown, "shown"}, {Hidden, "hidden"}, {Rounded, "rounded"}, {LeftOut, "not in the file"}, {Unplaced, "not found in the file"}} {
		if n[s.state] > 0 {
			text += fmt.Sprintf(", %d %s", n[s.state], s.words)
		}
	}
	if also > 0 {
		least := ""
		if v.alsoMore && also < len(v.Cells) {
			least = "at least "
		}
		text += fmt.Sprintf("; our checks mark %s%d of them too", least, also)
	}
	return text
}

func number(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
