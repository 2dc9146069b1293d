package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sallyport/checks"
)

// acroExample is a folder that ACRO wrote.
var acroExample = filepath.Join("..", "..", "checks", "acro", "testdata", "v0.4.12")

// sarifSchema is the schema that logs are held against.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	must(t, err)
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	must(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	must(t, c.AddResource("sarif.json", doc))
	schema, err := c.Compile("sarif.json")
	must(t, err)
	return schema
}

// Every kind of place, name and message is a log by the schema: cells, lines,
// bytes, hostile names, brackets, files that cannot be read, ACRO's verdicts.
func TestCheckSARIFBySchema(t *testing.T) {
	schema := sarifSchema(t)
	dir := checkFiles(t, map[string]string{
		"a.csv": "sex,n\nF,3\nM,400\n", "masks.csv": maskedTable, "log.txt": "Total patients: 3\n. list in 1/3\n", "[x](1).csv": "sex,[n](0)\nF,3\n",
		"sp ace\n#?%.csv": "sex,n\nF,3\n", "a:b.csv": "sex,n\nF,3\n", "\xff.csv": "sex,n\nF,3\n", "empty.csv": "", "formula.csv": "a,b\n=1+1,=HYPERLINK(\"x\")\n",
		"p.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`, "q.html": "<p hidden>x</p><table><tr><th>n<tr><td>3</table>", "r.png": "no picture",
	})
	s := shell{t: t}
	for _, args := range [][]string{{dir}, {acroExample}, {filepath.Join(dir, "not-there.csv")}, {"--rules"}, {dir, acroExample, os.DevNull}} {
		r := s.run(append([]string{"check", "--sarif"}, args...)...)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(r.out))
		must(t, err)
		if err := schema.Validate(doc); err != nil {
			t.Errorf("check --sarif %v: %v", args, err)
		}
	}
	bad, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{}]}`))
	must(t, err)
	if schema.Validate(bad) == nil {
		t.Error("the schema takes everything")
	}
}

// A place is a line, or a byte where there are no lines; brackets make no link.
func TestSARIFPlaces(t *testing.T) {
	var out bytes.Buffer
	log := newSARIF(&out)
	must(t, log.file(fileChecked{File: "a b.png", Report: &checks.Report{Findings: []checks.Finding{
		{Rule: "hidden-content", Weight: checks.Low, Message: `[x](1) \ ` + "\x1b", Places: []checks.Place{{Byte: 0}, {Byte: 70}, {Line: 3}, {Row: 2, Column: 1, Line: 9}}},
	}}}))
	must(t, log.end())
	var regions []string
	for _, at := range log.Runs[0].Results[0].Locations {
		text, err := json.Marshal(at.Physical.Region)
		must(t, err)
		regions = append(regions, string(text))
	}
	want := []string{`{"byteOffset":0,"byteLength":1}`, `{"byteOffset":70,"byteLength":1}`, `{"startLine":3}`, `{"startLine":9}`}
	if !slices.Equal(regions, want) {
		t.Errorf("regions are %q", regions)
	}
	if got := log.Runs[0].Results[0].Message.Text; got != `[x\](1) \\ \\x1b` {
		t.Errorf("the message is %q", got)
	}
	if got := log.Runs[0].Artifacts[0].Location.URI; got != "a%20b.png" {
		t.Errorf("the address is %q", got)
	}
}

// A folder of ACRO is known, compared with its checksums, and what ACRO says of
// each file stands beside ours, as ACRO's.
func TestCheckACRO(t *testing.T) {
	s := shell{t: t}
	r := s.want(exitDone, "check", acroExample)
	for _, want := range []string{
		"a folder of ACRO 0.4.12 (results.json): 3 outputs", "1 file equal to the checksum", "only by line ends (CRLF when it was written, now LF)", "1 file without a checksum: config.json",
		"ACRO flags counts below 10, the policy counts up to 7", "says review by p-ratio (p % rule): 4 cells, all hidden: B4, C4, D4, B6", "9 cells, 2 hidden, 7 not in the file: F2, F3",
		"too few cases of recommend to report",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("check of a folder of ACRO does not say %q:\n%s", want, r.out)
		}
	}
	if strings.Contains(r.out, "checksums/") || strings.Contains(r.out, "exception asked") {
		t.Errorf("check shows ACRO's own files, or its words as a person's:\n%s", r.out)
	}
	r = s.want(exitDone, "check", "--json", acroExample)
	cells := 0
	for _, line := range strings.Split(strings.TrimSpace(r.out), "\n") {
		var got struct {
			File string
			ACRO struct {
				Source   string
				Checksum struct{ State string }
				Verdicts []struct {
					Check, Status string
					Mitigated     bool
					Cells         []struct {
						State string
						Where *struct{ Row, Column, Line int }
					}
				}
				Thresholds []string
			}
		}
		must(t, json.Unmarshal([]byte(line), &got))
		if got.ACRO.Source != "ACRO 0.4.12" || got.ACRO.Checksum.State == "" || len(got.ACRO.Thresholds) != 3 {
			t.Errorf("check --json: %s", line)
		}
		for _, v := range got.ACRO.Verdicts {
			cells += len(v.Cells)
			if len(v.Cells) > 0 && (!v.Mitigated || v.Status != "review") {
				t.Errorf("%s: %+v", got.File, v)
			}
		}
	}
	if cells != 18 {
		t.Errorf("check --json shows %d cells of ACRO's, not 18", cells)
	}
	var log sarifLog
	must(t, json.Unmarshal([]byte(s.want(exitDone, "check", "--sarif", acroExample).out), &log))
	if len(log.Runs) != 2 || log.Runs[1].Tool.Driver.Name != "ACRO" || log.Runs[1].Tool.Driver.Version != "0.4.12" || len(log.Runs[1].Results) != 5 {
		t.Errorf("check --sarif has %d runs, the last of %+v", len(log.Runs), log.Runs[len(log.Runs)-1].Tool)
	}
}

// What cannot be read is said, in every form, and stops nothing else.
func TestCheckSaysWhatCannotBeRead(t *testing.T) {
	dir := checkFiles(t, map[string]string{"a.csv": "sex,n\nF,300\nM,400\n", "empty/x": ""})
	must(t, os.Remove(filepath.Join(dir, "empty", "x")))
	must(t, os.Symlink("a.csv", filepath.Join(dir, "link.csv")))
	s := shell{t: t}
	r := s.want(exitDone, "check", dir)
	if !strings.Contains(r.err, "link.csv is a link") || !strings.Contains(r.out, "1 file looked at: 1 info") || !strings.Contains(r.out, "which people decide") || strings.Contains(r.out, "is safe") {
		t.Errorf("check of a folder with a link: %s%s", r.out, r.err)
	}
	if r := s.want(exitDone, "check", dir, filepath.Join(dir, "a.csv"), dir+"/./a.csv"); !strings.Contains(r.out, "1 file looked at") {
		t.Errorf("check of a file that is named three times: %s", r.out)
	}
	r = s.want(exitDone, "check", filepath.Join(dir, "empty"))
	if !strings.Contains(r.err, "holds no files") || !strings.Contains(r.out, "No file was looked at") {
		t.Errorf("check of an empty folder: %s%s", r.out, r.err)
	}
	for _, form := range []string{"", "--json", "--sarif"} {
		r := checkGone(t, dir, form)
		if !strings.Contains(r.out, "cannot be read") || !strings.Contains(r.err, "gone.csv cannot be read") || r.code != exitRefused || form != "--sarif" && !strings.Contains(r.out, "a.csv") {
			t.Errorf("check %s of a file that is gone: %d\n%s%s", form, r.code, r.out, r.err)
		}
	}
}

// checkGone checks a folder one of whose files is gone when its turn comes.
func checkGone(t *testing.T, dir, form string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	c := &console{ctx: t.Context(), out: &out, err: &errs, lookup: func(string) (string, bool) { return "", false }}
	k := checkCommand{JSON: form == "--json", SARIF: form == "--sarif"}
	p, err := k.profile()
	must(t, err)
	run := &checkRun{console: c, profile: p, known: &checks.Index{}, print: k.printer(c, p), progress: newProgress(c)}
	defer run.close()
	gone := filepath.Join(dir, "gone.csv")
	must(t, os.WriteFile(gone, nil, 0o600))
	run.list(dir)
	must(t, os.Remove(gone))
	must(t, run.checkAll())
	must(t, run.print.end())
	code := exitDone
	if run.found {
		code = exitRefused
	}
	return ran{code, out.String(), errs.String()}
}

// A file that is written while it is read is refused, and not half checked.
func TestCheckOfAFileThatChanges(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.csv")
	must(t, os.WriteFile(name, []byte("sex,n\nF,300\n"), 0o600))
	f, err := os.Open(name)
	must(t, err)
	defer f.Close()
	c := &console{ctx: t.Context()}
	if _, _, err := lookAt(c, &growing{File: f}, name, checks.DefaultProfile()); err != nil {
		t.Errorf("a file that stays as it is: %v", err)
	}
	_, err = f.Seek(0, 0)
	must(t, err)
	if _, _, err := lookAt(c, &growing{File: f, by: "M,3\n"}, name, checks.DefaultProfile()); !errors.Is(err, errChanged) {
		t.Errorf("a file that grows: %v", err)
	}
}

// growing is a file that somebody writes to when it is read.
type growing struct {
	*os.File
	by string
}

func (g *growing) ReadAt(p []byte, at int64) (int, error) {
	if g.by != "" {
		f, err := os.OpenFile(g.Name(), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return 0, err
		}
		_, err = f.WriteString(g.by)
		if err = errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
		g.by = ""
	}
	return g.File.ReadAt(p, at)
}

// Names and contents cannot tell a terminal what to do.
func TestCheckPrintsNothingForTheTerminal(t *testing.T) {
	evil := "\x1b]0;owned\x07\u202egpj.csv"
	dir := checkFiles(t, map[string]string{evil: "sex,\x1b[31mn\u202e\nF,3\nM,4\n", "x\xff\x9b.csv": "a,n\nb,3\n"})
	must(t, os.Symlink("nowhere", filepath.Join(dir, "l\x1b[2J")))
	r := shell{t: t}.want(exitRefused, "check", dir)
	if strings.ContainsAny(r.out+r.err, "\x1b\x07\u202e") || !utf8.ValidString(r.out+r.err) {
		t.Errorf("check prints what a terminal obeys: %q %q", r.out, r.err)
	}
	if !strings.Contains(r.out, `\x1b]0;owned`) || !strings.Contains(r.out, `x\xff\x9b.csv`) || !strings.Contains(r.err, `l\x1b[2J is a link`) {
		t.Errorf("check does not name the files: %q %q", r.out, r.err)
	}
}

// Colours and progress are for terminals alone.
func TestCheckOnATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil { // in CI there is none: a character device does as well here
		terminal, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	must(t, err)
	defer terminal.Close()
	env := map[string]string{}
	c := &console{out: terminal, err: terminal, lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	for _, x := range []struct {
		name, value string
		colours     bool
		progress    bool
	}{{"X", "1", true, true}, {"NO_COLOR", "1", false, true}, {"NO_COLOR", "", true, true}, {"TERM", "dumb", false, false}} {
		clear(env)
		env[x.name] = x.value
		if newPaint(c).on != x.colours || (newProgress(c).to != nil) != x.progress {
			t.Errorf("with %s=%q: colours %v, progress %v", x.name, x.value, newPaint(c).on, newProgress(c).to != nil)
		}
	}
	var buffer bytes.Buffer
	c.out, c.err = &buffer, &buffer
	if newPaint(c).on || newProgress(c).to != nil {
		t.Error("what is no terminal has colours or progress")
	}
	p := &progress{to: &buffer}
	p.say(strings.Repeat("x", 500) + "\x1b")
	p.clear()
	p.clear()
	if got := buffer.String(); strings.Count(got, "\r\x1b[K") != 2 || len(got) > 120 {
		t.Errorf("progress is %q", got)
	}
}

func TestCellName(t *testing.T) {
	for want, at := range map[string]checks.Place{
		"A1": {Row: 0, Column: 1}, "B7": {Row: 6, Column: 2}, "Z2": {Row: 1, Column: 26}, "AA2": {Row: 1, Column: 27}, "AZ10": {Row: 9, Column: 52}, "XFD3": {Row: 2, Column: 16384}, "B7 of table 2": {Table: 2, Row: 6, Column: 2, Line: 90},
	} {
		if got := cellName(at); got != want {
			t.Errorf("%+v is %s, want %s", at, got, want)
		}
	}
}

func TestPlaceWords(t *testing.T) {
	cell := func(row int64) checks.Place { return checks.Place{Row: row, Column: 2, Line: row + 1} }
	for _, c := range []struct {
		places []checks.Place
		count  int64
		want   string
	}{
		{[]checks.Place{cell(3)}, 1, "B4"},
		{[]checks.Place{cell(1), cell(2), cell(3), cell(4), cell(5), cell(6), cell(7)}, 300, "B2, B3, B4, B5, B6, B7 and 294 more"},
		{[]checks.Place{{Line: 3}}, 1, "line 3"},
		{[]checks.Place{{Line: 3}, {Line: 3}, {Line: 8}}, 3, "lines 3, 8"},
		{[]checks.Place{{Byte: 80}}, 1, "byte 80"},
	} {
		if got := placeWords(checks.Finding{Places: c.places, Count: c.count}); got != c.want {
			t.Errorf("%v is %q, want %q", c.places, got, c.want)
		}
	}
}

// The list of rules says who asks for each.
func TestCheckRules(t *testing.T) {
	r := shell{t: t}.want(exitDone, "check", "--rules")
	for _, a := range checks.Rules() {
		if !strings.Contains(r.out, fmt.Sprintf("%s (at most %s)\n  asked for by: %s\n", a.Name, a.Weight, a.Source)) {
			t.Errorf("check --rules does not list %s:\n%s", a.Name, r.out)
		}
	}
}

// Nothing that was worked out of hidden values is in any form, with earlier
// releases, with ACRO, on stdout or stderr.
func TestNoFormPrintsHiddenValues(t *testing.T) {
	earlier := strings.Replace(maskedTable, "[REDACTED]", hiddenCount, 1)
	dir := checkFiles(t, map[string]string{
		"new/a.csv": maskedTable, "old/a.csv": earlier, "new/rate.csv": "age,events,rate,person_years\na,[REDACTED],0.4091,10000\nb,5003,0.25015,20000\nc,6006,0.2002,30000\nd,7001,0.175025,40000\ne,8003,0.16006,50000\n",
		"new/results.json": `{"version": "0.4.12", "results": {"o": {"uid": "o", "status": "fail", "files": [{"name": "a.csv", "sdc": {}}], "outcome": {"n": {"a": "ok", "b": "ok", "c": "threshold; ", "total": "ok"}}, "command": "", "summary": "fail"}}}`,
	})
	for _, form := range [][]string{{}, {"--json"}, {"--sarif"}} {
		r := shell{t: t}.run(slices.Concat([]string{"check"}, form, []string{"--earlier", filepath.Join(dir, "old"), filepath.Join(dir, "new")})...)
		if strings.Count(r.out, "masks-undone") < 2 || !strings.Contains(r.out, "ACRO") {
			t.Errorf("check %v finds no mask, or does not know ACRO:\n%s%s", form, r.out, r.err)
		}
		if strings.Contains(r.out+r.err, hiddenCount) {
			t.Errorf("check %v prints what was hidden:\n%s%s", form, r.out, r.err)
		}
	}
}

// A folder that may not be entered is said, and stops nothing.
func TestReason(t *testing.T) {
	err := fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: "/secret/name", Err: fs.ErrPermission})
	if got := reason(err).Error(); strings.Contains(got, "secret") || got != fs.ErrPermission.Error() {
		t.Errorf("the reason is %q", got)
	}
}
