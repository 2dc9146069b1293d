package checking_test

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"sallyport/checks"
	"sallyport/review"

	"sallyport/checking"
)

// TestOneLostCopy: a file whose copy cannot be read is an error, so that it is
// tried again, and keeps nobody from the findings of the others.
func TestOneLostCopy(t *testing.T) {
	d := deskWith("a.csv", lowTable, "b.csv", lowTable+"Other,77\n", "c.csv", lowTable+"Other,78\n")
	delete(d.vault, d.in.Files[0].SHA256)
	err := run(t, d.config())
	if err == nil || !strings.Contains(err.Error(), "a.csv") {
		t.Errorf("the lost copy: %v", err)
	}
	if len(d.done) != 2 || !slices.Contains(rulesOf(d.done["Fc.csv"]), "low-counts") {
		t.Errorf("recorded %+v", d.done)
	}
	clear(d.vault)
	if err = run(t, d.config()); err == nil || strings.Count(err.Error(), "check ") != 2 || !strings.Contains(err.Error(), "3 files") {
		t.Errorf("all copies are lost: %v; want one of them named, and how many there are", err)
	}
}

// TestEstimatesRestOnTheirGroup: where the numbers that estimates rest on stand
// in another file of the group, the check hangs on that file being there.
func TestEstimatesRestOnTheirGroup(t *testing.T) {
	d := deskWith("estimates.csv", "term,hazard_ratio,conf_low,conf_high\nage,1.02,1.01,1.03\nsex,0.91,0.85,0.97\n", "counts.csv", "sex,n\nF,310\nM,420\n")
	d.in.Files[0].Beside = []review.Beside{{Path: "counts.csv", SHA256: d.in.Files[1].SHA256, Size: 20}}
	d.check(t)
	c := d.done["Festimates.csv"]
	if slices.Contains(rulesOf(c), "evidence") {
		t.Fatalf("with counts beside them the estimates have %v", c.Findings)
	}
	if c.Others != "others" {
		t.Error("the check does not hang on the group: the counts can be taken away before the request is submitted")
	}
	if d.done["Fcounts.csv"].Others != "" {
		t.Error("the check of counts hangs on the group")
	}
	d.in.Files[0].Beside = []review.Beside{}
	d.check(t)
	if !slices.Contains(rulesOf(d.done["Festimates.csv"]), "evidence") {
		t.Error("without counts the estimates have no finding: the test shows nothing")
	}
}

// TestBrokenOffTellsNothing: what breaks off over a file is logged without what
// it may quote of it.
func TestBrokenOffTellsNothing(t *testing.T) {
	d := deskWith("a.csv", lowTable)
	var log bytes.Buffer
	for _, v := range []any{"cell 4711 of the file", errors.New("cell 4711 of the file")} {
		cfg := d.config()
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		cfg.Profile = func(review.Policy) (checks.Profile, error) { panic(v) }
		if err := run(t, cfg); err != nil {
			t.Fatal(err)
		}
	}
	if got := log.String(); strings.Count(got, "checks broke off") != 2 || strings.Contains(got, "4711") {
		t.Errorf("logged %s", got)
	}
}

// TestHostileNames: a name of a column that is markup, turns the direction of
// writing, is not text, or has a megabyte, is kept short and as text.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{
		"<script>alert(1)</script>", "a\u202eb", "a\x00b", "a\xffb", strings.Repeat("x", 1<<20),
	} {
		d := deskWith("a.csv", "sex,\""+name+"\"\nF,310\nM,3\nUnknown,55\n")
		d.check(t)
		c, kept := d.done["Fa.csv"], d.kept["Fa.csv"]
		if len(c.Findings) == 0 {
			t.Errorf("%.20q: no finding", name)
		}
		for _, x := range kept.Found {
			if len(x.Column) > 4<<10 || len(x.Message) > 4<<10 {
				t.Errorf("%.20q: column of %d bytes, message of %d", name, len(x.Column), len(x.Message))
			}
		}
		if len(kept.Report) > 64<<10 {
			t.Errorf("%.20q: the report has %d bytes", name, len(kept.Report))
		}
		if _, err := checking.ReadReport(kept.Report); err != nil {
			t.Errorf("%.20q: %v", name, err)
		}
	}
}
