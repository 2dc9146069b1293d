package main

import (
	"regexp"
	"strings"
	"testing"

	"sallyport/ledger"
	"sallyport/models"
	"sallyport/review"
)

// hidden is a count that a table hides, and that its total gives away.
var hidden = regexp.MustCompile(`\b837\b`)

// TestRecoveredValuesStay: what can be worked out of a mask stands on the page of
// the finding, for those who open the file, which is recorded; and nowhere else:
// not in the API, the log and its words, the metrics, what the program logs, nor
// on any page of those who open no file.
func TestRecoveredValuesStay(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		paths := p.bulkOf("masked", 1, "sex,n\nF,[REDACTED]\nM,531%d\nTotal,6147\n")
		_, err := p.app.store.ChangePolicy(t.Context(), review.Command{Actor: operatorActor()}, "project/demo-study", "checks: {threshold: 1000}")
		must(t, err)
		id := p.draftIn("masked", "researcher1", paths...)
		p.act("researcher1", id, "submit", object{}, 200)
		file := outputsOf(p.request("researcher1", id))[0]
		finding := ""
		for _, f := range file.Findings {
			if f.Rule == "masks-undone" {
				finding = f.ID
			}
		}
		base := "/requests/" + id
		about := base + "/files/" + string(file.ID)
		for _, who := range []string{"researcher1", "observer1", "checker1"} {
			before := p.openings(id)
			page := p.signsIn(who).ask("GET", about+"/findings/"+finding, nil)
			if !hidden.MatchString(page.body) {
				t.Errorf("the page of %s has no recovered value: the test shows nothing", who)
			}
			if p.openings(id) <= before {
				t.Errorf("%s reads what stands in the file without an opening", who)
			}
		}
		for _, who := range []string{"auditor1", "admin1", "outsider1"} {
			b, before := p.signsIn(who), p.openings(id)
			for _, at := range []string{base, base + "/findings", about, about + "/findings/" + finding} {
				p.hides(who+" at "+at, b.ask("GET", at, nil).body)
			}
			if p.openings(id) != before {
				t.Errorf("%s opened a file", who)
			}
		}
		for _, who := range []string{"researcher1", "researcher2", "observer1", "checker1", "auditor1", "admin1", "outsider1", ""} {
			for _, at := range []string{base, base + "/history", about + "/findings"} {
				p.hides(who+" asks for "+at, string(p.do(who, call{method: "GET", path: at}).body))
			}
		}
		p.hides("the metrics", string(p.get("/metrics").body))
		for line := range strings.Lines(p.logged.String()) {
			if !strings.Contains(line, "msg=request") && !strings.Contains(line, `"msg":"request"`) { // whose time it took is a number
				p.hides("what is logged", line)
			}
		}
		var log strings.Builder
		must(t, ledger.WriteJSONLines(&log, exportRows(p.app.store.Entries(t.Context(), models.EntryFilter{Request: id, Words: true}))))
		p.hides("the log", log.String())
	})
}

func (p *program) hides(what, text string) {
	p.t.Helper()
	if at := hidden.FindStringIndex(text); at != nil {
		p.t.Errorf("%s: a recovered value in %q", what, text[max(0, at[0]-60):min(len(text), at[1]+20)])
	}
}

// openings counts the entries that say that a file of a request was opened.
func (p *program) openings(id string) int {
	p.t.Helper()
	n := 0
	for _, err := range p.app.store.Entries(p.t.Context(), models.EntryFilter{Request: id, Act: "file_opened"}) {
		must(p.t, err)
		n++
	}
	return n
}
