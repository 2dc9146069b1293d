package outputs_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/pipeline"
)

// workspaces opens an empty directory of workspaces and returns its path.
func workspaces(t testing.TB) (*outputs.Dir, string) {
	t.Helper()
	dir := t.TempDir()
	d, err := outputs.OpenDir(outputs.Config{Path: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return d, dir
}

// readManifest reads a manifest with the given text.
func readManifest(t testing.TB, text string) (*outputs.Manifest, error) {
	t.Helper()
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "metadata", "manifest.json"), text)
	return d.ReadManifest(t.Context(), "w")
}

func mustRead(t testing.TB, text string) *outputs.Manifest {
	t.Helper()
	m, err := readManifest(t, text)
	if err != nil {
		t.Fatalf("ReadManifest = %v", err)
	}
	return m
}

func hash(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

// entry writes an entry of a manifest.
func entry(level, sum string, more ...string) string {
	fields := append([]string{`"level": "` + level + `"`}, more...)
	if sum != "" {
		fields = append(fields, `"content_hash": "`+sum+`"`)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// outputsOf writes a manifest of names and entries, in turn.
func outputsOf(t testing.TB, pairs ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"workspace": "w", "repo": null, "outputs": {`)
	for i := 0; i < len(pairs); i += 2 {
		name, err := json.Marshal(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n%s: %s", name, pairs[i+1])
	}
	b.WriteString("}}\n")
	return b.String()
}

const high, moderate, minimal = "highly_sensitive", "moderately_sensitive", "minimally_sensitive"

func TestReadManifest(t *testing.T) {
	text := `{
  "workspace": "w",
  "repo": null,
  "outputs": {
    "output/b.csv": {
      "level": "moderately_sensitive", "job_id": "ywrmrjb32jdrkapn", "job_request": "bswslyjxpwqix3qb",
      "action": "report", "user": "researcher1", "repo": "https://github.com/opensafely/vaccine-counts",
      "commit": "26ea0eb5ddb7daebff2d9da73910ee42f8491887", "size": 12, "timestamp": 1694786400.1234567,
      "content_hash": "` + strings.ToUpper(hash("b")) + `", "excluded": true, "message": "too \u00e9 large",
      "row_count": 0, "col_count": 4, "out_of_date_action": true, "out_of_date_output": false,
      "later": {"unknown": [1, {"deep": null}]}
    },
    "output/a.feather": {"level": "highly_sensitive", "user": null, "row_count": null, "size": 0, "timestamp": 0},
    "output/c.txt": {"level": "minimally_sensitive"}
  },
  "files": [{"old": [1, 2, "x"]}], "x": 1
}`
	m := mustRead(t, text)
	rows, columns := int64(0), int64(4)
	want := []outputs.Entry{
		{Path: "output/a.feather", Level: pipeline.HighlySensitive, Written: time.Unix(0, 0).UTC()},
		{
			Path: "output/b.csv", Level: pipeline.ModeratelySensitive, JobID: "ywrmrjb32jdrkapn",
			JobRequest: "bswslyjxpwqix3qb", Action: "report", User: "researcher1",
			Repo: "https://github.com/opensafely/vaccine-counts", Commit: "26ea0eb5ddb7daebff2d9da73910ee42f8491887",
			Size: 12, Written: time.Date(2023, 9, 15, 14, 0, 0, 123457000, time.UTC), SHA256: hash("b"),
			Excluded: true, Message: "too é large", Rows: &rows, Columns: &columns, OutOfDateAction: true,
		},
		{Path: "output/c.txt", Level: pipeline.MinimallySensitive, Size: -1},
	}
	if diff := cmp.Diff(want, m.Outputs); diff != "" {
		t.Errorf("Outputs (-want +got):\n%s", diff)
	}
	if len(m.Problems) != 0 || m.Workspace != "w" {
		t.Errorf("Problems = %v, Workspace = %q", m.Problems, m.Workspace)
	}
	if m.Identity.SHA256 != hash(text) || m.Identity.Size != int64(len(text)) {
		t.Errorf("Identity = %+v, want the hash and size of the text", m.Identity)
	}
	if e, ok := m.Output("output/b.csv"); !ok || e.Size != 12 {
		t.Errorf("Output(b.csv) = %+v, %v", e, ok)
	}
	if e, ok := m.Output("output/d.csv"); ok {
		t.Errorf("Output(d.csv) = %+v, true", e)
	}
}

func TestReadManifestWithoutOutputs(t *testing.T) {
	for _, text := range []string{
		`{"outputs": {}}`, `{"outputs": null}`, `{"files": {}, "outputs": {}}`, " \n{ \"outputs\": {} }\n\n",
	} {
		if m := mustRead(t, text); len(m.Outputs) != 0 || len(m.Problems) != 0 {
			t.Errorf("ReadManifest of %s: %v, %v, want nothing", text, m.Outputs, m.Problems)
		}
	}
	// A manifest that does not say what there is says so.
	for text, want := range map[string]string{
		`{}`: "outputs", `{"workspace": "w", "repo": null}`: "outputs", `{"Outputs": {"a": {"level": "moderately_sensitive"}}}`: "outputs",
		`{"workspace": "w", "repo": "https://x.org/a", "files": {"output/a.csv": {"created_by_action": "a", "privacy_level": "moderately_sensitive"}},
			"actions": {"a": {"state": "succeeded", "job_id": "aaaaaaaaaaaaaaaa", "commit": "26ea0eb"}}}`: "files", // 2020-12 to 2021-10
	} {
		m := mustRead(t, text)
		if len(m.Outputs) != 0 || len(m.Problems) != 1 || m.Problems[0].Name != want || !strings.Contains(m.Problems[0].Message, "nothing") {
			t.Errorf("ReadManifest of %s: %v, %v, want a problem of %s", text, m.Outputs, m.Problems, want)
		}
	}
}

func TestReadManifestRefuses(t *testing.T) {
	deep := strings.Repeat(`[`, 65) + strings.Repeat(`]`, 65)
	for name, test := range map[string]struct {
		text    string
		line    int
		message string
	}{
		"nothing":              {"", 1, "the file ends too early"},
		"not JSON":             {"\n\nhello", 3, "invalid character"},
		"a byte order mark":    {"\ufeff{}", 1, "invalid character"},
		"an array":             {"[]", 1, "a manifest is a JSON object"},
		"null":                 {"null", 1, "a manifest is a JSON object"},
		"half":                 {"{\n\"outputs\": {\n\"a\": {\"level\": \"mod", 3, "the file ends too early"},
		"half, between values": {"{\n\"outputs\": {\n\"a\": {}\n", 3, "the file ends too early"},
		"no comma":             {"{\n\"outputs\": {\n\"a\": {}\n\"b\": {}}}", 4, "invalid character"},
		"two documents":        {"{}\n{}", 2, "something follows"},
		"rubbish at the end":   {"{}\n}", 2, "invalid character"},
		"outputs as array":     {`{"outputs": []}`, 1, `"outputs" is an object`},
		"outputs as text":      {`{"outputs": "a"}`, 1, `"outputs" is an object`},
		"deep":                 {`{"x": ` + deep + `}`, 1, "nested deeper than 64"},
		"a long entry":         {"{\"outputs\": {\n\"a\": {\"message\": \"" + strings.Repeat("x", 1<<20) + "\"}}}", 2, "a value is longer"},
		"a long name":          {"{\"outputs\": {\"" + strings.Repeat("x", 1<<20) + "\": {}}}", 1, "a value is longer"},
		"a long unknown value": {"{\"x\": \"" + strings.Repeat("x", 1<<20) + "\"}", 1, "a value is longer"},
		"much white space":     {"{" + strings.Repeat(" ", 1<<21) + "}", 1, "a value is longer"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := readManifest(t, test.text)
			e, ok := errors.AsType[*outputs.ManifestError](err)
			if !ok {
				t.Fatalf("ReadManifest = %v, %v, want a ManifestError", m, err)
			}
			if e.Line != test.line || !strings.Contains(e.Message, test.message) {
				t.Errorf("ReadManifest = %v, want line %d, %q", e, test.line, test.message)
			}
			if !strings.HasPrefix(e.Error(), "metadata/manifest.json, line ") {
				t.Errorf("Error() = %q", e.Error())
			}
		})
	}
}

// TestReadManifestLeavesOut: one wrong entry is a problem, and the others are
// read.
func TestReadManifestLeavesOut(t *testing.T) {
	long := strings.Repeat("d/", 600) + "x"
	for name, test := range map[string]struct {
		name, entry string
		problem     outputs.Problem
	}{
		"dots":            {"output/../../etc/passwd", entry(moderate, ""), outputs.Problem{Name: "output/../../etc/passwd", Message: "leads out of its workspace"}},
		"absolute":        {"/etc/passwd", entry(moderate, ""), outputs.Problem{Name: "/etc/passwd", Message: "leads out of its workspace"}},
		"dot":             {"./a.csv", entry(moderate, ""), outputs.Problem{Name: "./a.csv", Message: "is not a path that an output can have"}},
		"two slashes":     {"output//a.csv", entry(moderate, ""), outputs.Problem{Name: "output//a.csv", Message: "is not a path that an output can have"}},
		"no name":         {"", entry(moderate, ""), outputs.Problem{Name: `""`, Message: "is not a path that an output can have"}},
		"back slash":      {`output\a.csv`, entry(moderate, ""), outputs.Problem{Name: `"output\\a.csv"`, Message: "is not a path that an output can have"}},
		"NUL":             {"a\x00.csv", entry(moderate, ""), outputs.Problem{Name: `"a\x00.csv"`, Message: "is not a path that an output can have"}},
		"newline":         {"a\n.csv", entry(moderate, ""), outputs.Problem{Name: `"a\n.csv"`, Message: "is not a path that an output can have"}},
		"too long":        {long, entry(moderate, ""), outputs.Problem{Name: long[:1100] + "…", Message: "is not a path that an output can have"}},
		"not UTF-8":       {"a\ufffd.csv", entry(moderate, ""), outputs.Problem{Name: `"a\ufffd.csv"`, Message: "has a name that is not UTF-8"}},
		"an array":        {"a.csv", `[]`, outputs.Problem{Name: "a.csv", Message: "is not described by an object"}},
		"a number":        {"a.csv", `1`, outputs.Problem{Name: "a.csv", Message: "is not described by an object"}},
		"null":            {"a.csv", `null`, outputs.Problem{Name: "a.csv", Message: "has no known level"}},
		"no level":        {"a.csv", `{}`, outputs.Problem{Name: "a.csv", Message: "has no known level"}},
		"unknown level":   {"a.csv", entry("public", ""), outputs.Problem{Name: "a.csv", Message: "has no known level"}},
		"level as number": {"a.csv", `{"level": 3}`, outputs.Problem{Name: "a.csv", Message: "has a wrong level"}},
		"two levels":      {"a.csv", `{"level": "highly_sensitive", "level": "moderately_sensitive"}`, outputs.Problem{Name: "a.csv", Message: "gives level more than once"}},
		"two levels, one in capitals": {
			"a.csv", `{"level": "highly_sensitive", "LEVEL": "moderately_sensitive"}`,
			outputs.Problem{Name: "a.csv", Message: "gives level more than once"},
		},
		"two hashes":       {"a.csv", entry(moderate, hash("a"), `"content_hash": "`+hash("b")+`"`), outputs.Problem{Name: "a.csv", Message: "gives content_hash more than once"}},
		"short hash":       {"a.csv", entry(moderate, "abc"), outputs.Problem{Name: "a.csv", Message: "has a wrong content_hash"}},
		"not a hash":       {"a.csv", entry(moderate, strings.Repeat("z", 64)), outputs.Problem{Name: "a.csv", Message: "has a wrong content_hash"}},
		"size as text":     {"a.csv", entry(moderate, "", `"size": "1"`), outputs.Problem{Name: "a.csv", Message: "has a wrong size"}},
		"negative size":    {"a.csv", entry(moderate, "", `"size": -1`), outputs.Problem{Name: "a.csv", Message: "has a wrong size"}},
		"half a byte":      {"a.csv", entry(moderate, "", `"size": 1.5`), outputs.Problem{Name: "a.csv", Message: "has a wrong size"}},
		"huge size":        {"a.csv", entry(moderate, "", `"size": 9223372036854775808`), outputs.Problem{Name: "a.csv", Message: "has a wrong size"}},
		"timestamp":        {"a.csv", entry(moderate, "", `"timestamp": "now"`), outputs.Problem{Name: "a.csv", Message: "has a wrong timestamp"}},
		"far timestamp":    {"a.csv", entry(moderate, "", `"timestamp": 1e300`), outputs.Problem{Name: "a.csv", Message: "has a wrong timestamp"}},
		"excluded as text": {"a.csv", entry(moderate, "", `"excluded": "yes"`), outputs.Problem{Name: "a.csv", Message: "has a wrong excluded"}},
		"rows":             {"a.csv", entry(moderate, "", `"row_count": -2`), outputs.Problem{Name: "a.csv", Message: "has a wrong row_count"}},
		"columns":          {"a.csv", entry(moderate, "", `"col_count": true`), outputs.Problem{Name: "a.csv", Message: "has a wrong col_count"}},
		"action as array":  {"a.csv", entry(moderate, "", `"action": ["a"]`), outputs.Problem{Name: "a.csv", Message: "has a wrong action"}},
		"long message":     {"a.csv", entry(moderate, "", `"message": "`+strings.Repeat("x", 20_000)+`"`), outputs.Problem{Name: "a.csv", Message: "has a wrong message"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustRead(t, outputsOf(t, "first.csv", entry(moderate, ""), test.name, test.entry, "z/last.csv", entry(minimal, "")))
			if diff := cmp.Diff([]outputs.Problem{test.problem}, m.Problems); diff != "" {
				t.Errorf("Problems (-want +got):\n%s", diff)
			}
			if len(m.Outputs) != 2 || m.Outputs[0].Path != "first.csv" || m.Outputs[1].Path != "z/last.csv" {
				t.Errorf("Outputs = %v, want first.csv and z/last.csv", m.Outputs)
			}
		})
	}
}

func TestReadManifestBrokenEscapes(t *testing.T) {
	for _, name := range []string{`a\ud800b`, "a\xffb", `a\ufffdb`} {
		m := mustRead(t, `{"outputs": {"`+name+`": {"level": "moderately_sensitive"}}}`)
		want := []outputs.Problem{{Name: `"a\ufffdb"`, Message: "has a name that is not UTF-8"}}
		if diff := cmp.Diff(want, m.Problems); diff != "" || len(m.Outputs) != 0 {
			t.Errorf("%q: Outputs = %v, Problems (-want +got):\n%s", name, m.Outputs, diff)
		}
	}
}

// TestReadManifestMostSensitiveWins: whatever a manifest says twice counts as
// the more sensitive of the two.
func TestReadManifestMostSensitiveWins(t *testing.T) {
	a, b := hash("a"), hash("b")
	for name, test := range map[string]struct {
		pairs []string
		path  string
		level pipeline.Level // "" if the path is left out
	}{
		"high first":                    {[]string{"a.csv", entry(high, a), "a.csv", entry(moderate, a)}, "a.csv", high},
		"high last":                     {[]string{"a.csv", entry(moderate, a), "a.csv", entry(high, a)}, "a.csv", high},
		"high between":                  {[]string{"a.csv", entry(minimal, a), "a.csv", entry(high, b), "a.csv", entry(minimal, a)}, "a.csv", high},
		"moderate over minimal":         {[]string{"a.csv", entry(minimal, a), "a.csv", entry(moderate, a)}, "a.csv", moderate},
		"unreadable first":              {[]string{"a.csv", `{"level": 3}`, "a.csv", entry(moderate, a)}, "a.csv", ""},
		"unreadable last":               {[]string{"a.csv", entry(moderate, a), "a.csv", `[]`}, "a.csv", ""},
		"capitals, same bytes":          {[]string{"x/a.csv", entry(high, a), "x/A.csv", entry(moderate, a)}, "x/A.csv", high},
		"capitals, bytes not known":     {[]string{"x/a.csv", entry(high, a), "x/A.csv", entry(moderate, "")}, "x/A.csv", high},
		"capitals, high not known":      {[]string{"x/A.csv", entry(moderate, a), "x/a.csv", entry(high, "")}, "x/A.csv", high},
		"capitals, high not readable":   {[]string{"x/A.csv", entry(moderate, a), "x/a.csv", `{"level": []}`}, "x/A.csv", high},
		"capitals, other bytes":         {[]string{"x/a.csv", entry(high, a), "x/A.csv", entry(moderate, b)}, "x/A.csv", moderate},
		"another name, same bytes":      {[]string{"x/a.csv", entry(high, a), "x/b.csv", entry(moderate, a)}, "x/b.csv", moderate},
		"composed and not":              {[]string{"caf\u00e9.csv", entry(high, a), "cafe\u0301.csv", entry(moderate, a)}, "cafe\u0301.csv", high},
		"not composed and composed":     {[]string{"cafe\u0301.csv", entry(high, a), "caf\u00e9.csv", entry(moderate, a)}, "caf\u00e9.csv", high},
		"Kelvin sign":                   {[]string{"k.csv", entry(high, a), "\u212a.csv", entry(moderate, a)}, "\u212a.csv", high},
		"through a folder and back":     {[]string{"x/../a.csv", entry(high, a), "a.csv", entry(moderate, a)}, "a.csv", high},
		"through a folder, other bytes": {[]string{"x/../a.csv", entry(high, a), "a.csv", entry(moderate, b)}, "a.csv", moderate},
		"two slashes, not readable":     {[]string{"x//a.csv", `{}`, "x/a.csv", entry(moderate, a)}, "x/a.csv", high},
		"absolute":                      {[]string{"/x/a.csv", entry(high, a), "x/a.csv", entry(moderate, a)}, "x/a.csv", high},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustRead(t, outputsOf(t, test.pairs...))
			e, ok := m.Output(test.path)
			if e.Level != test.level || ok != (test.level != "") {
				t.Errorf("Output(%s) = %s, %v, want %q; problems %v", test.path, e.Level, ok, test.level, m.Problems)
			}
			if e.Level != moderate && len(m.Problems) == 0 {
				t.Error("no problem is reported")
			}
			if listed, err := m.Listed(t.Context(), test.path); !listed || err != nil {
				t.Errorf("Listed(%s) = %v, %v", test.path, listed, err)
			}
		})
	}
}

func TestReadManifestTwice(t *testing.T) {
	t.Run("what keeps an output closed counts from both", func(t *testing.T) {
		a := hash("a")
		m := mustRead(t, outputsOf(t,
			"a.csv", entry(moderate, a, `"excluded": true, "out_of_date_output": true`),
			"a.csv", entry(moderate, a, `"out_of_date_action": true`)))
		e, _ := m.Output("a.csv")
		if !e.Excluded || !e.OutOfDateAction || !e.OutOfDateOutput || len(m.Outputs) != 1 {
			t.Errorf("Outputs = %+v", m.Outputs)
		}
	})
	t.Run("outputs", func(t *testing.T) {
		m := mustRead(t, `{"outputs": {"a": {"level": "highly_sensitive"}}, "outputs": {"a": {"level": "moderately_sensitive"}, "b": {"level": "moderately_sensitive"}}}`)
		if e, _ := m.Output("a"); e.Level != high || len(m.Outputs) != 2 || len(m.Problems) != 2 {
			t.Errorf("Outputs = %v, Problems = %v", m.Outputs, m.Problems)
		}
	})
	t.Run("a placeholder and an output", func(t *testing.T) {
		m := mustRead(t, outputsOf(t, "a.csv", entry(moderate, "", `"excluded": true`), "a.csv.txt", entry(high, "")))
		if len(m.Problems) != 1 || m.Problems[0].Name != "a.csv" {
			t.Errorf("Problems = %v", m.Problems)
		}
	})
}

func TestReadManifestManyProblems(t *testing.T) {
	var pairs []string
	for i := range 10_050 {
		pairs = append(pairs, fmt.Sprintf("../%d", i), entry(moderate, ""))
	}
	m := mustRead(t, outputsOf(t, pairs...))
	if len(m.Problems) != 10_000 || m.MoreProblems != 50 || len(m.Outputs) != 0 {
		t.Errorf("%d problems and %d more, %d outputs", len(m.Problems), m.MoreProblems, len(m.Outputs))
	}
}

// TestManifestIsNotAnyFile: a manifest is opened as carefully as an output.
func TestManifestIsNotAnyFile(t *testing.T) {
	for name, test := range map[string]struct {
		put    func(t *testing.T, dir, path string)
		reason outputs.Reason
	}{
		"no workspace": {func(*testing.T, string, string) {}, outputs.Missing},
		"no manifest": {func(t *testing.T, _, path string) {
			writeFile(t, filepath.Join(filepath.Dir(path), "a.log"), "")
		}, outputs.Missing},
		"a link": {func(t *testing.T, dir, path string) {
			writeFile(t, filepath.Join(dir, "other"), "{}")
			must(t, os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(filepath.Join(dir, "other"), path))
		}, outputs.Link},
		"a hard link": {func(t *testing.T, dir, path string) {
			writeFile(t, filepath.Join(dir, "other"), "{}")
			must(t, os.MkdirAll(filepath.Dir(path), 0o755), os.Link(filepath.Join(dir, "other"), path))
		}, outputs.HardLink},
		"a directory": {func(t *testing.T, _, path string) {
			must(t, os.MkdirAll(path, 0o755))
		}, outputs.NotRegular},
		"a FIFO": {func(t *testing.T, _, path string) {
			must(t, os.MkdirAll(filepath.Dir(path), 0o755), mkfifo(path))
		}, outputs.NotRegular},
		"behind a link": {func(t *testing.T, dir, path string) {
			writeFile(t, filepath.Join(dir, "other", "manifest.json"), "{}")
			must(t, os.MkdirAll(filepath.Dir(filepath.Dir(path)), 0o755),
				os.Symlink(filepath.Join(dir, "other"), filepath.Dir(path)))
		}, outputs.Link},
		"a workspace that is a link": {func(t *testing.T, dir, path string) {
			writeFile(t, filepath.Join(dir, "other", "metadata", "manifest.json"), "{}")
			must(t, os.Symlink(filepath.Join(dir, "other"), filepath.Dir(filepath.Dir(path))))
		}, outputs.Link},
		"below a file": {func(t *testing.T, dir, path string) {
			writeFile(t, filepath.Dir(path), "{}")
		}, outputs.NotFolder},
	} {
		t.Run(name, func(t *testing.T) {
			d, dir := workspaces(t)
			test.put(t, dir, filepath.Join(dir, "w", "metadata", "manifest.json"))
			_, err := d.ReadManifest(t.Context(), "w")
			_, statErr := d.Stat(t.Context(), "w")
			for _, err := range []error{err, statErr} {
				r, ok := errors.AsType[*outputs.Refused](err)
				if !ok || r.Reason != test.reason || r.Path != "metadata/manifest.json" {
					t.Errorf("%v, want %q", err, test.reason)
				}
				if errors.Is(err, fs.ErrNotExist) != (test.reason == outputs.Missing) {
					t.Errorf("%v is fs.ErrNotExist: %v", err, errors.Is(err, fs.ErrNotExist))
				}
			}
		})
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestManifestOfNoWorkspace(t *testing.T) {
	d, _ := workspaces(t)
	for _, name := range []string{"", ".", "..", "a/b", "/", "a b", "é", strings.Repeat("a", 256)} {
		_, err := d.ReadManifest(t.Context(), name)
		_, statErr := d.Stat(t.Context(), name)
		for _, err := range []error{err, statErr} {
			if r, ok := errors.AsType[*outputs.Refused](err); !ok || r.Reason != outputs.BadWorkspace {
				t.Errorf("%q: %v, want BadWorkspace", name, err)
			}
		}
	}
}

func TestManifestIdentity(t *testing.T) {
	d, dir := workspaces(t)
	path := filepath.Join(dir, "w", "metadata", "manifest.json")
	writeFile(t, path, `{"outputs": {}}`)
	noon := time.Date(2026, 5, 3, 12, 0, 0, 5000, time.UTC)
	must(t, os.Chtimes(path, noon, noon))
	m, err := d.ReadManifest(t.Context(), "w")
	must(t, err)
	same, err := d.Stat(t.Context(), "w")
	must(t, err)
	if !same.SameFile(m.Identity) || same.SHA256 != "" || !same.ModTime.Equal(noon) || same.Inode == 0 {
		t.Errorf("Stat = %+v, ReadManifest = %+v, want the same file", same, m.Identity)
	}
	for name, change := range map[string]func(){
		"a size": func() { writeFile(t, path, `{"outputs": {} }`); must(t, os.Chtimes(path, noon, noon)) },
		"a time": func() { must(t, os.Chtimes(path, noon, noon.Add(time.Microsecond))) },
		"a file": func() {
			writeFile(t, path+".tmp", `{"outputs": {} }`)
			must(t, os.Chtimes(path+".tmp", noon, noon.Add(time.Microsecond)), os.Rename(path+".tmp", path))
		},
	} {
		before, err := d.Stat(t.Context(), "w")
		must(t, err)
		change()
		after, err := d.Stat(t.Context(), "w")
		must(t, err)
		if after.SameFile(before) && name != "a size" || name == "a size" && after.Size == m.Identity.Size {
			t.Errorf("after another %s: %+v, before %+v", name, after, before)
		}
	}
}

func TestManifestBeingRewritten(t *testing.T) {
	d, dir := workspaces(t)
	path := filepath.Join(dir, "w", "metadata", "manifest.json")
	one := outputsOf(t, "a.csv", entry(moderate, hash("a")))
	var pairs []string
	for i := range 500 {
		pairs = append(pairs, fmt.Sprintf("output/%d.csv", i), entry(moderate, hash("b")))
	}
	many := outputsOf(t, pairs...)
	writeFile(t, path, one)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { // a writer that is not careful, and one that is, in turn
		for i := 0; ctx.Err() == nil; i++ {
			text := []string{one, many}[i%2]
			err := os.WriteFile(path, []byte(text), 0o600)
			if err == nil && i%3 == 0 {
				err = errors.Join(os.WriteFile(path+".tmp", []byte(text), 0o600), os.Rename(path+".tmp", path))
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	var whole, changing int
	for range 2000 {
		m, err := d.ReadManifest(t.Context(), "w")
		switch e, torn := errors.AsType[*outputs.ManifestError](err); {
		case errors.Is(err, outputs.ErrManifestChanging):
			changing++
		case torn: // the writer paused in between: seen again at the next look
			_ = e
		case err != nil:
			t.Fatalf("ReadManifest = %v", err)
		case m.Identity.SHA256 != hash(one) && m.Identity.SHA256 != hash(many),
			len(m.Outputs) != 1 && len(m.Outputs) != 500:
			t.Fatalf("ReadManifest gave %d outputs of neither text", len(m.Outputs))
		default:
			whole++
		}
	}
	cancel()
	must(t, <-done)
	if changing == 0 {
		t.Errorf("no reading of 2,000 met a change; %d were whole", whole)
	}
}

func TestReadManifestStops(t *testing.T) {
	d, dir := workspaces(t)
	writeFile(t, filepath.Join(dir, "w", "metadata", "manifest.json"), "{}")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.ReadManifest(ctx, "w"); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadManifest with an ended context = %v", err)
	}
	if _, err := d.Stat(ctx, "w"); !errors.Is(err, context.Canceled) {
		t.Errorf("Stat with an ended context = %v", err)
	}
}
