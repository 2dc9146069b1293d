package checking_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/checking"
	"sallyport/checks"
	"sallyport/review"
	"sallyport/work"
)

func (d *desk) KeepExtracts(_ context.Context, sha256 string, tables []checks.Extract) error {
	if d.tables == nil {
		d.tables = map[string][]checks.Extract{}
	}
	d.tables[sha256] = tables
	return nil
}

func (d *desk) Alike(_ context.Context, q checking.AlikeQuery) ([]checks.Released, error) {
	index := checks.Index{}
	for sha256, tables := range d.tables {
		if sha256 != q.SHA256 {
			index.Add("other.csv", sha256, tables)
		}
	}
	found, err := index.Alike(q.Keys)
	for i := range found {
		found[i].Request = string(q.Request)
	}
	return found, err
}

// deskWith has output files on a request, in one group, by path and text.
func deskWith(files ...string) *desk {
	d := &desk{vault: map[string][]byte{}, kept: map[review.FileID]checking.Kept{}, done: map[review.FileID]review.CheckedFile{}}
	d.in = review.Inspection{Request: "R", Workspace: "ws", Profile: "profile"}
	for i := 0; i < len(files); i += 2 {
		b := d.add(files[i], []byte(files[i+1]))
		d.in.Files = append(d.in.Files, review.Inspected{
			Source: review.Source{Path: b.Path, SHA256: b.SHA256, Size: b.Size}, ID: review.FileID("F" + b.Path), Kind: review.Output,
			Basis: "basis", Others: "others",
		})
	}
	return d
}

func rulesOf(c review.CheckedFile) []string {
	var names []string
	for _, x := range c.Findings {
		names = append(names, x.Rule)
	}
	return names
}

const lowTable = "sex,n\nF,310\nM,3\nUnknown,55\n"

// TestChecksAreRecorded: what is recorded names findings, and what they say is
// kept beside it under the same hash. Again, it is the same; of other bytes it
// is another.
func TestChecksAreRecorded(t *testing.T) {
	d := deskWith("a.csv", lowTable, "b.csv", "region,n\nEast,310\nLondon,420\n")
	d.check(t)
	a := d.done["Fa.csv"]
	if !slices.Contains(rulesOf(a), "low-counts") || a.SHA256 != d.in.Files[0].SHA256 || a.Basis != "basis" || a.Profile != "profile" {
		t.Fatalf("recorded %+v", a)
	}
	if len(a.Rules) == 0 || !strings.Contains(a.Rules[0], "/") || len(a.FindingsHash) != 64 {
		t.Errorf("rules %v, hash %q", a.Rules, a.FindingsHash)
	}
	if len(d.done["Fb.csv"].Findings) != 0 {
		t.Errorf("b.csv has %+v", d.done["Fb.csv"].Findings)
	}
	kept := d.kept["Fa.csv"]
	report, err := checking.ReadReport(kept.Report)
	if err != nil || kept.FindingsHash != a.FindingsHash || kept.Found[0].ID != a.Findings[0].ID || report.Findings[0].ID != a.Findings[0].ID {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	if kept.Found[0].Message == "" || len(report.Findings[0].Places) != 1 || report.Findings[0].Places[0].Line != 3 {
		t.Errorf("found %+v, report %+v", kept.Found[0], report.Findings[0])
	}
	d.check(t)
	if again := d.done["Fa.csv"]; again.FindingsHash != a.FindingsHash || again.Findings[0] != a.Findings[0] {
		t.Errorf("checked again: %+v, was %+v", again, a)
	}
	other := deskWith("a.csv", lowTable+"Other,77\n")
	other.check(t)
	if o := other.done["Fa.csv"]; o.Findings[0].ID == a.Findings[0].ID {
		t.Error("a finding in other bytes has the same id")
	}
}

// TestUnfinished: a file that takes too long is a finding by itself; a vault
// that is away is an error, so that it is tried again.
func TestUnfinished(t *testing.T) {
	d := deskWith("a.csv", lowTable)
	cfg := d.config()
	cfg.FileTime = time.Nanosecond
	if err := run(t, cfg); err != nil {
		t.Fatal(err)
	}
	if a := d.done["Fa.csv"]; !slices.Equal(rulesOf(a), []string{"unfinished"}) || a.NotExamined == 0 {
		t.Errorf("a file that takes too long: %+v", a)
	}
	cfg = d.config()
	cfg.Profile = func(review.Policy) (checks.Profile, error) { panic("on purpose") }
	clear(d.done)
	if err := run(t, cfg); err != nil || !slices.Equal(rulesOf(d.done["Fa.csv"]), []string{"unfinished"}) {
		t.Errorf("checks that break off: %v, %+v", err, d.done)
	}
	clear(d.vault)
	clear(d.done)
	if err := run(t, d.config()); err == nil || len(d.done) != 0 {
		t.Errorf("a vault that is away: %v, recorded %v", err, d.done)
	}
}

func run(t *testing.T, cfg checking.Config) error {
	t.Helper()
	c, err := checking.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c.Check(t.Context(), work.Item{Subject: "R"})
}

// TestAskedBefore: bytes that were refused are a high finding that names the
// request, on outputs.
func TestAskedBefore(t *testing.T) {
	d := deskWith("a.csv", "region,n\nEast,310\n", "b.csv", "region,n\nEast,320\n")
	d.in.Files[1].Kind = review.Supporting
	d.before = map[string]review.RequestID{d.in.Files[0].SHA256: "OLD", d.in.Files[1].SHA256: "OLD"}
	d.check(t)
	a := d.done["Fa.csv"]
	if len(a.Findings) != 1 || a.Findings[0].Rule != "asked-before" || a.Findings[0].Weight != review.HighWeight {
		t.Errorf("asked before: %+v", a.Findings)
	}
	if m := d.kept["Fa.csv"].Found[0].Message; !strings.Contains(m, "OLD") {
		t.Errorf("message %q", m)
	}
	if slices.Contains(rulesOf(d.done["Fb.csv"]), "asked-before") {
		t.Error("a supporting file was asked for before")
	}
}

// TestBeside: tables of one request are compared with each other; a finding
// rests on the bytes that it names.
func TestBeside(t *testing.T) {
	d := deskWith("a.csv", "sex,n\nF,310\nM,421\nUnknown,55\n", "b.csv", "sex,n\nF,310\nM,424\nUnknown,55\n")
	d.check(t)
	b := d.done["Fb.csv"]
	if !slices.Contains(rulesOf(b), "differencing") || !slices.Equal(b.Against, []string{d.in.Files[0].SHA256}) {
		t.Fatalf("two tables that differ by three people: %+v", b)
	}
	report, err := checking.ReadReport(d.kept["Fb.csv"].Report)
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	for _, x := range report.Findings {
		pairs += len(x.Beside)
	}
	if pairs == 0 {
		t.Error("the report that is kept has no cells beside each other")
	}
}

// TestManyFindings: what is recorded is bounded, and says how many there are.
func TestManyFindings(t *testing.T) {
	header, row := []string{"sex"}, []string{"F"}
	for i := range 400 {
		header, row = append(header, fmt.Sprintf("n_%d", i)), append(row, "3")
	}
	text := strings.Join(header, ",") + "\n" + strings.Join(row, ",") + "\n" + strings.ReplaceAll(strings.Join(row, ","), "F", "M") + "\n"
	d := deskWith("a.csv", text)
	d.check(t)
	a := d.done["Fa.csv"]
	if n := len(a.Findings); n != review.MaxWeighty+1 {
		t.Fatalf("%d findings are recorded", n)
	}
	seen := map[string]bool{}
	for _, x := range a.Findings {
		seen[x.ID] = true
	}
	if len(seen) != len(a.Findings) {
		t.Errorf("%d findings have %d ids", len(a.Findings), len(seen))
	}
}

// TestOneAtATime: a request that is being checked is not checked by another
// worker of this process; who waits for it goes on when it is done, or gives up.
func TestOneAtATime(t *testing.T) {
	d := deskWith("a.csv", lowTable)
	cfg := d.config()
	entered, leave := make(chan bool), make(chan bool)
	open := cfg.Copy
	cfg.Copy = func(ctx context.Context, sha256 string) (checking.Blob, error) {
		entered <- true
		<-leave
		return open(ctx, sha256)
	}
	cfg.Patience = time.Millisecond
	c, err := checking.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan error)
	go func() { finished <- c.Check(t.Context(), work.Item{Subject: "R"}) }()
	<-entered
	if err := c.Check(t.Context(), work.Item{Subject: "R"}); !later(err) {
		t.Errorf("a second worker = %v, want that it comes again", err)
	}
	c.Settle(t.Context(), "R") // gives up
	if len(d.done) != 0 {
		t.Error("recorded before it was checked")
	}
	close(leave)
	if err := <-finished; err != nil || len(d.done) != 1 {
		t.Errorf("%v, recorded %d", err, len(d.done))
	}
}

func later(err error) bool {
	_, ok := errors.AsType[*work.Later](err)
	return ok
}

func TestNewRefuses(t *testing.T) {
	if _, err := checking.New(checking.Config{}); err == nil {
		t.Error("a checker without anything")
	}
}

// TestRulesOfTheWorkflow: none has the name of a rule of the checks.
func TestRulesOfTheWorkflow(t *testing.T) {
	for _, mine := range checking.Rules() {
		for _, r := range checks.Rules() {
			if r.Name == mine.Name {
				t.Errorf("two rules are called %s", r.Name)
			}
		}
	}
}
