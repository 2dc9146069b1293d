package pages

import (
	"strings"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// TokenRow is a token in a list.
type TokenRow struct {
	ID      string
	Name    string
	Of      string // the backend of a service's
	Scopes  string
	Made    Moment
	Expires Moment
	State   State
	End     string // the page that asks before it is ended; "" if it is of no use any more
}

// NewTokenRow makes a row of a token whose end is asked about below an address.
func NewTokenRow(t auth.Token, below string, now time.Time) TokenRow {
	row := TokenRow{
		ID: t.ID, Name: t.Name, Of: t.Backend, Made: At(t.Made, now), Expires: At(t.Expires, now), State: State{approved, "In use"},
	}
	var scopes []string
	for _, s := range t.Scopes {
		scopes = append(scopes, string(s))
	}
	row.Scopes = strings.Join(scopes, ", ")
	switch {
	case !t.Ended.IsZero():
		row.State = State{refused, "Ended"}
	case !t.Good(now):
		row.State = State{changes, "Expired"}
	default:
		row.End = below + "/" + t.ID + "/end"
	}
	return row
}

// TokenForm makes a token.
type TokenForm struct {
	Form
	Service bool // for a backend, without scopes
	Scopes  []Choice
	Ages    []Choice
}

// scopeMeans says what each scope of a token lets it do.
var scopeMeans = map[review.TokenScope]string{
	review.MayRead: "read: see what you may see", review.MayContent: "content: open unreleased files", review.MayAuthor: "author: write requests",
	review.MayCheck: "check: review requests, and decide on them", review.MayAudit: "audit: read the ledger",
	review.MayAdmin: "admin: administer people, roles and workspaces",
}

// TokenAges are how many days a token may live.
var TokenAges = []struct{ Value, Text string }{{"7", "7 days"}, {"30", "30 days"}, {"90", "90 days"}, {"365", "a year"}}

// NewTokenForm makes the form. fit are the scopes that its owner can have; none
// for a service.
func NewTokenForm(f Form, fit []review.TokenScope) TokenForm {
	tf := TokenForm{Form: f, Service: len(fit) == 0}
	for _, s := range fit {
		tf.Scopes = append(tf.Scopes, Choice{string(s), scopeMeans[s], f.Has("scope", string(s))})
	}
	chosen := f.Value("days")
	if chosen == "" {
		chosen = "30"
	}
	for _, a := range TokenAges {
		tf.Ages = append(tf.Ages, Choice{a.Value, a.Text, a.Value == chosen})
	}
	return tf
}

// Tokens are the tokens of services.
type Tokens struct {
	Frame
	Rows  []TokenRow
	Make  TokenForm
	Pager Pager
}

func (Tokens) file() string { return "tokens.html" }

// TokenMade shows a token that was just made, once.
type TokenMade struct {
	Frame
	Token string // "" if it was shown before
	Row   TokenRow
	Back  string
}

func (TokenMade) file() string { return "tokenmade.html" }
