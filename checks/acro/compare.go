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

// meanings are what ACRO's checks look for, in words.
var meanings = map[string]string{
	"threshold": "few people", "MinimumThresholdCheck": "few people",
	"p-ratio": "p % rule", "PPercentCheck": "p % rule",
	"nk-rule": "a few make up most", "NKCheck": "a few make up most",
	"all-values-are-same": "all are alike", "AllSameValuesCheck": "all are alike",
	"MinimumDoFCheck": "degrees of freedom", "PresenceOfZeroCheck": "zeros",
}

// Says is a verdict in words, as ACRO's.
func (v *Verdict) Says() string {
	if v.Check == "" {
		return fmt.Sprintf("%s says %s: it flags no cell", v.Source, cmp.Or(v.Status, "nothing"))
	}
	check := v.Check
	if is := meanings[check]; is != "" {
		check += " (" + is + ")"
	}
	text := fmt.Sprintf("%s says %s by %s: %s", v.Source, cmp.Or(v.Status, "nothing"), check, number(int(v.Count), "cell"))
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
		switch {
		case n[s.state] == 0:
		case n[s.state] == len(v.Cells) && len(v.Cells) > 1:
			text += ", all " + s.words
		case len(v.Cells) == 1:
			text += ", " + s.words
		default:
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
