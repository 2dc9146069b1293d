package models

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"sallyport/review"
)

// foldedPolicy is what the entries of a policy amount to.
type foldedPolicy struct {
	policy    policyRow
	proposals map[string]proposalRow
}

// policy folds the stream of a policy, and compares its rows.
func (p *replay) policy(ctx context.Context, tx *gorm.DB, scope string, entries []replayed) error {
	f := foldedPolicy{proposals: map[string]proposalRow{}}
	stream := policyStream(review.PolicyScope(scope))
	for _, e := range entries {
		if err := f.apply(e); err != nil {
			p.differ(Difference{stream, "entries", fmt.Sprint(e.row.ID), "bytes", err.Error(), ""})
			return nil
		}
	}
	var rows []policyRow
	if f.policy.Version > 0 {
		rows = append(rows, f.policy)
	}
	if err := compareRows(ctx, tx, p, stream, rows, "scope = ?", scope); err != nil {
		return err
	}
	proposals := make([]proposalRow, 0, len(f.proposals))
	for _, row := range f.proposals {
		proposals = append(proposals, row)
	}
	return compareRows(ctx, tx, p, stream, proposals, "scope = ?", scope)
}

func (f *foldedPolicy) apply(e replayed) error {
	switch e.row.Act {
	case actPolicyAsked:
		return f.asked(e)
	case actPolicyChanged:
		return f.changed(e)
	case actPolicyRefused, actPolicyLapsed:
		var event policySettled
		err := json.Unmarshal(e.entry.Event, &event)
		state := review.ConfirmationRefused
		if e.row.Act == actPolicyLapsed {
			state = review.ConfirmationLapsed
		}
		f.settle(e, event.Confirmation, state)
		return err
	}
	return fmt.Errorf("the act %s is not known to this program", e.row.Act)
}

func (f *foldedPolicy) changed(e replayed) error {
	var event policyChanged
	err := json.Unmarshal(e.entry.Event, &event)
	f.policy = policyRow{
		Scope: string(event.Scope), Version: event.Version, Said: string(event.Values.JSON()), Document: e.said(event.Document),
		Changed: at(e.entry.At), ChangedBy: e.entry.Actor.ID,
	}
	if event.Confirmation != "" {
		f.settle(e, event.Confirmation, review.ConfirmationConfirmed)
	}
	return err
}

func (f *foldedPolicy) settle(e replayed, confirmation string, state review.ConfirmationState) {
	row := f.proposals[confirmation]
	row.State, row.Settled = string(state), at(e.entry.At)
	if state != review.ConfirmationLapsed {
		row.SettledBy = optional(e.entry.Actor.ID)
	}
	f.proposals[confirmation] = row
}

func (f *foldedPolicy) asked(e replayed) error {
	var event policyAsked
	err := json.Unmarshal(e.entry.Event, &event)
	f.proposals[event.Confirmation] = proposalRow{
		ID: event.Confirmation, Scope: string(event.Scope), Base: event.Base, Said: string(event.Values.JSON()), Document: e.said(event.Document),
		Loosens: strings.Join(event.Loosens, "\n"), AskedBy: e.entry.Actor.ID, Asked: at(e.entry.At), Lapses: at(event.Lapses.Time),
		State: string(review.ConfirmationWaiting),
	}
	return err
}
