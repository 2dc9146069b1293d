package pages

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/review"
)

// requestWith is a request whose author may answer, with as many files as are
// named, each with findings.
func requestWith(findings map[string][]review.FindingView, paths ...string) *review.RequestView {
	v := &review.RequestView{
		ID: "R", WaitingOn: "author", Author: "author", Status: review.Pending, Reviews: review.ReviewsView{Needed: 2},
		Allowed: []review.AllowedView{{Act: review.ActTitle, Allowed: true}, {Act: review.ActAnswer, Allowed: true}},
	}
	g := review.GroupView{ID: "G", Name: "tables"}
	for i, path := range paths {
		g.Files = append(g.Files, review.FileView{
			ID: review.FileID(fmt.Sprintf("F%d", i)), Path: path, Kind: review.Output, Findings: findings[path],
			Checks: review.ChecksView{State: review.ChecksDone},
		})
	}
	v.Groups = []review.GroupView{g}
	return v
}

func found(id, rule string, w review.Weight, answer string) review.FindingView {
	f := review.FindingView{ID: id, Rule: rule, Weight: w, Message: "says " + id, Where: review.FindingPlace{Line: 3}, Count: 1}
	if answer != "" {
		f.Answer, f.AnsweredBy = &answer, "author"
	}
	return f
}

// rowsOf are the groups with their findings, in a word.
func (p Findings) rowsOf() string {
	var b strings.Builder
	for _, g := range p.Groups {
		b.WriteString(g.Heading + ":")
		for _, r := range g.Rows {
			b.WriteString(" " + r.ID)
		}
		b.WriteString("; ")
	}
	return b.String()
}

func someFindings() *review.RequestView {
	return requestWith(map[string][]review.FindingView{
		"a.csv": {found("a1", "low-counts", review.HighWeight, ""), found("a2", "extremes", review.MediumWeight, "")},
		"b.csv": {found("b1", "low-counts", review.HighWeight, "rounded"), found("b2", "evidence", review.LowWeight, ""), found("b3", "extremes", review.MediumWeight, "")},
	}, "a.csv", "b.csv")
}

// TestFindingsByRule: the gravest rules come first, each with what waits.
func TestFindingsByRule(t *testing.T) {
	v := someFindings()
	p := NewFindings(Build{}, v, FindingsLook{})
	if got := p.rowsOf(); got != "Low counts: a1 b1; Extremes: a2 b3; No numbers beside estimates: b2; " {
		t.Errorf("by rule: %s", got)
	}
	if got := NewFindings(Build{}, v, FindingsLook{By: "file"}).rowsOf(); got != "a.csv: a1 a2; b.csv: b1 b2 b3; " {
		t.Errorf("by file: %s", got)
	}
	for which, want := range map[string]string{"open": "Low counts: a1; Extremes: a2 b3; ", "answered": "Low counts: b1; "} {
		if got := NewFindings(Build{}, v, FindingsLook{Which: which}).rowsOf(); got != want {
			t.Errorf("%s: %s", which, got)
		}
	}
	if p.Lead != "3 findings in 2 files wait for an answer in words, or for a file in which they are put right." {
		t.Errorf("lead %q", p.Lead)
	}
	low := p.Groups[0]
	if low.All != "" || p.Groups[1].AllText != "All 2 that are open" || low.Rows[1].Answer != "rounded" || low.Rows[1].Change != "/requests/R/findings?change=b1#form-answer" {
		t.Errorf("groups %+v", p.Groups)
	}
	if p.Groups[2].Rows[0].Choose || !low.Rows[0].Choose {
		t.Error("what needs no answer can be chosen, or what needs one cannot")
	}
	if ids := (FindingsLook{}).Everything(v, "rule:extremes"); strings.Join(ids, " ") != "a2 b3" {
		t.Errorf("all of a rule: %v", ids)
	}
	if ids := (FindingsLook{File: "F1"}).Everything(v, "file:F1"); strings.Join(ids, " ") != "b3" {
		t.Errorf("all of a file: %v", ids)
	}
}

// TestFindingsAreKept: what was chosen and typed stays when it is refused, also
// of other pages; who may not answer has no form.
func TestFindingsAreKept(t *testing.T) {
	v := someFindings()
	typed := &Typed{Form: "answer", Message: "no words", Values: map[string][]string{"finding": {"a1", "b1"}, "all": {"rule:extremes"}, "text": {"typed"}}}
	p := NewFindings(Build{Forms: Forms{Typed: typed}}, v, FindingsLook{Which: "open"})
	if !p.Groups[0].Rows[0].Chosen || !p.Groups[1].AllSet || strings.Join(p.Kept, " ") != "b1" || p.Form.Value("text") != "typed" {
		t.Errorf("after a refusal: %+v", p)
	}
	change := NewFindings(Build{}, v, FindingsLook{Change: "b1"})
	if change.Form.Value("text") != "rounded" || !change.Groups[0].Rows[1].Chosen || change.Groups[0].Rows[0].Chosen {
		t.Errorf("an answer is changed: %+v", change.Groups[0])
	}
	v.Allowed = nil
	if p := NewFindings(Build{}, v, FindingsLook{}); p.Form != nil || p.Groups[0].Rows[0].Choose || p.Groups[1].All != "" {
		t.Errorf("somebody else may answer: %+v", p)
	}
}

// TestManyFindings: a long list has pages, and none is left out.
func TestManyFindings(t *testing.T) {
	var list []review.FindingView
	for i := range 2000 {
		list = append(list, found(fmt.Sprintf("f%d", i), "low-counts", review.HighWeight, ""))
	}
	v := requestWith(map[string][]review.FindingView{"a.csv": list}, "a.csv")
	seen := 0
	for from := 0; from < 2000; from += mostFindings {
		p := NewFindings(Build{}, v, FindingsLook{From: from})
		if p.Groups[0].Rows[0].ID != fmt.Sprintf("f%d", from) || p.Groups[0].AllText != "All 2,000 that are open" {
			t.Fatalf("page from %d begins with %+v", from, p.Groups[0].Rows[0])
		}
		seen += len(p.Groups[0].Rows)
	}
	if p := NewFindings(Build{}, v, FindingsLook{From: 99999}); seen != 2000 || p.Window.Text != "Findings 1,901–2,000 of 2,000" {
		t.Errorf("%d were seen; the last page is %+v", seen, p.Window)
	}
}

// TestNothingFoundIsNotSafe: a page without findings says what that means.
func TestNothingFoundIsNotSafe(t *testing.T) {
	v := requestWith(nil, "a.csv")
	v.Groups[0].Files[0].Checks.NotExamined = 3
	p := NewFindings(Build{}, v, FindingsLook{})
	if said := strings.Join(p.Empty, " "); !strings.Contains(said, "does not say that a file is safe") || len(p.Missed) != 1 || p.Missed[0].Text != "3 things" {
		t.Errorf("nothing found: %q, %+v", said, p.Missed)
	}
	v.Groups[0].Files[0].Checks.State = review.ChecksWaiting
	p = NewFindings(Build{}, v, FindingsLook{})
	if said := strings.Join(p.Empty, " "); said != "Nothing was found so far: 1 file has not been checked as it stands now." || p.Poll.Address == "" || p.Progress != "Checking: 0 of 1 file done." {
		t.Errorf("checks go on: %q %q %+v", said, p.Progress, p.Poll)
	}
	v.WaitingOn = "nobody"
	if p := NewFindings(Build{}, v, FindingsLook{}); p.Poll.Address != "" || p.Progress != "" {
		t.Error("a request that has ended is asked for for ever")
	}
}

// TestChecksOfTheOverview: the author reads what stands in the way, and the
// list can be narrowed to it.
func TestChecksOfTheOverview(t *testing.T) {
	v := someFindings()
	p := NewRequest(Build{}, v)
	if p.Checks == nil || len(p.Checks.Files) != 2 || p.Checks.Answer.Text != "Answer the findings" || p.Checks.Narrow.Href != "" {
		t.Fatalf("the overview: %+v", p.Checks)
	}
	if got := p.Groups[0].Files[1].Found; got.Answered != "1 high answered" || got.Light == "" || len(got.Open) != 1 || got.Open[0].Text != "1 medium" {
		t.Errorf("tally %+v", got)
	}
	said := ""
	for _, s := range p.Steps {
		said += s.Text + " "
	}
	if !strings.Contains(said, "Answer 3 findings of the disclosure checks") {
		t.Errorf("steps %q", said)
	}
	v.Groups[0].Files[0].Findings = nil
	p = NewRequest(Build{Open: true}, v)
	if len(p.Groups[0].Files) != 1 || p.Groups[0].Files[0].Path != "b.csv" || p.Checks.Narrow.Text != "Show all files" {
		t.Errorf("narrowed: %+v", p.Groups)
	}
	if got := NewRequest(Build{}, v).Groups[0].Files[0].Found; !got.None {
		t.Errorf("a file without findings: %+v", got)
	}
}

// TestVoteOverFindings: approving a file with a high finding asks for words.
func TestVoteOverFindings(t *testing.T) {
	v := someFindings()
	v.WaitingOn, v.Status = "checkers", review.Submitted
	v.Allowed = []review.AllowedView{{Act: review.ActVote, Allowed: true}}
	g, f := groupOf(v, "F1")
	bar := newVoteBar(Forms{}, v, g, f)
	if bar.High != "Why it can go out with 1 high finding" {
		t.Errorf("asks %q", bar.High)
	}
	typed := &Typed{Form: "approve-file", Message: "Say why", Values: map[string][]string{"answer_to_findings": {"typed"}}}
	bar = newVoteBar(Forms{Typed: typed}, v, g, f)
	if len(bar.Wrong) != 0 || bar.Yes.Error != "Say why" || bar.Yes.Value("answer_to_findings") != "typed" {
		t.Errorf("refused: %+v", bar)
	}
	f.Findings = nil
	if bar := newVoteBar(Forms{}, v, g, f); bar.High != "" {
		t.Errorf("nothing is found, and it asks %q", bar.High)
	}
}
