package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web/pages"
)

// How much of a job request's actions a page shows at once.
const (
	fewActions    = 60  // shown whole, in the order of the file
	actionsAtOnce = 50  // of more
	rowsOfAction  = 12  // declared outputs, beside those of other actions
	filesOfRow    = 10  // beside those of other actions
	filesAtOnce   = 200 // on a page
	jobsAtOnce    = 50
)

// longestAsked is how long a word is that many addresses of a page repeat.
const longestAsked = 500

// outputsAsked is which outputs and jobs an address asks for.
type outputsAsked struct {
	text, level, may, status string

	action    string // alone, with all that it declares
	after     string // the action after which a page begins
	row, file string // the pattern and the file after which a page of an action begins
	job       string // the action after which a page of jobs begins
	query     url.Values
}

func askedOutputs(query url.Values) outputsAsked {
	for _, name := range []string{"text", "level", "may", "status"} {
		if len(query.Get(name)) > longestAsked {
			query.Set(name, query.Get(name)[:longestAsked]) // nothing is like that, and every address would have it
		}
	}
	return outputsAsked{
		text: strings.ToLower(strings.TrimSpace(query.Get("text"))), level: query.Get("level"), may: query.Get("may"), status: query.Get("status"),
		action: query.Get("action"), after: query.Get("after"), row: query.Get("row"), file: query.Get("file"), job: query.Get("job"),
		query: query,
	}
}

// with is the address of the page with other words in it; those that begin a
// page elsewhere are left out.
func (a outputsAsked) with(j foundJobRequest, part string, pairs ...string) string {
	query := url.Values{}
	for _, name := range []string{"text", "level", "may", "status"} {
		query.Set(name, a.query.Get(name))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return addressWith(jobRequestAddress(j.Identifier), query) + "#" + part
}

func outputFilters(address string, query url.Values) pages.Filters {
	f := pages.Filters{Action: address}
	f.Text(query, [2]string{"text", "Part of an action or a pattern"})
	levels := []pages.Choice{{Text: "Any"}}
	for _, level := range pipeline.Levels() {
		levels = append(levels, pages.Choice{Value: string(level), Text: string(level)})
	}
	f.Add(query, pages.Filter{Name: "level", Label: "Level", Choices: levels})
	f.Add(query, pages.Filter{Name: "may", Label: "May be requested", Choices: []pages.Choice{{Text: "Any"}, {Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}}})
	statuses := []pages.Choice{{Text: "Any"}}
	for _, status := range []string{"succeeded", "failed", "running", "pending", "unknown", notRequested} {
		statuses = append(statuses, pages.Choice{Value: status, Text: sentence(status)})
	}
	f.Add(query, pages.Filter{Name: "status", Label: "Job", Choices: statuses})
	return f
}

// notRequested is what is said of an action that did not run.
const notRequested = "not requested"

// actionDeclared is an action with its rows.
type actionDeclared struct {
	name string
	rows []declaredOutput
	may  int // files that may be requested
}

// outputsShown is the table of outputs, as far as it is asked for.
func outputsShown(j foundJobRequest, asked outputsAsked) pages.Outputs {
	all := declaredByAction(j.Outputs)
	list := slices.Clone(all)
	for i := range list {
		list[i].rows = slices.DeleteFunc(slices.Clone(list[i].rows), func(o declaredOutput) bool { return !asked.shows(o) })
	}
	list = slices.DeleteFunc(list, func(a actionDeclared) bool { return len(a.rows) == 0 })
	shown := pages.Outputs{None: "No output is like that.", Pager: pages.Pager{Of: "outputs"}}
	if len(all) == 0 {
		shown.None = "No pipeline was reported that can be read, so nothing is known of what its actions declare."
	}
	if asked.action != "" {
		return asked.oneAction(j, list, shown)
	}
	if len(all) > fewActions {
		slices.SortStableFunc(list, func(a, b actionDeclared) int { return a.matters() - b.matters() })
	}
	first := 0
	if i := slices.IndexFunc(list, func(a actionDeclared) bool { return a.name == asked.after }); asked.after != "" && i >= 0 {
		first = i + 1
		shown.Pager.First = asked.with(j, "outputs")
	}
	most := actionsAtOnce
	if len(list) <= fewActions {
		most = fewActions
	}
	last := min(first+most, len(list))
	if last < len(list) {
		shown.Pager.Next = asked.with(j, "outputs", "after", list[last-1].name)
	}
	if n := len(list); n < len(all) || last-first < n {
		shown.Shown = pages.Plural(n, "action") + " of " + pages.Count(len(all))
		if last-first < n {
			shown.Shown = "Actions " + pages.Count(first+1) + "–" + pages.Count(last) + " of " + pages.Count(n) + ", those with most to see first"
		}
	}
	room := filesAtOnce
	for _, a := range list[first:last] {
		shown.Actions = append(shown.Actions, asked.actionShown(j, a, &room))
	}
	return shown
}

// declaredByAction puts the rows of each action together.
func declaredByAction(rows []declaredOutput) []actionDeclared {
	var list []actionDeclared
	for _, o := range rows {
		if n := len(list); n == 0 || list[n-1].name != o.Action {
			list = append(list, actionDeclared{name: o.Action})
		}
		a := &list[len(list)-1]
		a.rows = append(a.rows, o)
		for _, f := range o.Files {
			if f.Requestable {
				a.may++
			}
		}
	}
	return list
}

// matters orders actions of which there are many: what may be requested, then
// what might have been.
func (a actionDeclared) matters() int {
	open := slices.ContainsFunc(a.rows, func(o declaredOutput) bool { return o.Level != string(pipeline.HighlySensitive) })
	switch {
	case a.may > 0:
		return 0
	case open && a.rows[0].Requested:
		return 1
	case a.rows[0].Requested:
		return 2
	case open:
		return 3
	}
	return 4
}

// shows reports whether a row is asked for.
func (a outputsAsked) shows(o declaredOutput) bool {
	may := slices.ContainsFunc(o.Files, func(f declaredFile) bool { return f.Requestable })
	return (a.action == "" || o.Action == a.action) &&
		(a.level == "" || o.Level == a.level) &&
		(a.may == "" || (a.may == "yes") == may) &&
		(a.status == "" || statusWord(o) == a.status) &&
		(a.text == "" || strings.Contains(strings.ToLower(o.Action), a.text) || strings.Contains(strings.ToLower(valueOf(o.Pattern)), a.text))
}

// statusWord is the status of the job of an action, or that it was not
// requested; "" if it was and nobody said how it went.
func statusWord(o declaredOutput) string {
	switch {
	case o.JobStatus != nil:
		return string(*o.JobStatus)
	case o.Requested:
		return ""
	}
	return notRequested
}

// actionShown is an action beside others.
func (a outputsAsked) actionShown(j foundJobRequest, of actionDeclared, room *int) pages.OutputAction {
	alone := a.with(j, actionID(of.name), "action", of.name)
	shown := pages.OutputAction{ID: actionID(of.name), Name: of.name, Line: lineLink(j, of.name), Job: pages.JobState(statusWord(of.rows[0]))}
	rows := of.rows[:min(len(of.rows), rowsOfAction)]
	if more := len(of.rows) - len(rows); more > 0 {
		shown.More = pages.Link{Text: pages.Plural(len(of.rows), "declared output"), Href: alone}
	}
	for i, o := range rows {
		most := min(filesOfRow, *room)
		if len(o.Files) <= filesOfRow+2 {
			most = min(len(o.Files), *room)
		}
		*room -= min(most, len(o.Files))
		row := rowShown(j.Workspace, o, o.Files[:min(most, len(o.Files))])
		if len(o.Files) > most {
			row.More = pages.Link{Text: "All " + pages.Plural(len(o.Files), "file"), Href: alone}
		}
		if i == 0 {
			shown.First = row
		} else {
			shown.Rest = append(shown.Rest, row)
		}
	}
	return shown
}

// oneAction is the table of one action, with all of its files, page by page.
func (a outputsAsked) oneAction(j foundJobRequest, list []actionDeclared, shown pages.Outputs) pages.Outputs {
	shown.Back = pages.Link{Text: "All actions", Href: a.with(j, "outputs")}
	if len(list) == 0 {
		return shown
	}
	of := list[0]
	one := pages.OutputAction{ID: actionID(of.name), Name: of.name, Line: lineLink(j, of.name), Job: pages.JobState(statusWord(of.rows[0]))}
	first := 0 // the row with which the page begins
	if i := slices.IndexFunc(of.rows, func(o declaredOutput) bool { return valueOf(o.Pattern) == a.row }); a.query.Has("row") && i >= 0 {
		first = i
		shown.Pager.First = a.with(j, "outputs", "action", of.name)
	}
	room := filesAtOnce
	var rows []pages.DeclaredRow
	for i, o := range of.rows[first:] {
		files := o.Files
		if i == 0 && a.query.Has("row") {
			at, found := slices.BinarySearchFunc(files, a.file, func(f declaredFile, path string) int { return cmp.Compare(f.Path, path) })
			if found {
				at++
			}
			files = files[at:]
		}
		row := rowShown(j.Workspace, o, files[:min(room, len(files))])
		rows, room = append(rows, row), room-len(row.Files)-1
		if room <= 0 && (len(row.Files) < len(files) || first+i+1 < len(of.rows)) {
			last := ""
			if n := len(row.Files); n > 0 {
				last = row.Files[n-1].Path
			}
			shown.Pager.Next = a.with(j, "outputs", "action", of.name, "row", valueOf(o.Pattern), "file", last)
			break
		}
	}
	one.First, one.Rest = rows[0], rows[1:]
	shown.Actions = []pages.OutputAction{one}
	return shown
}

// lineLink leads to where an action stands in project.yaml.
func lineLink(j foundJobRequest, action string) pages.Link {
	return pages.Link{Text: "line " + strconv.Itoa(j.lines[action]), Href: lineAddress(j, j.lines[action])}
}

func rowShown(workspace string, o declaredOutput, files []declaredFile) pages.DeclaredRow {
	pattern := valueOf(o.Pattern)
	row := pages.DeclaredRow{Pattern: clipped(pattern), Level: o.Level, WhyNot: clipped(pages.OfIt(valueOf(o.WhyNot), pattern))}
	for _, f := range files {
		row.Files = append(row.Files, pages.DeclaredFile{
			Path: f.Path, May: f.Requestable, WhyNot: pages.OfIt(valueOf(f.WhyNot), f.Path), Href: workspaceAddress(workspace, f.Path),
		})
	}
	return row
}

// clipped is a text of a project.yaml, or the beginning of a very long one.
func clipped(text string) string {
	const most = 400 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// actionID names the rows of an action on its page.
func actionID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "action-" + hex.EncodeToString(sum[:6])
}

// jobsShown are the jobs that are asked for: of many, those that failed first.
func (s *server) jobsShown(ctx context.Context, by review.Actor, f JobRequestFound, j foundJobRequest, asked outputsAsked) pages.Jobs {
	shown := pages.Jobs{None: "No job was reported.", Pager: pages.Pager{Of: "jobs"}}
	list := slices.DeleteFunc(slices.Clone(j.Jobs), func(job job) bool {
		status := string(job.Status.Or(""))
		return asked.action != "" && job.Action != asked.action || asked.status != "" && status != asked.status ||
			asked.text != "" && !strings.Contains(strings.ToLower(job.Action), asked.text)
	})
	if len(list) < len(j.Jobs) {
		shown.Shown, shown.None = pages.Plural(len(list), "job")+" of "+pages.Count(len(j.Jobs)), "No job is like that."
	}
	if len(j.Jobs) > fewActions {
		order := []string{"failed", "running", "pending", "unknown", "", "succeeded"}
		slices.SortStableFunc(list, func(a, b job) int {
			return slices.Index(order, string(a.Status.Or(""))) - slices.Index(order, string(b.Status.Or("")))
		})
		list = asked.jobsPage(j, list, &shown)
	}
	logs := s.logs(ctx, by, f.Place)
	for _, job := range list {
		row := s.jobRow(job)
		row.Code = pages.CodeLink(j.Workspace, j.Commit.Or(""), job.Action)
		if row.Log = logs[job.Action]; row.Log.Href != "" {
			shown.Logs = "A log is of the last job of its action, which may be of another job request."
		}
		shown.Rows = append(shown.Rows, row)
	}
	return shown
}

// jobsPage is the page of jobs that is asked for.
func (a outputsAsked) jobsPage(j foundJobRequest, list []job, shown *pages.Jobs) []job {
	first := 0
	if i := slices.IndexFunc(list, func(job job) bool { return job.Action == a.job }); a.job != "" && i >= 0 {
		first, shown.Pager.First = i+1, a.with(j, "jobs")
	}
	last := min(first+jobsAtOnce, len(list))
	if last < len(list) {
		shown.Pager.Next = a.with(j, "jobs", "job", list[last-1].Action)
	}
	if last-first < len(list) {
		shown.Shown = "Jobs " + pages.Count(first+1) + "–" + pages.Count(last) + " of " + pages.Count(len(list)) + ", those that failed first"
	}
	return list[first:last]
}

func (s *server) jobRow(j job) pages.JobRow {
	row := pages.JobRow{
		ID: j.Identifier, Derived: j.Derived, Action: j.Action, State: pages.JobState(string(j.Status.Or(""))),
		Message: pages.JobMessage(j.StatusCode.Or(""), j.StatusMessage.Or("")),
		Created: s.moment("Created", j.CreatedAt), Started: s.moment("Started", j.StartedAt), Ended: s.moment("Finished", j.CompletedAt),
		Runtime: pages.NotReported("Runtime"),
	}
	start, started := j.StartedAt.Get()
	if end, ok := j.CompletedAt.Get(); ok && started && end.After(start) {
		row.Runtime = pages.Fact{Name: "Runtime", Text: clockTime(int64(end.Sub(start).Seconds()))}
	}
	return row
}
