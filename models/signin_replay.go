package models

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// identity folds the stream of a person's identity and compares its row.
func (p *replay) identity(ctx context.Context, tx *gorm.DB, id string, entries []replayed) error {
	var rows []identityRow
	for _, e := range entries {
		var event identityLinked
		if err := json.Unmarshal(e.entry.Event, &event); err != nil {
			p.differ(Difference{e.row.Stream, "entries", fmt.Sprint(e.row.ID), "bytes", err.Error(), ""})
			return nil
		}
		rows = nil // an account has one at a time
		if e.row.Act == actIdentityLinked {
			rows = append(rows, identityRow{
				Issuer: event.Issuer, Subject: event.Subject, PersonID: string(event.Person), Linked: at(e.entry.At),
			})
		}
	}
	return compareRows(ctx, tx, p, "identity/"+id, rows, "person_id = ?", id)
}
