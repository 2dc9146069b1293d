package review

import "cmp"

// AddFiles asks for outputs of the workspace to be put into a group.
type AddFiles struct {
	Group string
	Kind  Kind
	Paths []string
}

// Added says what became of one path. ID is empty if it was refused.
type Added struct {
	Path   string `json:"path"`
	ID     FileID `json:"id,omitempty"`
	WhyNot string `json:"why_not,omitempty"`
	Code   string `json:"code,omitempty"`
}

// copied is a path with its copy, or why there is none.
type copied struct {
	path string
	kept Kept
	err  *Error
}

func (a AddFiles) check() error {
	switch {
	case a.Kind != Output && a.Kind != Supporting:
		return ErrInvalid.with("A file is added as output or supporting.")
	case len(a.Paths) == 0:
		return ErrInvalid.with("Nothing was chosen.")
	case len(a.Paths) > maxPathsAtOnce:
		return ErrInvalid.with("At most %d files are added at once.", maxPathsAtOnce)
	}
	_, err := groupName(a.Group)
	return err
}

// addFiles decides which copies are put on the request. A refused path does
// not stop the others.
func addFiles(in In, a AddFiles, copies []copied) (Decision, error) {
	st, err := in.guard(ActFiles)
	if err != nil {
		return Decision{}, err
	}
	if err := cmp.Or(usable(in.Place), a.check()); err != nil {
		return Decision{}, err
	}
	group, made, err := in.groupFor(a.Group)
	if err != nil {
		return Decision{}, err
	}
	out := Decision{As: st.as(ActFiles, in.Request.Status)}
	results := make([]Added, 0, len(copies))
	seen := map[string]bool{}
	for _, c := range copies {
		e, err := in.addFile(group, a.Kind, c, seen[c.path], len(in.Request.Files)+len(out.Events))
		if err != nil {
			results = append(results, Added{Path: c.path, WhyNot: err.Message, Code: err.Code})
			continue
		}
		seen[c.path] = true
		out.Events = append(out.Events, e)
		results = append(results, Added{Path: c.path, ID: e.File})
	}
	if made != nil && len(out.Events) > 0 {
		out.Events = append([]Event{made}, out.Events...)
	}
	if len(out.Events) > 0 {
		out.Work = []Work{in.checks()}
	}
	out.Result = results
	return out, nil
}

func (in In) addFile(group GroupID, kind Kind, c copied, twice bool, n int) (*FileAdded, *Error) {
	was := in.Request.at(c.path)
	switch {
	case c.err != nil:
		return nil, c.err
	case twice, was != nil && was.Kind != WithdrawnFile:
		return nil, ErrDuplicate.with("`%s` is on this request already.", c.path)
	case was == nil && n >= maxFiles:
		return nil, ErrTooLarge.with("A request holds at most %d files.", maxFiles)
	}
	src, err := in.takeable(c.path, c.kept, kind)
	if err != nil {
		return nil, err
	}
	e := &FileAdded{Group: group, Kind: kind, Source: src}
	if was != nil {
		e.File = was.ID
	} else {
		e.File = FileID(in.NewID())
	}
	return e, nil
}

// takeable checks that the copy is what the workspace has at path now, that it
// may be requested, and that it is free.
func (in In) takeable(path string, kept Kept, kind Kind) (Source, *Error) {
	c, ok := in.Facts.Outputs[path]
	if !ok {
		c = Candidate{Path: path}
	}
	if err := AddableAs(c, in.Policy, kind, in.released(kept.SHA256)); err != nil {
		return Source{}, asError(err)
	}
	if err := in.Policy.takes(path, kept.Size); err != nil {
		return Source{}, asError(err) // it grew since the workspace was read
	}
	if c.SHA256 != "" && c.SHA256 != kept.SHA256 {
		return Source{}, ErrRequestable.with("`%s` has other bytes than the workspace's manifest names. It may be being written; try again.", path)
	}
	if kind == Output {
		if err := in.free(path, kept.SHA256); err != nil {
			return Source{}, err
		}
	}
	return c.source(kept), nil
}

func (in In) released(sha256 string) *Release {
	if rel, ok := in.Facts.Released[sha256]; ok {
		return &rel
	}
	return nil
}

// free refuses an output whose path or bytes another active request of the
// workspace holds. Both requests are of one project, so that whoever may add
// the file may know of the other.
func (in In) free(path, sha256 string) *Error {
	if other, ok := in.Facts.PathHolders[path]; ok {
		return ErrDuplicate.with("`%s` is an output of request %s already. A path can be asked for once at a time.", path, other)
	}
	if other, ok := in.Facts.ByteHolders[sha256]; ok {
		return ErrDuplicate.with("The bytes of `%s` are on request %s already. They can be asked for once at a time.", path, other)
	}
	return nil
}

// ChangeFile moves a file into another group, or makes it another kind, or
// both. nil leaves a thing as it is.
type ChangeFile struct {
	File  FileID
	Group *string
	Kind  *Kind
}

func changeFile(in In, c ChangeFile) (Decision, error) {
	st, err := in.guard(ActFiles, in.hasFile(c.File))
	if err != nil {
		return Decision{}, err
	}
	f := in.Request.file(c.File)
	if f.Kind == WithdrawnFile {
		return Decision{}, ErrStatus.with("`%s` was withdrawn. Add it again first.", f.Path)
	}
	out := Decision{As: st.as(ActFiles, in.Request.Status)}
	if err := in.move(&out, f, c.Group); err != nil {
		return Decision{}, err
	}
	if err := in.retype(&out, f, c.Kind); err != nil {
		return Decision{}, err
	}
	if len(out.Events) == 0 {
		return Decision{}, ErrNothing
	}
	out.Work = []Work{in.checks()}
	return out, nil
}

func (in In) move(out *Decision, f *File, to *string) error {
	if to == nil {
		return nil
	}
	group, made, err := in.groupFor(*to)
	if err != nil || group == f.Group {
		return err
	}
	if made != nil {
		out.Events = append(out.Events, made)
	}
	out.Events = append(out.Events, &FileMoved{File: f.ID, From: f.Group, Group: group})
	return nil
}

func (in In) retype(out *Decision, f *File, kind *Kind) error {
	switch {
	case kind == nil || *kind == f.Kind:
		return nil
	case *kind != Output && *kind != Supporting:
		return ErrInvalid.with("A file is output or supporting; to take it back, withdraw it.")
	case *kind == Output:
		if rel := in.released(f.SHA256); rel != nil {
			return releasedBefore(*rel)
		}
		if err := in.free(f.Path, f.SHA256); err != nil {
			return err
		}
	}
	out.Events = append(out.Events, &FileRetyped{File: f.ID, Kind: *kind})
	return nil
}

// updateFile decides that a file takes the workspace's present bytes.
func updateFile(in In, id FileID, c copied) (Decision, error) {
	st, err := in.guard(ActFiles, in.hasFile(id))
	if err != nil {
		return Decision{}, err
	}
	if err := usable(in.Place); err != nil {
		return Decision{}, err
	}
	f := in.Request.file(id)
	switch {
	case f.Kind == WithdrawnFile:
		return Decision{}, ErrStatus.with("`%s` was withdrawn. Add it again first.", f.Path)
	case c.err != nil:
		return Decision{}, c.err
	case c.path != f.Path:
		return Decision{}, ErrChanged
	case c.kept.SHA256 == f.SHA256:
		return Decision{}, ErrNothing.with("`%s` has not changed in the workspace.", f.Path)
	}
	src, refused := in.takeable(f.Path, c.kept, f.Kind)
	if refused != nil {
		return Decision{}, refused
	}
	return Decision{As: st.as(ActFiles, in.Request.Status), Events: []Event{
		&FileUpdated{File: id, Before: f.SHA256, Source: src},
	}, Work: []Work{in.checks()}}, nil
}

// withdrawFile decides that a file is taken back, also when it vanished from
// the workspace.
func withdrawFile(in In, id FileID) (Decision, error) {
	st, err := in.guard(ActFiles, in.hasFile(id))
	if err != nil {
		return Decision{}, err
	}
	f := in.Request.file(id)
	if f.Kind == WithdrawnFile {
		return Decision{}, ErrStatus.with("`%s` was withdrawn before.", f.Path)
	}
	return Decision{As: st.as(ActFiles, in.Request.Status), Events: []Event{&FileWithdrawn{
		File: id, Path: f.Path, SHA256: f.SHA256, Removed: in.Request.Status == Pending,
	}}, Work: []Work{in.checks()}}, nil
}
