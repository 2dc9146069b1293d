package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// roleGranted is the event of a role that somebody has from now on. One that a
// claim gives names its source; one that waited names the confirmation and who
// asked for it.
type roleGranted struct {
	V            int            `json:"v"`
	Grant        string         `json:"grant"`
	Role         review.Role    `json:"role"`
	Scope        review.Scope   `json:"scope"`
	Source       string         `json:"source,omitempty"`
	Confirmation string         `json:"confirmation,omitempty"`
	AskedBy      *review.Person `json:"asked_by,omitempty"`
}

type roleEnded struct {
	V      int          `json:"v"`
	Grant  string       `json:"grant"`
	Role   review.Role  `json:"role"`
	Scope  review.Scope `json:"scope"`
	Source string       `json:"source,omitempty"`
}

// GrantRole gives a person a role, once for each key; review.MayGiveRole says
// who may and which there are. A role that takes two (review.TakesTwo) waits for
// another administrator instead. A role that stands, and one that waits, is
// returned as it is. ErrNotFound if there is no such person.
func (s *Store) GrantRole(ctx context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) (review.Given, error) {
	return resultOf[review.Given](s.administer(ctx, c, []review.PersonID{person}, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := review.MayGiveRole(by, person, role, scope); err != nil {
			return nil, err
		}
		row := grantRow{PersonID: string(person), Role: string(role), Scope: string(scope), Source: fromLocal}
		standing, err := row.standing(ctx, tx)
		switch {
		case err != nil:
			return nil, err
		case standing != "":
			return review.Given{Grant: standing}, nil
		case review.TakesTwo(by, role):
			return s.askRole(ctx, tx, by, row)
		}
		t, err := s.tailOf(ctx, tx, personStream(person))
		if err != nil {
			return nil, err
		}
		return s.giveRole(ctx, tx, t, by, row, roleGranted{})
	}))
}

// standing is the id of the grant that gives this role from this source today;
// "" if none does.
func (r grantRow) standing(ctx context.Context, tx *gorm.DB) (string, error) {
	rows, err := on[grantRow](tx).
		Where("person_id = ? AND role = ? AND scope = ? AND source = ? AND until IS NULL", r.PersonID, r.Role, r.Scope, r.Source).
		Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].ID, nil
}

// giveRole makes a grant, and writes its entry after t. What why names besides
// stands in the entry.
func (s *Store) giveRole(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, row grantRow, why roleGranted) (review.Given, error) {
	row.ID, row.Since = s.config.NewID(), at(t.now)
	if err := on[grantRow](tx).Create(ctx, &row); err != nil {
		return review.Given{}, fmt.Errorf("grant a role: %w", err)
	}
	why.V, why.Grant, why.Role, why.Scope = 1, row.ID, review.Role(row.Role), review.Scope(row.Scope)
	event, err := fact(why)
	if err != nil {
		return review.Given{}, err
	}
	return review.Given{Grant: row.ID, Confirmation: why.Confirmation}, s.record(ctx, tx, t, draft{
		Act: actRoleGranted, Actor: by, Role: review.Administrator, Grant: grantFor(by, review.Administrator),
		Subject: ledger.Subject{Person: row.PersonID, Confirmation: why.Confirmation}, Event: event,
	})
}

// EndRole takes a role away, once for each key: it stops counting with the
// commit, whoever gave it. Grants are kept as ended, since a side outlasts a
// role. Ending it again does nothing; ErrNotFound if the person never had it.
func (s *Store) EndRole(ctx context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) error {
	_, err := s.administer(ctx, c, []review.PersonID{person}, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := review.MayChangeRoles(by, person); err != nil {
			return nil, err
		}
		rows, err := on[grantRow](tx).Where("person_id = ? AND role = ? AND scope = ?", string(person), string(role), string(scope)).
			Order("since, id").Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read grants: %w", err)
		}
		if len(rows) == 0 {
			return nil, refuse(review.ErrNotFound, "This person does not have the role %.100q with the scope %.300q.", role, scope)
		}
		for _, row := range rows {
			if err := s.endGrant(ctx, tx, by, row); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	return err
}

// endGrant ends one grant, unless it has ended.
func (s *Store) endGrant(ctx context.Context, tx *gorm.DB, by review.Actor, row grantRow) error {
	if !row.Until.IsZero() {
		return nil
	}
	person := review.PersonID(row.PersonID)
	t, err := s.tailOf(ctx, tx, personStream(person))
	if err != nil {
		return err
	}
	n, err := on[grantRow](tx).Where("id = ? AND until IS NULL", row.ID).Update(ctx, "until", at(t.now))
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return fmt.Errorf("end a grant: %w", err)
	}
	ended := roleEnded{V: 1, Grant: row.ID, Role: review.Role(row.Role), Scope: review.Scope(row.Scope)}
	if row.Source != fromLocal {
		ended.Source = row.Source
	}
	return s.recordRole(ctx, tx, t, by, person, actRoleEnded, ended)
}
