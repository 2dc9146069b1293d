package web

import (
	"encoding/json"
	"net/http"
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

// showLedger answers GET /ledger.
func (s *server) showLedger(c *gin.Context) error {
	if err := review.MayReadLog(actorOf(c)); err != nil {
		return err
	}
	f, err := logFilter(c)
	if err != nil {
		return err
	}
	items, next, err := s.readEntries(c, f, s.shows(c.Request.Context(), actorOf(c)))
	if err != nil {
		return err
	}
	p := pages.Ledger{
		Frame: s.frame(c, "Ledger"), Empty: "No entry that you may see is like that.", Filter: pages.Filters{Action: "/ledger"},
	}
	for _, field := range ledgerFilters {
		p.Filter.Add(c.Request.URL.Query(), pages.Filter{Name: field.name, Label: field.label, Date: field.date})
	}
	filter := p.Filter.Address()
	for _, e := range items {
		p.Entries = append(p.Entries, s.showLogged(e))
	}
	p.Pager = pagerOf("/ledger", filter, c.Query("cursor"), next)
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
		} `json:"subject"`
	}
	shown := pages.LedgerEntry{ID: strconv.FormatInt(e.ID, 10), Hash: e.Hash[:12] + "…", JSON: string(e.Entry)}
	if err := json.Unmarshal(e.Entry, &fields); err != nil { // an entry of another format is shown as it is stored
		shown.Act = "not readable here"
		return shown
	}
	shown.At, shown.Act, shown.By = pages.At(fields.At, s.Now()), pages.ActWord(fields.Act), fields.Actor.Username
	if shown.By == "" {
		shown.By = fields.Actor.Kind
	}
	shown.About = fields.Place.Workspace
	if fields.Place.Project != "" && fields.Place.Project != fields.Place.Workspace {
		shown.About = fields.Place.Project + " / " + fields.Place.Workspace
	}
	shown.Path = fields.Subject.Path
	if fields.Subject.Request != "" {
		shown.Request = fields.Subject.Request
		shown.Href = pages.RequestAddress(review.RequestID(fields.Subject.Request))
	}
	return shown
}
