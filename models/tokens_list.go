package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/review"
)

func (t tokenRow) listed() auth.Token {
	listed := auth.Token{
		ID: t.ID, Name: t.Name, Scopes: t.Scopes, Made: t.Made.Time, Expires: t.Expires.Time, Ended: t.Ended.Time,
	}
	if t.PersonID != nil {
		listed.Person = review.PersonID(*t.PersonID)
	} else {
		listed.Backend = *t.Backend
	}
	return listed
}

// Tokens lists the tokens of a person, or those of all services (""), the newest
// first, those that ended or expired too. A person lists their own, an
// administrator anybody's.
func (s *Store) Tokens(ctx context.Context, by review.Actor, person review.PersonID, cursor string, limit int) (list []auth.Token, next string, err error) {
	if cursor != "" && !isID(cursor) {
		return nil, "", refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	limit = limited(limit)
	err = s.read(ctx, func(tx *gorm.DB) error {
		by, err := actorNow(ctx, tx, by)
		if err != nil {
			return err
		}
		if err := review.MayHoldToken(by, person); err != nil && review.MayAdminister(by) != nil {
			return err
		}
		query := on[tokenRow](tx).Where("backend IS NOT NULL")
		if person != "" {
			query = on[tokenRow](tx).Where("person_id = ?", string(person))
		}
		if cursor != "" {
			query = query.Where("id < ?", cursor)
		}
		rows, err := query.Order("id DESC").Limit(limit + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("list tokens: %w", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = rows[limit-1].ID
		}
		for _, row := range rows {
			list = append(list, row.listed())
		}
		return nil
	})
	return list, next, err
}

// ListedToken finds a token for who may list it; ErrNotFound for everybody else.
func (s *Store) ListedToken(ctx context.Context, by review.Actor, id string) (auth.Token, error) {
	var found auth.Token
	if !isID(id) {
		return found, review.ErrNotFound
	}
	err := s.read(ctx, func(tx *gorm.DB) error {
		by, err := actorNow(ctx, tx, by)
		if err != nil {
			return err
		}
		row, err := on[tokenRow](tx).Where("id = ?", id).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a token: %w", err)
		}
		found = row.listed()
		if review.MayHoldToken(by, found.Person) != nil && review.MayAdminister(by) != nil {
			return review.ErrNotFound
		}
		return nil
	})
	return found, err
}
