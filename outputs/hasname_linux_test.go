package outputs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// opened opens a file of a new workspace, looks at it as openLast does, and
// lets the names of the workspace change in between.
func opened(t *testing.T, change func(dir string) error) error {
	t.Helper()
	dir := t.TempDir()
	d, err := OpenDir(Config{Path: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "w", "output")
	for _, err := range []error{
		os.MkdirAll(folder, 0o755),
		os.WriteFile(filepath.Join(folder, "secret.csv"), []byte("secret"), 0o600),
		os.Link(filepath.Join(folder, "secret.csv"), filepath.Join(folder, "a.csv")),
		os.WriteFile(filepath.Join(folder, "good.csv"), []byte("good"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	fd, err := d.openFolder("w", []string{"output"})
	if err != nil {
		t.Fatal(err)
	}
	defer closeFD(fd)
	file, err := openAt(fd, "a.csv", fileFlags)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(file), "a.csv")
	defer closeRead(f)
	if err := change(folder); err != nil {
		t.Fatal(err)
	}
	st, err := statFile(f)
	if err != nil {
		t.Fatal(err)
	}
	if st.links > 1 {
		t.Fatalf("the file has %d names: it would be refused before", st.links)
	}
	return errors.Join(d.checkName(fd, f, "w/output/a.csv"), d.Close())
}

// TestCheckName: a hard link took the path before the file was opened. By the
// time its names are counted there is one.
func TestCheckName(t *testing.T) {
	in := filepath.Join
	for name, test := range map[string]struct {
		change func(dir string) error
		fits   bool
	}{
		"the link is gone": {func(dir string) error { return os.Remove(in(dir, "a.csv")) }, false},
		"another file took the path": {func(dir string) error {
			return os.Rename(in(dir, "good.csv"), in(dir, "a.csv"))
		}, false},
		"the link is gone, and another has its name": {func(dir string) error {
			return errors.Join(os.Remove(in(dir, "a.csv")), os.WriteFile(in(dir, "a.csv"), nil, 0o600))
		}, false},
		"the link was moved away": {func(dir string) error {
			return errors.Join(os.Rename(in(dir, "a.csv"), in(dir, "b.csv")), os.Remove(in(dir, "secret.csv")))
		}, false},
		"the folder was moved away": {func(dir string) error {
			return errors.Join(os.Remove(in(dir, "secret.csv")), os.Rename(dir, dir+"2"))
		}, false},
		"the path is the only name": {func(dir string) error { return os.Remove(in(dir, "secret.csv")) }, true},
		"the folder was moved and is back": {func(dir string) error {
			return errors.Join(os.Remove(in(dir, "secret.csv")), os.Rename(dir, dir+"2"), os.Rename(dir+"2", dir))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := opened(t, test.change)
			if r, ok := errors.AsType[*Refused](err); test.fits != (err == nil) || ok && r.Reason != Changed {
				t.Errorf("checkName = %v, want it to fit: %v", err, test.fits)
			}
		})
	}
}

// TestOpenDirAtRoot: the names of files below / have no second slash.
func TestOpenDirAtRoot(t *testing.T) {
	d, err := OpenDir(Config{Path: "/", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := d.openFile(t.Context(), "proc", "version")
	if err != nil {
		t.Fatalf("openFile(/proc/version) = %v", err)
	}
	if err := errors.Join(f.Close(), d.Close()); err != nil {
		t.Error(err)
	}
}
