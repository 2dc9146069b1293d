package main

import (
	"encoding/json"
	"io"

	"sallyport/checks"
)

// sarifLog is a log of SARIF 2.1.0 with what the checks found.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
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
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    string    `json:"id"`
	Short sarifText `json:"shortDescription"`
	Full  sarifText `json:"fullDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifArtifact struct {
	Location sarifFile         `json:"location"`
	Hashes   map[string]string `json:"hashes"`
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
	Physical struct {
		File   sarifFile    `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
}

type sarifRegion struct {
	Line int64 `json:"startLine"`
}

// sarifInvocation says what was not looked at.
type sarifInvocation struct {
	Successful    bool          `json:"executionSuccessful"`
	Notifications []sarifNotice `json:"toolExecutionNotifications"`
}

type sarifNotice struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

func newSARIF() *sarifLog {
	driver := sarifDriver{Name: "sallyport", Version: version, Rules: []sarifRule{}}
	for _, a := range checks.Rules() {
		driver.Rules = append(driver.Rules, sarifRule{ID: a.Name, Short: sarifText{a.Source}, Full: sarifText{"Looks at " + a.Examines}})
	}
	return &sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{
			Tool: sarifTool{driver}, Artifacts: []sarifArtifact{}, Results: []sarifResult{},
			Invocations: []sarifInvocation{{Successful: true, Notifications: []sarifNotice{}}},
		}},
	}
}

// add adds what was found in a file.
func (l *sarifLog) add(f fileChecked) {
	run := &l.Runs[0]
	file := sarifFile{f.File}
	run.Artifacts = append(run.Artifacts, sarifArtifact{file, map[string]string{"sha-256": f.SHA256}})
	for _, x := range f.Findings {
		r := sarifResult{Rule: x.Rule, Level: sarifLevel(x.Weight), Message: sarifText{x.Message}}
		for _, p := range x.Places[:min(len(x.Places), 10)] {
			var at sarifLocation
			at.Physical.File = file
			if p.Line > 0 {
				at.Physical.Region = &sarifRegion{p.Line}
			}
			r.Locations = append(r.Locations, at)
		}
		run.Results = append(run.Results, r)
	}
	for _, n := range f.NotExamined {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotice{"note", sarifText{f.File + ": not looked at: " + n}})
	}
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

func (l *sarifLog) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(l)
}
