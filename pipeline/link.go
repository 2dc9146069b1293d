package pipeline

import (
	"cmp"
	"slices"
	"time"
)

// Source is a job request with its pipeline; nil where the project.yaml was not
// reported or cannot be read.
type Source struct {
	JobRequest JobRequest
	Pipeline   *Pipeline
}

// Entry is what a workspace's manifest says of one output.
type Entry struct {
	Path       string
	Level      Level
	JobRequest string // identifiers
	Job        string
	Action     string
	Commit     string
}

// Written is an output of a workspace with the job that it belongs to.
type Written struct {
	Path       string `json:"path"`
	Level      Level  `json:"level"`
	JobRequest string `json:"job_request"`
	Job        string `json:"job"`
	Action     string `json:"action"`
	Commit     string `json:"commit"`
	JobStatus  Status `json:"job_status"` // unknown where the job is not known
	JobKnown   bool   `json:"job_known"`  // the job was reported, or is implied by its job request
	Declared   bool   `json:"declared"`   // the action declares the path at this level
	Derived    bool   `json:"derived"`    // the job's identifier was computed, not reported
}

// Confirm reports whether an action of the pipeline declares a path at a level:
// the path matches a pattern of that level, and none of a more sensitive one.
func Confirm(p *Pipeline, action string, level Level, path string) bool {
	a, ok := p.Action(action)
	return ok && confirm(a, level, path)
}

func confirm(a Action, level Level, path string) bool {
	matches := false
	for _, d := range a.Outputs {
		switch {
		case d.Level == level && !matches:
			matches = matchPattern(d.Pattern, path)
		case d.Level.MoreSensitive(level) && matchPattern(d.Pattern, path):
			return false
		}
	}
	return matches
}

// guarded returns the level of a path that the manifest lists at a level: it is
// highly_sensitive if a pattern of the action says so, though a job runner lets
// the least sensitive pattern win. Other levels stay, so that nothing comes to
// be requestable by being raised.
func guarded(a Action, level Level, path string) Level {
	for _, d := range a.Outputs {
		if d.Level == HighlySensitive && matchPattern(d.Pattern, path) {
			return HighlySensitive
		}
	}
	return level
}

// LinkManifest links the outputs of a workspace that has a manifest. The
// manifest says which job wrote a path; the pipelines only confirm, or say that
// the path is highly_sensitive after all. A job is known if its job request was
// reported with that job and that action.
func LinkManifest(entries []Entry, sources []Source) []Written {
	requests := make(map[string]*knownRequest, len(sources))
	for _, s := range sources {
		requests[s.JobRequest.Identifier] = newKnownRequest(s)
	}
	written := make([]Written, 0, len(entries))
	for _, e := range entries {
		w := Written{
			Path: e.Path, Level: e.Level, JobRequest: e.JobRequest, Job: e.Job,
			Action: e.Action, Commit: e.Commit, JobStatus: StatusUnknown,
		}
		if r := requests[e.JobRequest]; r != nil {
			if j, ok := r.jobs[e.Job]; ok && j.Action == e.Action {
				w.JobKnown, w.Derived, w.JobStatus = true, j.Derived, j.Status.Or(StatusUnknown)
			}
			if a, ok := r.actions[e.Action]; ok {
				w.Level = guarded(a, e.Level, e.Path)
				w.Declared = confirm(a, w.Level, e.Path)
			}
		}
		written = append(written, w)
	}
	return written
}

// knownRequest finds the jobs and actions of a source by name.
type knownRequest struct {
	jobs    map[string]Job // by identifier
	actions map[string]Action
}

func newKnownRequest(s Source) *knownRequest {
	r := &knownRequest{jobs: map[string]Job{}, actions: map[string]Action{}}
	for _, j := range s.JobRequest.Ran(s.Pipeline) {
		r.jobs[j.Identifier] = j
	}
	if s.Pipeline != nil {
		for _, a := range s.Pipeline.Actions {
			r.actions[a.Name] = a
		}
	}
	return r
}

// Link links the files of a workspace that has no manifest, by the patterns of
// jobs that succeeded; the one that finished last owns a path. The sources are
// in the order in which they were reported, which decides where times were not.
//
// Who wrote a file is a guess then, so its level is the most sensitive that any
// pattern gives it: of the owner's whole pipeline, run or not, of the last
// finished job of each action, and of jobs under way. Paths that belong to no
// job are left out.
func Link(paths []string, sources []Source) []Written {
	l := newLinker(sources)
	written := make([]Written, 0, len(paths))
	var hits []int
	for _, p := range paths {
		hits = l.matcher.Match(hits[:0], p)
		if w, ok := l.written(p, hits); ok {
			written = append(written, w)
		}
	}
	return written
}

// linker holds the declared patterns of all sources.
type linker struct {
	matcher *Matcher
	sources []Source
	refs    []ref // for each pattern of the matcher
}

// ref is one declared pattern.
type ref struct {
	source   int
	protects bool // of the last finished job of its action, or of one under way
	level    Level
	run      *run // nil: the action did not run
}

// run is one job as the order of finishing needs it.
type run struct {
	job    Job
	source int
	end    time.Time // zero: not reported
}

// compare orders runs by when they finished: a time that was not reported is
// before all others, then later reports are later.
func (r *run) compare(other *run) int {
	return cmp.Or(r.end.Compare(other.end), cmp.Compare(r.source, other.source))
}

func newLinker(sources []Source) *linker {
	l := &linker{sources: sources}
	runs, last := runsOf(sources)
	var patterns []string
	for i, s := range sources {
		if s.Pipeline == nil {
			continue
		}
		for _, a := range s.Pipeline.Actions {
			r := runs[i][a.Name]
			protects := r != nil && (last[a.Name] == r || !finished(r.job))
			for _, d := range a.Outputs {
				patterns = append(patterns, d.Pattern)
				l.refs = append(l.refs, ref{source: i, level: d.Level, run: r, protects: protects})
			}
		}
	}
	l.matcher = NewMatcher(patterns)
	return l
}

// runsOf returns the jobs of each source by action, and of each action the job
// that finished last.
func runsOf(sources []Source) (runs []map[string]*run, last map[string]*run) {
	runs, last = make([]map[string]*run, len(sources)), map[string]*run{}
	for i, s := range sources {
		runs[i] = map[string]*run{}
		for _, j := range s.JobRequest.Ran(s.Pipeline) {
			r := &run{job: j, source: i, end: j.CompletedAt.Or(s.JobRequest.FinishedAt.Or(time.Time{}))}
			runs[i][j.Action] = r
			if before := last[j.Action]; finished(j) && (before == nil || r.compare(before) > 0) {
				last[j.Action] = r
			}
		}
	}
	return runs, last
}

// finished also takes a job whose request finished without saying how it went.
func finished(j Job) bool {
	return j.Status.Or(StatusUnknown).Finished() || j.Derived && j.Status.Or("") == StatusUnknown
}

func (l *linker) written(path string, hits []int) (Written, bool) {
	var owner *run
	for _, h := range hits {
		r := l.refs[h].run
		if r != nil && r.job.Status.Or(StatusUnknown) == StatusSucceeded && (owner == nil || r.compare(owner) > 0) {
			owner = r
		}
	}
	if owner == nil {
		return Written{}, false
	}
	level, ownLevel := MinimallySensitive, MinimallySensitive
	for _, h := range hits {
		f := l.refs[h]
		if (f.protects || f.source == owner.source) && f.level.MoreSensitive(level) {
			level = f.level
		}
		if f.run == owner && f.level.MoreSensitive(ownLevel) {
			ownLevel = f.level
		}
	}
	request := l.sources[owner.source].JobRequest
	return Written{
		Path: path, Level: level, JobRequest: request.Identifier, Job: owner.job.Identifier,
		Action: owner.job.Action, Commit: request.Commit.Or(""), JobStatus: StatusSucceeded,
		JobKnown: true, Declared: level == ownLevel, Derived: owner.job.Derived,
	}, true
}

// sortWritten orders outputs by path.
func sortWritten(files []Written) {
	slices.SortFunc(files, func(a, b Written) int { return cmp.Compare(a.Path, b.Path) })
}
