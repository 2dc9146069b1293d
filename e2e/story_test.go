package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The files of the story, of which the second is changed on the way.
const (
	ratesByAge = "output/describe/rates_by_age.csv"
	ratesBySex = "output/describe/rates_by_sex.csv"
)

const sampleFolder = "/workspaces/" + SampleWorkspace + "/output/describe"

// TestStory is the main job as people do it, from a workspace to the auditor's
// export, on each database with a way to sign in.
func TestStory(t *testing.T) {
	for name, c := range map[string]struct {
		start func(T) *Program
		how   How
	}{
		"SQLite, the demo's provider":                  {StartDemo, How{}},
		"SQLite, the demo's provider, without scripts": {StartDemo, How{NoScripts: true, Width: 390, Height: 844}},
		"PostgreSQL, Dex":                              {StartServe, How{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := c.start(t), StartBrowser(t)
			s := &story{t: t, p: p, author: b.SignsIn(p, "researcher1", c.how)}
			s.asks()
			s.checkers = []*Tab{b.SignsIn(p, "checker1", c.how), b.SignsIn(p, "checker2", c.how)}
			s.isSentBack()
			s.answers()
			s.isApproved()
			s.isReleased()
			s.isOnRecord(b.SignsIn(p, "auditor1", c.how))
		})
	}
}

// story is one request on its way.
type story struct {
	t        *testing.T
	p        *Program
	at       string // the address of the request
	id       string
	author   *Tab
	checkers []*Tab
	approved map[string]string // path → SHA-256, as the page said that asked before the approval
}

// asks makes the request: choose files, describe them, submit.
func (s *story) asks() {
	s.t.Helper()
	a := s.author
	a.Press("Workspaces")
	a.Press(SampleWorkspace)
	a.Press("output/")
	a.Press("describe/")
	a.At(sampleFolder)
	a.Choose("Choose " + ratesByAge)
	a.Choose("Choose " + ratesBySex)
	a.Select("Put them on", "a new request")
	a.Fill("Title, if it is a new request", "Rates by age and sex")
	a.Fill("Group", "Rates")
	a.PressThe("#add-chosen") // it says how many there are
	a.Sees("Rates by age and sex", ratesByAge, ratesBySex, "not written yet")
	s.at = a.Path()
	s.id = strings.TrimPrefix(s.at, "/requests/")
	a.Fill("Context", "Rates of uptake by age and by sex, for the paper’s first table.")
	a.Choose("Rounded to the nearest 5")
	a.Fill("Controls in words", "Rounded before the rates were worked out.")
	a.Press("Save")
	a.Sees("Rates of uptake by age and by sex", "Rounded before the rates")
	a.answersFindings(s.at, "Rounded before they were published.")
	a.Press("Submit for review")
	a.Sees("With the output checkers")
}

// votes opens each file from the queue and votes, saying what is wrong where
// something is.
func (s *story) votes(c *Tab, wrong map[string]string) {
	s.t.Helper()
	c.Press("Queue")
	c.Press("Rates by age and sex")
	c.At(s.at)
	for _, path := range []string{ratesByAge, ratesBySex} {
		c.Go(s.at)
		c.Press(path)
		c.SeesIn("main h2.mono", path)
		word := "Approve"
		if what, ok := wrong[path]; ok {
			word = "Request changes"
			c.FillIn("#comments", "Comment on", what)
			c.Choose("The author too")
			c.Press("Add comment")
			c.Sees(what)
		}
		if word == "Approve" {
			c.approves()
			continue
		}
		c.Press(word)
		c.isTrue("have voted", "button('', "+quote(word)+").getAttribute('aria-pressed') === 'true'")
	}
	c.Go(s.at)
	c.Press("Submit my review")
	c.Sees("My review is in")
}

// isSentBack is the first turn of the checkers: one finds something.
func (s *story) isSentBack() {
	s.t.Helper()
	first, second := s.checkers[0], s.checkers[1]
	s.votes(first, map[string]string{ratesBySex: "Please round the counts in this table too."})
	second.Go(s.at)
	second.SeesNot("Please round") // each reviews without the other's opinion
	s.votes(second, nil)
	s.author.Go(s.at)
	s.author.SeesNot("Please round") // and it is no decision yet
	first.Go(s.at)
	first.Press("Return to the author…")
	first.Press("Return to the author")
	first.Sees("Returned")
}

// answers says what was done about it, takes the new bytes, and submits again.
func (s *story) answers() {
	s.t.Helper()
	a := s.author
	a.Go(s.at)
	a.Sees("Returned", "Please round the counts in this table too.")
	changed := []byte("sex,rate\nF,0.35\nM,0.30\n")
	s.p.Rewrite(SampleWorkspace, map[string][]byte{ratesBySex: changed})
	a.Press(ratesBySex)
	a.FillIn("#comments", "Comment on", "Rounded now, and the rates worked out again.")
	a.Press("Add comment")
	a.Sees("Rounded now")
	a.Click("Move, update or withdraw it")
	a.Press("Take the workspace’s present bytes")
	a.Sees("0.35")
	a.answersFindings(s.at, "Rounded, and worked out again.")
	a.Press("Submit for review")
	a.Sees("With the output checkers")
}

// isApproved is the second turn: both approve, and one lets it go.
func (s *story) isApproved() {
	s.t.Helper()
	for _, c := range s.checkers {
		s.votes(c, nil)
	}
	c := s.checkers[0]
	c.Go(s.at)
	c.Press("Approve the release…")
	c.Sees(ratesByAge, ratesBySex, "2 files")
	s.approved = map[string]string{}
	var named [][]string
	c.Eval(`[...document.querySelectorAll('tbody tr')].map(r =>
		[plain(r.querySelector('th code').innerText), r.querySelector('input[name=file]').value.split(':')[1], plain(r.lastElementChild.innerText)])`, &named)
	for _, n := range named {
		s.approved[n[0]] = n[1]
		if short := strings.TrimSuffix(n[2], "…"); short == "" || !strings.HasPrefix(n[1], short) {
			s.t.Errorf("the page shows %s for the bytes %s", n[2], n[1])
		}
	}
	c.Press("Approve 2 files for release")
	c.Sees("Approved")
}

// isReleased looks at what arrived, and downloads it.
func (s *story) isReleased() {
	s.t.Helper()
	a := s.author
	s.author.until("it is released", func() error {
		a.Go("/releases/" + s.id)
		if strings.Count(a.Text("main"), "Download") < 2 {
			return errNotYet
		}
		return nil
	})
	a.Press("Releases")
	a.Press(s.id)
	var shown []string
	a.Eval(`[...document.querySelectorAll('main tbody tr')].map(r => plain(r.innerText))`, &shown)
	if len(shown) != 2 {
		s.t.Fatalf("the release shows %q, want two files", shown)
	}
	for i, path := range slices.Sorted(maps.Keys(s.approved)) {
		there, err := os.ReadFile(filepath.Join(s.p.Released, SampleWorkspace, s.id, path))
		if err != nil {
			s.t.Fatal(err)
		}
		if got := hash(there); got != s.approved[path] {
			s.t.Errorf("%s was released as %s, and approved as %s", path, got, s.approved[path])
		}
		if !strings.Contains(shown[i], path) || !strings.Contains(shown[i], s.approved[path]) {
			s.t.Errorf("the release shows %q of %s", shown[i], path)
		}
		a.ClickIn("main tbody tr:nth-child("+string(rune('1'+i))+")", "Download")
		if got := a.Person.Downloaded(filepath.Base(path)); !bytes.Equal(got, there) {
			s.t.Errorf("%s was downloaded with %d other bytes", path, len(got))
		}
	}
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// isOnRecord is what an auditor finds, and takes away.
func (s *story) isOnRecord(auditor *Tab) {
	s.t.Helper()
	auditor.Press("Ledger")
	auditor.Click("Filter")
	auditor.Fill("Request", s.id)
	auditor.PressIn(".filters", "Filter")
	auditor.Sees("approved the release", "checker1", "submitted a review", "checker2", "downloaded "+ratesByAge, "researcher1")
	auditor.Fill("Act", "request_approved")
	auditor.PressIn(".filters", "Filter")
	if n := auditor.Count("main tbody tr"); n != 1 {
		s.t.Errorf("%d approvals are on record, want 1", n)
	}
	auditor.Fill("Act", "")
	auditor.PressIn(".filters", "Filter")
	auditor.Click("Export JSON Lines")
	got := auditor.Person.Downloaded("ledger.jsonl")
	want := s.p.Run("ledger", "export", "--format", "jsonl", "--request", s.id, "-o", "-")
	if string(got) != want {
		s.t.Errorf("the auditor's export differs from the operator's:\n%s\n%s", got, want)
	}
	for line := range strings.Lines(string(got)) { // the hash is of the entry's bytes
		head, entry, _ := strings.Cut(strings.TrimSuffix(line, "}\n"), `","entry":`)
		_, sum, _ := strings.Cut(head, `"hash":"`)
		if hash([]byte(entry)) != sum {
			s.t.Errorf("the entry does not have its hash: %s", line)
		}
	}
	if said := s.p.Run("ledger", "replay"); !strings.Contains(said, "is what the log amounts to") {
		s.t.Errorf("ledger replay says %s", said)
	}
}
