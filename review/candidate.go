package review

import (
	"path"
	"slices"
	"strings"
	"time"
)

// The security levels, as reports name them (docs/pipeline.md).
const (
	HighlySensitive     = "highly_sensitive"
	ModeratelySensitive = "moderately_sensitive"
	MinimallySensitive  = "minimally_sensitive"
)

// Candidate is an output of a workspace as far as asking for its release is
// concerned: what the manifest or the patterns say of it, and its job.
type Candidate struct {
	Path       string
	Level      string
	Size       int64
	SHA256     string // what the manifest names; "" without a manifest
	Job        string
	JobRequest string
	Action     string
	Commit     string
	Written    time.Time // when its job wrote it; zero if that was not reported
	JobKnown   bool      // the job was reported
	JobStatus  string    // "succeeded", "failed", …; "" if it was not reported
	Declared   bool      // a pattern of the action at that level matches the path
	OutOfDate  bool
	ActionGone bool // out of date because the project.yaml no longer has the action
	Excluded   bool
	Message    string // why it is excluded
	Refused    string // why the file is not read, as the end of a sentence that begins with its path; "" if it is
	Listed     bool   // the workspace lists the path today
}

// source is what a file added from the candidate came from.
func (c Candidate) source(kept Kept) Source {
	return Source{
		Path: c.Path, SHA256: kept.SHA256, Size: kept.Size,
		Job: c.Job, JobRequest: c.JobRequest, Action: c.Action, Commit: c.Commit,
	}
}

// Requestable says why a file of a workspace may not be put on a request, in
// one sentence, or nil (docs/rules.md "What may be requested"). The most
// lasting reason comes first. That its bytes were released before is not
// looked at here: it depends on the kind.
func Requestable(c Candidate, p Policy) error {
	_, err := requestable(c, p)
	return err
}

// requestable is Requestable, with where the file stands.
func requestable(c Candidate, p Policy) (OutputStanding, error) {
	no := ErrRequestable
	switch {
	case c.Level == HighlySensitive:
		return StandsRefused, no.with("`%s` is highly_sensitive: nobody can open or release it.", c.Path)
	case !c.Listed:
		return StandsRefused, no.with("`%s` is not among the outputs of this workspace.", c.Path)
	case c.Level != ModeratelySensitive:
		return StandsRefused, no.with("`%s` is %s: only moderately_sensitive outputs can be requested.", c.Path, levelWord(c.Level))
	case c.Refused != "":
		return StandsRefused, no.with("`%s` %s, so it cannot be requested.", c.Path, c.Refused)
	case !p.takesType(c.Path):
		return StandsRefused, p.takes(c.Path, c.Size)
	case c.Excluded:
		return StandsExcluded, no.with("`%s` was excluded when its job finished%s.", c.Path, because(c.Message))
	case c.OutOfDate && c.ActionGone:
		return StandsOutOfDate, no.with("`%s` is out of date: the project.yaml no longer has the action `%s`.", c.Path, c.Action)
	case c.OutOfDate:
		return StandsOutOfDate, no.with("`%s` is out of date: the action `%s` ran again without writing it.", c.Path, c.Action)
	}
	if err := p.takes(c.Path, c.Size); err != nil {
		return StandsTooLarge, err
	}
	if err := jobRequestable(c, p); err != nil {
		return StandsRefused, err
	}
	return StandsOpen, nil
}

// takesType reports whether files of the type of name may be requested. A name
// that is nothing but a suffix has no type.
func (p Policy) takesType(name string) bool {
	return slices.Contains(p.FileTypes, strings.ToLower(path.Ext(name))) && !strings.HasPrefix(path.Base(name), ".")
}

// takes refuses a file whose type or size the policy does not allow.
func (p Policy) takes(name string, size int64) error {
	switch {
	case !p.takesType(name):
		return ErrRequestable.with("Files of the type `%s` cannot be requested.", typeWord(name))
	case size > p.SizeLimit:
		return ErrRequestable.with("`%s` has %s; at most %s can be requested.", name, sizeWord(size), sizeWord(p.SizeLimit))
	}
	return nil
}

// jobRequestable is the part of Requestable that concerns the job.
func jobRequestable(c Candidate, p Policy) error {
	no := ErrRequestable
	switch {
	case !c.JobKnown && !p.OutputsOfUnreportedJobs:
		return no.with("The job that wrote `%s` was never reported, so it cannot be requested.", c.Path)
	case !c.JobKnown:
		return nil
	case c.JobStatus == "failed" && !p.OutputsOfFailedJobs:
		return no.with("The job `%s` failed, so its outputs cannot be requested.", c.Action)
	case c.JobStatus == "" || c.JobStatus == "unknown":
		return no.with("How the job `%s` ended was not reported, so its outputs cannot be requested.", c.Action)
	case c.JobStatus != "succeeded" && c.JobStatus != "failed":
		return no.with("The job `%s` has not finished, so its outputs cannot be requested.", c.Action)
	case !c.Declared:
		return no.with("`%s` matches no moderately_sensitive pattern of the action `%s`, so it cannot be requested.", c.Path, c.Action)
	}
	return nil
}

// PatternCandidate is a declared output of a job request's pipeline, for which
// it is asked whether anything of it can be requested.
type PatternCandidate struct {
	Action    string
	Level     string
	Pattern   string
	Requested bool   // the action has a job in this job request
	JobStatus string // "" if not known
	UnderWay  bool   // the job request has not finished
	Matched   int    // files that it wrote
}

// PatternRequestable says why nothing that the pattern matches can be
// requested, in one sentence, or nil.
func PatternRequestable(c PatternCandidate, p Policy) error {
	no := ErrRequestable
	switch {
	case c.Level == HighlySensitive:
		return no.with("`%s` is highly_sensitive: nobody can open or release it.", c.Pattern)
	case c.Level != ModeratelySensitive:
		return no.with("`%s` is %s: only moderately_sensitive outputs can be requested.", c.Pattern, levelWord(c.Level))
	case !c.Requested:
		return no.with("The action `%s` was not requested, so it wrote nothing here.", c.Action)
	case c.JobStatus == "failed" && !p.OutputsOfFailedJobs:
		return no.with("The job `%s` failed, so its outputs cannot be requested.", c.Action)
	case (c.JobStatus == "" || c.JobStatus == "unknown") && !c.UnderWay:
		return no.with("How the job `%s` ended was not reported, so its outputs cannot be requested.", c.Action)
	case c.JobStatus != "succeeded" && c.JobStatus != "failed":
		return no.with("The job `%s` has not finished, so its outputs cannot be requested.", c.Action)
	case c.Matched == 0:
		return no.with("The workspace has no file that matches `%s`.", c.Pattern)
	}
	return nil
}

// releasedBefore is the refusal of bytes that left before.
func releasedBefore(r Release) error {
	return ErrReleased.with("These bytes were released on %s (request %s); they can be added as a supporting file.",
		r.At.UTC().Format("2 January 2006"), r.Request)
}

// AddableAs says why a candidate may not be put on a request as kind, or nil.
// released is when the bytes left before; nil if they did not.
func AddableAs(c Candidate, p Policy, kind Kind, released *Release) error {
	if err := Requestable(c, p); err != nil {
		return err
	}
	if kind == Output && released != nil {
		return releasedBefore(*released)
	}
	return nil
}

// usable refuses a place where nothing may be asked for today.
func usable(p Place) error {
	switch {
	case p.Archived:
		return ErrStatus.with("The workspace %s is archived, so nothing of it can be requested.", p.Workspace)
	case !p.Ongoing:
		return ErrStatus.with("The project %s is not ongoing, so nothing of it can be requested.", p.Project)
	}
	return nil
}

// Opening says that somebody opens bytes: an entry of the log, without a
// version in any stream, written before the first byte is sent.
type Opening struct {
	Actor      Actor
	As         Role
	Place      Place
	Request    RequestID // "" for an output of a workspace
	Turn       int
	File       FileID
	Path       string
	SHA256     string
	Size       int64
	Downloaded bool
	At         time.Time
	Policy     string // the hash of today's policy; "" if the store is to find it
}

// Act is the opening's name in the log.
func (o Opening) Act() string {
	if o.Downloaded {
		return "file_downloaded"
	}
	return "file_opened"
}
