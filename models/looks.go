package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/review"
)

// lookRow is how a request looked to a person when they last looked at it.
type lookRow struct {
	PersonID  string `gorm:"primaryKey"`
	RequestID string `gorm:"primaryKey"`
	Status    string
	Turn      int
	Files     int
	At        instant
}

func (lookRow) TableName() string { return "looks" }

// looksEvery is how long a look stands for those that see the same.
const looksEvery = time.Hour

// Look implements review.Store. A look that sees what the last one saw is not
// written again within an hour, so that reading a page mostly writes nothing.
func (s *Store) Look(ctx context.Context, by review.PersonID, id review.RequestID, l review.Look) error {
	row := lookRow{string(by), string(id), string(l.Status), l.Turn, l.Files, at(l.At)}
	found, err := on[lookRow](s.reader).Where("person_id = ? AND request_id = ?", row.PersonID, row.RequestID).Limit(1).Find(ctx)
	if err != nil {
		return translate(fmt.Errorf("read a look: %w", err))
	}
	if len(found) == 1 {
		was := found[0]
		was.At = row.At
		if was == row && found[0].At.After(row.At.Add(-looksEvery)) {
			return nil
		}
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		return on[lookRow](tx, clause.OnConflict{UpdateAll: true}).Create(ctx, &row)
	})
}
