package outputs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParseManifestLimits(t *testing.T) {
	text := `{"outputs": {"a": {"level": "moderately_sensitive"}, "b": {"level": "moderately_sensitive"}}}`
	for _, test := range []struct {
		limits  limits
		message string
	}{
		{limits{bytes: int64(len(text)), entries: 2, value: 100, depth: 1}, ""},
		{limits{bytes: int64(len(text)) - 1, entries: 2, value: 100, depth: 1}, "at most"},
		{limits{bytes: int64(len(text)), entries: 1, value: 100, depth: 1}, "more than 1 outputs"},
		{limits{bytes: int64(len(text)), entries: 2, value: 20, depth: 1}, "longer than 20 bytes"},
	} {
		_, err := parseManifest(t.Context(), strings.NewReader(text), int64(len(text)), test.limits)
		e, _ := errors.AsType[*ManifestError](err)
		if (test.message == "") != (err == nil) || err != nil && !strings.Contains(e.Message, test.message) {
			t.Errorf("parseManifest with %+v = %v, want %q", test.limits, err, test.message)
		}
	}
}

func TestParseManifestReadError(t *testing.T) {
	if _, err := parseManifest(t.Context(), failing{}, 100, defaultLimits); !errors.Is(err, errDisk) {
		t.Errorf("parseManifest of a failing disk = %v, want its error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := parseManifest(ctx, strings.NewReader("{}"), 2, defaultLimits); !errors.Is(err, context.Canceled) {
		t.Errorf("parseManifest with an ended context = %v", err)
	}
}

var errDisk = errors.New("the disk is broken")

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

func TestWalkTooMany(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for limit, want := range map[int]bool{9: false, 10: true} {
		fd, err := openAt(unix.AT_FDCWD, dir, folderFlags)
		if err != nil {
			t.Fatal(err)
		}
		w := &walk{ctx: t.Context(), workspace: "w", limit: limit, depth: maxDepth}
		err = w.folder(fd, "", 1)
		if r, ok := errors.AsType[*Refused](err); (err == nil) != want || ok && r.Reason != TooMany {
			t.Errorf("walk of 10 directories with room for %d = %v", limit, err)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, same := range [][]string{
		{"output/a.csv", "OUTPUT/A.CSV", "Output/a.Csv"},
		{"\u00e9.csv", "e\u0301.csv", "\u00c9.csv", "E\u0301.csv"},
		{"\u1ebf", "e\u0302\u0301", "\u00ea\u0301"},
		{"k\u00e5", "\u212a\u212b", "Ka\u030a"},
		{"\u017f", "s", "S"},
	} {
		for _, name := range same {
			if sameName(name) != sameName(same[0]) {
				t.Errorf("sameName(%q) = %q, sameName(%q) = %q", name, sameName(name), same[0], sameName(same[0]))
			}
		}
	}
	for _, other := range [][2]string{{"a.csv", "b.csv"}, {"a/b", "ab"}, {"a/\u0301b", "b"}, {"a b", "ab"}} {
		if sameName(other[0]) == sameName(other[1]) {
			t.Errorf("sameName(%q) = sameName(%q)", other[0], other[1])
		}
	}
}

// TestSumsOfSettledFiles: a hash is remembered only of a file that was left
// alone for a while.
func TestSumsOfSettledFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w", "a.log")
	if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("a"), 0o600)); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for age, want := range map[time.Duration]int{-time.Hour: 0, 0: 0, settled - 1: 0, time.Hour: 1} {
		d, err := OpenDir(Config{Path: dir, Now: func() time.Time { return st.ModTime().Add(age) }})
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Open(t.Context(), Viewable{workspace: "w", path: "a.log", size: -1})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(d.sums.at); got != want {
			t.Errorf("%d hashes are remembered of a file that is %v old, want %d", got, age, want)
		}
		if err := errors.Join(f.Close(), d.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestSumsForget(t *testing.T) {
	s := newSums(3)
	key := func(i int) sumKey { return sumKey{inode: uint64(i)} }
	for i := range 5 {
		s.put(key(i), fmt.Sprint(i))
		if i == 3 {
			s.get(key(2)) // used, so that 3 is forgotten first
		}
		s.put(key(i), "not this")
	}
	for i, want := range []string{"", "", "2", "3", "4"} {
		if got, ok := s.get(key(i)); got != want || ok != (want != "") {
			t.Errorf("get(%d) = %q, %v, want %q", i, got, ok, want)
		}
	}
	s.put(key(5), "5")
	if _, ok := s.get(key(2)); ok {
		t.Error("the least recently used hash was not forgotten")
	}
	if len(s.at) != s.order.Len() || len(s.at) != 3 {
		t.Errorf("%d hashes are remembered in %d places", len(s.at), s.order.Len())
	}
}
