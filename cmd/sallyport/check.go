package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sallyport/checks"
	"sallyport/policy"
	"sallyport/review"
)

// checkCommand looks at files before anybody is asked to release them.
type checkCommand struct {
	JSON     bool     `name:"json" help:"One JSON object a line, for each file." xor:"form"`
	SARIF    bool     `name:"sarif" help:"One SARIF 2.1.0 log, as services for code show it." xor:"form"`
	Policy   string   `name:"policy" help:"A policy, over the defaults (docs/policy.md)." type:"path" placeholder:"FILE"`
	Controls []string `name:"controls" help:"What was done to the counts, by code: rounded-5, midpoint-6, redacted-le-7 …" placeholder:"CODE"`
	Earlier  string   `name:"earlier" help:"A folder of what was released before, to compare with." type:"path" placeholder:"DIR"`
	Paths    []string `arg:"" name:"path" help:"Files, or folders of files."`
}

// fileChecked is what `check --json` prints of a file. What can be worked out
// of hidden values is not in it.
type fileChecked struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	*checks.Report
}

// Run checks each file and prints what was found; it finds something if a
// finding is high, or a file cannot be read.
func (k checkCommand) Run(c *console) error {
	profile, err := k.profile()
	if err != nil {
		return err
	}
	run := &checkRun{console: c, profile: profile, known: &checks.Index{}}
	log := newSARIF()
	switch {
	case k.JSON:
		run.print = func(f fileChecked) error { return json.NewEncoder(c.out).Encode(f) }
	case k.SARIF:
		run.print = func(f fileChecked) error { log.add(f); return nil }
	default:
		run.print = func(f fileChecked) error { return writeChecked(c.out, f) }
	}
	if k.Earlier != "" {
		if err := run.folder(k.Earlier, run.remember); err != nil {
			return err
		}
	}
	for _, name := range k.Paths {
		if err := run.path(name, run.note); err != nil {
			continue // it is said below
		}
	}
	for _, name := range k.Paths {
		if err := run.path(name, run.check); err != nil {
			complain(c.err, "%v", err)
			run.found = true
		}
	}
	if n := run.known.Left(); n > 0 {
		complain(c.err, "%d tables were too many to be compared with those after them", n)
	}
	if k.SARIF {
		if err := log.write(c.out); err != nil {
			return err
		}
	}
	if run.found {
		return errFound
	}
	return nil
}

// profile is what files are checked against.
func (k checkCommand) profile() (checks.Profile, error) {
	p := checks.DefaultProfile()
	if k.Policy != "" {
		doc, err := readPolicy(k.Policy)
		if err == nil {
			p, err = policy.Profile(doc.Values.Over(review.DefaultPolicy()))
		}
		if err != nil {
			return p, usageError{err.Error()}
		}
	}
	for _, code := range k.Controls {
		p.Declared = append(p.Declared, checks.Control(strings.TrimSpace(code)))
	}
	if err := p.Check(); err != nil {
		return p, usageError{err.Error()}
	}
	return p, nil
}

// checkRun is one run of the command.
type checkRun struct {
	console *console
	profile checks.Profile
	known   *checks.Index // what was released, and what was checked before
	beside  []besideFile  // the files that are checked together
	print   func(fileChecked) error
	found   bool
}

// path does something with a file, or with the files of a folder.
func (r *checkRun) path(name string, do func(root *os.Root, inside, shown string) error) error {
	at, err := os.Stat(name)
	if err != nil {
		return err
	}
	if at.IsDir() {
		return r.folder(name, do)
	}
	if !at.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", name)
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer root.Close()
	return do(root, filepath.Base(name), name)
}

// folder does something with each regular file below a folder. Links are not
// followed.
func (r *checkRun) folder(name string, do func(root *os.Root, inside, shown string) error) error {
	root, err := os.OpenRoot(name)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(inside string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return do(root, inside, path.Join(filepath.ToSlash(name), inside))
	})
}

// remember keeps the tables of a file that was released.
func (r *checkRun) remember(root *os.Root, inside, shown string) error {
	_, err := r.look(root, inside, shown, checks.DefaultProfile())
	return err
}

// check checks a file and prints what was found.
func (r *checkRun) check(root *os.Root, inside, shown string) error {
	p := r.profile
	p.Earlier = r.known
	p.Companions = r.companions(shown)
	result, err := r.look(root, inside, shown, p)
	if err != nil {
		return err
	}
	r.found = r.found || result.Has(checks.High)
	return r.print(result)
}

// look checks a file and keeps its tables, so that the files after it are
// compared with them.
func (r *checkRun) look(root *os.Root, inside, shown string, p checks.Profile) (fileChecked, error) {
	f, err := root.Open(inside)
	if err != nil {
		return fileChecked{}, err
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		return fileChecked{}, err
	}
	sum, err := hashOf(f)
	if err != nil {
		return fileChecked{}, err
	}
	report, tables, err := checks.CheckTables(r.console.ctx, checks.File{Name: shown, Bytes: f, Size: at.Size()}, p)
	if err != nil {
		return fileChecked{}, err
	}
	r.known.Add(shown, sum, tables)
	return fileChecked{File: shown, SHA256: sum, Report: report}, nil
}

func hashOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeChecked prints what was found in a file for people.
func writeChecked(w io.Writer, f fileChecked) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", f.File, weights(f.Findings))
	for _, x := range f.Findings {
		fmt.Fprintf(&b, "  %-6s  %s, %s: %s\n", x.Weight, x.Rule, placeWords(x), x.Message)
	}
	e := f.Examined
	switch e.Kind {
	case "table", "text", "document", "drawing", "data":
		fmt.Fprintf(&b, "  looked at: %d lines, %d tables with %d rows and %d cells; low counts are 1 to %d\n", e.Lines, e.Tables, e.Rows, e.Cells, e.Limits.LowCount)
	}
	for _, n := range f.NotExamined {
		fmt.Fprintf(&b, "  not looked at: %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// weights counts findings by weight, in words.
func weights(list []checks.Finding) string {
	n := map[checks.Weight]int{}
	for _, f := range list {
		n[f.Weight]++
	}
	var parts []string
	for _, w := range []checks.Weight{checks.High, checks.Medium, checks.Low, checks.Info} {
		if n[w] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[w], w))
		}
	}
	if len(parts) == 0 {
		return "nothing found, which does not mean that it is safe"
	}
	return strings.Join(parts, ", ")
}

// placeWords says where a finding is: its first places.
func placeWords(f checks.Finding) string {
	const shown = 5
	var lines []string
	if f.Places[0].Line == 0 {
		return fmt.Sprintf("byte %d", f.Places[0].Byte)
	}
	for _, p := range f.Places {
		if line := fmt.Sprint(p.Line); len(lines) == 0 || lines[len(lines)-1] != line {
			lines = append(lines, line)
		}
		if len(lines) == shown {
			break
		}
	}
	word := "line "
	if len(lines) > 1 {
		word = "lines "
	}
	text := word + strings.Join(lines, ", ")
	if f.Count > int64(len(lines)) {
		text += " …"
	}
	return text
}
