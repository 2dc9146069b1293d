package checking_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/checking"
	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
	"sallyport/work"
)

// desk is one request, a vault and what is recorded, in memory.
type desk struct {
	in    review.Inspection
	vault map[string][]byte
	kept  map[review.FileID]checking.Kept
	done  map[review.FileID]review.CheckedFile

	before map[string]review.RequestID // rejected or revoked, by bytes
	tables map[string][]checks.Extract // of bytes
}

func (d *desk) Inspection(context.Context, review.RequestID) (review.Inspection, error) {
	return d.in, nil
}

func (d *desk) RecordChecks(_ context.Context, _ review.RequestID, done []review.CheckedFile) error {
	for _, c := range done {
		d.done[c.File] = c
	}
	return nil
}

func (d *desk) KeepReports(_ context.Context, kept []checking.Kept) error {
	for _, k := range kept {
		d.kept[k.File] = k
	}
	return nil
}

func (d *desk) AskedBefore(context.Context, string, []string) (map[string]review.RequestID, error) {
	return d.before, nil
}

type blob struct{ *bytes.Reader }

func (b blob) Close() error { return nil }
func (b blob) Size() int64  { return b.Reader.Size() }

// add puts bytes into the vault and says what stands on the request.
func (d *desk) add(at string, body []byte) review.Beside {
	sum := sha256.Sum256(body)
	name := hex.EncodeToString(sum[:])
	d.vault[name] = body
	return review.Beside{Path: at, SHA256: name, Size: int64(len(body))}
}

// config is what a checker of the desk is made of.
func (d *desk) config() checking.Config {
	return checking.Config{
		Requests: d, Store: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Rules: checking.Versions(),
		Profile: func(review.Policy) (checks.Profile, error) { return checks.DefaultProfile(), nil },
		Copy: func(_ context.Context, sha256 string) (checking.Blob, error) {
			b, there := d.vault[sha256]
			if !there {
				return nil, errors.New("the vault is gone")
			}
			return blob{bytes.NewReader(b)}, nil
		},
	}
}

// check has the files of a desk checked.
func (d *desk) check(t *testing.T) {
	t.Helper()
	c, err := checking.New(d.config())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Recheck(t.Context(), work.Item{Subject: "R"}); err != nil {
		t.Fatal(err)
	}
}

// newDesk has the files of ACRO's example folder, of which names are on the
// request.
func newDesk(t *testing.T, folder string, names ...string) *desk {
	t.Helper()
	d := &desk{vault: map[string][]byte{}, kept: map[review.FileID]checking.Kept{}, done: map[review.FileID]review.CheckedFile{}}
	d.in.Request = "R"
	var theirs []review.Beside
	files := map[string]review.Beside{}
	for _, name := range names {
		body, err := os.ReadFile(filepath.Join("..", "checks", "acro", "testdata", folder, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = d.add("output/acro/"+name, body)
		if strings.HasSuffix(name, ".json") || strings.HasPrefix(name, "checksums/") {
			theirs = append(theirs, files[name])
		}
	}
	for i, name := range names {
		f := review.Inspected{Source: review.Source{Path: files[name].Path, SHA256: files[name].SHA256, Size: files[name].Size}, ID: review.FileID(fmt.Sprint(i)), Kind: review.Output}
		if strings.HasSuffix(name, ".csv") {
			f.ACRO = theirs
		}
		d.in.Files = append(d.in.Files, f)
	}
	return d
}

// What ACRO says of a file is found where its results stand on the same request,
// as ACRO's, in its cells, and is kept beside the report.
func TestACROOnARequest(t *testing.T) {
	d := newDesk(t, "v1.0.2-none", "output_0_0.csv", "results.json", "config.json", "checksums/output_0_0.csv.txt")
	d.check(t)
	i := slices.IndexFunc(d.done["0"].Findings, func(f review.CheckedFinding) bool { return f.Rule == acro.Rule })
	if i < 0 || d.done["0"].Findings[i].Weight != review.MediumWeight || !slices.Contains(d.done["0"].Rules, "acro/1") {
		t.Fatalf("recorded: %+v", d.done["0"])
	}
	report, err := checking.ReadReport(d.kept["0"].Report)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(report.Findings, func(f checks.Finding) bool { return f.Rule == acro.Rule })
	if p := report.Findings[at].Places; len(p) != 2 || p[0].Row != 4 || p[0].Column != 2 || p[1].Column != 3 {
		t.Errorf("ACRO's finding stands at %+v", p)
	}
	of := report.ACRO
	if of == nil || of.Checksum.Sum != acro.Equal || len(of.Thresholds) != 3 || of.Outputs[0].Comments[0] != "Please look at this one first" {
		t.Fatalf("kept of ACRO: %+v", of)
	}
	if c := of.Verdicts[0].Cells; len(c[0].Also) != 0 || !slices.Contains(c[1].Also, "low-counts") {
		t.Errorf("beside ours: %+v", c)
	}
}

// Without results on the request ACRO says nothing, and results of something
// else, or that cannot be read, take nothing with them.
func TestNoACROOnARequest(t *testing.T) {
	for name, results := range map[string]string{"": "", "of something else": `{"rows": [{"n": 30}]}`, "nested": `{"command": "", "summary": "", "outcome": ` + strings.Repeat(`{"a":`, 100_000), "long": strings.Repeat(" ", 5<<20)} {
		d := newDesk(t, "v1.0.2-none", "output_0_0.csv")
		if results != "" {
			d.in.Files[0].ACRO = []review.Beside{d.add("output/acro/results.json", []byte(results))}
		}
		d.check(t)
		report, err := checking.ReadReport(d.kept["0"].Report)
		if err != nil || report.ACRO != nil || slices.ContainsFunc(d.done["0"].Findings, func(f review.CheckedFinding) bool { return f.Rule == acro.Rule }) {
			t.Fatalf("results %s: %+v, %v", name, report, err)
		}
		said := slices.ContainsFunc(report.NotExamined, func(s string) bool { return strings.HasPrefix(s, "what ACRO says") })
		if (name == "nested" || name == "long") != said {
			t.Errorf("results %s: not examined %q", name, report.NotExamined)
		}
		if len(report.Findings) == 0 {
			t.Errorf("results %s take our findings with them", name)
		}
	}
}
