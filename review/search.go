package review

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SearchQuery is what is looked for among requests and their files. What is
// empty is not looked for.
type SearchQuery struct {
	Seen Visible // requests that may be found by their id
	Read Visible // requests that may be found by their title and files

	By     PersonID // who looks
	Text   string   // a part of a title or a path, in lower case
	ID     string   // the beginning of a request's id
	SHA256 string   // the beginning of the SHA-256 of a file's bytes
	Limit  int      // of each kind
}

// SearchRows is what a store finds, each kind the newest first.
type SearchRows struct {
	ByID    []Summary
	ByTitle []Summary
	Files   []FoundRow
}

// FoundRow is a file that was found, on its request.
type FoundRow struct {
	Request Summary
	File    FileID
	Path    string
	SHA256  string
	Kind    Kind
}

// SearchView is what somebody found, as far as they may see it.
type SearchView struct {
	Requests []SummaryView
	Files    []FoundFile
	More     bool // there is more than is listed
}

// FoundFile is a file of a request that somebody found.
type FoundFile struct {
	Request   RequestID
	Title     string
	Workspace string
	Status    Status
	File      FileID
	Path      string
	SHA256    string
	Kind      Kind
}

// What is looked for has so many characters; shorter beginnings of ids and
// hashes would find nearly all.
const (
	minSearch       = 2
	maxSearch       = 200
	minSearchID     = 4
	minSearchSHA256 = 8
	searchRows      = 100 // are read of each kind
	searchShown     = 20  // are shown of each kind
)

// SearchText is what somebody typed to look for, without white space around it,
// or ErrInvalid.
func SearchText(typed string) (string, error) {
	text := strings.TrimSpace(typed)
	n := utf8.RuneCountInString(text)
	if !utf8.ValidString(text) || n < minSearch || n > maxSearch || strings.ContainsFunc(text, unicode.IsControl) {
		return "", ErrInvalid.with("Type %d to %d characters to look for.", minSearch, maxSearch)
	}
	return text, nil
}

// Search looks among the requests that the actor may see, by id and, where
// they see more than that a request is there, by title, path and SHA-256.
func (s *Service) Search(ctx context.Context, actor Actor, text string) (SearchView, error) {
	text, err := SearchText(text)
	if err != nil {
		return SearchView{}, err
	}
	actor, policy, err := s.store.Actor(ctx, actor)
	if err != nil {
		return SearchView{}, err
	}
	q := SearchQuery{
		Seen: VisibleRequests(actor), Read: readableRequests(actor), By: actor.ID, Text: strings.ToLower(text), Limit: searchRows,
	}
	if id := strings.ToUpper(text); len(id) >= minSearchID && onlyOf(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		q.ID = id
	}
	if len(q.Text) >= minSearchSHA256 && onlyOf(q.Text, "0123456789abcdef") {
		q.SHA256 = q.Text
	}
	rows, err := s.store.Search(ctx, q)
	if err != nil {
		return SearchView{}, err
	}
	return viewSearch(rows, actor, policy), nil
}

// onlyOf reports whether s is made of these characters alone.
func onlyOf(s, of string) bool { return strings.Trim(s, of) == "" }

// viewSearch leaves out what lies within the actor's reach and is hidden from
// them all the same.
func viewSearch(rows SearchRows, a Actor, policy Policy) SearchView {
	var v SearchView
	seen := map[RequestID]bool{}
	add := func(sm Summary, least sight) {
		switch {
		case seen[sm.ID] || standingTo(sm, a, policy).sight < least:
		case len(v.Requests) == searchShown:
			v.More = true
		default:
			seen[sm.ID] = true
			v.Requests = append(v.Requests, viewSummary(sm, a, policy))
		}
	}
	for _, sm := range rows.ByID {
		add(sm, seesSummary)
	}
	for _, sm := range rows.ByTitle {
		add(sm, seesSummary+1)
	}
	for _, f := range rows.Files {
		switch {
		case standingTo(f.Request, a, policy).sight <= seesSummary:
		case len(v.Files) == searchShown:
			v.More = true
		default:
			v.Files = append(v.Files, FoundFile{
				Request: f.Request.ID, Title: f.Request.Title.String(), Workspace: f.Request.Workspace, Status: f.Request.Status,
				File: f.File, Path: f.Path, SHA256: f.SHA256, Kind: f.Kind,
			})
		}
	}
	return v
}
