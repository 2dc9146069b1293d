package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sallyport/pipeline"
	"sallyport/review"
)

// layout is a workspace of the project demo-study whose files and manifest a
// test writes by hand. Its only action declares output/*.csv and two folders
// more as moderately_sensitive, and output/secret/*.csv as highly_sensitive.
type layout struct {
	t      *testing.T
	at     string
	report pipeline.JobRequest
	listed []listed
}

// listed is one entry of a manifest; name stands between quotes as it is, so
// that it need not be JSON.
type listed struct {
	name  string
	entry manifestEntry
}

const layoutPipeline = `version: '4.0'
actions:
  write:
    run: r:v2 write.R
    outputs:
      highly_sensitive:
        secret: output/secret/*.csv
      moderately_sensitive:
        tables: output/*.csv
        behind: output/behind/*.csv
        below: output/good.csv/*.csv
`

// layOut makes the workspace, places it, and reports the job that wrote it.
func (p *program) layOut(workspace, identifier string) *layout {
	p.t.Helper()
	l := &layout{t: p.t, at: filepath.Join(p.app.settings.workspaces, workspace)}
	must(p.t, os.MkdirAll(filepath.Join(l.at, "metadata"), 0o750))
	must(p.t, p.app.store.PlaceWorkspace(p.t.Context(), operatorActor(), workspace, review.Place{
		Project: "demo-study", Organisation: "Demo University", Backend: "tpp", Ongoing: true,
	}))
	var err error
	l.report, err = pipeline.ReadReport(fmt.Appendf(nil, `{"identifier": %q, "workspace": %q, "backend": "tpp",
		"requested_actions": ["write"], "status": "succeeded", "finished_at": "2026-10-05T10:48:09Z", "jobs": [{"action": "write", "status": "succeeded"}],
		"project_yaml": %q}`, identifier, workspace, layoutPipeline))
	must(p.t, err)
	_, err = p.app.ingest(p.t.Context(), l.report)
	must(p.t, err)
	return l
}

// path is where a file of the workspace lies.
func (l *layout) path(name string) string { return filepath.Join(l.at, filepath.FromSlash(name)) }

// file writes a file.
func (l *layout) file(name, text string) {
	l.t.Helper()
	must(l.t, os.MkdirAll(filepath.Dir(l.path(name)), 0o750))
	must(l.t, os.WriteFile(l.path(name), []byte(text), 0o600))
}

// list adds an entry for a file with these bytes to the manifest.
func (l *layout) list(name, level, text string) {
	e := entryFor(l.report, "write", []byte(text))
	e.Level = level
	l.listed = append(l.listed, listed{name, e})
}

// good writes a moderately_sensitive file and lists it as it is.
func (l *layout) good(name, text string) {
	l.t.Helper()
	l.file(name, text)
	l.list(name, review.ModeratelySensitive, text)
}

// manifest is what was listed, as a manifest.
func (l *layout) manifest() []byte {
	l.t.Helper()
	var b bytes.Buffer
	b.WriteString(`{"workspace": "w", "repo": null, "outputs": {`)
	for i, x := range l.listed {
		if i > 0 {
			b.WriteString(",")
		}
		entry, err := json.Marshal(x.entry)
		must(l.t, err)
		b.WriteString("\n\"" + x.name + `": `)
		b.Write(entry)
	}
	b.WriteString("}}\n")
	return b.Bytes()
}

// write puts the manifest in its place as a job runner does, under another
// name first.
func (l *layout) write() {
	l.t.Helper()
	l.replace(l.manifest())
}

// replace puts other bytes in the manifest's place.
func (l *layout) replace(b []byte) {
	l.t.Helper()
	must(l.t, os.WriteFile(l.path("metadata/manifest.json.tmp"), b, 0o600))
	must(l.t, os.Rename(l.path("metadata/manifest.json.tmp"), l.path("metadata/manifest.json")))
}

// output is an output of a list, as far as tests look at it.
type output struct {
	Type        string  `json:"type"`
	Path        string  `json:"path"`
	Level       string  `json:"level"`
	SHA256      *string `json:"sha256"`
	Requestable bool    `json:"requestable"`
	WhyNot      *string `json:"why_not"`
	Code        *string `json:"code"`
	Status      string  `json:"status"`
}

// reason is why an output cannot be requested; "" if it can.
func (o output) reason() string {
	if o.WhyNot == nil {
		return ""
	}
	return *o.WhyNot
}

// outputs are all outputs of a workspace, by path.
func (p *program) outputs(who, workspace string) map[string]output {
	p.t.Helper()
	found := map[string]output{}
	for cursor := ""; ; {
		a := p.want(who, call{method: "GET", path: "/workspaces/" + workspace + "/outputs?deep=true&limit=500&cursor=" + cursor}, 200)
		page := into[struct {
			Items []output
			Next  *string
		}](p.t, a)
		for _, o := range page.Items {
			found[o.Path] = o
		}
		if page.Next == nil {
			return found
		}
		cursor = *page.Next
	}
}

// workspaceShown is a workspace, as far as tests look at it.
type workspaceShown struct {
	Outputs   int     `json:"outputs"`
	ReadAt    *string `json:"read_at"`
	ReadError *string `json:"read_error"`
	ErrorAt   *string `json:"error_at"`
	Problems  []struct {
		Name   string `json:"name"`
		WhyNot string `json:"why_not"`
	} `json:"problems"`
}

func (p *program) workspace(who, name string) workspaceShown {
	p.t.Helper()
	return into[workspaceShown](p.t, p.want(who, call{method: "GET", path: "/workspaces/" + name}, 200))
}

// content asks for an output's bytes.
func (p *program) content(who, workspace, path string) answered {
	p.t.Helper()
	return p.do(who, call{method: "GET", path: "/workspaces/" + workspace + "/outputs/content?path=" + query(path)})
}

// add asks for one path to be put on a request.
func (p *program) add(who, id, path string) review.Added {
	p.t.Helper()
	a := p.want(who, call{method: "POST", path: "/requests/" + id + "/files", body: object{
		"group": "Group", "kind": "output", "paths": []string{path},
	}}, 200)
	return into[struct{ Files []review.Added }](p.t, a).Files[0]
}

// inVault reports whether the vault holds a copy of these bytes.
func (p *program) inVault(text string) bool {
	p.t.Helper()
	sum := sumOf([]byte(text))
	b, err := p.app.vault.Open(p.t.Context(), sum)
	if err != nil {
		return false
	}
	must(p.t, b.Close())
	return true
}
