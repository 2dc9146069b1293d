package web

import (
	"context"
	"slices"
	"strconv"

	"sallyport/policy"
	"sallyport/review"
)

// keptPolicies are the policies of a world, in the order of their versions, and
// the documents of changes that wait, by confirmation.
type keptPolicies struct {
	versions  map[review.PolicyScope][]policy.Kept
	documents map[string]string
}

func (w *world) PolicyList(context.Context, string, int) (list []policy.Kept, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, versions := range w.policies.versions {
		list = append(list, versions[len(versions)-1])
	}
	return list, "", w.broken
}

func (w *world) PolicyScopes(context.Context) ([]review.PolicyScope, error) {
	return []review.PolicyScope{review.OrganisationPolicy(w.place.Organisation), review.ProjectPolicy(w.place.Project), `project/<em>"`}, w.broken
}

func (w *world) Policy(_ context.Context, scope review.PolicyScope, reach review.Reach) (policy.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.policyFound(scope, reach)
}

func (w *world) policyFound(scope review.PolicyScope, reach review.Reach) (policy.Found, error) {
	f := policy.Found{Kept: policy.Kept{Scope: scope}, Above: w.policy, Holds: w.policy, Workspaces: 1}
	if scope == review.InstallationPolicy {
		return f, nil
	}
	concerned := scope == review.ProjectPolicy(w.place.Project) || scope == review.OrganisationPolicy(w.place.Organisation)
	if !reach.All && (!concerned || !reach.Covers(w.place)) {
		return f, review.ErrNotFound
	}
	last := func(s review.PolicyScope) policy.Kept {
		if v := w.policies.versions[s]; len(v) > 0 {
			return v[len(v)-1]
		}
		return policy.Kept{Scope: s}
	}
	f.Kept = last(scope)
	f.Holds = f.Values.Over(w.policy)
	if scope.Project() != "" {
		f.Organisations = []string{w.place.Organisation}
		f.Above = last(review.OrganisationPolicy(w.place.Organisation)).Values.Over(w.policy)
		f.Holds = f.Values.Within(f.Above)
	}
	for _, c := range w.registry.confirmations {
		if c.Policy == scope && c.State == review.ConfirmationWaiting {
			f.Waiting = c.ID
		}
	}
	return f, w.broken
}

func (w *world) PolicyHistory(_ context.Context, scope review.PolicyScope, before, limit int) ([]policy.Kept, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []policy.Kept
	for _, k := range slices.Backward(w.policies.versions[scope]) {
		if (before == 0 || k.Entry < before) && len(list) < limit {
			list = append(list, k)
		}
	}
	return list, nil
}

func (w *world) ProposedPolicy(_ context.Context, confirmation string) (string, int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	document, ok := w.policies.documents[confirmation]
	if !ok {
		return "", 0, review.ErrNotFound
	}
	return document, 0, nil
}

func (w *world) ChangePolicy(_ context.Context, c review.Command, scope review.PolicyScope, document string) (policy.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	by := w.actor(c.Actor)
	if err := review.MayChangePolicy(by, scope); err != nil {
		return policy.Outcome{}, err
	}
	found, err := w.policyFound(scope, review.Reach{All: true})
	if err != nil {
		return policy.Outcome{}, err
	}
	if used := w.keys[c.Key]; c.Key != "" && used != nil && used.body == c.Body {
		return policy.Outcome{Version: found.Version}, nil
	}
	doc, problems := policy.Parse([]byte(document))
	if len(problems) == 0 && scope.Project() != "" {
		problems = doc.Tightens(found.Above)
	}
	if len(problems) > 0 {
		return policy.Outcome{}, policy.Refusal(problems)
	}
	if c.BasedOn != strconv.Itoa(found.Version) {
		return policy.Outcome{}, review.ErrChanged
	}
	if found.Document == document {
		return policy.Outcome{Version: found.Version}, nil
	}
	if c.Key != "" {
		w.keys[c.Key] = &usedKey{body: c.Body}
	}
	if w.policies.versions == nil {
		w.policies = keptPolicies{map[review.PolicyScope][]policy.Kept{}, map[string]string{}}
	}
	if holds := doc.Values.Over(found.Above); review.PolicyTakesTwo(by, found.Holds, holds) {
		asked := review.Confirmation{
			ID: w.nextID(), Policy: scope, Loosens: review.Loosened(found.Holds, holds), AskedBy: c.Actor.Person, Asked: w.now,
			Lapses: w.now.Add(review.ConfirmationAge), State: review.ConfirmationWaiting, AskerStands: true,
		}
		w.registry.confirmations = append(w.registry.confirmations, asked)
		w.policies.documents[asked.ID] = document
		return policy.Outcome{Version: found.Version, Confirmation: asked.ID}, nil
	}
	w.policies.versions[scope] = append(w.policies.versions[scope], policy.Kept{
		Scope: scope, Version: found.Version + 1, Values: doc.Values, Document: document, Changed: w.now, By: by.Person, Entry: found.Version + 1,
	})
	return policy.Outcome{Version: found.Version + 1}, nil
}
