package pages

import (
	"net/url"
	"time"

	"sallyport/review"
)

// Search is what was found for a text, or where one says what to look for.
type Search struct {
	Frame
	Asked       bool // something was looked for
	Count       string
	Requests    []RequestRow
	Files       []FoundFile
	Workspaces  []FoundWorkspace
	JobRequests []JobRequestRow
	More        bool // there is more than is listed
}

func (Search) file() string { return "search.html" }

// FoundFile is a file of a request that was found.
type FoundFile struct {
	Href    string
	Path    string
	SHA256  string
	Kind    string
	Request Link
	State   State
}

// FoundWorkspace is a workspace that was found.
type FoundWorkspace struct {
	Href         string
	Name         string
	Project      string
	Organisation string
}

// Add takes what was found among requests.
func (s *Search) Add(v review.SearchView, now time.Time) {
	for _, r := range v.Requests {
		s.Requests = append(s.Requests, NewRequestRow(r, now))
	}
	for _, f := range v.Files {
		s.Files = append(s.Files, FoundFile{
			Href: RequestAddress(f.Request, "files", string(f.File)), Path: f.Path, SHA256: f.SHA256, Kind: string(f.Kind),
			Request: Link{Text: Heading(f.Title, f.Workspace), Href: RequestAddress(f.Request)}, State: StatusState(f.Status),
		})
	}
	s.More = s.More || v.More
}

// AddWorkspace takes a workspace that was found.
func (s *Search) AddWorkspace(p review.Place) {
	s.Workspaces = append(s.Workspaces, FoundWorkspace{
		Href: "/workspaces/" + url.PathEscape(p.Workspace), Name: p.Workspace, Project: p.Project, Organisation: p.Organisation,
	})
}

// Found is how many things were found.
func (s *Search) Found() int {
	return len(s.Requests) + len(s.Files) + len(s.Workspaces) + len(s.JobRequests)
}
