package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sallyport/checks"
	"sallyport/review"
)

// low is a finding of a weight in a cell of a row.
func low(id string, w review.Weight, row int64) review.Found {
	return review.Found{ID: id, Rule: "low-counts", Weight: w, Column: hostileWords, Message: "says " + hostileWords, Where: review.FindingPlace{Row: &row, Column: 2, Line: row + 1}, Count: 1}
}

// withFindings is a draft with findings in two files.
func withFindings(t *testing.T) (*site, review.RequestView) {
	t.Helper()
	s := newSite(t)
	s.files["out/a.csv"] = "region,n\nEast,3\nWest,*\nNorth,5\n"
	s.finds = map[string][]review.Found{
		"out/a.csv": {low("a1", review.HighWeight, 1), low("a2", review.MediumWeight, 2), low("a3", review.InfoWeight, 3)},
		"out/b.txt": {low("b1", review.HighWeight, 0)},
	}
	return s, s.draft("out/a.csv", "out/b.txt")
}

// ids are the ids of the findings of a request, in its order.
func ids(v review.RequestView) []string {
	var list []string
	for _, f := range filesOf(v) {
		for _, x := range f.Findings {
			list = append(list, x.ID)
		}
	}
	return list
}

// TestAnsweringByForms: the author is stopped, answers several findings with one
// answer, changes one, and submits; what was chosen and typed stays meanwhile.
func TestAnsweringByForms(t *testing.T) {
	s, v := withFindings(t)
	overview := requestAt(v)
	at := overview + "/findings"
	s.get("author", overview).want(200, "Answer 3 findings of the disclosure checks", "Findings · 3 open", "Submit for review</button><p").without(`action="` + overview + `/submit"`)
	page := s.get("author", at).want(200, "Low counts", "All 3 that are open", "3 findings in 2 files wait").without("<em>")
	all := ids(v)
	wrong := s.post("author", at, url.Values{"form": {"answer"}, "key": {"k1"}, "back": {at + "?show=open"}, "text": {" "}, "finding": {all[0]}, "all": {"rule:none"}})
	wrong.want(422, "There is a problem", `value="`+all[0]+`" id="choose-`+all[0]+`" aria-labelledby="says-`+all[0]+`" checked`)
	s.post("author", at, with(page.form(at, 0), "text", hostileWords)).want(422, "No finding was chosen", hostileWords).without("<em>")
	form := with(page.form(at, 0), "text", hostileWords, "all", "rule:low-counts", "key", "k2")
	s.post("author", at, form).to(at)
	s.get("author", at).want(200, "No finding waits for an answer", hostileWords, "Answered · 3").without("<em>", "All 3 that are open")
	v = s.seen("author", v)
	for _, f := range filesOf(v) {
		for _, x := range f.Findings {
			if (x.Answer == nil) != (x.Weight == review.InfoWeight) {
				t.Errorf("finding %+v", x)
			}
		}
	}
	change := s.get("author", at+"?change="+all[0]).want(200, `checked`, ">"+"&lt;em&gt;")
	one := with(change.form(at, 0), "text", "Another", "finding", all[0])
	s.post("author", at, one).to(at)
	if got := *filesOf(s.seen("author", v))[0].Findings[0].Answer; got != "Another" {
		t.Errorf("the answer is %q after it was changed", got)
	}
	s.post("author", overview+"/submit", s.get("author", overview).form(overview+"/submit", 0)).to(overview)
	s.get("checker1", at).want(200, "Another").without("form-answer", "Change this answer")
	s.post("checker1", at, form).want(403)
}

// TestAnsweringInPlace: with scripts only what changes is sent.
func TestAnsweringInPlace(t *testing.T) {
	s, v := withFindings(t)
	at := requestAt(v) + "/findings"
	form := with(s.get("author", at).form(at, 0), "text", "")
	s.post("author", at, form, quick).has("answering").want(422, "The answer has no words")
	form = with(form, "text", "Words", "all", "file:"+string(filesOf(v)[0].ID), "key", "k2")
	s.post("author", at, form, quick).has("said", "head", "lead", "answering").want(200, "Words")
}

// TestFindingsInTheFile: cells are marked, what can be worked out stands on
// pages of the file's content for who may open it, and each page is an opening.
func TestFindingsInTheFile(t *testing.T) {
	s, v := withFindings(t)
	a := filesOf(v)[0]
	s.derived = map[string][]checks.Derived{a.Findings[1].ID: {{Place: checks.Place{Row: 2, Column: 2}, Lowest: 4, Most: 4, From: "the total of " + hostileWords}}}
	at := requestAt(v, "files", string(a.ID))
	s.get("author", at).want(200, `<td class="num found high">`, "Not looked at", "everything else", "2 open").without("<em>", "known exactly")
	open := s.get("author", at+"?finding="+a.Findings[1].ID).want(200, "known exactly: 4", "found medium now", "2 of 3 findings").without("<em>")
	open.want(200, `data-key="f"`, `data-key="F"`)
	s.get("author", at+"?finding=%22%3E%3Cem%3E").want(200).without("<em>", `finding=%22`)
	one := at + "/findings/" + a.Findings[1].ID
	s.opened = nil
	s.get("author", one).want(200, "known exactly: 4", "How hidden values follow", "Answer this finding").without("<em>")
	if len(s.opened) != 1 || s.opened[0].SHA256 != a.SHA256 {
		t.Errorf("openings %+v", s.opened)
	}
	form := s.get("author", one).form(requestAt(v, "findings"), 0)
	s.post("author", requestAt(v, "findings"), with(form, "text", "")).want(422, "The answer has no words", "Low counts").without("<em>")
	for who, status := range map[string]int{"outsider": 404, "auditor": 404, "checker1": 404} {
		s.get(who, one).want(status).without("known exactly")
	}
	s.get("author", at+"/findings/nothing").want(404)
	s.get("author", requestAt(v, "files", "nothing", "findings", a.Findings[1].ID)).want(404)
	s.unopened = fmt.Errorf("no log")
	s.get("author", one).want(500).without("known exactly")
}

// TestApprovingOverFindings: the form asks for words where there is a high
// finding, and keeps them.
func TestApprovingOverFindings(t *testing.T) {
	s, v := withFindings(t)
	at := requestAt(v, "findings")
	s.post("author", at, with(s.get("author", at).form(at, 0), "text", "Words", "all", "rule:low-counts")).to(at)
	v = s.seen("author", v)
	s.do("author", "POST", "/requests/"+string(v.ID)+"/submit", "{}", match(v.Version)).want(200)
	file := requestAt(v, "files", string(filesOf(v)[0].ID))
	page := s.get("checker1", file).want(200, "Why it can go out with 1 high finding", `name="answer_to_findings" rows="1" data-key="a"`)
	form := with(page.form(file+"/vote", 0), "vote", "approve")
	s.post("checker1", file+"/vote", with(form, "answer_to_findings", " ")).want(422, "Say in words why it can go out")
	words := "It is published " + hostileWords
	s.post("checker1", file+"/vote", with(form, "answer_to_findings", words, "key", "k2")).to(file)
	s.get("checker1", file).want(200, words).without("<em>")
	for _, who := range []string{"checker2", "author", "observer"} {
		s.get(who, file).want(200).without("It is published")
	}
	if got := filesOf(s.seen("checker1", v))[0].MyVote; got == nil || got.AnswerToFindings != words {
		t.Errorf("the vote %+v", got)
	}
}

// TestFindingsAreFollowed: while files are checked, pages ask again, and get
// what may have changed: nothing that somebody types in.
func TestFindingsAreFollowed(t *testing.T) {
	s := newSite(t)
	s.unchecked = true
	v := s.draft("out/a.csv")
	overview := requestAt(v)
	page := s.get("author", overview).want(200, "Checking: 0 of 1 file done", `hx-get="`+overview+`" hx-trigger="every 5s"`, "Being checked")
	page.without(`action="` + overview + `/submit"`)
	old := header{versionHeader, "old"}
	group := string(s.seen("author", v).Groups[0].ID)
	s.get("author", overview, quick, old).has("said", "tabs", "steps", "doing", "files-"+group, "checks").want(200)
	s.get("author", overview+"/findings", quick, old).has("groups", "lead").want(200, "has not been checked as it stands now")
	s.unchecked = false
	s.settle(t.Context(), v.ID)
	version := s.seen("author", v).Version
	s.get("author", overview, quick, old).has("said", "tabs", "steps", "doing", "files-"+group, "checks").want(200, "nothing found").without("data-poll")
	if p := s.get("author", overview, quick, header{versionHeader, version}); p.status != 204 {
		t.Errorf("nothing changed: %d", p.status)
	}
	if !strings.Contains(s.get("author", overview+"/findings").want(200).body, "does not say that a file is safe") {
		t.Error("nothing found reads as safe")
	}
}
