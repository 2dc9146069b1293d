package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/review"
)

type roleGranted struct {
	V     int          `json:"v"`
	Grant string       `json:"grant"`
	Role  review.Role  `json:"role"`
	Scope review.Scope `json:"scope"`
}

type roleEnded struct {
	V     int          `json:"v"`
	Grant string       `json:"grant"`
	Role  review.Role  `json:"role"`
	Scope review.Scope `json:"scope"`
}

// GrantRole gives a person a role; review.CheckGrant says which scopes it may
// have. Only an administrator or the operator does it, and nobody for
// themselves. A role that stands is returned as it is. ErrNotFound if there is
// no such person.
func (s *Store) GrantRole(ctx context.Context, by review.Actor, person review.PersonID, role review.Role, scope review.Scope) (review.Grant, error) {
	if err := review.CheckGrant(role, scope); err != nil {
		return review.Grant{}, err
	}
	if role == review.BackendService {
		return review.Grant{}, refuse(review.ErrInvalid, "A service is a token, not a person.")
	}
	var grant review.Grant
	err := s.administer(ctx, by, person, func(tx *gorm.DB, by review.Actor) error {
		if err := review.MayChangeRoles(by, person); err != nil {
			return err
		}
		standing, err := on[grantRow](tx).
			Where("person_id = ? AND role = ? AND scope = ? AND source = ? AND until IS NULL",
				string(person), string(role), string(scope), fromLocal).
			Limit(1).Find(ctx)
		if err != nil {
			return fmt.Errorf("read grants: %w", err)
		}
		if len(standing) > 0 {
			grant = standing[0].grant()
			return nil
		}
		t, err := s.tailOf(ctx, tx, personStream(person))
		if err != nil {
			return err
		}
		row := grantRow{
			ID: s.config.NewID(), PersonID: string(person), Role: string(role), Scope: string(scope), Since: at(t.now),
			Source: fromLocal,
		}
		if err := on[grantRow](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("grant a role: %w", err)
		}
		grant = row.grant()
		return s.recordRole(ctx, tx, t, by, person, actRoleGranted,
			roleGranted{V: 1, Grant: row.ID, Role: role, Scope: scope})
	})
	return grant, err
}

// EndGrant takes a role away: it stops counting with the commit. The grant is
// kept as ended, since a side outlasts a role. Ending it again does nothing;
// ErrNotFound if the person has no such grant.
func (s *Store) EndGrant(ctx context.Context, by review.Actor, person review.PersonID, grant string) error {
	return s.administer(ctx, by, person, func(tx *gorm.DB, by review.Actor) error {
		if err := review.MayChangeRoles(by, person); err != nil {
			return err
		}
		row, err := on[grantRow](tx).Where("id = ? AND person_id = ?", grant, string(person)).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a grant: %w", err)
		}
		if !row.Until.IsZero() {
			return nil
		}
		t, err := s.tailOf(ctx, tx, personStream(person))
		if err != nil {
			return err
		}
		n, err := on[grantRow](tx).Where("id = ? AND until IS NULL", grant).Update(ctx, "until", at(t.now))
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows changed", n)
		}
		if err != nil {
			return fmt.Errorf("end a grant: %w", err)
		}
		return s.recordRole(ctx, tx, t, by, person, actRoleEnded,
			roleEnded{V: 1, Grant: row.ID, Role: review.Role(row.Role), Scope: review.Scope(row.Scope)})
	})
}
