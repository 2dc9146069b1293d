package pipeline

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxReport is the longest report, in bytes, that ReadReport reads: a
// project.yaml of MaxFileSize with every line break escaped, and the jobs.
const MaxReport = 16 << 20

const maxJobs = 10_000

// ReportError says which field of a report is wrong, and how. The field is
// empty where the report as a whole cannot be read.
type ReportError struct {
	Field   string // such as "jobs[2].status"
	Message string // a whole sentence
}

func (e *ReportError) Error() string {
	if e.Field == "" {
		return "job request: " + e.Message
	}
	return "job request: " + e.Field + ": " + e.Message
}

func wrong(field, format string, args ...any) *ReportError {
	return &ReportError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// ReadReport reads the JSON by which a backend reports a job request
// (docs/pipeline.md, "Reports"). It refuses, with a *ReportError, unknown and
// repeated keys, values of the wrong kind or form, and anything beyond bounds.
// A job without an identifier gets the derived one.
func ReadReport(data []byte) (JobRequest, error) {
	var r JobRequest
	if len(data) > MaxReport {
		return r, wrong("", "The report has %d bytes; at most %d are read.", len(data), MaxReport)
	}
	if !utf8.Valid(data) {
		return r, wrong("", "The report is not UTF-8 text.")
	}
	err := readObject("", data, map[string]reading{
		"number":                 optional(&r.Number, readCount(1)),
		"identifier":             required(&r.Identifier, readMatch(identifierForm, "16 letters a to z or digits")),
		"organisation":           optional(&r.Organisation, readText(200)),
		"project":                optional(&r.Project, readText(200)),
		"workspace":              required(&r.Workspace, readMatch(workspaceForm, "a workspace's name: letters, digits, `-` and `_`")),
		"repo":                   optional(&r.Repo, readRepo),
		"branch":                 optional(&r.Branch, readText(255)),
		"commit":                 optional(&r.Commit, readMatch(commitForm, "7 to 64 hexadecimal digits, lower case")),
		"backend":                required(&r.Backend, readMatch(backendForm, "a backend's name: lower-case letters, digits, `-` and `_`")),
		"requested_by":           optional(&r.RequestedBy, readRequester),
		"force_run_dependencies": optional(&r.ForceRunDependencies, readBool),
		"requested_actions":      optional(&r.RequestedActions, readNames),
		"status":                 optional(&r.Status, readStatus(requestStatuses)),
		"status_message":         optional(&r.StatusMessage, readMessage),
		"created_at":             optional(&r.CreatedAt, readTime),
		"started_at":             optional(&r.StartedAt, readTime),
		"finished_at":            optional(&r.FinishedAt, readTime),
		"runtime_seconds":        optional(&r.RuntimeSeconds, readCount(0)),
		"jobs":                   optional(&r.Jobs, readJobs),
		"project_yaml":           optional(&r.ProjectYAML, readProjectYAML),
		"project_yaml_file":      optional(&r.ProjectYAMLFile, readMatch(fileForm, "the name of a file beside the report")),
	})
	if err != nil {
		return JobRequest{}, err
	}
	if err := r.complete(); err != nil {
		return JobRequest{}, err
	}
	return r, nil
}

// ValidCommit reports whether a text can name a commit: 7 to 64 hexadecimal
// digits in lower case.
func ValidCommit(s string) bool { return commitForm.MatchString(s) }

// complete checks what concerns several fields, and derives identifiers.
func (r *JobRequest) complete() error {
	for _, f := range [][2]string{{"identifier", r.Identifier}, {"workspace", r.Workspace}, {"backend", r.Backend}} {
		if f[1] == "" {
			return wrong(f[0], "This field is required.")
		}
	}
	if r.ProjectYAML.Reported() && r.ProjectYAMLFile.Reported() {
		return wrong("project_yaml_file", "A report gives project_yaml or project_yaml_file, not both.")
	}
	jobs, _ := r.Jobs.Get()
	actions, identifiers := map[string]int{}, map[string]int{}
	for i := range jobs {
		j := &jobs[i]
		if j.Identifier == "" {
			j.Identifier, j.Derived = DerivedJobID(r.Identifier, j.Action), true
		}
		if other, twice := actions[j.Action]; twice {
			return wrong(fmt.Sprintf("jobs[%d].action", i), "Action %s is also that of jobs[%d]; a job request runs an action once.", shown(j.Action), other)
		}
		if other, twice := identifiers[j.Identifier]; twice {
			return wrong(fmt.Sprintf("jobs[%d].identifier", i), "This is also the identifier of jobs[%d].", other)
		}
		actions[j.Action], identifiers[j.Identifier] = i, i
	}
	return nil
}

var (
	identifierForm = regexp.MustCompile(`^[a-z0-9]{16}$`)
	workspaceForm  = regexp.MustCompile(`^[-a-zA-Z0-9_]{1,200}$`)
	commitForm     = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	backendForm    = regexp.MustCompile(`^[a-z0-9][-a-z0-9_]{0,49}$`)
	fileForm       = regexp.MustCompile(`^[A-Za-z0-9_][-A-Za-z0-9_.]{0,199}$`)
	codeForm       = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

	requestStatuses = []Status{
		StatusPending, StatusRunning, StatusSucceeded, StatusFailed,
		StatusNothingToDo, StatusUnknown, StatusUnknownErrorCreatingJobs,
	}
	jobStatuses = []Status{StatusPending, StatusRunning, StatusSucceeded, StatusFailed}
)

func readRequester(field string, raw json.RawMessage) (Requester, error) {
	var q Requester
	err := readObject(field, raw, map[string]reading{
		"username": optional(&q.Username, readText(200)),
		"name":     optional(&q.Name, readText(200)),
	})
	return q, err
}

func readJobs(field string, raw json.RawMessage) ([]Job, error) {
	return readList(field, raw, maxJobs, readJob)
}

func readJob(field string, raw json.RawMessage) (Job, error) {
	var j Job
	err := readObject(field, raw, map[string]reading{
		"identifier":     nullable(&j.Identifier, readMatch(identifierForm, "16 letters a to z or digits")),
		"action":         required(&j.Action, readName),
		"status":         optional(&j.Status, readStatus(jobStatuses)),
		"status_code":    optional(&j.StatusCode, readMatch(codeForm, "a status code such as `nonzero_exit`")),
		"status_message": optional(&j.StatusMessage, readMessage),
		"created_at":     optional(&j.CreatedAt, readTime),
		"started_at":     optional(&j.StartedAt, readTime),
		"completed_at":   optional(&j.CompletedAt, readTime),
	})
	if err == nil && j.Action == "" {
		err = wrong(field+".action", "This field is required.")
	}
	return j, err
}

func readNames(field string, raw json.RawMessage) ([]string, error) {
	names, err := readList(field, raw, maxJobs, readName)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(names, func(name string) bool {
		twice := seen[name]
		seen[name] = true
		return twice
	}), nil
}

func readProjectYAML(field string, raw json.RawMessage) (string, error) {
	s, err := readString(field, raw)
	switch {
	case err != nil:
		return "", err
	case len(s) > MaxFileSize:
		return "", wrong(field, "The text has %d bytes; at most %d are read.", len(s), MaxFileSize)
	case strings.ContainsRune(s, 0):
		return "", wrong(field, "The text contains a NUL character.")
	}
	return s, nil
}

func readStatus(known []Status) valueReader[Status] {
	return func(field string, raw json.RawMessage) (Status, error) {
		text, err := readString(field, raw)
		if err != nil {
			return "", err
		}
		// Older reports write the statuses with a capital letter.
		if s := Status(strings.ToLower(text)); slices.Contains(known, s) {
			return s, nil
		}
		return "", wrong(field, "%s is not a status; known are %s.", shown(text), listed(known))
	}
}

func listed(statuses []Status) string {
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// readTime reads an RFC 3339 time, as UTC and to the microsecond, which is what
// the databases keep.
func readTime(field string, raw json.RawMessage) (time.Time, error) {
	text, err := readString(field, raw)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.UTC().Year() < 1970 || t.UTC().Year() > 9999 {
		return time.Time{}, wrong(field, "%s is not a time such as 2023-09-15T10:00:00Z.", shown(text))
	}
	return t.UTC().Truncate(time.Microsecond), nil
}
