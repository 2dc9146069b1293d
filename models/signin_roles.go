package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/ledger"
	"sallyport/review"
)

// followClaims makes the roles that a person has from claims these, and no
// others. Roles that an administrator gave stay as they are. The person's row is
// locked.
func (s *Store) followClaims(ctx context.Context, tx *gorm.DB, person review.PersonID, roles []auth.MappedRole) error {
	standing, err := on[grantRow](tx).
		Where("person_id = ? AND source = ? AND until IS NULL", string(person), fromClaim).Order("since, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("read grants: %w", err)
	}
	wanted := map[auth.MappedRole]bool{}
	for _, r := range roles {
		wanted[r] = true
	}
	var ended []grantRow
	for _, row := range standing {
		role := auth.MappedRole{Role: review.Role(row.Role), Scope: review.Scope(row.Scope)}
		if wanted[role] {
			delete(wanted, role)
		} else {
			ended = append(ended, row)
		}
	}
	if len(ended) == 0 && len(wanted) == 0 {
		return nil
	}
	t, err := s.tailOf(ctx, tx, personStream(person))
	if err != nil {
		return err
	}
	drafts, err := endClaimed(ctx, tx, t, ended)
	if err != nil {
		return err
	}
	for _, r := range roles { // in their order, each once
		if !wanted[r] {
			continue
		}
		delete(wanted, r)
		d, err := s.grantClaimed(ctx, tx, t, person, r)
		if err != nil {
			return err
		}
		drafts = append(drafts, d)
	}
	_, err = s.append(ctx, tx, t.stream, t.version, drafts)
	return err
}

// endClaimed ends grants, and drafts their entries.
func endClaimed(ctx context.Context, tx *gorm.DB, t tail, rows []grantRow) ([]draft, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, drafts := make([]string, 0, len(rows)), make([]draft, 0, len(rows))
	for _, row := range rows {
		d, err := draftClaimed(actRoleEnded, t, row)
		if err != nil {
			return nil, err
		}
		ids, drafts = append(ids, row.ID), append(drafts, d)
	}
	n, err := on[grantRow](tx).Where("id IN ? AND until IS NULL", ids).Update(ctx, "until", at(t.now))
	if err == nil && n != len(rows) {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return nil, fmt.Errorf("end grants: %w", err)
	}
	return drafts, nil
}

// grantClaimed gives a role, and drafts its entry.
func (s *Store) grantClaimed(ctx context.Context, tx *gorm.DB, t tail, person review.PersonID, r auth.MappedRole) (draft, error) {
	row := grantRow{
		ID: s.config.NewID(), PersonID: string(person), Role: string(r.Role), Scope: string(r.Scope), Since: at(t.now),
		Source: fromClaim,
	}
	if err := on[grantRow](tx).Create(ctx, &row); err != nil {
		return draft{}, fmt.Errorf("grant a role: %w", err)
	}
	return draftClaimed(actRoleGranted, t, row)
}

// draftClaimed drafts the entry that a claim's role came or went. The program
// does it, on the word of the provider.
func draftClaimed(act string, t tail, row grantRow) (draft, error) {
	event, err := fact(roleGranted{ // a roleEnded says the same
		V: 1, Grant: row.ID, Role: review.Role(row.Role), Scope: review.Scope(row.Scope), Source: row.Source,
	})
	return draft{
		Act: act, At: t.now, Actor: review.System(), Subject: ledger.Subject{Person: row.PersonID}, Event: event,
	}, err
}
