package review

import (
	"cmp"
	"slices"
	"strings"
)

// Controls are the codes of disclosure controls that an author may name
// (docs/rules.md "Controls").
var Controls = []string{
	"rounded-5", "rounded-6", "rounded-10", "midpoint-6",
	"redacted-le-7", "redacted-lt-8", "redacted-lt-10", "no-counts", "none",
}

// create decides a new draft.
func create(in In, workspace, title string) (Decision, error) {
	switch {
	case !MaySeeWorkspace(in.Actor, in.Place):
		return Decision{}, ErrNotFound
	case !in.Actor.Has(Researcher, in.Place) || !in.Actor.Within(MayAuthor):
		return Decision{}, ErrRole.with("Only a researcher of the project can ask for releases from this workspace.")
	}
	if err := usable(in.Place); err != nil {
		return Decision{}, err
	}
	title, err := cleanLine("title", title, maxTitle)
	if err != nil {
		return Decision{}, err
	}
	return Decision{As: Researcher, Events: []Event{
		&RequestCreated{Workspace: workspace, Title: newWords(in.NewSalt(), title)},
	}}, nil
}

// setTitle decides another title, or none.
func setTitle(in In, title string) (Decision, error) {
	st, err := in.guard(ActTitle)
	if err != nil {
		return Decision{}, err
	}
	title, err = cleanLine("title", title, maxTitle)
	if err != nil || title == in.Request.Title.Text {
		return Decision{}, err
	}
	return Decision{As: st.as(ActTitle, in.Request.Status), Events: []Event{
		&TitleChanged{Title: newWords(in.NewSalt(), title)},
	}}, nil
}

// groupName refuses a name that cannot stand in an address.
func groupName(name string) (string, error) {
	name, err := cleanLine("group's name", name, maxGroupName)
	switch {
	case err != nil:
		return "", err
	case name == "":
		return "", ErrInvalid.with("The group needs a name.")
	case strings.Contains(name, "/"):
		return "", ErrInvalid.with("The group's name cannot have a `/` in it.")
	case name == "." || name == "..":
		return "", ErrInvalid.with("The group's name cannot be `%s`.", name)
	}
	return name, nil
}

// groupFor finds the group of a name, or makes it; made is nil if it was there.
func (in In) groupFor(name string) (id GroupID, made *GroupCreated, err error) {
	name, err = groupName(name)
	if err != nil {
		return "", nil, err
	}
	if g := in.Request.named(name); g != nil {
		return g.ID, nil, nil
	}
	if len(in.Request.Groups) >= maxGroups {
		return "", nil, ErrTooLarge.with("A request holds at most %d groups.", maxGroups)
	}
	made = &GroupCreated{Group: GroupID(in.NewID()), Name: newWords(in.NewSalt(), name)}
	return made.Group, made, nil
}

// Described is what an author says of a file group: what the files are and
// why they should go out, and which disclosure controls were applied.
type Described struct {
	Group   string
	Context string
	Codes   []string
	Text    string
}

func describe(in In, d Described) (Decision, error) {
	st, err := in.guard(ActGroups)
	if err != nil {
		return Decision{}, err
	}
	id, made, err := in.groupFor(d.Group)
	if err != nil {
		return Decision{}, err
	}
	if d, err = d.clean(); err != nil {
		return Decision{}, err
	}
	g := in.Request.group(id)
	if g != nil && g.Context.Text == d.Context && g.Controls.Text == d.Text && slices.Equal(g.Codes, d.Codes) {
		return Decision{}, nil
	}
	out := Decision{As: st.as(ActGroups, in.Request.Status)}
	if made != nil {
		out.Events = append(out.Events, made)
	}
	out.Events = append(out.Events, &GroupDescribed{
		Group: id, Codes: d.Codes,
		Context:  newWords(in.NewSalt(), d.Context),
		Controls: newWords(in.NewSalt(), d.Text),
	})
	return out, nil
}

// clean checks the texts, and sorts the codes.
func (d Described) clean() (Described, error) {
	var err error
	if d.Context, err = cleanText("context", d.Context, maxText); err != nil {
		return d, err
	}
	if d.Text, err = cleanText("text of the controls", d.Text, maxText); err != nil {
		return d, err
	}
	codes := slices.Clone(d.Codes)
	slices.Sort(codes)
	for _, c := range codes {
		if !slices.Contains(Controls, c) {
			return d, ErrInvalid.with("There is no control %q.", c)
		}
	}
	d.Codes = slices.Compact(codes)
	if len(d.Codes) == 0 {
		d.Codes = nil
	}
	return d, nil
}

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
	}}, nil
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
	}}}, nil
}
