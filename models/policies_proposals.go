package models

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"sallyport/policy"
	"sallyport/review"
)

// proposalRow is a change of a policy that waits for a second administrator, or
// waited. SettledBy is NULL while it waits, and when it lapsed.
type proposalRow struct {
	ID        string `gorm:"primaryKey"`
	Scope     string
	Base      int
	Said      string
	Document  string
	Loosens   string // in words, one a line
	AskedBy   string
	Asked     instant
	Lapses    instant
	State     string
	SettledBy *string
	Settled   instant
}

func (proposalRow) TableName() string { return "policy_proposals" }

// askPolicy makes a change wait for a second administrator. One that waits
// already is refused in its favour: who asks anew means this one.
func (s *Store) askPolicy(ctx context.Context, tx *gorm.DB, by review.Actor, before policyRow, v policy.Values, document string, loosens []string) (policy.Outcome, error) {
	scope := review.PolicyScope(before.Scope)
	waiting, err := on[proposalRow](tx).Where("scope = ? AND state = ?", before.Scope, string(review.ConfirmationWaiting)).Find(ctx)
	if err != nil {
		return policy.Outcome{}, fmt.Errorf("read changes of policies: %w", err)
	}
	for _, row := range waiting {
		state, who := review.ConfirmationRefused, by
		if !s.now().Before(row.Lapses.Time) {
			state, who = review.ConfirmationLapsed, review.System()
		}
		if err := s.settleProposal(ctx, tx, who, row, state); err != nil {
			return policy.Outcome{}, err
		}
	}
	t, err := s.tailOf(ctx, tx, policyStream(scope))
	if err != nil {
		return policy.Outcome{}, err
	}
	row := proposalRow{
		ID: s.config.NewID(), Scope: before.Scope, Base: before.Version, Said: string(v.JSON()), Document: document,
		Loosens: strings.Join(loosens, "\n"), AskedBy: string(by.ID), Asked: at(t.now), Lapses: at(t.now.Add(review.ConfirmationAge)),
		State: string(review.ConfirmationWaiting),
	}
	if err := on[proposalRow](tx).Create(ctx, &row); err != nil {
		return policy.Outcome{}, fmt.Errorf("ask for a change of a policy: %w", err)
	}
	words := s.words(document)
	return policy.Outcome{Version: before.Version, Confirmation: row.ID}, s.recordPolicy(ctx, tx, t, by, actPolicyAsked, scope, row.ID, policyAsked{
		V: 1, Scope: scope, Confirmation: row.ID, Base: row.Base, Values: v, Hash: v.Hash(), Document: words, Loosens: loosens,
		Lapses: review.At(row.Lapses.Time),
	}, spoken(words)...)
}

// settleProposal writes that a change was refused, or has lapsed.
func (s *Store) settleProposal(ctx context.Context, tx *gorm.DB, by review.Actor, row proposalRow, state review.ConfirmationState) error {
	scope := review.PolicyScope(row.Scope)
	t, err := s.tailOf(ctx, tx, policyStream(scope))
	if err != nil {
		return err
	}
	if err := s.endProposal(ctx, tx, by, row, state, t); err != nil {
		return err
	}
	asker, err := on[personRow](tx).Where("id = ?", row.AskedBy).Take(ctx)
	if err != nil {
		return fmt.Errorf("read who asked: %w", err)
	}
	act := actPolicyRefused
	if state == review.ConfirmationLapsed {
		act = actPolicyLapsed
	}
	return s.recordPolicy(ctx, tx, t, by, act, scope, row.ID, policySettled{V: 1, Scope: scope, Confirmation: row.ID, AskedBy: asker.person()})
}

// endProposal changes the row of a change that waits.
func (s *Store) endProposal(ctx context.Context, tx *gorm.DB, by review.Actor, row proposalRow, state review.ConfirmationState, t tail) error {
	row.State, row.Settled = string(state), at(t.now)
	if state != review.ConfirmationLapsed {
		row.SettledBy = optional(string(by.ID))
	}
	n, err := on[proposalRow](tx).Where("id = ? AND state = ?", row.ID, string(review.ConfirmationWaiting)).
		Select("state", "settled", "settled_by").Updates(ctx, row)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return fmt.Errorf("settle a change of a policy: %w", err)
	}
	return nil
}

// confirmProposal makes a change hold, unless the policy was changed since it
// was asked for, or what stands above it became stricter, or what it loosens is
// something else by now.
func (s *Store) confirmProposal(ctx context.Context, tx *gorm.DB, by review.Actor, row proposalRow, asker review.Person) error {
	scope := review.PolicyScope(row.Scope)
	before, around, err := s.lockPolicy(ctx, tx, scope)
	if err != nil {
		return err
	}
	if before.Version != row.Base {
		return refuse(review.ErrStatus, "This policy was changed after %s asked for this. Refuse it, and change the policy as it is now.", asker.Username)
	}
	doc, problems := policy.Parse([]byte(row.Document))
	if len(problems) == 0 && scope.Project() != "" {
		problems = doc.Tightens(around.above)
	}
	if len(problems) > 0 {
		return policy.Refusal(problems)
	}
	if string(doc.Values.JSON()) != row.Said {
		return refuse(review.ErrStatus, "The document that %s sent is not kept any more. Refuse it, and send it again.", asker.Username)
	}
	said, err := readSaid(before.Said)
	if err != nil {
		return err
	}
	if now := review.Loosened(around.holdsWith(scope, said), around.holdsWith(scope, doc.Values)); strings.Join(now, "\n") != row.Loosens {
		return refuse(review.ErrStatus, "What this loosens is not what it was when %s asked for it: what stands above it was changed. Refuse it, and send it again.", asker.Username)
	}
	t, err := s.tailOf(ctx, tx, policyStream(scope))
	if err != nil {
		return err
	}
	if err := s.endProposal(ctx, tx, by, row, review.ConfirmationConfirmed, t); err != nil {
		return err
	}
	_, err = s.changePolicy(ctx, tx, t, by, before, doc.Values, row.Document, policyChanged{Confirmation: row.ID, AskedBy: &asker})
	return err
}

// settlePolicy confirms a change of a policy, or refuses it, once for each key.
func (s *Store) settlePolicy(ctx context.Context, c review.Command, found review.Confirmation, confirm bool) error {
	_, err := s.administer(ctx, c, []review.PersonID{found.AskedBy.ID}, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := s.lockPolicies(ctx, tx); err != nil {
			return nil, err
		}
		row, err := on[proposalRow](tx).Where("id = ?", found.ID).Take(ctx)
		if err != nil {
			return nil, fmt.Errorf("read a change of a policy: %w", err)
		}
		now, err := proposalsOf(ctx, tx, []proposalRow{row})
		if err != nil {
			return nil, err
		}
		if err := maySettle(by, now[0], s.now(), confirm); err != nil {
			return nil, err
		}
		if !confirm {
			return nil, s.settleProposal(ctx, tx, by, row, review.ConfirmationRefused)
		}
		return nil, s.confirmProposal(ctx, tx, by, row, now[0].AskedBy)
	})
	s.woken(err)
	return err
}

// proposalsOf adds to rows who the people are.
func proposalsOf(ctx context.Context, tx *gorm.DB, rows []proposalRow) ([]review.Confirmation, error) {
	like := make([]confirmationRow, len(rows))
	for i, r := range rows {
		like[i] = confirmationRow{
			ID: r.ID, AskedBy: r.AskedBy, Asked: r.Asked, Lapses: r.Lapses, State: r.State, SettledBy: r.SettledBy, Settled: r.Settled,
		}
	}
	list, err := confirmationsOf(ctx, tx, like)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		list[i].Policy, list[i].Loosens = review.PolicyScope(row.Scope), strings.Split(row.Loosens, "\n")
	}
	return list, nil
}

// proposals reads the changes of policies that a condition chooses.
func proposals(ctx context.Context, tx *gorm.DB, condition string, values ...any) ([]review.Confirmation, error) {
	rows, err := on[proposalRow](tx).Where(condition, values...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read changes of policies: %w", err)
	}
	return proposalsOf(ctx, tx, rows)
}

// proposalsAfter lists the changes of policies in a state, or all of them (""),
// the newest first.
func proposalsAfter(ctx context.Context, tx *gorm.DB, state review.ConfirmationState, cursor string, most int) ([]review.Confirmation, error) {
	query := on[proposalRow](tx).Where("1 = 1")
	if state != "" {
		query = query.Where("state = ?", string(state))
	}
	if cursor != "" {
		query = query.Where("id < ?", cursor)
	}
	rows, err := query.Order("id DESC").Limit(most).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list changes of policies: %w", err)
	}
	return proposalsOf(ctx, tx, rows)
}

// lapseProposals ends the changes of policies that nobody confirmed in time.
func (s *Store) lapseProposals(ctx context.Context) (int, error) {
	late := func(ctx context.Context, tx *gorm.DB) ([]proposalRow, error) {
		return on[proposalRow](tx).Where("state = ? AND lapses <= ?", string(review.ConfirmationWaiting), at(s.now())).Order("id").Limit(100).Find(ctx)
	}
	if rows, err := late(ctx, s.reader); err != nil || len(rows) == 0 {
		return 0, translate(err)
	}
	lapsed := 0
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := s.lockPolicies(ctx, tx); err != nil {
			return err
		}
		rows, err := late(ctx, tx)
		if err != nil {
			return fmt.Errorf("read changes of policies: %w", err)
		}
		for _, row := range rows {
			if err := s.settleProposal(ctx, tx, review.System(), row, review.ConfirmationLapsed); err != nil {
				return err
			}
		}
		lapsed = len(rows)
		return nil
	})
	return lapsed, err
}
