package pages

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"sallyport/review"
)

// FindingsLook is what of the findings somebody looks at.
type FindingsLook struct {
	By     string // "file", else by rule
	Which  string // "open", "answered" or "" for all
	Rule   string
	File   string
	From   int    // the first, counted from 0
	Change string // the finding whose answer is changed
}

// mostFindings is how many findings a page lists.
const mostFindings = 100

// Address is where this is looked at.
func (l FindingsLook) Address(id review.RequestID) string {
	query := url.Values{}
	for name, value := range map[string]string{"by": l.By, "show": l.Which, "rule": l.Rule, "file": l.File, "change": l.Change} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if l.From > 0 {
		query.Set("from", strconv.Itoa(l.From+1))
	}
	address := RequestAddress(id, "findings")
	if len(query) == 0 {
		return address
	}
	return address + "?" + query.Encode()
}

// placed is a finding with the file that it is of.
type placed struct {
	file    review.FileView
	finding review.FindingView
}

// keeps reports whether a finding is among those that are looked at.
func (l FindingsLook) keeps(p placed) bool {
	switch {
	case l.Rule != "" && p.finding.Rule != l.Rule, l.File != "" && string(p.file.ID) != l.File:
		return false
	case l.Which == "open":
		return unanswered(p.file, p.finding)
	case l.Which == "answered":
		return p.finding.Answer != nil
	}
	return true
}

// chosen lists the findings that are looked at, in the order of the page.
func (l FindingsLook) chosen(v *review.RequestView) []placed {
	var list []placed
	for _, file := range filesIn(v) {
		for _, f := range file.Findings {
			if p := (placed{file, f}); l.keeps(p) {
				list = append(list, p)
			}
		}
	}
	if l.By == "file" {
		return list
	}
	gravest := map[string]int{}
	for _, p := range list {
		w := weightOrder(p.finding.Weight)
		if before, ok := gravest[p.finding.Rule]; !ok || w < before {
			gravest[p.finding.Rule] = w
		}
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		return cmp.Or(
			cmp.Compare(gravest[a.finding.Rule], gravest[b.finding.Rule]), cmp.Compare(a.finding.Rule, b.finding.Rule),
			cmp.Compare(weightOrder(a.finding.Weight), weightOrder(b.finding.Weight)),
		)
	})
	return list
}

// filesIn are the files of a request that were not withdrawn.
func filesIn(v *review.RequestView) []review.FileView {
	var files []review.FileView
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind != review.WithdrawnFile {
				files = append(files, f)
			}
		}
	}
	return files
}

// Everything are the findings that wait for an answer and that a value of the
// form chooses: of a rule or of a file, among those that are looked at.
func (l FindingsLook) Everything(v *review.RequestView, value string) []string {
	var ids []string
	for _, p := range l.chosen(v) {
		if unanswered(p.file, p.finding) && (value == ofRule+p.finding.Rule || value == ofFile+string(p.file.ID)) {
			ids = append(ids, p.finding.ID)
		}
	}
	return ids
}

// What chooses all findings of a rule, or of a file.
const ofRule, ofFile = "rule:", "file:"
