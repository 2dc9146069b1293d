package outputs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/outputs/vaulttest"
	"sallyport/pipeline"
)

// viewOf is a moderately_sensitive output with the given bytes.
func viewOf(t testing.TB, path, data string) outputs.Viewable {
	t.Helper()
	v, err := outputs.ViewOutput("w", outputs.Entry{
		Path: path, Level: moderate, SHA256: hash(data), Size: int64(len(data)),
	})
	must(t, err)
	return v
}

func refusedAs(err error, reason outputs.Reason) bool {
	r, ok := errors.AsType[*outputs.Refused](err)
	return ok && r.Reason == reason
}

func TestOpen(t *testing.T) {
	d, dir := workspaces(t)
	text := strings.Repeat("0123456789", 50_000)
	writeFile(t, filepath.Join(dir, "w", "output", "a b", "\u00e9.csv"), text)
	f, err := d.Open(t.Context(), viewOf(t, "output/a b/\u00e9.csv", text))
	must(t, err)
	if f.Size() != int64(len(text)) || f.SHA256() != hash(text) {
		t.Errorf("Size = %d, SHA256 = %s", f.Size(), f.SHA256())
	}
	if err := iotest.TestReader(f, []byte(text)); err != nil {
		t.Errorf("reading: %v", err)
	}
	for _, test := range []struct {
		offset int64
		size   int
		want   string
		err    error
	}{
		{3, 4, "3456", nil}, {int64(len(text)) - 2, 4, "89", io.EOF}, {int64(len(text)), 1, "", io.EOF}, {1 << 40, 1, "", io.EOF},
	} {
		p := make([]byte, test.size)
		n, err := f.ReadAt(p, test.offset)
		if string(p[:n]) != test.want || !errors.Is(err, test.err) {
			t.Errorf("ReadAt(%d, %d) = %q, %v, want %q, %v", test.size, test.offset, p[:n], err, test.want, test.err)
		}
	}
	must(t, f.Close())
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("ReadAt after Close = nil")
	}
}

func TestOpenEmpty(t *testing.T) {
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "a.csv"), "")
	f, err := d.Open(t.Context(), viewOf(t, "a.csv", ""))
	must(t, err)
	if data, err := io.ReadAll(f); len(data) != 0 || err != nil || f.Size() != 0 {
		t.Errorf("an empty file has %q, %v", data, err)
	}
	must(t, f.Close())
}

func TestOpenRefuses(t *testing.T) {
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "a.csv"), "good")
	writeFile(t, filepath.Join(dir, "elsewhere.csv"), "good")
	for name, test := range map[string]struct {
		view   outputs.Viewable
		reason outputs.Reason
	}{
		"nothing":        {outputs.Viewable{}, outputs.BadPath},
		"missing":        {viewOf(t, "b.csv", "good"), outputs.Missing},
		"missing folder": {viewOf(t, "output/a.csv", "good"), outputs.Missing},
		"long name":      {viewOf(t, strings.Repeat("a", 300), "good"), outputs.Missing},
		"below a file":   {viewOf(t, "a.csv/b.csv", "good"), outputs.NotFolder},
		"other bytes":    {viewOf(t, "a.csv", "evil"), outputs.OtherBytes},
		"other size":     {viewOf(t, "a.csv", "better"), outputs.OtherBytes},
	} {
		t.Run(name, func(t *testing.T) {
			if f, err := d.Open(t.Context(), test.view); !refusedAs(err, test.reason) {
				t.Errorf("Open = %v, %v, want %q", f, err, test.reason)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Open(ctx, viewOf(t, "a.csv", "good")); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with an ended context = %v", err)
	}
}

func TestOpenUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("the system lets this user read everything")
		return
	}
	d, dir := workspaces(t)
	path := filepath.Join(dir, "w", "a.csv")
	writeFile(t, path, "good")
	must(t, os.Chmod(path, 0))
	if _, err := d.Open(t.Context(), viewOf(t, "a.csv", "good")); !refusedAs(err, outputs.Unreadable) {
		t.Errorf("Open of a file without permission = %v", err)
	}
}

// TestOpenAfterChange: a hash that is remembered counts for one state of a
// file only, also when its times are set back.
func TestOpenAfterChange(t *testing.T) {
	dir := t.TempDir()
	later := time.Now().Add(time.Hour) // so that every hash is remembered
	d, err := outputs.OpenDir(outputs.Config{Path: dir, Now: func() time.Time { return later }})
	must(t, err)
	path := filepath.Join(dir, "w", "a.csv")
	writeFile(t, path, "good")
	st, err := os.Stat(path)
	must(t, err)
	view := viewOf(t, "a.csv", "good")
	for range 3 {
		f, err := d.Open(t.Context(), view)
		must(t, err)
		must(t, f.Close())
	}
	writeUnlike(t, path, "evil", st)
	must(t, os.Chtimes(path, st.ModTime(), st.ModTime()))
	if f, err := d.Open(t.Context(), view); !refusedAs(err, outputs.OtherBytes) {
		t.Errorf("Open of changed bytes = %v, %v, want OtherBytes", f, err)
	}
	must(t, d.Close())
}

// writeUnlike writes a file until the system's clock has gone on since st.
func writeUnlike(t *testing.T, path, data string, st fs.FileInfo) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		must(t, os.WriteFile(path, []byte(data), 0o600))
		now, err := os.Stat(path)
		must(t, err)
		if !now.ModTime().Equal(st.ModTime()) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the file system's clock stands still")
		}
	}
}

// TestOpenJustWritten: two writes within one tick of the file system's clock
// cannot be told apart, so a file written just now is hashed every time.
func TestOpenJustWritten(t *testing.T) {
	d, dir := workspaces(t)
	path := filepath.Join(dir, "w", "a.csv")
	for i := range 300 {
		good, evil := fmt.Sprintf("good %03d", i), fmt.Sprintf("evil %03d", i)
		writeFile(t, path, good)
		f, err := d.Open(t.Context(), viewOf(t, "a.csv", good))
		must(t, err)
		must(t, f.Close())
		writeFile(t, path, evil)
		if _, err := d.Open(t.Context(), viewOf(t, "a.csv", good)); !refusedAs(err, outputs.OtherBytes) {
			t.Fatalf("Open of changed bytes = %v, want OtherBytes", err)
		}
	}
}

func TestReadAfterChange(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string, st fs.FileInfo){
		"other bytes": func(t *testing.T, path string, st fs.FileInfo) { writeUnlike(t, path, "evil", st) },
		"shorter":     func(t *testing.T, path string, _ fs.FileInfo) { must(t, os.Truncate(path, 1)) },
		"a second name": func(t *testing.T, path string, st fs.FileInfo) {
			writeUnlike(t, path+"2", "", st)
			must(t, os.Link(path, path+"3"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, dir := workspaces(t)
			path := filepath.Join(dir, "w", "a.csv")
			writeFile(t, path, "good")
			st, err := os.Stat(path)
			must(t, err)
			f, err := d.Open(t.Context(), viewOf(t, "a.csv", "good"))
			must(t, err)
			change(t, path, st)
			p := []byte("----")
			n, err := f.Read(p)
			if n != 0 || !refusedAs(err, outputs.Changed) || bytes.ContainsAny(p, "evilgood") {
				t.Errorf("Read after a change = %d, %v, %q, want Changed and nothing read", n, err, p)
			}
			must(t, f.Close())
		})
	}
}

func TestOpenLogAndPlaceholder(t *testing.T) {
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "metadata", "report.log"), "done")
	writeFile(t, filepath.Join(dir, "w", "output", "a.csv.txt"), "too large")
	m := mustRead(t, outputsOf(t, "output/a.csv", entry(moderate, hash("a"), `"excluded": true`)))
	log, err := outputs.ViewLog(t.Context(), "w", "metadata/report.log", m.Listed)
	must(t, err)
	e, _ := m.Output("output/a.csv")
	note, err := outputs.ViewPlaceholder(t.Context(), "w", e, m.Listed)
	must(t, err)
	for want, v := range map[string]outputs.Viewable{"done": log, "too large": note} {
		f, err := d.Open(t.Context(), v)
		must(t, err)
		if data, err := io.ReadAll(f); string(data) != want || err != nil || f.SHA256() != hash(want) {
			t.Errorf("%s/%s = %q, %v, want %q", v.Workspace(), v.Path(), data, err, want)
		}
		must(t, f.Close())
	}
}

func TestViewRefuses(t *testing.T) {
	sum := hash("a")
	for name, test := range map[string]struct {
		workspace string
		entry     outputs.Entry
		output    outputs.Reason // "" is allowed
		note      outputs.Reason
		noteless  string // what is said of the note is said of this path
	}{
		"moderately_sensitive": {"w", outputs.Entry{Path: "a", Level: moderate, SHA256: sum}, "", outputs.Missing, "a.txt"},
		"minimally_sensitive":  {"w", outputs.Entry{Path: "a", Level: minimal, SHA256: sum}, "", outputs.Missing, "a.txt"},
		"no hash":              {"w", outputs.Entry{Path: "a", Level: moderate}, "", outputs.Missing, "a.txt"},
		"a wrong hash":         {"w", outputs.Entry{Path: "a", Level: moderate, SHA256: "A"}, outputs.OtherBytes, outputs.Missing, "a.txt"},
		"highly_sensitive":     {"w", outputs.Entry{Path: "a", Level: high, SHA256: sum}, outputs.Sensitive, outputs.Sensitive, "a"},
		"highly_sensitive, excluded": {
			"w", outputs.Entry{Path: "a", Level: high, SHA256: sum, Excluded: true}, outputs.Sensitive, outputs.Sensitive, "a",
		},
		"no level":        {"w", outputs.Entry{Path: "a", SHA256: sum}, outputs.NotViewable, outputs.NotViewable, "a"},
		"another level":   {"w", outputs.Entry{Path: "a", Level: "Moderately_sensitive"}, outputs.NotViewable, outputs.NotViewable, "a"},
		"excluded":        {"w", outputs.Entry{Path: "a", Level: moderate, Excluded: true}, outputs.Excluded, "", "a.txt"},
		"old action":      {"w", outputs.Entry{Path: "a", Level: moderate, OutOfDateAction: true}, outputs.OutOfDate, outputs.Missing, "a.txt"},
		"old output":      {"w", outputs.Entry{Path: "a", Level: moderate, Excluded: true, OutOfDateOutput: true}, outputs.Excluded, outputs.OutOfDate, "a.txt"},
		"no path":         {"w", outputs.Entry{Level: moderate}, outputs.BadPath, outputs.BadPath, ""},
		"out":             {"w", outputs.Entry{Path: "../a", Level: moderate}, outputs.Outside, outputs.Outside, "../a"},
		"out in between":  {"w", outputs.Entry{Path: "a/../../b", Level: moderate}, outputs.Outside, outputs.Outside, "a/../../b"},
		"absolute":        {"w", outputs.Entry{Path: "/a", Level: moderate}, outputs.Outside, outputs.Outside, "/a"},
		"not UTF-8":       {"w", outputs.Entry{Path: "\xff", Level: moderate}, outputs.NotUTF8, outputs.NotUTF8, "\xff"},
		"manifest":        {"w", outputs.Entry{Path: "metadata/manifest.json", Level: moderate}, outputs.NotViewable, outputs.NotViewable, "metadata/manifest.json"},
		"no workspace":    {"", outputs.Entry{Path: "a", Level: moderate}, outputs.BadWorkspace, outputs.BadWorkspace, ""},
		"other workspace": {"../w", outputs.Entry{Path: "a", Level: moderate}, outputs.BadWorkspace, outputs.BadWorkspace, "../w"},
		"long note": {
			"w", outputs.Entry{Path: strings.Repeat("a", 1022), Level: moderate, Excluded: true}, outputs.Excluded, outputs.BadPath,
			strings.Repeat("a", 1022) + ".txt",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := outputs.ViewOutput(test.workspace, test.entry); (err != nil || test.output != "") && !refusedAs(err, test.output) {
				t.Errorf("ViewOutput = %v, want %q", err, test.output)
			}
			_, err := outputs.ViewPlaceholder(t.Context(), test.workspace, test.entry, lists())
			if (err != nil || test.note != "") && !refusedAs(err, test.note) {
				t.Errorf("ViewPlaceholder = %v, want %q", err, test.note)
			}
			if r, ok := errors.AsType[*outputs.Refused](err); ok && r.Path != test.noteless {
				t.Errorf("ViewPlaceholder speaks of %q, want %q", r.Path, test.noteless)
			}
			if !test.entry.Excluded && !test.entry.OutOfDate() && test.entry.SHA256 != "A" {
				if _, err := outputs.ViewLinked(test.workspace, test.entry.Path, test.entry.Level); (err != nil || test.output != "") && !refusedAs(err, test.output) {
					t.Errorf("ViewLinked = %v, want %q", err, test.output)
				}
			}
		})
	}
}

// lists answers whether one of some paths is asked for.
func lists(paths ...string) outputs.Listed {
	return func(_ context.Context, path string) (bool, error) {
		for _, p := range paths {
			if p == path {
				return true, nil
			}
		}
		return false, nil
	}
}

func TestViewUnlisted(t *testing.T) {
	excluded := outputs.Entry{Path: "a", Level: moderate, Excluded: true}
	down := errors.New("no answer")
	for name, test := range map[string]struct {
		log    string
		listed outputs.Listed
		reason outputs.Reason
		err    error
	}{
		"free":       {"metadata/a.log", lists("metadata/b.log", "b.txt"), "", nil},
		"listed":     {"metadata/a.log", lists("metadata/a.log", "a.txt"), outputs.IsOutput, nil},
		"not asked":  {"metadata/a.log", nil, outputs.NotViewable, nil},
		"no answer":  {"metadata/a.log", func(context.Context, string) (bool, error) { return false, down }, "", down},
		"answer, no": {"metadata/a.log", func(context.Context, string) (bool, error) { return true, down }, "", down},
	} {
		t.Run(name, func(t *testing.T) {
			_, logErr := outputs.ViewLog(t.Context(), "w", test.log, test.listed)
			_, noteErr := outputs.ViewPlaceholder(t.Context(), "w", excluded, test.listed)
			for _, err := range []error{logErr, noteErr} {
				ok := err == nil
				switch {
				case test.reason != "":
					ok = refusedAs(err, test.reason)
				case test.err != nil:
					ok = errors.Is(err, test.err)
				}
				if !ok {
					t.Errorf("%v, want %q, %v", err, test.reason, test.err)
				}
			}
		})
	}
	for _, name := range []string{
		"metadata/a.csv", "metadata/.log", "metadata/a/b.log", "Metadata/a.log", "a.log", "output/a.log", "metadata/manifest.json", "metadata",
	} {
		if _, err := outputs.ViewLog(t.Context(), "w", name, lists()); !refusedAs(err, outputs.NotALog) {
			t.Errorf("ViewLog(%q) = %v, want NotALog", name, err)
		}
	}
	if _, err := outputs.ViewLog(t.Context(), "w", "metadata/../a.log", lists()); !refusedAs(err, outputs.Outside) {
		t.Errorf("ViewLog with dots = %v", err)
	}
	if _, err := outputs.ViewLog(t.Context(), "a/b", "metadata/a.log", lists()); !refusedAs(err, outputs.BadWorkspace) {
		t.Errorf("ViewLog of no workspace = %v", err)
	}
}

func TestKeep(t *testing.T) {
	d, dir := workspaces(t)
	v, _ := dirVault(t)
	writeFile(t, filepath.Join(dir, "w", "a.csv"), "good")
	for range 2 {
		sha, size, err := d.Keep(t.Context(), v, viewOf(t, "a.csv", "good"), 4)
		if sha != hash("good") || size != 4 || err != nil {
			t.Errorf("Keep = %s, %d, %v", sha, size, err)
		}
	}
	linked, err := outputs.ViewLinked("w", "a.csv", pipeline.ModeratelySensitive)
	must(t, err)
	if sha, _, err := d.Keep(t.Context(), v, linked, 4); sha != hash("good") || err != nil {
		t.Errorf("Keep without a hash = %s, %v", sha, err)
	}
	if all := vaulttest.Stored(t, v); len(all) != 1 {
		t.Errorf("the vault holds %v", all)
	}
}

func TestKeepRefuses(t *testing.T) {
	d, dir := workspaces(t)
	v, vault := dirVault(t)
	writeFile(t, filepath.Join(dir, "w", "a.csv"), "good")
	for name, test := range map[string]struct {
		view   outputs.Viewable
		limit  int64
		reason outputs.Reason
	}{
		"too large":   {viewOf(t, "a.csv", "good"), 3, outputs.TooLarge},
		"other bytes": {viewOf(t, "a.csv", "evil"), 4, outputs.OtherBytes},
		"other size":  {viewOf(t, "a.csv", "better"), 100, outputs.OtherBytes},
		"missing":     {viewOf(t, "b.csv", "good"), 4, outputs.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			sha, size, err := d.Keep(t.Context(), v, test.view, test.limit)
			if sha != "" || size != 0 || !refusedAs(err, test.reason) {
				t.Errorf("Keep = %s, %d, %v, want %q", sha, size, err, test.reason)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Keep(ctx, v, viewOf(t, "a.csv", "good"), 4); !errors.Is(err, context.Canceled) {
		t.Errorf("Keep with an ended context = %v", err)
	}
	if all := vaulttest.Stored(t, v); len(all) != 0 || len(tmpNames(t, vault)) != 0 {
		t.Errorf("the vault holds %v and %v", all, tmpNames(t, vault))
	}
}

// slowVault lets something happen between the reads of a Keep.
type slowVault struct {
	outputs.Vault
	between func()
	cut     int
	read    *int64 // how much was read after that
}

func (v slowVault) Keep(ctx context.Context, r io.Reader) (string, int64, error) {
	first := make([]byte, v.cut)
	if _, err := io.ReadFull(r, first); err != nil {
		return "", 0, err
	}
	v.between()
	counted := readFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		*v.read += int64(n)
		return n, err
	})
	return v.Vault.Keep(ctx, io.MultiReader(bytes.NewReader(first), counted))
}

func TestKeepWhileChanging(t *testing.T) {
	long := strings.Repeat("good", 100_000)
	for name, change := range map[string]func(t *testing.T, path string, st fs.FileInfo){
		"longer": func(t *testing.T, path string, st fs.FileInfo) { writeUnlike(t, path, long+"more", st) },
		"shorter": func(t *testing.T, path string, _ fs.FileInfo) {
			must(t, os.Truncate(path, 200_000))
		},
		"other bytes": func(t *testing.T, path string, st fs.FileInfo) {
			writeUnlike(t, path, strings.Repeat("evil", 100_000), st)
		},
		"without end": func(t *testing.T, path string, st fs.FileInfo) {
			writeUnlike(t, path, strings.Repeat(long, 10), st)
		},
	} {
		for _, hashed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, hash known %v", name, hashed), func(t *testing.T) {
				d, dir := workspaces(t)
				v, _ := dirVault(t)
				path := filepath.Join(dir, "w", "a.csv")
				writeFile(t, path, long)
				st, err := os.Stat(path)
				must(t, err)
				view := viewOf(t, "a.csv", long)
				if !hashed {
					view, err = outputs.ViewLinked("w", "a.csv", moderate)
					must(t, err)
				}
				var read int64
				slow := slowVault{Vault: v, between: func() { change(t, path, st) }, cut: 1000, read: &read}
				if sha, _, err := d.Keep(t.Context(), slow, view, 1<<20); !refusedAs(err, outputs.Changed) {
					t.Errorf("Keep = %s, %v, want Changed", sha, err)
				}
				if read > int64(len(long)) {
					t.Errorf("%d bytes were read of a file that had %d", read, len(long))
				}
				if all := vaulttest.Stored(t, v); len(all) != 0 {
					t.Errorf("the vault holds %v", all)
				}
			})
		}
	}
}

func TestKeepWhenFull(t *testing.T) {
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "a.csv"), "good")
	sha, size, err := d.Keep(t.Context(), fullVault{}, viewOf(t, "a.csv", "good"), 4)
	if !errors.Is(err, outputs.ErrFull) || sha != "" || size != 0 || !strings.Contains(err.Error(), "a.csv") {
		t.Errorf("Keep = %s, %d, %v, want ErrFull that names the file", sha, size, err)
	}
}

type fullVault struct{ outputs.Vault }

func (fullVault) Keep(context.Context, io.Reader) (string, int64, error) {
	return "", 0, outputs.ErrFull
}

func TestKeepAll(t *testing.T) {
	d, dir := workspaces(t)
	v, _ := dirVault(t)
	var views []outputs.Viewable
	var want []outputs.Kept
	for i := range 50 {
		name, text := fmt.Sprintf("%d.csv", i), fmt.Sprintf("bytes %d", i/2)
		k := outputs.Kept{SHA256: hash(text), Size: int64(len(text))}
		if i%7 == 3 {
			k = outputs.Kept{Err: &outputs.Refused{Path: name, Reason: outputs.Missing}}
		} else {
			writeFile(t, filepath.Join(dir, "w", name), text)
		}
		views, want = append(views, viewOf(t, name, text)), append(want, k)
	}
	got := d.KeepAll(t.Context(), v, views, 1000)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("KeepAll (-want +got):\n%s", diff)
	}
	if got := d.KeepAll(t.Context(), v, nil, 1000); len(got) != 0 {
		t.Errorf("KeepAll of nothing = %v", got)
	}
}

func TestWorkspaces(t *testing.T) {
	d, dir := workspaces(t)
	for _, name := range []string{"b", "a-1_B", ".hidden", "a b", "\u00e9"} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
	writeFile(t, filepath.Join(dir, "file"), "")
	must(t, os.Symlink("b", filepath.Join(dir, "link")))
	got, err := d.Workspaces(t.Context())
	if diff := cmp.Diff([]string{"a-1_B", "b"}, got); diff != "" || err != nil {
		t.Errorf("Workspaces = %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Workspaces(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Workspaces with an ended context = %v", err)
	}
}

func TestOpenDirRefuses(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "")
	for _, c := range []outputs.Config{
		{Path: filepath.Join(dir, "nothing"), Now: time.Now}, {Path: filepath.Join(dir, "file"), Now: time.Now}, {Path: dir},
	} {
		if d, err := outputs.OpenDir(c); err == nil {
			t.Errorf("OpenDir(%s) = %v, nil", c.Path, d)
		}
	}
	must(t, os.Symlink(dir, filepath.Join(dir, "link")))
	d, err := outputs.OpenDir(outputs.Config{Path: filepath.Join(dir, "link"), Now: time.Now})
	must(t, err)
	must(t, d.Close())
}

func TestEscape(t *testing.T) {
	for name, want := range map[string]string{
		"output/a b.csv": "output/a b.csv", "caf\u00e9": "caf\u00e9", "": `""`, "a\xff": `"a\xff"`, "a\n\x1b[31m": `"a\n\x1b[31m"`,
		"a\u202eb": `"a\u202eb"`, "a\u200bb": `"a\u200bb"`, "\ufffd": `"\ufffd"`, `a"b`: `"a\"b"`,
		strings.Repeat("a", 1101): strings.Repeat("a", 1100) + "…",
	} {
		if got := outputs.Escape(name); got != want {
			t.Errorf("Escape(%q) = %s, want %s", name, got, want)
		}
	}
	if got := (&outputs.Refused{Path: "a\nb", Reason: outputs.Link}).Error(); got != `"a\nb" is a symbolic link, or lies behind one` {
		t.Errorf("Error() = %s", got)
	}
}
