package outputs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/outputs"
)

// Look says before anybody asks what Open would say, and reads nothing: it
// takes a file for right that has other bytes of the same size.
func TestLook(t *testing.T) {
	d, dir := workspaces(t)
	at := func(path string) string { return filepath.Join(dir, "w", path) }
	for _, path := range []string{"top.csv", "dot./a.csv", "output/a.csv", "output/short.csv", "output/other.csv", "output/two/names.csv", "secret/s.csv"} {
		writeFile(t, at(path), "text")
	}
	must(t, os.Symlink("a.csv", at("output/link.csv")))
	must(t, os.Symlink("../secret", at("output/behind")))
	must(t, os.Link(at("secret/s.csv"), at("output/hard.csv")))
	must(t, os.Mkdir(at("output/folder.csv"), 0o700))
	must(t, unix.Mkfifo(at("output/fifo.csv"), 0o600))
	tests := []struct {
		path, text string
		want       outputs.Reason
	}{
		{"output/a.csv", "text", ""},
		{"top.csv", "text", ""},
		{"dot./a.csv", "text", ""},
		{"output/two/names.csv", "text", ""},
		{"output/other.csv", "TEXT", ""},
		{"output/short.csv", "longer", outputs.OtherBytes},
		{"output/link.csv", "text", outputs.Link},
		{"output/behind/s.csv", "text", outputs.Link},
		{"output/hard.csv", "text", outputs.HardLink},
		{"output/folder.csv", "text", outputs.NotRegular},
		{"output/fifo.csv", "text", outputs.NotRegular},
		{"output/a.csv/b.csv", "text", outputs.NotFolder},
		{"output/none.csv", "text", outputs.Missing},
		{"none/none.csv", "text", outputs.Missing},
	}
	var views []outputs.Viewable
	for _, test := range tests {
		views = append(views, viewOf(t, test.path, test.text))
	}
	for i, err := range d.Look(t.Context(), "w", views) {
		want := tests[i].want
		if want == "" && err != nil || want != "" && !refusedAs(err, want) {
			t.Errorf("Look(%s) = %v, want %q", tests[i].path, err, want)
		}
		f, opened := d.Open(t.Context(), views[i])
		if want != "" && (opened == nil || opened.Error() != err.Error()) {
			t.Errorf("Look(%s) = %v, Open = %v", tests[i].path, err, opened)
		}
		if opened == nil {
			must(t, f.Close())
		}
	}
	for i, err := range d.Look(t.Context(), "v", append(views[:1:1], outputs.Viewable{})) {
		if !refusedAs(err, outputs.NotViewable) {
			t.Errorf("Look(view %d of another workspace) = %v, want NotViewable", i, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Look(ctx, "w", views)[0]; !errors.Is(err, context.Canceled) {
		t.Errorf("Look under an ended context = %v", err)
	}
}
