package pages

import (
	"net/url"
	"strings"

	"sallyport/review"
)

// form is the one in which findings are chosen and answered. Where an answer is
// to be changed, it begins with that.
func (p *Findings) form(b Build, v *review.RequestView, l FindingsLook) {
	now := url.Values{}
	for _, x := range l.chosen(v) {
		if x.finding.ID == l.Change && x.finding.Answer != nil {
			now.Set("finding", l.Change)
			now.Set("text", *x.finding.Answer)
		}
	}
	form := b.Forms.Form("answer", RequestAddress(v.ID, "findings"), now)
	p.Form = &form
}

// kept are the findings that were chosen when the form was refused.
func (p *Findings) kept() []string {
	if p.Form == nil || p.Form.Error == "" {
		return nil
	}
	return p.Form.values["finding"]
}

// list fills the groups of the findings that are shown.
func (p *Findings) list(v *review.RequestView, l FindingsLook, all []placed, from, last int) {
	for _, x := range all[from:last] {
		key := x.finding.Rule
		if l.By == "file" {
			key = string(x.file.ID)
		}
		if n := len(p.Groups); n == 0 || p.Groups[n-1].ID != key {
			p.Groups = append(p.Groups, p.group(v, l, all, x))
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Rows = append(g.Rows, p.row(v, l, x))
	}
}

// group is the one of a finding: of all that have its rule, or its file.
func (p *Findings) group(v *review.RequestView, l FindingsLook, all []placed, x placed) FindingGroup {
	rule := x.finding.Rule
	g := FindingGroup{ID: rule, Heading: RuleTitle(rule), Help: RuleHelp(rule), Source: sourceOf(rule), All: ofRule + rule}
	same := func(o placed) bool { return o.finding.Rule == rule }
	if l.By == "file" {
		id := x.file.ID
		g = FindingGroup{
			ID: string(id), Heading: Visible(x.file.Path), Path: true, Href: RequestAddress(v.ID, "files", string(id)), All: ofFile + string(id),
		}
		same = func(o placed) bool { return o.file.ID == id }
	}
	count, waiting, open := 0, 0, map[review.Weight]int{}
	for _, o := range all {
		if same(o) {
			count++
			if unanswered(o.file, o.finding) {
				open[o.finding.Weight]++
				waiting++
			}
		}
	}
	g.Count = Plural(count, "finding")
	for _, w := range []review.Weight{review.HighWeight, review.MediumWeight} {
		if n := open[w]; n > 0 {
			g.Open = append(g.Open, Weighed{weightOf(w), Count(n) + " " + strings.ToLower(weightOf(w).Word) + " open"})
		}
	}
	if p.Form == nil || waiting < 2 {
		g.All = ""
		return g
	}
	g.AllText, g.AllSet = "All "+Count(waiting)+" that are open", p.Form.Has("all", g.All)
	return g
}

// row is one finding.
func (p *Findings) row(v *review.RequestView, l FindingsLook, x placed) FindingRow {
	row := FindingRow{
		Found: newFound(v, x.file, x.finding, nil), Path: Visible(x.file.Path), Shorter: baseOf(x.file.Path),
		File: RequestAddress(v.ID, "files", string(x.file.ID)), Choose: p.Form != nil && weighs(x.finding),
	}
	if row.Choose {
		row.Chosen = p.Form.Has("finding", x.finding.ID)
	}
	if row.Choose && x.finding.Answer != nil {
		to := l
		to.Change = x.finding.ID
		row.Change = to.Address(v.ID) + "#form-answer"
	}
	return row
}
