package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
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
	var list []pages.LedgerEntry
	for _, e := range items[:min(len(items), homeRows)] {
		list = append(list, s.showLogged(e))
	}
	return list, err
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
	for _, e := range items {
		p.Entries = append(p.Entries, s.showLogged(e))
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

// showLogged is an entry as the page shows it.
func (s *server) showLogged(e entry) pages.LedgerEntry {
	var fields struct {
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
			Request string `json:"request"`
			Path    string `json:"path"`
			SHA256  string `json:"sha256"`
		} `json:"subject"`
	}
	shown := pages.LedgerEntry{ID: strconv.FormatInt(e.ID, 10), Hash: e.Hash[:12] + "…", JSON: string(e.Entry)}
	if err := json.Unmarshal(e.Entry, &fields); err != nil { // an entry of another format is shown as it is stored
		shown.What = "is not readable here"
		return shown
	}
	shown.At, shown.By = pages.At(fields.At, s.Now()), fields.Actor.Username
	if shown.By == "" {
		shown.By = fields.Actor.Kind
	}
	shown.About = fields.Place.Workspace
	if fields.Place.Project != "" && fields.Place.Project != fields.Place.Workspace {
		shown.About = fields.Place.Project + " / " + fields.Place.Workspace
	}
	shown.What = pages.Deed{Act: fields.Act, Path: fields.Subject.Path, Workspace: fields.Place.Workspace}.Words()
	shown.SHA256 = fields.Subject.SHA256
	if fields.Subject.Request != "" {
		shown.Request = fields.Subject.Request
		shown.Href = pages.RequestAddress(review.RequestID(fields.Subject.Request))
	}
	return shown
}
