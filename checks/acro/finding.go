package acro

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/checks"
)

// Rule is the name of findings that are ACRO's, not ours.
const Rule = "acro"

// About says what findings of ACRO's are.
func About() checks.About {
	return checks.About{
		Name: Rule, Version: 1, Weight: checks.Medium, Source: "ACRO, which saw the records: its verdicts, as it gave them", Reads: []string{},
		Examines: "what the results of ACRO in the folder of a file say of it: the cells that it flags and what became of them, and the checksum of the file",
	}
}

// Findings are ACRO's verdicts as findings. What ACRO flags and the file shows
// weighs something; what was hidden, rounded or left out, and what ACRO could
// not check, is for information. What passes is none.
func (o *OfFile) Findings() []checks.Finding {
	var out []checks.Finding
	add := func(w checks.Weight, places []checks.Place, count int64, message string) {
		if len(places) == 0 {
			places, count = []checks.Place{{Line: 1}}, 1
		}
		out = append(out, checks.Finding{Rule: Rule, Weight: w, Where: places[0], Places: places, Count: count, Message: message})
	}
	if o.Checksum.Sum == Differs {
		add(checks.Medium, nil, 0, "The file is "+o.Checksum.Says())
	}
	for i := range o.Verdicts {
		v := &o.Verdicts[i]
		switch {
		case o.kept(v.Output):
			add(checks.Medium, nil, 0, v.Source+" made this file for output checkers, and says that it is not to be released")
		case v.Check != "":
			places, count := v.places()
			message := v.Says()
			if v.Note != "" {
				message += ". " + strings.TrimSuffix(v.Note, ".")
			}
			add(v.weight(), places, count, message)
		case v.Status == "pass" || v.Status == "":
		case o.custom(v.Output):
			add(checks.Info, nil, 0, v.Source+" did not check this file, which was added to its outputs by hand")
		default:
			add(v.weight(), nil, 0, fmt.Sprintf("%s says %s of this output: %s", v.Source, v.Status, cut(v.Summary, 200)))
		}
	}
	return out
}

// weight is how much a verdict matters: what was done away with is for
// information. ACRO's own status does not say it, since it fails what it has
// suppressed.
func (v *Verdict) weight() checks.Weight {
	switch {
	case v.Mitigated:
		return checks.Info
	case v.Check == "" && v.Status != "fail":
		return checks.Low
	}
	return checks.Medium
}

// places are where the cells of a verdict stand, those that show something
// first, and how many there are in all.
func (v *Verdict) places() (list []checks.Place, count int64) {
	const most = 100
	for _, shown := range []bool{true, false} {
		for _, c := range v.Cells {
			if c.Where == nil || shown != (c.State == Shown) || !shown && !v.Mitigated {
				continue
			}
			if count++; len(list) < most {
				list = append(list, *c.Where)
			}
		}
	}
	return list, count
}

// kept reports whether ACRO says that an output is not to be released.
func (o *OfFile) kept(id string) bool {
	return slices.ContainsFunc(o.Outputs, func(a Details) bool { return a.ID == id && a.Kept })
}

// custom reports whether an output is a file that ACRO did not make.
func (o *OfFile) custom(id string) bool {
	return slices.ContainsFunc(o.Outputs, func(a Details) bool { return a.ID == id && a.Type == "custom" })
}
