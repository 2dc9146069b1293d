package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// ledgerFilters are the fields by which the log is narrowed.
var ledgerFilters = []struct {
	name, label string
	date        bool
}{
	{"project", "Project", false}, {"workspace", "Workspace", false}, {"request", "Request", false}, {"person", "Person", false},
	{"act", "Act", false}, {"sha256", "SHA-256 of a file", false}, {"from", "From", true}, {"to", "To", true},
}

// ledgerFields are the fields of the ledger's page.
func ledgerFields(query url.Values) pages.Filters {
	f := pages.Filters{Action: "/ledger"}
	for _, field := range ledgerFilters {
		f.Add(query, pages.Filter{Name: field.name, Label: field.label, Date: field.date})
	}
	f.Add(query, pages.Filter{Name: "order", Label: "Order", Choices: []pages.Choice{
		{Value: "", Text: "the latest first"}, {Value: "oldest", Text: "the first first"},
	}})
	return f
}

// latestEntries are the last entries that an auditor may see, for their home
// page.
func (s *server) latestEntries(c *gin.Context) ([]pages.LedgerEntry, error) {
	items, _, err := s.readEntries(c, LogFilter{Newest: true}, s.shows(c.Request.Context(), actorOf(c)))
	if err != nil {
		return nil, err
	}
	return s.showLogged(c, items[:min(len(items), homeRows)])
}

// showLedger answers GET /ledger.
func (s *server) showLedger(c *gin.Context) error {
	if err := review.MayReadLog(actorOf(c)); err != nil {
		return err
	}
	p := pages.Ledger{
		Frame: s.frame(c, "Ledger"), Empty: "No entry that you may see is like that.", Filter: ledgerFields(c.Request.URL.Query()),
	}
	f, err := logFilter(c)
	if e, ok := errors.AsType[*review.Error](err); ok { // what was typed stays in the fields
		p.Problem, p.Empty = &pages.Problem{Text: e.Message}, "Nothing was looked up."
		return s.show(c, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	f.Newest = c.Query("order") != "oldest"
	items, next, err := s.readEntries(c, f, s.shows(c.Request.Context(), actorOf(c)))
	if err != nil {
		return err
	}
	filter := p.Filter.Address()
	if p.Entries, err = s.showLogged(c, items); err != nil {
		return err
	}
	p.Pager = pagerOf("/ledger", filter, c.Query("cursor"), next)
	filter.Del("order") // an export is in the log's order
	for _, format := range []struct{ name, text string }{{"csv", "Export CSV"}, {"jsonl", "Export JSON Lines"}} {
		filter.Set("format", format.name)
		p.Exports = append(p.Exports, pages.Link{Text: format.text, Href: addressWith("/ledger/export", filter)})
	}
	return s.show(c, http.StatusOK, p)
}

// exportLedger answers GET /ledger/export.
func (s *server) exportLedger(c *gin.Context) error {
	switch c.Query("format") {
	case "csv", "jsonl":
		return s.listEntries(c)
	}
	return invalid("An export is csv or jsonl.")
}

// logged are the fields of an entry that the page shows.
type logged struct {
	At    time.Time `json:"at"`
	Act   string    `json:"act"`
	Actor struct {
		Kind     string `json:"kind"`
		Username string `json:"username"`
	} `json:"actor"`
	Place struct {
		Project   string `json:"project"`
		Workspace string `json:"workspace"`
	} `json:"place"`
	Subject struct {
		Request string          `json:"request"`
		Person  review.PersonID `json:"person"`
		Path    string          `json:"path"`
		SHA256  string          `json:"sha256"`
	} `json:"subject"`
	Event struct {
		Role  review.Role      `json:"role"`
		Scope review.Scope     `json:"scope"`
		Vote  review.VoteValue `json:"vote"`
	} `json:"event"`
}

// showLogged makes entries as the page shows them.
func (s *server) showLogged(c *gin.Context, entries []entry) ([]pages.LedgerEntry, error) {
	read := make([]*logged, len(entries))
	var people []review.PersonID
	for i, e := range entries {
		var l logged
		if err := json.Unmarshal(e.Entry, &l); err != nil {
			continue // an entry of another format is shown as it is stored
		}
		read[i] = &l
		if l.Subject.Person != "" && !slices.Contains(people, l.Subject.Person) {
			people = append(people, l.Subject.Person)
		}
	}
	names, err := s.People.Usernames(c.Request.Context(), people)
	if err != nil {
		return nil, err
	}
	shown := make([]pages.LedgerEntry, len(entries))
	for i, e := range entries {
		shown[i] = pages.LedgerEntry{ID: strconv.FormatInt(e.ID, 10), Hash: e.Hash[:12] + "…", JSON: string(e.Entry), What: "is not readable here"}
		if read[i] != nil {
			s.showFields(&shown[i], *read[i], names)
		}
	}
	return shown, nil
}

func (s *server) showFields(shown *pages.LedgerEntry, l logged, names map[review.PersonID]string) {
	shown.At, shown.By = pages.At(l.At, s.Now()), cmp.Or(l.Actor.Username, l.Actor.Kind)
	shown.About = l.Place.Workspace
	if l.Place.Project != "" && l.Place.Project != l.Place.Workspace {
		shown.About = l.Place.Project + " / " + l.Place.Workspace
	}
	shown.What = pages.Deed{
		Act: l.Act, Path: l.Subject.Path, Workspace: l.Place.Workspace, Person: names[l.Subject.Person],
		Role: l.Event.Role, Scope: l.Event.Scope, Vote: l.Event.Vote,
	}.Words()
	shown.SHA256 = l.Subject.SHA256
	if l.Subject.Request != "" {
		shown.Request = l.Subject.Request
		shown.Href = pages.RequestAddress(review.RequestID(l.Subject.Request))
	}
}
