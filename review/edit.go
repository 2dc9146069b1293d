package review

import (
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
		&RequestCreated{Workspace: workspace, Project: in.Place.Project, Title: newWords(in.NewSalt(), title)},
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
	if g != nil && !slices.Equal(g.Codes, d.Codes) && in.Request.inUse(g.ID) {
		out.Work = []Work{in.checks()} // what is declared is what the figures are held against
	}
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
