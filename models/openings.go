package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/ledger"
	"sallyport/review"
)

// openingRow says when somebody's opening of bytes at a place was last
// recorded.
type openingRow struct {
	PersonID string `gorm:"primaryKey"`
	Place    string `gorm:"primaryKey"` // stream of the request or workspace
	SHA256   string `gorm:"column:sha256;primaryKey"`
	Act      string `gorm:"primaryKey"`
	At       instant
}

func (openingRow) TableName() string { return "openings" }

// openingsEvery is how long one entry stands for all openings of the same
// bytes by the same person.
const openingsEvery = 10 * time.Minute

// opened is the event of an opening.
type opened struct {
	V    int   `json:"v"`
	Size int64 `json:"size"`
}

// Opened records an opening, unless the same person's opening of the same
// bytes was recorded within the last ten minutes. It takes no lock that a
// command waits for, and returns when the entry is committed.
func (s *Store) Opened(ctx context.Context, o review.Opening) error {
	when := at(o.At)
	if when.IsZero() {
		when = at(s.now())
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		first, err := claimOpening(ctx, tx, o, when)
		if err != nil || !first {
			return err
		}
		event, err := fact(opened{V: 1, Size: o.Size})
		if err != nil {
			return err
		}
		if o.Policy == "" {
			today, err := s.policyAt(ctx, tx, o.Place)
			if err != nil {
				return err
			}
			o.Policy = today.Hash()
		}
		_, err = s.append(ctx, tx, "", 0, []draft{{
			Act: o.Act(), At: when.Time, Actor: o.Actor, Role: o.As, Grant: o.Actor.Grant(o.As, o.Place).ID,
			Turn: o.Turn, Place: o.Place, Policy: o.Policy,
			Subject: ledger.Subject{
				Request: string(o.Request), File: string(o.File), Path: o.Path, SHA256: o.SHA256,
			},
			Event: event,
		}})
		return err
	})
}

// claimOpening notes the opening and reports whether an entry is due. Of two
// at once the second waits, and finds what the first noted.
func claimOpening(ctx context.Context, tx *gorm.DB, o review.Opening, when instant) (bool, error) {
	place := workspaceStream(o.Place.Workspace)
	if o.Request != "" {
		place = requestStream(o.Request)
	}
	row := openingRow{PersonID: string(o.Actor.ID), Place: place, SHA256: o.SHA256, Act: o.Act(), At: when}
	result := gorm.WithResult()
	err := on[openingRow](tx, clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}, {Name: "place"}, {Name: "sha256"}, {Name: "act"}},
		DoUpdates: clause.AssignmentColumns([]string{"at"}),
		Where: clause.Where{Exprs: []clause.Expression{
			clause.Expr{SQL: "openings.at <= ?", Vars: []any{at(when.Add(-openingsEvery))}},
		}},
	}, result).Create(ctx, &row)
	if err != nil {
		return false, fmt.Errorf("note an opening: %w", err)
	}
	return result.RowsAffected == 1, nil
}
