package pages

import "net/url"

// Placing lists workspaces and what they belong to.
type Placing struct {
	Frame
	Rows  []PlacedRow
	Pager Pager
}

func (Placing) file() string { return "placing.html" }

// PlacedRow is a workspace and what it belongs to.
type PlacedRow struct {
	Href, Name, Project, Organisation, Backend string
	State                                      State
}

// PlaceAddress is the page that places a workspace, or what is below it.
func PlaceAddress(name, below string) string {
	return "/admin/workspaces/" + url.PathEscape(name) + below
}

// PlacedState says whether people can ask for releases from a workspace.
func PlacedState(project string, ongoing, archived bool) State {
	switch {
	case project == "":
		return State{changes, "No project"}
	case archived:
		return State{waiting, "Archived"}
	case !ongoing:
		return State{waiting, "Project over"}
	}
	return State{approved, "Ongoing"}
}

// Place is the form that says what a workspace belongs to.
type Place struct {
	Frame
	Name    string
	Form    Form
	Backend string
}

func (Place) file() string { return "place.html" }
