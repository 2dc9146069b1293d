package pages

import (
	"net/url"
	"slices"
)

// Form is a form of ours. What stands in it is what there is now or, after a
// refusal, what was typed.
type Form struct {
	ID      string
	Action  string
	Key     string // the act's idempotency key
	Version string // of the view, for acts on the whole request
	Back    string // the page that it stands on
	Error   string // why it was refused
	values  url.Values
}

// Anchor is the form's id on the page.
func (f Form) Anchor() string { return "form-" + f.ID }

// Value is what stands in a field.
func (f Form) Value(name string) string { return f.values.Get(name) }

// Has reports whether a value of a field with several is chosen.
func (f Form) Has(name, value string) bool { return slices.Contains(f.values[name], value) }

// Typed is what somebody sent with a form that was refused, and why.
type Typed struct {
	Form    string
	Message string
	Values  url.Values
	Since   []string // what happened since the page was made
}

// Forms makes the forms of a page.
type Forms struct {
	Key   string // unique for this page; each form's key begins with it
	Back  string // the page
	Typed *Typed // of the form that was refused; nil if none was
}

// Form makes one form. now is what stands in its fields if nothing was typed.
func (fs Forms) Form(id, action string, now url.Values) Form {
	f := Form{ID: id, Action: action, Key: fs.Key + "." + id, Back: fs.Back, values: now}
	if fs.Typed != nil && fs.Typed.Form == id {
		f.values, f.Error = fs.Typed.Values, fs.Typed.Message
	}
	return f
}

// open reports whether the form was refused, so that it is shown unfolded.
func (f Form) open() bool { return f.Error != "" }
