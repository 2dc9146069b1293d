package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
)

// sarifLog is a log of SARIF 2.1.0 with what the checks found, and, in runs of
// their own, what each ACRO says.
type sarifLog struct {
	Schema  string      `json:"$schema"`
	Version string      `json:"version"`
	Runs    []*sarifRun `json:"runs"`

	out io.Writer
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Artifacts   []sarifArtifact   `json:"artifacts"`
	Results     []sarifResult     `json:"results"`
	Invocations []sarifInvocation `json:"invocations"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string       `json:"id"`
	Short   sarifText    `json:"shortDescription"`
	Full    sarifText    `json:"fullDescription"`
	Default sarifDefault `json:"defaultConfiguration"`
}

type sarifDefault struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifArtifact struct {
	Location sarifFile         `json:"location"`
	Hashes   map[string]string `json:"hashes,omitempty"`
}

type sarifFile struct {
	URI string `json:"uri"`
}

type sarifResult struct {
	Rule      string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	File   sarifFile    `json:"artifactLocation"`
	Region *sarifRegion `json:"region,omitempty"`
}

// sarifRegion is a line, or a byte where there are no lines.
type sarifRegion struct {
	Line   int64  `json:"startLine,omitempty"`
	Offset *int64 `json:"byteOffset,omitempty"`
	Length int64  `json:"byteLength,omitempty"`
}

// sarifInvocation says what was not looked at.
type sarifInvocation struct {
	Successful    bool          `json:"executionSuccessful"`
	Notifications []sarifNotice `json:"toolExecutionNotifications"`
}

type sarifNotice struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

func newSARIF(out io.Writer) *sarifLog {
	l := &sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", out: out}
	run := l.run("sallyport", version)
	for _, a := range checks.Rules() {
		run.rule(a.Name, a.Source, "Looks at "+a.Examines, sarifLevel(a.Weight))
	}
	return l
}

// run is the run of a tool, which is begun if it is new.
func (l *sarifLog) run(tool, version string) *sarifRun {
	for _, r := range l.Runs {
		if r.Tool.Driver.Name == tool && r.Tool.Driver.Version == version {
			return r
		}
	}
	r := &sarifRun{
		Tool: sarifTool{sarifDriver{Name: tool, Version: version, Rules: []sarifRule{}}}, Artifacts: []sarifArtifact{}, Results: []sarifResult{},
		Invocations: []sarifInvocation{{Successful: true, Notifications: []sarifNotice{}}},
	}
	l.Runs = append(l.Runs, r)
	return r
}

// rule describes a rule, once.
func (r *sarifRun) rule(id, short, full, level string) {
	if !slices.ContainsFunc(r.Tool.Driver.Rules, func(x sarifRule) bool { return x.ID == id }) {
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, sarifRule{id, sarifText{short}, sarifText{full}, sarifDefault{level}})
	}
}

// notice says something that is no result.
func (r *sarifRun) notice(level, file, text string) {
	n := sarifNotice{Level: level, Message: sarifWords(text)}
	if file != "" {
		n.Locations = []sarifLocation{{sarifPhysical{File: sarifName(file)}}}
	}
	r.Invocations[0].Notifications = append(r.Invocations[0].Notifications, n)
}

// folder adds what a folder of ACRO says of itself.
func (l *sarifLog) folder(name string, f *acro.Folder) error {
	run := l.ofACRO(f.Results[0].Source())
	for _, line := range slices.Concat(checksumWords(f), f.Notes) {
		run.notice("note", "", name+": "+line)
	}
	return nil
}

// ofACRO is the run of one version of ACRO.
func (l *sarifLog) ofACRO(source string) *sarifRun {
	tool, version, _ := strings.Cut(source, " ")
	return l.run(tool, version)
}

// file adds what was found in a file.
func (l *sarifLog) file(f fileChecked) error {
	run := l.Runs[0]
	file := sarifName(f.File)
	if f.Error != "" {
		run.Invocations[0].Successful = false
		run.notice("error", f.File, f.File+" cannot be read: "+f.Error)
		return nil
	}
	run.Artifacts = append(run.Artifacts, sarifArtifact{file, map[string]string{"sha-256": f.SHA256}})
	for _, x := range f.Findings {
		r := sarifResult{Rule: x.Rule, Level: sarifLevel(x.Weight), Message: sarifWords(x.Message)}
		for _, p := range x.Places[:min(len(x.Places), sarifPlaces)] {
			r.Locations = append(r.Locations, sarifAt(file, p))
		}
		run.Results = append(run.Results, r)
	}
	for _, n := range f.NotExamined {
		run.notice("note", f.File, f.File+": not looked at: "+n)
	}
	if f.ACRO != nil {
		l.verdicts(file, f.ACRO)
	}
	return nil
}

// sarifPlaces are so many places of a finding as a log names.
const sarifPlaces = 10

// verdicts adds what ACRO says of a file, as a tool of its own.
func (l *sarifLog) verdicts(file sarifFile, a *acro.OfFile) {
	for i := range a.Verdicts {
		v := &a.Verdicts[i]
		run := l.ofACRO(v.Source)
		id := cmp.Or(v.Check, "summary")
		run.rule(id, "A check of ACRO's", "What ACRO's check “"+id+"” says of a table that it made", "warning")
		r := sarifResult{Rule: id, Level: acroLevel(v), Message: sarifWords(v.Says()), Locations: []sarifLocation{}}
		for _, c := range v.Cells {
			if c.Where != nil && len(r.Locations) < sarifPlaces {
				r.Locations = append(r.Locations, sarifAt(file, *c.Where))
			}
		}
		if len(r.Locations) == 0 {
			r.Locations = append(r.Locations, sarifLocation{sarifPhysical{File: file}})
		}
		run.Results = append(run.Results, r)
	}
}

// acroLevel is a verdict in the words of SARIF: what was done away with, and what
// passes, is a note.
func acroLevel(v *acro.Verdict) string {
	switch {
	case v.Mitigated || v.Status == "pass":
		return "note"
	case v.Status == "fail":
		return "error"
	}
	return "warning"
}

// sarifAt is a place in a file.
func sarifAt(file sarifFile, p checks.Place) sarifLocation {
	region := &sarifRegion{Line: p.Line}
	if p.Line <= 0 {
		region = &sarifRegion{Offset: &p.Byte, Length: 1}
	}
	return sarifLocation{sarifPhysical{File: file, Region: region}}
}

// sarifName is a path as an address.
func sarifName(name string) sarifFile {
	u := url.URL{Path: name}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
	}
	return sarifFile{u.String()}
}

// sarifWords is text in which brackets make no link.
func sarifWords(text string) sarifText {
	return sarifText{strings.ReplaceAll(strings.ReplaceAll(plain(text), `\`, `\\`), "](", `\](`)}
}

// sarifLevel is a weight in the words of SARIF.
func sarifLevel(w checks.Weight) string {
	switch w {
	case checks.High:
		return "error"
	case checks.Medium:
		return "warning"
	}
	return "note"
}

// end writes the log.
func (l *sarifLog) end() error {
	e := json.NewEncoder(l.out)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return nil
}
