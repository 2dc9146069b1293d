package models

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"sallyport/review"
)

// tabler is a row that names its table.
type tabler interface{ TableName() string }

// column is one value of a row, as it is compared and shown.
type column struct {
	name  string
	value []byte
}

// naming is how gorm names columns.
var naming = schema.NamingStrategy{}

// columnsOf lists a row's columns but secrets, which no entry holds.
func columnsOf(row any) []column {
	v := reflect.ValueOf(row)
	columns := make([]column, 0, v.NumField())
	for i := range v.NumField() {
		name := columnName(v.Type().Field(i))
		if name != "secret" {
			columns = append(columns, column{name, shown(v.Field(i).Interface())})
		}
	}
	return columns
}

func columnName(f reflect.StructField) string {
	for _, setting := range strings.Split(f.Tag.Get("gorm"), ";") {
		if name, ok := strings.CutPrefix(setting, "column:"); ok {
			return name
		}
	}
	return naming.ColumnName("", f.Name)
}

// keyOf joins the parts of a row's primary key.
func keyOf(row any) string {
	v := reflect.ValueOf(row)
	var parts []string
	for i := range v.NumField() {
		if strings.Contains(v.Type().Field(i).Tag.Get("gorm"), "primaryKey") {
			parts = append(parts, string(shown(v.Field(i).Interface())))
		}
	}
	return strings.Join(parts, " ")
}

// shown is a value as text. NULL and the empty text look alike; no column has
// both.
func shown(v any) []byte {
	switch v := v.(type) {
	case instant:
		if v.IsZero() {
			return nil
		}
		return v.UTC().AppendFormat(nil, time.RFC3339Nano)
	case []byte:
		return v
	case *string:
		if v == nil {
			return nil
		}
		return []byte(*v)
	case *int64:
		if v == nil {
			return nil
		}
		return fmt.Append(nil, *v)
	}
	return fmt.Append(nil, v)
}

// person folds the stream of a person, or of a service's token, and compares
// the rows of the account, its grants and its tokens.
func (p *replay) person(ctx context.Context, tx *gorm.DB, id string, entries []replayed) error {
	f := foldedPerson{grants: map[string]grantRow{}, tokens: map[string]tokenRow{}, confirmations: map[string]confirmationRow{}}
	stream := ""
	for _, e := range entries {
		stream = e.row.Stream
		if err := f.apply(id, e); err != nil {
			p.differ(Difference{stream, "entries", fmt.Sprint(e.row.ID), "bytes", err.Error(), ""})
			return nil
		}
	}
	tokens := make([]tokenRow, 0, len(f.tokens))
	for _, row := range f.tokens {
		tokens = append(tokens, row)
	}
	if strings.HasPrefix(stream, "token/") {
		return compareRows(ctx, tx, p, stream, tokens, "id = ?", id)
	}
	if err := compareRows(ctx, tx, p, stream, tokens, "person_id = ?", id); err != nil {
		return err
	}
	grants := make([]grantRow, 0, len(f.grants))
	for _, row := range f.grants {
		grants = append(grants, row)
	}
	if err := compareRows(ctx, tx, p, stream, grants, "person_id = ?", id); err != nil {
		return err
	}
	confirmations := make([]confirmationRow, 0, len(f.confirmations))
	for _, row := range f.confirmations {
		confirmations = append(confirmations, row)
	}
	if err := compareRows(ctx, tx, p, stream, confirmations, "person_id = ?", id); err != nil {
		return err
	}
	return compareRows(ctx, tx, p, stream, []personRow{f.person}, "id = ?", id)
}

// foldedPerson is what the entries of a person amount to.
type foldedPerson struct {
	person personRow
	grants map[string]grantRow
	tokens map[string]tokenRow

	confirmations map[string]confirmationRow
}

func (f *foldedPerson) apply(id string, e replayed) error {
	switch e.row.Act {
	case actPersonAdded:
		var event personAdded
		err := json.Unmarshal(e.entry.Event, &event)
		f.person = personRow{ID: string(event.Person), Username: event.Username, Name: e.said(event.Name), Created: at(e.entry.At)}
		return err
	case actRoleGranted:
		var event roleGranted // without a source, an administrator's
		err := json.Unmarshal(e.entry.Event, &event)
		f.grants[event.Grant] = grantRow{
			ID: event.Grant, PersonID: id, Role: string(event.Role), Scope: string(event.Scope), Since: at(e.entry.At),
			Source: cmp.Or(event.Source, fromLocal),
		}
		return err
	case actRoleEnded:
		var event roleEnded
		err := json.Unmarshal(e.entry.Event, &event)
		row := f.grants[event.Grant]
		row.Until = at(e.entry.At)
		f.grants[event.Grant] = row
		return err
	case actRoleAsked:
		var event roleAsked
		err := json.Unmarshal(e.entry.Event, &event)
		f.confirmations[event.Confirmation] = confirmationRow{
			ID: event.Confirmation, PersonID: id, Role: string(event.Role), Scope: string(event.Scope), AskedBy: e.entry.Actor.ID,
			Asked: at(e.entry.At), Lapses: at(event.Lapses.Time), State: string(review.ConfirmationWaiting),
		}
		return err
	case actRoleConfirmed, actRoleRefused, actRoleLapsed:
		return f.roleSettled(e)
	case actTokenMade:
		return f.tokenMade(e)
	case actTokenEnded:
		var event tokenEnded
		err := json.Unmarshal(e.entry.Event, &event)
		row := f.tokens[event.Token]
		row.Ended = at(e.entry.At)
		f.tokens[event.Token] = row
		return err
	}
	return fmt.Errorf("the act %s is not known to this program", e.row.Act)
}

func (f *foldedPerson) roleSettled(e replayed) error {
	var event roleSettled
	err := json.Unmarshal(e.entry.Event, &event)
	row := f.confirmations[event.Confirmation]
	row.Settled = at(e.entry.At)
	for state, act := range settling {
		if act == e.row.Act {
			row.State = string(state)
		}
	}
	if e.row.Act != actRoleLapsed {
		row.SettledBy = optional(e.entry.Actor.ID)
	}
	f.confirmations[event.Confirmation] = row
	return err
}

func (f *foldedPerson) tokenMade(e replayed) error {
	var event tokenMade
	err := json.Unmarshal(e.entry.Event, &event)
	row := tokenRow{
		ID: event.Token, PersonID: optional(e.entry.Subject.Person), Backend: optional(event.Backend),
		Name: e.said(event.Name), Scopes: event.Scopes, Made: at(e.entry.At),
	}
	if event.Expires != nil {
		row.Expires = at(event.Expires.Time)
	}
	f.tokens[event.Token] = row
	return err
}

// event reads the event of a request's entry, from the entry as ledger read it.
func (e replayed) event() (review.Event, error) {
	var version struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(e.entry.Event, &version); err != nil {
		return nil, err
	}
	return decodeEvent(e.entry.Act, version.V, e.entry.Event, e.words)
}

// said is the text of words in the entry's event; "" if they were erased.
func (e replayed) said(words review.Words) string {
	for _, w := range e.words {
		if w.Hash == words.Hash {
			return w.Text
		}
	}
	return ""
}

// workspace folds where a workspace stands and compares its row.
func (p *replay) workspace(ctx context.Context, tx *gorm.DB, name string, entries []replayed) error {
	var row workspaceRow
	for _, e := range entries {
		if e.row.Act != actWorkspacePlaced {
			continue // what was read from it is reported, not folded
		}
		var event workspacePlaced
		if err := json.Unmarshal(e.entry.Event, &event); err != nil {
			p.differ(Difference{e.row.Stream, "entries", fmt.Sprint(e.row.ID), "bytes", err.Error(), ""})
			return nil
		}
		row = event.row()
	}
	return compareRows(ctx, tx, p, workspaceStream(name), []workspaceRow{row}, "name = ?", name)
}
