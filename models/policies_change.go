package models

import (
	"context"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/policy"
	"sallyport/review"
)

// The acts of the streams of policies. What was asked for and confirmed is
// changed.
const (
	actPolicyChanged = "policy_changed"
	actPolicyAsked   = "policy_asked"
	actPolicyRefused = "policy_refused"
	actPolicyLapsed  = "policy_lapsed"
)

func policyStream(scope review.PolicyScope) string { return "policy/" + string(scope) }

// policyChanged is the event of a document that holds from now on. Hash is that
// of what it says.
type policyChanged struct {
	V            int                `json:"v"`
	Scope        review.PolicyScope `json:"scope"`
	Version      int                `json:"version"`
	Values       policy.Values      `json:"values"`
	Hash         string             `json:"hash"`
	Document     review.Words       `json:"document,omitzero"`
	Confirmation string             `json:"confirmation,omitempty"`
	AskedBy      *review.Person     `json:"asked_by,omitempty"`
}

// policyAsked is the event of a change that takes two. Base is the version that
// it was made on, Loosens what it loosens.
type policyAsked struct {
	V            int                `json:"v"`
	Scope        review.PolicyScope `json:"scope"`
	Confirmation string             `json:"confirmation"`
	Base         int                `json:"base"`
	Values       policy.Values      `json:"values"`
	Hash         string             `json:"hash"`
	Document     review.Words       `json:"document,omitzero"`
	Loosens      []string           `json:"loosens"`
	Lapses       review.Instant     `json:"lapses"`
}

// policySettled is the event of a change that was refused, or has lapsed.
type policySettled struct {
	V            int                `json:"v"`
	Scope        review.PolicyScope `json:"scope"`
	Confirmation string             `json:"confirmation"`
	AskedBy      review.Person      `json:"asked_by"`
}

// ChangePolicy gives a scope a document, once for each key; review.MayChangePolicy
// says who may, and c.BasedOn names the version that it was made on. A
// document with something wrong in it, or that loosens what its organisation asks
// for, is ErrInvalid and changes nothing. What takes two (review.PolicyTakesTwo)
// waits for another administrator. A document that is there already does nothing.
func (s *Store) ChangePolicy(ctx context.Context, c review.Command, scope review.PolicyScope, document string) (policy.Outcome, error) {
	doc, problems := policy.Parse([]byte(document))
	out, err := resultOf[policy.Outcome](s.administer(ctx, c, nil, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := review.MayChangePolicy(by, scope); err != nil {
			return nil, err
		}
		if len(problems) > 0 {
			return nil, policy.Refusal(problems)
		}
		row, around, err := s.lockPolicy(ctx, tx, scope)
		if err != nil {
			return nil, err
		}
		if by.Kind != review.IsOperator && c.BasedOn != PolicyTag(row.Version) {
			return nil, refuse(review.ErrChanged, "This policy changed while you were looking. Nothing was done; look at it again and decide anew.")
		}
		if scope.Project() != "" {
			if loose := doc.Tightens(around.above); len(loose) > 0 {
				return nil, policy.Refusal(loose)
			}
		}
		if row.Version > 0 && row.Document == document {
			return policy.Outcome{Version: row.Version}, nil
		}
		before, err := readSaid(row.Said)
		if err != nil {
			return nil, err
		}
		was, becomes := around.holdsWith(scope, before), around.holdsWith(scope, doc.Values)
		if review.PolicyTakesTwo(by, was, becomes) {
			return s.askPolicy(ctx, tx, by, row, doc.Values, document, review.Loosened(was, becomes))
		}
		t, err := s.tailOf(ctx, tx, policyStream(scope))
		if err != nil {
			return nil, err
		}
		return s.changePolicy(ctx, tx, t, by, row, doc.Values, document, policyChanged{})
	}))
	s.woken(err)
	return out, err
}

// PolicyTag names a version of a policy, as it is named by who changes it.
func PolicyTag(version int) string { return strconv.Itoa(version) }

// lockPolicy keeps others from changing policies, and decisions from being made
// where this one holds, until the transaction ends: a decision reads its policy
// when it has its workspace.
func (s *Store) lockPolicy(ctx context.Context, tx *gorm.DB, scope review.PolicyScope) (policyRow, layered, error) {
	if err := s.lockPolicies(ctx, tx); err != nil {
		return policyRow{}, layered{}, err
	}
	column, name := "project", scope.Project()
	if name == "" {
		column, name = "organisation", scope.Organisation()
	}
	if _, err := on[workspaceRow](tx, forUpdate).Select("name").Where(column+" = ?", name).Order("name").Find(ctx); err != nil {
		return policyRow{}, layered{}, fmt.Errorf("lock workspaces: %w", err)
	}
	row, _, err := s.kept(ctx, tx, scope)
	if err != nil {
		return row, layered{}, err
	}
	around, err := s.around(ctx, tx, scope)
	return row, around, err
}

// lockPolicies keeps others from changing any policy, and what waits of them.
// SQLite needs no lock: a transaction that writes is alone.
func (s *Store) lockPolicies(ctx context.Context, tx *gorm.DB) error {
	if !s.dialect.postgres {
		return nil
	}
	if err := tx.WithContext(ctx).Exec("LOCK TABLE policies IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return fmt.Errorf("lock policies: %w", err)
	}
	return nil
}

// changePolicy writes a new version, and its entry after t. What why names besides
// stands in the entry.
func (s *Store) changePolicy(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, before policyRow, v policy.Values, document string, why policyChanged) (policy.Outcome, error) {
	scope := review.PolicyScope(before.Scope)
	row := policyRow{
		Scope: before.Scope, Version: before.Version + 1, Said: string(v.JSON()), Document: document, Changed: at(t.now), ChangedBy: string(by.ID),
	}
	var err error
	if before.Version == 0 {
		err = on[policyRow](tx).Create(ctx, &row)
	} else {
		var n int
		n, err = on[policyRow](tx).Where("scope = ? AND version = ?", row.Scope, before.Version).
			Select("version", "said", "document", "changed", "changed_by").Updates(ctx, row)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows changed", n)
		}
	}
	if err != nil {
		return policy.Outcome{}, fmt.Errorf("change a policy: %w", err)
	}
	if err := s.checkAgain(ctx, tx, scope); err != nil {
		return policy.Outcome{}, err
	}
	words := s.words(document)
	why.V, why.Scope, why.Version, why.Values, why.Hash, why.Document = 1, scope, row.Version, v, v.Hash(), words
	return policy.Outcome{Version: row.Version, Confirmation: why.Confirmation},
		s.recordPolicy(ctx, tx, t, by, actPolicyChanged, scope, why.Confirmation, why, spoken(words)...)
}

// checkAgain has the files of requests that are with their authors checked by
// what holds for them now.
func (s *Store) checkAgain(ctx context.Context, tx *gorm.DB, scope review.PolicyScope) error {
	column, name := "w.project", scope.Project()
	if name == "" {
		column, name = "w.organisation", scope.Organisation()
	}
	var ids []string
	err := on[string](tx).Raw("SELECT r.id FROM requests r JOIN workspaces w ON w.name = r.workspace WHERE "+column+" = ? AND r.status IN ? ORDER BY r.id",
		name, []string{string(review.Pending), string(review.Returned)}).Scan(ctx, &ids)
	if err != nil {
		return fmt.Errorf("find what is to be checked again: %w", err)
	}
	todo := make([]review.Work, len(ids))
	for i, id := range ids {
		todo[i] = review.Work{Kind: review.WorkCheck, Subject: id, Due: s.now()}
	}
	return s.addWork(ctx, tx, todo)
}

// woken tells the workers that there may be something to do.
func (s *Store) woken(err error) {
	if err == nil && s.config.OnCommit != nil {
		s.config.OnCommit()
	}
}

// recordPolicy writes an entry about a policy, at its place.
func (s *Store) recordPolicy(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, act string, scope review.PolicyScope, confirmation string, event any, words ...review.Words) error {
	body, err := fact(event)
	if err != nil {
		return err
	}
	place := scope.Place()
	if place.Project != "" {
		around, err := s.around(ctx, tx, scope)
		if err != nil {
			return err
		}
		if len(around.organisations) == 1 {
			place.Organisation = around.organisations[0]
		}
	}
	return s.record(ctx, tx, t, draft{
		Act: act, Actor: by, Role: review.Administrator, Grant: grantFor(by, review.Administrator), Place: place,
		Subject: ledger.Subject{Policy: string(scope), Confirmation: confirmation}, Event: body, Words: words,
	})
}
