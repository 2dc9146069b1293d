package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// confirmationRow is a role that an administrator asked for, and that waits for
// another administrator, or waited. SettledBy is NULL while it waits, and when
// it lapsed.
type confirmationRow struct {
	ID        string `gorm:"primaryKey"`
	PersonID  string
	Role      string
	Scope     string
	AskedBy   string
	Asked     instant
	Lapses    instant
	State     string
	SettledBy *string
	Settled   instant
}

func (confirmationRow) TableName() string { return "confirmations" }

type roleAsked struct {
	V            int            `json:"v"`
	Confirmation string         `json:"confirmation"`
	Role         review.Role    `json:"role"`
	Scope        review.Scope   `json:"scope"`
	Lapses       review.Instant `json:"lapses"`
}

// roleSettled is the event of a role that was confirmed, refused, or lapsed.
type roleSettled struct {
	V            int           `json:"v"`
	Confirmation string        `json:"confirmation"`
	Role         review.Role   `json:"role"`
	Scope        review.Scope  `json:"scope"`
	AskedBy      review.Person `json:"asked_by"`
}

// settling says which act stands for each state that settles a confirmation.
var settling = map[review.ConfirmationState]string{
	review.ConfirmationConfirmed: actRoleConfirmed,
	review.ConfirmationRefused:   actRoleRefused,
	review.ConfirmationLapsed:    actRoleLapsed,
}

// recordConfirmation writes an entry about a confirmation to the stream of the
// person whom it concerns.
func (s *Store) recordConfirmation(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, act string, row confirmationRow, event any) error {
	body, err := fact(event)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, t, draft{
		Act: act, Actor: by, Role: review.Administrator, Grant: grantFor(by, review.Administrator),
		Subject: ledger.Subject{Person: row.PersonID, Confirmation: row.ID}, Event: body,
	})
}

// askRole makes a role wait for a second administrator. One that waits already
// is returned; one that has waited too long lapses first.
func (s *Store) askRole(ctx context.Context, tx *gorm.DB, by review.Actor, grant grantRow) (review.Given, error) {
	waiting, err := on[confirmationRow](tx, forUpdate).
		Where("person_id = ? AND role = ? AND scope = ? AND state = ?",
			grant.PersonID, grant.Role, grant.Scope, string(review.ConfirmationWaiting)).Limit(1).Find(ctx)
	if err != nil {
		return review.Given{}, fmt.Errorf("read confirmations: %w", err)
	}
	for _, row := range waiting {
		if s.now().Before(row.Lapses.Time) {
			return review.Given{Confirmation: row.ID}, nil
		}
		if err := s.settleRow(ctx, tx, review.System(), row, review.ConfirmationLapsed); err != nil {
			return review.Given{}, err
		}
	}
	t, err := s.tailOf(ctx, tx, personStream(review.PersonID(grant.PersonID)))
	if err != nil {
		return review.Given{}, err
	}
	row := confirmationRow{
		ID: s.config.NewID(), PersonID: grant.PersonID, Role: grant.Role, Scope: grant.Scope, AskedBy: string(by.ID),
		Asked: at(t.now), Lapses: at(t.now.Add(review.ConfirmationAge)), State: string(review.ConfirmationWaiting),
	}
	if err := on[confirmationRow](tx).Create(ctx, &row); err != nil {
		return review.Given{}, fmt.Errorf("ask for a role: %w", err)
	}
	return review.Given{Confirmation: row.ID}, s.recordConfirmation(ctx, tx, t, by, actRoleAsked, row, roleAsked{
		V: 1, Confirmation: row.ID, Role: review.Role(row.Role), Scope: review.Scope(row.Scope), Lapses: review.At(row.Lapses.Time),
	})
}

// SettleConfirmation confirms a role that waits, which is given with the
// commit, or refuses it, once for each key; review.MayConfirm and
// review.MayRefuse say who may. ErrNotFound if there is no such confirmation.
func (s *Store) SettleConfirmation(ctx context.Context, c review.Command, id string, confirm bool) error {
	found, err := s.Confirmation(ctx, id)
	if err != nil {
		return err
	}
	if found.Policy != "" {
		return s.settlePolicy(ctx, c, found, confirm)
	}
	people := []review.PersonID{found.Person.ID, found.AskedBy.ID}
	_, err = s.administer(ctx, c, people, func(tx *gorm.DB, by review.Actor) (any, error) {
		row, err := on[confirmationRow](tx, forUpdate).Where("id = ?", id).Take(ctx)
		if err != nil {
			return nil, fmt.Errorf("read a confirmation: %w", err)
		}
		now, err := confirmationsOf(ctx, tx, []confirmationRow{row})
		if err != nil {
			return nil, err
		}
		if err := maySettle(by, now[0], s.now(), confirm); err != nil {
			return nil, err
		}
		if !confirm {
			return nil, s.settleRow(ctx, tx, by, row, review.ConfirmationRefused)
		}
		return nil, s.confirm(ctx, tx, by, row, now[0].AskedBy)
	})
	return err
}

// maySettle says whether somebody may confirm what waits, or refuse it.
func maySettle(by review.Actor, c review.Confirmation, now time.Time, confirm bool) error {
	if confirm {
		return review.MayConfirm(by, c, now)
	}
	return review.MayRefuse(by, c, now)
}

// confirm settles a confirmation and gives the role, unless the operator gave it
// meanwhile.
func (s *Store) confirm(ctx context.Context, tx *gorm.DB, by review.Actor, row confirmationRow, asker review.Person) error {
	if err := s.settleRow(ctx, tx, by, row, review.ConfirmationConfirmed); err != nil {
		return err
	}
	grant := grantRow{PersonID: row.PersonID, Role: row.Role, Scope: row.Scope, Source: fromLocal}
	standing, err := grant.standing(ctx, tx)
	if err != nil || standing != "" {
		return err
	}
	t, err := s.tailOf(ctx, tx, personStream(review.PersonID(row.PersonID)))
	if err != nil {
		return err
	}
	_, err = s.giveRole(ctx, tx, t, by, grant, roleGranted{Confirmation: row.ID, AskedBy: &asker})
	return err
}

// settleRow writes what became of a confirmation that waits.
func (s *Store) settleRow(ctx context.Context, tx *gorm.DB, by review.Actor, row confirmationRow, state review.ConfirmationState) error {
	t, err := s.tailOf(ctx, tx, personStream(review.PersonID(row.PersonID)))
	if err != nil {
		return err
	}
	row.State, row.Settled = string(state), at(t.now)
	if state != review.ConfirmationLapsed {
		row.SettledBy = optional(string(by.ID))
	}
	n, err := on[confirmationRow](tx).Where("id = ? AND state = ?", row.ID, string(review.ConfirmationWaiting)).
		Select("state", "settled", "settled_by").Updates(ctx, row)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return fmt.Errorf("settle a confirmation: %w", err)
	}
	asker, err := on[personRow](tx).Where("id = ?", row.AskedBy).Take(ctx)
	if err != nil {
		return fmt.Errorf("read who asked: %w", err)
	}
	return s.recordConfirmation(ctx, tx, t, by, settling[state], row, roleSettled{
		V: 1, Confirmation: row.ID, Role: review.Role(row.Role), Scope: review.Scope(row.Scope), AskedBy: asker.person(),
	})
}

// LapseConfirmations ends what nobody confirmed in time, 100 of each kind at
// once, and says how many it ended.
func (s *Store) LapseConfirmations(ctx context.Context) (int, error) {
	roles, err := s.lapseRoles(ctx)
	if err != nil {
		return roles, err
	}
	changes, err := s.lapseProposals(ctx)
	return roles + changes, err
}

func (s *Store) lapseRoles(ctx context.Context) (int, error) {
	var late []confirmationRow
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		late, err = on[confirmationRow](tx).
			Where("state = ? AND lapses <= ?", string(review.ConfirmationWaiting), at(s.now())).Order("id").Limit(100).Find(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read confirmations: %w", err)
	}
	lapsed := 0
	for _, row := range late {
		err := s.write(ctx, func(tx *gorm.DB) error {
			if err := lockPeople(ctx, tx, review.System(), []review.PersonID{review.PersonID(row.PersonID)}); err != nil {
				return err
			}
			waiting, err := on[confirmationRow](tx, forUpdate).
				Where("id = ? AND state = ?", row.ID, string(review.ConfirmationWaiting)).Find(ctx)
			if err != nil || len(waiting) == 0 {
				return err
			}
			lapsed++
			return s.settleRow(ctx, tx, review.System(), row, review.ConfirmationLapsed)
		})
		if err != nil {
			return lapsed, err
		}
	}
	return lapsed, nil
}

// Confirmation finds one; ErrNotFound if there is none.
func (s *Store) Confirmation(ctx context.Context, id string) (review.Confirmation, error) {
	if !isID(id) {
		return review.Confirmation{}, review.ErrNotFound
	}
	var found review.Confirmation
	err := s.read(ctx, func(tx *gorm.DB) error {
		rows, err := on[confirmationRow](tx).Where("id = ?", id).Find(ctx)
		if err != nil {
			return fmt.Errorf("read a confirmation: %w", err)
		}
		list, err := confirmationsOf(ctx, tx, rows)
		if err == nil && len(rows) == 0 {
			list, err = proposals(ctx, tx, "id = ?", id)
		}
		switch {
		case err != nil:
			return err
		case len(list) == 0:
			return review.ErrNotFound
		}
		found = list[0]
		return nil
	})
	return found, err
}

// Confirmations lists those in a state, or all of them (""), of a person or of
// everybody (""), the newest first.
func (s *Store) Confirmations(ctx context.Context, state review.ConfirmationState, person review.PersonID, cursor string, limit int) (list []review.Confirmation, next string, err error) {
	if cursor != "" && !isID(cursor) {
		return nil, "", refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	limit = limited(limit)
	err = s.read(ctx, func(tx *gorm.DB) error {
		query := on[confirmationRow](tx).Where("1 = 1")
		for _, narrow := range []struct{ condition, value string }{
			{"state = ?", string(state)}, {"person_id = ?", string(person)}, {"id < ?", cursor},
		} {
			if narrow.value != "" {
				query = query.Where(narrow.condition, narrow.value)
			}
		}
		rows, err := query.Order("id DESC").Limit(limit + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("list confirmations: %w", err)
		}
		if list, err = confirmationsOf(ctx, tx, rows); err != nil || person != "" {
			return err
		}
		changes, err := proposalsAfter(ctx, tx, state, cursor, limit+1)
		list = append(list, changes...)
		slices.SortFunc(list, func(a, b review.Confirmation) int { return strings.Compare(b.ID, a.ID) })
		return err
	})
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, err
}

// confirmationsOf adds to rows who the people are.
func confirmationsOf(ctx context.Context, tx *gorm.DB, rows []confirmationRow) ([]review.Confirmation, error) {
	var ids []string
	var askers []review.PersonID
	for _, row := range rows {
		ids, askers = append(ids, row.PersonID, row.AskedBy), append(askers, review.PersonID(row.AskedBy))
		if row.SettledBy != nil {
			ids = append(ids, *row.SettledBy)
		}
	}
	people, err := on[personRow](tx).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	grants, err := grantsOf(ctx, tx, askers...)
	if err != nil {
		return nil, err
	}
	names := map[string]review.Person{}
	for _, p := range people {
		names[p.ID] = p.person()
	}
	list := make([]review.Confirmation, 0, len(rows))
	for _, row := range rows {
		asker := review.Actor{Person: names[row.AskedBy], Kind: review.IsPerson, Grants: grants[review.PersonID(row.AskedBy)]}
		c := review.Confirmation{
			ID: row.ID, Person: names[row.PersonID], Role: review.Role(row.Role), Scope: review.Scope(row.Scope),
			AskedBy: asker.Person, Asked: row.Asked.Time, Lapses: row.Lapses.Time,
			State: review.ConfirmationState(row.State), Settled: row.Settled.Time, AskerStands: asker.HasAnywhere(review.Administrator),
		}
		if row.SettledBy != nil {
			c.SettledBy = names[*row.SettledBy]
			if c.SettledBy.ID == "" { // the operator has no account
				c.SettledBy = review.Person{ID: review.PersonID(*row.SettledBy), Username: *row.SettledBy}
			}
		}
		list = append(list, c)
	}
	return list, nil
}
