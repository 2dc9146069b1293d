package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
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
	Rules    bool     `name:"rules" help:"List the rules, with who asks for each, and check nothing."`
	Paths    []string `arg:"" optional:"" name:"path" help:"Files, or folders of files. A folder that ACRO wrote is known by its results."`
}

// fileChecked is what `check --json` prints of a file. What can be worked out
// of hidden values is not in it.
type fileChecked struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	*checks.Report
	ACRO  *acro.OfFile `json:"acro,omitempty"`
	Error string       `json:"error,omitempty"` // why it could not be read
}

// printer prints what was found, in one of the forms.
type printer interface {
	// folder prints what a folder of ACRO says of itself.
	folder(name string, f *acro.Folder) error
	file(f fileChecked) error
	// end prints what is said once, after all files.
	end() error
}

// Run checks each file and prints what was found; it finds something if a
// finding is high, or a file cannot be read.
func (k checkCommand) Run(c *console) error {
	if k.Rules {
		return k.listRules(c.out)
	}
	if len(k.Paths) == 0 {
		return usageError{"name the files or folders to check"}
	}
	profile, err := k.profile()
	if err != nil {
		return err
	}
	run := &checkRun{console: c, profile: profile, known: &checks.Index{}, print: k.printer(c, profile), progress: newProgress(c)}
	defer run.close()
	if k.Earlier != "" {
		run.earlier(k.Earlier)
	}
	for _, name := range k.Paths {
		run.list(name)
	}
	if err := run.checkAll(); err != nil {
		return err
	}
	if n := run.known.Left(); n > 0 {
		complain(c.err, "%d tables were too many to be compared with those after them", n)
	}
	if err := run.print.end(); err != nil {
		return err
	}
	if run.found {
		return errFound
	}
	return nil
}

// printer is what prints in the form that was asked for.
func (k checkCommand) printer(c *console, p checks.Profile) printer {
	switch {
	case k.JSON:
		return jsonLines{json.NewEncoder(c.out)}
	case k.SARIF:
		return newSARIF(c.out)
	}
	return &readable{out: c.out, paint: newPaint(c), profile: p}
}

// jsonLines prints one object a line.
type jsonLines struct{ to *json.Encoder }

func (j jsonLines) folder(string, *acro.Folder) error { return nil }
func (j jsonLines) file(f fileChecked) error          { return j.to.Encode(f) }
func (j jsonLines) end() error                        { return nil }

// listRules prints what is looked for.
func (k checkCommand) listRules(w io.Writer) error {
	if k.SARIF {
		return newSARIF(w).end()
	}
	for _, a := range checks.Rules() {
		var err error
		if k.JSON {
			err = json.NewEncoder(w).Encode(a)
		} else {
			_, err = fmt.Fprintf(w, "%s (at most %s)\n  asked for by: %s\n  looks at: %s\n  reads of a policy: %s\n", a.Name, a.Weight, a.Source, a.Examines, orNothing(a.Reads))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
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
