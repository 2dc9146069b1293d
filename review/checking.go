package review

import (
	"context"
	"slices"
)

// maxWeighty is how many findings of weight an entry names; who checks a file
// counts what is beyond in one finding.
const maxWeighty = 150

// MaxWeighty is how many findings of weight are recorded of one file.
const MaxWeighty = maxWeighty

// Inspection is what a worker has to check of one request.
type Inspection struct {
	Request   RequestID
	Workspace string
	Status    Status
	Policy    Policy
	Profile   string
	Files     []Inspected // withdrawn files left out
}

// Inspected is a file to be checked, with what its checks rest on.
type Inspected struct {
	Source
	ID     FileID
	Kind   Kind
	Codes  []string // of the controls that its group declares
	Basis  string
	Others string       // of its group: see FileChecked
	Fresh  bool         // its checks are done
	Done   *FileChecked // the last checks of these bytes; nil if there are none
	Beside []Beside     // the other files of its group
	ACRO   []Beside     // what ACRO may have written of it, and stands on the request
}

// Beside is another file of the same group.
type Beside struct {
	Path   string
	SHA256 string
	Size   int64
}

// CheckedFile is what the checks of one file found.
type CheckedFile struct {
	File         FileID
	SHA256       string
	After        string // the hash of the findings that were recorded when this check began; "" for none
	Basis        string
	Others       string // "" if what was found does not hang on them
	Profile      string
	Rules        []string
	FindingsHash string
	NotExamined  int
	Findings     []CheckedFinding // of weight, at most MaxWeighty and one
	Lesser       int
	Against      []string
}

// Inspection says what is to be checked of a request; ErrStatus if it waits for
// nobody any more. Only workers ask.
func (s *Service) Inspection(ctx context.Context, id RequestID) (Inspection, error) {
	snap, err := s.store.Snapshot(ctx, id, System())
	if err != nil {
		return Inspection{}, err
	}
	return snap.inspection()
}

func (s Snapshot) inspection() (Inspection, error) {
	r := s.Request
	if !r.Status.Active() {
		return Inspection{}, ErrStatus
	}
	in := Inspection{
		Request: r.ID, Workspace: r.Workspace, Status: r.Status, Policy: s.Policy, Profile: ProfileOf(s.Policy, s.Facts.Rules),
	}
	b, groups := r.bases(), map[GroupID][]Beside{}
	for _, f := range r.Files {
		if f.Kind != WithdrawnFile {
			groups[f.Group] = append(groups[f.Group], Beside{f.Path, f.SHA256, f.Size})
		}
	}
	for _, f := range r.Files {
		if f.Kind == WithdrawnFile {
			continue
		}
		to := Inspected{Source: f.Source, ID: f.ID, Kind: f.Kind, Basis: b.of(f), Others: b.others(f.Group), Fresh: b.checked(f, in.Profile), Done: f.Check, ACRO: b.acro(f)}
		if g := r.group(f.Group); g != nil {
			to.Codes = g.Codes
		}
		to.Beside = slices.DeleteFunc(slices.Clone(groups[f.Group]), func(o Beside) bool { return o.Path == f.Path })
		in.Files = append(in.Files, to)
	}
	return in, nil
}

// RecordChecks records what the checks of some files found. What is not true
// any more, because the request changed meanwhile, is left out: the change asks
// for checks anew. What is recorded already is not recorded again. Where two
// workers found different things at the same time, all is checked once more.
func (s *Service) RecordChecks(ctx context.Context, id RequestID, done []CheckedFile) error {
	return s.change(ctx, Command{Actor: System(), On: id}, func(in In) (Decision, error) {
		return recordChecks(in, done)
	})
}

func recordChecks(in In, done []CheckedFile) (Decision, error) {
	r := in.Request
	switch {
	case r == nil:
		return Decision{}, ErrNotFound
	case in.Actor.Kind != IsSystem:
		return Decision{}, ErrRole
	case !r.Status.Active():
		return Decision{}, nil
	}
	var out Decision
	b, profile, hash := r.bases(), ProfileOf(in.Policy, in.Facts.Rules), in.Policy.Hash()
	for _, c := range done {
		f := r.file(c.File)
		switch {
		case f == nil || f.Kind == WithdrawnFile || f.SHA256 != c.SHA256:
			continue
		case c.Profile != profile || c.Basis != b.of(f) || c.Others != "" && c.Others != b.others(f.Group):
			continue
		case len(c.Findings) > maxWeighty+1:
			return Decision{}, ErrTooLarge.with("At most %d findings of one file are recorded.", maxWeighty+1)
		}
		e := &FileChecked{
			File: c.File, SHA256: c.SHA256, Basis: c.Basis, Others: c.Others, Profile: c.Profile, Rules: c.Rules, PolicyHash: hash,
			FindingsHash: c.FindingsHash, NotExamined: c.NotExamined, Findings: c.Findings, Lesser: c.Lesser, Against: c.Against,
		}
		if f.Check.same(e) {
			continue
		}
		out.Events = append(out.Events, e)
		if f.overtaken(c) {
			out.Work = []Work{{Kind: WorkRecheck, Subject: string(r.ID), Due: in.Now}}
		}
	}
	return out, nil
}

// overtaken reports whether another worker recorded something else of the same
// bytes while this check was made: which of the two looked later is not known.
func (f *File) overtaken(c CheckedFile) bool {
	return f.Check != nil && f.Check.SHA256 == c.SHA256 && f.Check.FindingsHash != c.After && f.Check.FindingsHash != c.FindingsHash
}

// same reports whether e says what was said before.
func (c *FileChecked) same(e *FileChecked) bool {
	return c != nil && c.SHA256 == e.SHA256 && c.Basis == e.Basis && c.Others == e.Others && c.Profile == e.Profile &&
		c.FindingsHash == e.FindingsHash && c.NotExamined == e.NotExamined && slices.Equal(c.Against, e.Against)
}

// AskForChecks has a worker look whether there is something to check.
func (s *Service) AskForChecks(ctx context.Context, id RequestID) error {
	return s.change(ctx, Command{Actor: System(), On: id}, func(in In) (Decision, error) {
		if in.Request == nil || !in.Request.Status.Active() {
			return Decision{}, nil
		}
		return Decision{Work: []Work{in.checks()}}, nil
	})
}

// checks is the work of checking the request's files.
func (in In) checks() Work {
	return Work{Kind: WorkCheck, Subject: string(in.Request.ID), Due: in.Now}
}
