package models

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/policy"
	"sallyport/review"
)

// PolicyList lists the policies that organisations and projects have, by scope.
func (s *Store) PolicyList(ctx context.Context, cursor string, limit int) (list []policy.Kept, next string, err error) {
	after, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || cursor != "" && review.CheckPolicyScope(review.PolicyScope(after)) != nil {
		return nil, "", refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	limit = limited(limit)
	err = s.read(ctx, func(tx *gorm.DB) error {
		rows, err := on[policyRow](tx).Where("scope > ?", string(after)).Order("scope").Limit(limit + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("list policies: %w", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = base64.RawURLEncoding.EncodeToString([]byte(rows[limit-1].Scope))
		}
		for _, row := range rows {
			k, err := row.kept()
			if err != nil {
				return err
			}
			list = append(list, k)
		}
		return named(ctx, tx, list)
	})
	return list, next, err
}

// named adds who changed policies. The operator has no account.
func named(ctx context.Context, tx *gorm.DB, list []policy.Kept) error {
	var ids []string
	for _, k := range list {
		ids = append(ids, string(k.By.ID))
	}
	people, err := on[personRow](tx).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return fmt.Errorf("read people: %w", err)
	}
	names := map[review.PersonID]string{}
	for _, p := range people {
		names[review.PersonID(p.ID)] = p.Username
	}
	for i, k := range list {
		list[i].By.Username = names[k.By.ID]
		if list[i].By.Username == "" {
			list[i].By.Username = string(k.By.ID)
		}
	}
	return nil
}

// maxScopes bounds how many scopes are offered.
const maxScopes = 500

// PolicyScopes lists the organisations and projects that workspaces belong to,
// at most so many of each.
func (s *Store) PolicyScopes(ctx context.Context) (scopes []review.PolicyScope, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		for _, kind := range []struct {
			column string
			scope  func(string) review.PolicyScope
		}{{"organisation", review.OrganisationPolicy}, {"project", review.ProjectPolicy}} {
			var names []string
			err := on[string](tx).Raw("SELECT DISTINCT "+kind.column+" FROM workspaces WHERE "+kind.column+" <> '' ORDER BY 1 LIMIT ?", maxScopes).
				Scan(ctx, &names)
			if err != nil {
				return fmt.Errorf("read scopes of policies: %w", err)
			}
			for _, name := range names {
				scopes = append(scopes, kind.scope(name))
			}
		}
		return nil
	})
	return scopes, err
}

// Policy finds what holds for a scope, for somebody with a reach
// (review.PolicyReaders): ErrNotFound where they see no workspace of it, and
// where there cannot be one.
func (s *Store) Policy(ctx context.Context, scope review.PolicyScope, reach review.Reach) (policy.Found, error) {
	found := policy.Found{Kept: policy.Kept{Scope: scope}, Above: s.config.Policy, Holds: s.config.Policy}
	if err := review.CheckPolicyScope(scope); err != nil || scope == review.InstallationPolicy {
		return found, err
	}
	err := s.read(ctx, func(tx *gorm.DB) error {
		seen, err := s.concerns(ctx, tx, scope, reach)
		if err != nil {
			return err
		}
		if seen == 0 && !reach.All && !reach.CoversPolicy(scope, "") {
			return review.ErrNotFound
		}
		found.Workspaces = seen
		if _, found.Kept, err = s.kept(ctx, tx, scope); err != nil {
			return err
		}
		list := []policy.Kept{found.Kept}
		if err := named(ctx, tx, list); err != nil {
			return err
		}
		found.Kept = list[0]
		around, err := s.around(ctx, tx, scope)
		if err != nil {
			return err
		}
		found.Organisations, found.Above, found.Holds = around.organisations, around.above, around.holdsWith(scope, found.Values)
		waiting, err := on[proposalRow](tx).Where("scope = ? AND state = ? AND lapses > ?", string(scope), string(review.ConfirmationWaiting), at(s.now())).Find(ctx)
		for _, row := range waiting {
			found.Waiting = row.ID
		}
		return err
	})
	return found, err
}

// concerns counts the workspaces of a scope within reach.
func (s *Store) concerns(ctx context.Context, tx *gorm.DB, scope review.PolicyScope, reach review.Reach) (int, error) {
	where := inReach(reach)
	if name := scope.Project(); name != "" {
		where.add("w.project = ?", name)
	} else {
		where.add("w.organisation = ?", scope.Organisation())
	}
	var n int
	err := on[int](tx).Raw("SELECT count(*) FROM workspaces w WHERE "+where.text(), where.values...).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count the workspaces of a policy: %w", err)
	}
	return n, nil
}

// PolicyHistory lists the versions of a policy, the newest first: those whose
// entry stands before another in the stream, 0 for all.
func (s *Store) PolicyHistory(ctx context.Context, scope review.PolicyScope, before, limit int) ([]policy.Kept, error) {
	var list []policy.Kept
	err := s.read(ctx, func(tx *gorm.DB) error {
		query := on[entryRow](tx).Where("stream = ? AND act = ?", policyStream(scope), actPolicyChanged)
		if before > 0 {
			query = query.Where("version < ?", before)
		}
		rows, err := query.Order("version DESC").Limit(limited(limit)).Find(ctx)
		if err != nil {
			return fmt.Errorf("read the history of a policy: %w", err)
		}
		ids := make([]int64, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		said, err := on[wordsRow](tx).Where("entry_id IN ?", ids).Find(ctx)
		if err != nil {
			return fmt.Errorf("read documents: %w", err)
		}
		documents := map[int64]string{}
		for _, w := range said {
			documents[w.EntryID] = text(w.Text)
		}
		for _, row := range rows {
			k, err := versionOfEntry(row)
			if err != nil {
				return err
			}
			k.Document = documents[row.ID]
			list = append(list, k)
		}
		return nil
	})
	return list, err
}

// versionOfEntry reads a version of its entry.
func versionOfEntry(row entryRow) (policy.Kept, error) {
	e, err := ledger.Decode(row.Bytes)
	if err != nil {
		return policy.Kept{}, fmt.Errorf("entry %d: %w", row.ID, err)
	}
	var event policyChanged
	if err := json.Unmarshal(e.Event, &event); err != nil {
		return policy.Kept{}, fmt.Errorf("entry %d: %w", row.ID, err)
	}
	k := policy.Kept{
		Scope: event.Scope, Version: event.Version, Values: event.Values, Changed: row.At.Time,
		By: review.Person{ID: review.PersonID(row.ActorID), Username: row.Actor}, Confirmed: event.Confirmation,
	}
	if k.By.Username == "" {
		k.By.Username = string(k.By.ID)
	}
	if event.AskedBy != nil {
		k.AskedBy = *event.AskedBy
	}
	k.Entry = int(*row.Version)
	return k, nil
}

// ProposedPolicy is the document of a change that waits, or waited, and the
// version that it was made on.
func (s *Store) ProposedPolicy(ctx context.Context, confirmation string) (document string, base int, err error) {
	if !isID(confirmation) {
		return "", 0, review.ErrNotFound
	}
	err = s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[proposalRow](tx).Where("id = ?", confirmation).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a change of a policy: %w", err)
		}
		document, base = row.Document, row.Base
		return nil
	})
	return document, base, err
}
