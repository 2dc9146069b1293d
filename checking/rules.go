package checking

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
)

// The rules that are of the workflow, not of a file's content.
const (
	ruleAskedBefore = "asked-before"
	ruleUnfinished  = "unfinished"
)

// Rules says what the rules of the workflow are.
func Rules() []checks.About {
	return []checks.About{
		{
			Name: ruleAskedBefore, Version: 1, Weight: checks.High, Source: "Sallyport: what was refused, or called back, is not asked for again unseen",
			Examines: "whether the same bytes were on a request of the workspace that was rejected or revoked",
		},
		acro.About(),
		{
			Name: ruleUnfinished, Version: 1, Weight: checks.Medium, Source: "Sallyport: what could not be looked at is not silent",
			Examines: "whether the checks came to their end",
		},
	}
}

// Versions names the rules that are run, with their versions.
func Versions() []string {
	names := checks.Versions()
	for _, a := range Rules() {
		names = append(names, fmt.Sprintf("%s/%d", a.Name, a.Version))
	}
	return names
}

// askedBefore says that the bytes were refused or called back. Both requests
// are of one workspace, so that whoever sees the one may know of the other.
func askedBefore(other review.RequestID) checks.Finding {
	return checks.Finding{
		Rule: ruleAskedBefore, Weight: checks.High, Count: 1, Places: []checks.Place{{Line: 1}}, Where: checks.Place{Line: 1},
		Message: fmt.Sprintf("These bytes were on request %s, which was rejected or revoked", other),
	}
}

// unfinished is the report of a file that the checks did not come to the end of.
func unfinished(why string) *checks.Report {
	return &checks.Report{
		Examined:    checks.Examined{Kind: "other", Rules: []string{}, Limits: checks.Limits{Declared: []checks.Control{}}},
		NotExamined: []string{why + ": nothing of it counts as looked at"},
		Findings: []checks.Finding{{
			Rule: ruleUnfinished, Weight: checks.Medium, Count: 1, Places: []checks.Place{{Line: 1}}, Where: checks.Place{Line: 1},
			Message: "The checks did not come to an end; look at the file closely",
		}},
	}
}

// ran are the rules that a report names, and those of the workflow, with their
// versions.
func ran(r *checks.Report) []string {
	names := []string{}
	for _, v := range Versions() {
		name, _, _ := strings.Cut(v, "/")
		if slices.Contains(r.Examined.Rules, name) || name == ruleAskedBefore || name == ruleUnfinished {
			names = append(names, v)
		}
	}
	return names
}
