package review

import (
	"context"
	"strings"
	"testing"
)

// inspected is a file as a worker inspects it.
func (w *world) inspected(path string) Inspected {
	w.t.Helper()
	in, err := w.svc.Inspection(context.Background(), w.req.ID)
	w.must(err)
	for _, f := range in.Files {
		if f.Path == path {
			return f
		}
	}
	w.t.Fatalf("%s is not inspected", path)
	return Inspected{}
}

// What ACRO wrote of a file is read where it stands on the same request, in the
// same folder, in any group; when it comes or goes, the file is checked again.
func TestChecksRestOnWhatACROWrote(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"out/results.json", "out/config.json", "out/checksums/0.csv.txt", "out/checksums/1.csv.txt", "other/results.json"} {
		w.write(path, "of "+path)
	}
	w.create()
	w.slow = true
	w.must(w.add(author, "tables", Output, "out/0.csv"))
	w.must(w.add(author, "others", Supporting, "other/results.json", "out/config.json"))
	w.check()
	alone := w.inspected("out/0.csv")
	if len(alone.ACRO) != 0 || !alone.Fresh {
		t.Fatalf("without results: %+v", alone)
	}
	w.must(w.add(author, "others", Supporting, "out/results.json", "out/checksums/0.csv.txt", "out/checksums/1.csv.txt"))
	f := w.inspected("out/0.csv")
	var paths []string
	for _, b := range f.ACRO {
		paths = append(paths, b.Path)
	}
	if got := strings.Join(paths, " "); got != "out/results.json out/config.json out/checksums/0.csv.txt" || f.Fresh || f.Basis == alone.Basis {
		t.Errorf("with results: %q, fresh %v", got, f.Fresh)
	}
	if f := w.inspected("out/results.json"); len(f.ACRO) != 0 {
		t.Errorf("results say something of themselves: %+v", f.ACRO)
	}
	w.check()
	if !w.inspected("out/0.csv").Fresh {
		t.Error("what was checked with the results is not checked")
	}
	w.must(w.takeOut(author, "out/results.json"))
	if f := w.inspected("out/0.csv"); len(f.ACRO) != 0 || f.Fresh || f.Basis != alone.Basis {
		t.Errorf("after the results were withdrawn: %+v", f)
	}
}
