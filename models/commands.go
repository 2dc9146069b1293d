package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/review"
)

// commandRow says that a person's key was used, for what, and what was
// answered.
type commandRow struct {
	PersonID  string `gorm:"primaryKey"`
	Key       string `gorm:"primaryKey"`
	Body      string
	RequestID string
	Result    *string
	At        instant
}

func (commandRow) TableName() string { return "commands" }

const maxKey = 255

// claimKey makes a person's key stand for the act that the transaction is
// about to do. If the key was used before, for the same body, it returns what
// was answered then, with Replayed set; another body is ErrKeyReused. While
// another transaction uses the same key, it waits until that one has ended.
// Without a key it does nothing.
func (s *Store) claimKey(ctx context.Context, tx *gorm.DB, c review.Command) (review.Outcome, error) {
	if c.Key == "" {
		return review.Outcome{}, nil
	}
	if len(c.Key) > maxKey {
		return review.Outcome{}, refuse(review.ErrInvalid, "An idempotency key has at most %d characters.", maxKey)
	}
	row := commandRow{
		PersonID: string(c.Actor.ID), Key: c.Key, Body: c.Body, RequestID: string(c.On), At: at(s.now()),
	}
	result := gorm.WithResult()
	if err := on[commandRow](tx, clause.OnConflict{DoNothing: true}, result).Create(ctx, &row); err != nil {
		return review.Outcome{}, fmt.Errorf("claim a key: %w", err)
	}
	if result.RowsAffected == 1 {
		return review.Outcome{}, nil
	}
	before, err := on[commandRow](tx).Where("person_id = ? AND key = ?", row.PersonID, row.Key).Take(ctx)
	if err != nil {
		return review.Outcome{}, fmt.Errorf("read what a key did: %w", err)
	}
	if before.Body != c.Body {
		return review.Outcome{}, review.ErrKeyReused
	}
	out := review.Outcome{Request: review.RequestID(before.RequestID), Replayed: true}
	if before.Result != nil {
		out.Result = json.RawMessage(*before.Result)
	}
	return out, nil
}

// answerKey keeps what the asker is told, if that is not the request itself.
func (s *Store) answerKey(ctx context.Context, tx *gorm.DB, c review.Command, result any) (json.RawMessage, error) {
	if result == nil {
		return nil, nil
	}
	body, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	if c.Key == "" {
		return body, nil
	}
	n, err := on[commandRow](tx).Where("person_id = ? AND key = ?", string(c.Actor.ID), c.Key).
		Update(ctx, "result", string(body))
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return nil, fmt.Errorf("keep an answer: %w", err)
	}
	return body, nil
}

// Forget removes what is only needed for a while: keys used, and openings
// recorded, before then. It returns how many rows it removed. A key that is
// forgotten may be used again.
func (s *Store) Forget(ctx context.Context, before time.Time) (int, error) {
	var forgotten int
	err := s.write(ctx, func(tx *gorm.DB) error {
		keys, err := on[commandRow](tx).Where("at < ?", at(before)).Delete(ctx)
		if err != nil {
			return fmt.Errorf("forget keys: %w", err)
		}
		openings, err := on[openingRow](tx).Where("at < ?", at(before)).Delete(ctx)
		if err != nil {
			return fmt.Errorf("forget openings: %w", err)
		}
		forgotten = keys + openings
		return nil
	})
	return forgotten, err
}
