package main

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"sallyport/pipeline"
	"sallyport/review"
)

const (
	linkedWorkspace = "linked-main"
	olderRequest    = "olderolderolderr" // of the repository a, at commit 1…
	newerRequest    = "newernewernewern" // of the repository a, at commit 2…
	otherRequest    = "otherotherothero" // of the repository b
	linkedPipeline  = `version: '4.0'
actions:
  write:
    run: r:v2 write.R
    outputs:
      highly_sensitive:
        secret: output/secret/*.csv
        raw: output/raw_*.csv
      moderately_sensitive:
        tables: output/*.csv
        notes: output/*.csv.txt
  second:
    run: r:v2 second.R
    outputs:
      moderately_sensitive:
        shared: output/shared.csv
  broken:
    run: r:v2 broken.R
    outputs:
      moderately_sensitive:
        figures: figures/*.png
`
	removedAction = `  removed:
    run: r:v2 removed.R
    outputs:
      moderately_sensitive:
        old: old/*.csv
`
)

// linkedReports are three job requests of one workspace: between the first two
// an action was removed and another ran again, the third is of another
// repository.
func linkedReports() []object {
	report := func(id, repo, commit, text string, jobs ...object) object {
		actions := []string{}
		for _, j := range jobs {
			actions = append(actions, j["action"].(string))
		}
		return object{"identifier": id, "workspace": linkedWorkspace, "backend": "tpp", "repo": repo, "commit": strings.Repeat(commit, 40),
			"requested_actions": actions, "jobs": jobs, "project_yaml": text}
	}
	const a, b = "https://github.com/opensafely/a", "https://github.com/opensafely/b"
	first, again := report(olderRequest, a, "1", linkedPipeline+removedAction,
		jobOf("write", "succeeded", "completed_at", "2026-10-01T10:00:00Z"), jobOf("removed", "succeeded"), jobOf("broken", "failed")),
		report(newerRequest, a, "2", linkedPipeline, jobOf("second", "succeeded", "completed_at", "2026-10-02T10:00:00Z"))
	// A workspace is of one repository; that its manifest names others is no
	// reason not to read it.
	other := report(otherRequest, b, "3", linkedPipeline, jobOf("write", "succeeded"))
	return []object{first, again, other}
}

// linked is an entry of the manifest, with what is to be seen of it.
type linked struct {
	path    string
	of      string // job request
	action  string
	changes object // of the entry; nil removes a field
	file    string // the bytes on disk, if not those that the entry names
	level   string // "" for moderately_sensitive
	why     string // "" if it can be requested
}

func linkedEntries() []linked {
	none := object{"user": noField, "out_of_date_action": noField, "out_of_date_output": noField}
	return []linked{
		{path: "output/whole.csv", of: olderRequest, action: "write"},
		{path: "output/older.csv", of: olderRequest, action: "write", changes: none},
		{path: "output/nulls.csv", of: olderRequest, action: "write", changes: object{"user": nil, "repo": nil, "message": nil, "row_count": nil, "col_count": nil, "timestamp": nil}},
		{path: "output/fractions.csv", of: olderRequest, action: "write", changes: object{"timestamp": 1600000000.123456, "out_of_date_action": false}},
		{path: "output/unsaid.csv", of: olderRequest, action: "write", changes: object{"job_id": noField, "job_request": noField, "action": noField, "commit": noField},
			why: "The job that wrote `output/unsaid.csv` was never reported, so it cannot be requested."},
		{path: "output/unreported.csv", of: "unreportedunrepo", action: "write",
			why: "The job that wrote `output/unreported.csv` was never reported, so it cannot be requested."},
		{path: "output/borrowed.csv", of: newerRequest, action: "write", changes: object{"job_id": pipeline.DerivedJobID(olderRequest, "write")},
			why: "The job that wrote `output/borrowed.csv` was never reported, so it cannot be requested."},
		{path: "old/a.csv", of: olderRequest, action: "removed", changes: object{"out_of_date_action": true},
			why: "`old/a.csv` is out of date: the project.yaml no longer has the action `removed`."},
		{path: "old/b.csv", of: olderRequest, action: "removed", changes: object{"out_of_date_action": true, "out_of_date_output": true},
			why: "`old/b.csv` is out of date: the project.yaml no longer has the action `removed`."},
		{path: "output/before.csv", of: olderRequest, action: "write", changes: object{"out_of_date_output": true},
			why: "`output/before.csv` is out of date: the action `write` ran again without writing it."},
		{path: "output/excluded.csv", of: olderRequest, action: "write", changes: object{"excluded": true, "message": "File has patient_id column"}, file: noFile,
			why: "`output/excluded.csv` was excluded when its job finished: File has patient_id column."},
		{path: "output/both.csv", of: olderRequest, action: "write", changes: object{"excluded": true, "message": "File of 17.1Mb is larger that limit of 16.0Mb."}, file: noFile,
			why: "`output/both.csv` was excluded when its job finished: File of 17.1Mb is larger that limit of 16.0Mb."},
		{path: "output/both.csv.txt", of: olderRequest, action: "write"},
		{path: "output/over.csv", of: olderRequest, action: "write", changes: object{"excluded": true}, file: noFile, why: "`output/over.csv` was excluded when its job finished."},
		{path: "output/over.csv.txt", of: olderRequest, action: "write", file: "the note of over.csv, written over the output",
			why: "`output/over.csv.txt` does not have the bytes that the manifest names, so it cannot be requested."},
		{path: "elsewhere/a.csv", of: olderRequest, action: "write",
			why: "`elsewhere/a.csv` matches no moderately_sensitive pattern of the action `write`, so it cannot be requested."},
		{path: "output/a/b.csv", of: olderRequest, action: "write",
			why: "`output/a/b.csv` matches no moderately_sensitive pattern of the action `write`, so it cannot be requested."},
		{path: "figures/a.png", of: olderRequest, action: "broken", why: "The job `broken` failed, so its outputs cannot be requested."},
		{path: "output/shared.csv", of: newerRequest, action: "second"},
		{path: "output/data.arrow", of: olderRequest, action: "write", changes: object{"level": "highly_sensitive"}, level: "highly_sensitive", file: noFile,
			why: "`output/data.arrow` is highly_sensitive: nobody can open or release it."},
		{path: "output/secret/a.csv", of: olderRequest, action: "write", level: "highly_sensitive",
			why: "`output/secret/a.csv` is highly_sensitive: nobody can open or release it."},
		{path: "output/raw_1.csv", of: olderRequest, action: "write", level: "highly_sensitive",
			why: "`output/raw_1.csv` is highly_sensitive: nobody can open or release it."},
		{path: "output/least.csv", of: olderRequest, action: "write", changes: object{"level": "minimally_sensitive"}, level: "minimally_sensitive",
			why: "`output/least.csv` is minimally_sensitive: only moderately_sensitive outputs can be requested."},
		{path: "output/elsewhere.csv", of: otherRequest, action: "write", changes: object{"repo": "https://github.com/opensafely/b"}},
	}
}

const (
	noFile  = "no file"
	noField = "no field"
)

// note is what stands in the place of an excluded output.
const note = "output/excluded.csv was not copied, because it has a patient_id column.\n"

// TestLinking reads a manifest with every kind of entry that job runners write,
// and looks at what becomes of each in the API and at the pages.
func TestLinking(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := start(t, url, 0)
		p.tokens["tpp"] = p.serviceToken("tpp")
		must(t, p.app.store.PlaceWorkspace(t.Context(), operatorActor(), linkedWorkspace, review.Place{
			Workspace: linkedWorkspace, Project: "demo-study", Organisation: "Demo University", Ongoing: true,
		}))
		p.linkedManifest()
		reports := linkedReports()
		// The pipeline of the older is reported after the workspace was read.
		late := maps.Clone(reports[0])
		delete(late, "project_yaml")
		for _, r := range []object{late, reports[1], reports[2]} {
			if a := p.put("tpp", r); a.status != 200 {
				t.Fatalf("report of %s = %d %s", r["identifier"], a.status, a.body)
			}
		}
		if o := p.outputs("researcher1", linkedWorkspace)["output/whole.csv"]; o.Requestable || !strings.Contains(o.reason(), "matches no moderately_sensitive pattern") {
			t.Errorf("without its pipeline output/whole.csv is %+v, want it undeclared", o)
		}
		if a := p.put("tpp", reports[0]); a.status != 200 {
			t.Fatalf("report of the pipeline = %d %s", a.status, a.body)
		}
		p.linkedInTheAPI()
		p.linkedContent()
		p.linkedAtThePages()
		p.replayEqual()
	})
}

// linkedManifest writes the files and the manifest.
func (p *program) linkedManifest() {
	t := p.t
	t.Helper()
	l := &layout{t: t, at: p.app.settings.workspaces + "/" + linkedWorkspace}
	outputs := object{}
	for _, e := range linkedEntries() {
		text := "bytes of " + e.path
		entry := object{
			"level": review.ModeratelySensitive, "job_id": pipeline.DerivedJobID(e.of, e.action), "job_request": e.of, "action": e.action,
			"user": "researcher1", "repo": "https://github.com/opensafely/a", "commit": strings.Repeat("1", 40), "size": len(text),
			"timestamp": 1600000000, "content_hash": sumOf([]byte(text)), "excluded": false, "message": nil, "row_count": 1, "col_count": 2,
			"out_of_date_action": false, "out_of_date_output": false,
		}
		for field, value := range e.changes {
			entry[field] = value
			if value == noField {
				delete(entry, field)
			}
		}
		outputs[e.path] = entry
		switch e.file {
		case noFile:
		case "":
			l.file(e.path, text)
		default:
			l.file(e.path, e.file)
		}
	}
	l.file("output/excluded.csv.txt", note)
	b, err := json.MarshalIndent(object{"workspace": linkedWorkspace, "repo": nil, "outputs": outputs}, "", "  ")
	must(t, err)
	must(t, os.MkdirAll(l.path("metadata"), 0o750))
	l.replace(b)
}

// linkedInTheAPI looks at the list of outputs, and at the job requests.
func (p *program) linkedInTheAPI() {
	t := p.t
	t.Helper()
	found, requestable := p.outputs("researcher1", linkedWorkspace), map[string]int{}
	for _, e := range linkedEntries() {
		o, level := found[e.path], e.level
		if level == "" {
			level = review.ModeratelySensitive
		}
		if o.Level != level || o.reason() != e.why || o.Requestable != (e.why == "") {
			t.Errorf("%s is %s, requestable %v: %q, want %s: %q", e.path, o.Level, o.Requestable, o.reason(), level, e.why)
		}
		if e.why == "" {
			requestable[e.of]++
		}
	}
	if len(found) != len(linkedEntries()) {
		t.Errorf("%d outputs are listed, want %d", len(found), len(linkedEntries()))
	}
	for _, id := range []string{olderRequest, newerRequest, otherRequest} {
		j := into[shownJobRequest](t, p.want("researcher1", call{method: "GET", path: "/job-requests/" + id}, 200))
		if j.RequestableFiles != requestable[id] {
			t.Errorf("%s has %d requestable files, want %d", id, j.RequestableFiles, requestable[id])
		}
		where := map[string]string{}
		for _, o := range j.Outputs {
			for _, f := range o.Files {
				where[f.Path] += fmt.Sprintf("%q ", o.Pattern)
			}
		}
		for _, e := range linkedEntries() {
			unsaid := e.changes["job_request"] == noField
			if _, here := where[e.path]; here != (e.of == id && !unsaid) {
				t.Errorf("%s lists %s: %v", id, e.path, here)
			}
		}
		for path, patterns := range map[string]string{
			"elsewhere/a.csv": `"" `, "output/raw_1.csv": `"output/raw_*.csv" `, "output/secret/a.csv": `"output/secret/*.csv" `, "output/whole.csv": `"output/*.csv" `,
		} {
			if id == olderRequest && where[path] != patterns {
				t.Errorf("%s stands under the patterns %s, want %s", path, where[path], patterns)
			}
		}
	}
}

// linkedContent opens what may be opened and nothing else.
func (p *program) linkedContent() {
	t := p.t
	t.Helper()
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"output/whole.csv": {200, "bytes of output/whole.csv"}, "elsewhere/a.csv": {200, "bytes of elsewhere/a.csv"},
		"figures/a.png": {200, "bytes of figures/a.png"}, "output/least.csv": {200, "bytes of output/least.csv"},
		"output/excluded.csv.txt": {200, note}, "output/both.csv.txt": {200, "bytes of output/both.csv.txt"},
		"output/over.csv.txt": {409, ""}, "output/excluded.csv": {403, ""}, "old/a.csv": {403, ""}, "output/before.csv": {403, ""},
		"output/secret/a.csv": {403, ""}, "output/raw_1.csv": {403, ""}, "output/data.arrow": {403, ""}, "output/none.csv": {404, ""},
	} {
		a := p.content("researcher1", linkedWorkspace, path)
		if a.status != want.status || want.status == 200 && string(a.body) != want.body {
			t.Errorf("content of %s = %d %s, want %d %s", path, a.status, a.body, want.status, want.body)
		}
	}
}

var aTag = regexp.MustCompile(`<[^>]*>`)

// words are the words of a page, without its markup.
func (s seenPage) words() string {
	return strings.Join(strings.Fields(html.UnescapeString(aTag.ReplaceAllString(s.body, ""))), " ")
}

// linkedAtThePages looks for the reasons in words.
func (p *program) linkedAtThePages() {
	t := p.t
	t.Helper()
	b := p.signsIn("researcher1")
	folder := b.ask("GET", "/workspaces/"+linkedWorkspace+"?deep=1", nil).words()
	older := b.ask("GET", "/job-requests/"+olderRequest, nil).words()
	for _, e := range linkedEntries() {
		// The page says "it" where the sentence has the file's path.
		_, rest, _ := strings.Cut(e.why, "`"+e.path+"`")
		if rest == "" {
			rest = e.why
		}
		rest = strings.ReplaceAll(rest, "`", "")
		if !strings.Contains(folder, rest) || !strings.Contains(folder, e.path) {
			t.Errorf("the folder's page does not say of %s: %q", e.path, rest)
		}
		if e.of == olderRequest && e.changes["job_request"] != noField && !strings.Contains(older, rest) {
			t.Errorf("the job request's page does not say of %s: %q", e.path, rest)
		}
	}
	for _, want := range []string{"output/both.csv was excluded, but its note has the name of another output and is not shown", "output/over.csv was excluded, but its note"} {
		if !strings.Contains(folder, want) {
			t.Errorf("the folder's page does not say %q", want)
		}
	}
	if !strings.Contains(older, "not declared") {
		t.Error("the job request's page does not say what was not declared")
	}
	if page := b.ask("GET", "/workspaces/"+linkedWorkspace+"/output/excluded.csv.txt", nil).words(); !strings.Contains(page, "it has a patient_id column") {
		t.Errorf("the note's page: %s", page)
	}
}
