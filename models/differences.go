package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/review"
)

// becomeRequest inserts or updates the row of the request. The entry of its
// title stays unless an entry changed it.
func (p projection) becomeRequest(ctx context.Context, tx *gorm.DB, next projection, recs []review.Recorded) error {
	if p.request.ID == "" {
		return on[requestRow](tx).Create(ctx, &next.request)
	}
	query := on[requestRow](tx).Where("id = ?", next.request.ID).Select("*").Omit("id")
	if !titled(recs) {
		query = query.Omit("id", "title_entry")
	}
	n, err := query.Updates(ctx, next.request)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	return err
}

// titled reports whether one of the entries gave the request its title.
func titled(recs []review.Recorded) bool {
	return slices.ContainsFunc(recs, func(rec review.Recorded) bool {
		switch rec.Event.(type) {
		case *review.RequestCreated, *review.TitleChanged:
			return true
		}
		return false
	})
}

// becomeFiles writes the files that differ. All that a status changes at once
// is whether they are active: that takes one statement.
func (p projection) becomeFiles(ctx context.Context, tx *gorm.DB, next projection) error {
	was, rows := p.fileRows(), next.fileRows()
	if active := next.active(); p.request.ID != "" && active != p.active() {
		_, err := on[requestFileRow](tx).Where("request_id = ? AND kind = ?", next.request.ID, string(review.Output)).
			Update(ctx, "active", active)
		if err != nil {
			return err
		}
		for id, f := range was {
			f.Active = active && f.Kind == string(review.Output)
			was[id] = f
		}
	}
	var added []requestFileRow
	var gone []string
	for id, f := range rows {
		old, there := was[id]
		if there && old == f {
			continue
		}
		added = append(added, f)
		if there {
			gone = append(gone, id)
		}
	}
	for id := range was {
		if _, stays := rows[id]; !stays {
			gone = append(gone, id)
		}
	}
	for some := range chunks(gone) {
		n, err := on[requestFileRow](tx).Where("request_id = ? AND file_id IN ?", next.request.ID, some).Delete(ctx)
		if err != nil || n != len(some) {
			return errors.Join(err, fmt.Errorf("%d of %d rows removed", n, len(some)))
		}
	}
	if len(added) == 0 {
		return nil
	}
	slices.SortFunc(added, func(a, b requestFileRow) int { return cmp.Compare(a.FileID, b.FileID) })
	return on[requestFileRow](tx).CreateInBatches(ctx, &added, batch)
}

// active reports whether the request holds its outputs.
func (p projection) active() bool { return review.Status(p.request.Status).Active() }

// becomeHeld writes what the request holds. That another request holds it is
// ErrDuplicate, whatever the rule thought: the key is the last guard.
func (p projection) becomeHeld(ctx context.Context, tx *gorm.DB, next projection) error {
	gone, added := map[string][]string{}, []activeOutputRow(nil)
	was, rows := p.held(), next.held()
	for row := range was {
		if !rows[row] {
			gone[row.Kind] = append(gone[row.Kind], row.Value)
		}
	}
	for row := range rows {
		if !was[row] {
			added = append(added, row)
		}
	}
	for kind, values := range gone {
		for some := range chunks(values) {
			n, err := on[activeOutputRow](tx).
				Where("request_id = ? AND kind = ? AND value IN ?", next.request.ID, kind, some).Delete(ctx)
			if err != nil || n != len(some) {
				return errors.Join(err, fmt.Errorf("active_outputs: %d of %d rows removed", n, len(some)))
			}
		}
	}
	if len(added) == 0 {
		return nil
	}
	slices.SortFunc(added, func(a, b activeOutputRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	err := on[activeOutputRow](tx).CreateInBatches(ctx, &added, batch)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return refuse(review.ErrDuplicate, "Another active request of this workspace holds one of these outputs.")
	}
	if err != nil {
		return fmt.Errorf("active_outputs: %w", err)
	}
	return nil
}
