package models

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"sallyport/policy"
	"sallyport/review"
)

// policyRow is what holds for an organisation or a project: what its document
// says, and the document.
type policyRow struct {
	Scope     string `gorm:"primaryKey"`
	Version   int
	Said      string // policy.Values as JSON
	Document  string
	Changed   instant
	ChangedBy string
}

func (policyRow) TableName() string { return "policies" }

// saidAt are what the documents of a place's organisation and project say; NULL
// where there is none.
type saidAt struct {
	OrganisationSaid *string
	ProjectSaid      *string
}

// saidOf are the columns of saidAt, of a workspace w.
const saidOf = "(SELECT p.said FROM policies p WHERE p.scope = 'organisation/' || w.organisation) AS organisation_said, " +
	"(SELECT p.said FROM policies p WHERE p.scope = 'project/' || w.project) AS project_said"

// policies remembers what documents amount to, by what they say: the same words
// amount to the same policy in every replica.
type policies struct {
	mu    sync.Mutex
	known map[[2]string]review.Policy
}

// maxPolicies bounds how many are remembered; then it begins anew.
const maxPolicies = 1000

// holds is the policy of a place.
func (s *Store) holds(said saidAt) (review.Policy, error) {
	if said.OrganisationSaid == nil && said.ProjectSaid == nil {
		return s.config.Policy, nil
	}
	key := [2]string{text(said.OrganisationSaid), text(said.ProjectSaid)}
	s.policies.mu.Lock()
	defer s.policies.mu.Unlock()
	if p, ok := s.policies.known[key]; ok {
		return p, nil
	}
	layers := policy.Layers{Installation: s.config.Policy}
	var err error
	if layers.Organisation, err = readSaid(key[0]); err == nil {
		layers.Project, err = readSaid(key[1])
	}
	if err != nil {
		return review.Policy{}, err
	}
	if s.policies.known == nil || len(s.policies.known) >= maxPolicies {
		s.policies.known = map[[2]string]review.Policy{}
	}
	p := layers.Holds()
	s.policies.known[key] = p
	return p, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// readSaid reads what a document says; "" is nothing.
func readSaid(said string) (policy.Values, error) {
	if said == "" {
		return policy.Values{}, nil
	}
	return policy.ReadValues([]byte(said))
}

// policyAt is today's policy at a place.
func (s *Store) policyAt(ctx context.Context, tx *gorm.DB, p review.Place) (review.Policy, error) {
	if p.Organisation == "" && p.Project == "" {
		return s.config.Policy, nil
	}
	rows, err := on[policyRow](tx).Select("scope, said").
		Where("scope IN ?", []string{string(review.OrganisationPolicy(p.Organisation)), string(review.ProjectPolicy(p.Project))}).Find(ctx)
	if err != nil {
		return review.Policy{}, fmt.Errorf("read policies: %w", err)
	}
	var said saidAt
	for _, row := range rows {
		if review.PolicyScope(row.Scope).Project() != "" {
			said.ProjectSaid = &row.Said
		} else {
			said.OrganisationSaid = &row.Said
		}
	}
	return s.holds(said)
}

// PolicyAt is today's policy at a place.
func (s *Store) PolicyAt(ctx context.Context, p review.Place) (review.Policy, error) {
	found, err := s.policyAt(ctx, s.reader, p)
	return found, translate(err)
}

// kept reads a scope's policy; version 0 if it has none.
func (s *Store) kept(ctx context.Context, tx *gorm.DB, scope review.PolicyScope) (policyRow, policy.Kept, error) {
	row, err := on[policyRow](tx).Where("scope = ?", string(scope)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return policyRow{Scope: string(scope)}, policy.Kept{Scope: scope}, nil
	}
	if err != nil {
		return row, policy.Kept{}, fmt.Errorf("read a policy: %w", err)
	}
	k, err := row.kept()
	return row, k, err
}

func (r policyRow) kept() (policy.Kept, error) {
	said, err := readSaid(r.Said)
	return policy.Kept{
		Scope: review.PolicyScope(r.Scope), Version: r.Version, Values: said, Document: r.Document, Changed: r.Changed.Time,
		By: review.Person{ID: review.PersonID(r.ChangedBy)},
	}, err
}

// layered is what stands around a scope's document.
type layered struct {
	organisations []string      // of a project's workspaces
	above         review.Policy // what the document is said over
}

// around reads what stands above a scope. Where the workspaces of a project
// belong to several organisations, the strictest of them hold.
func (s *Store) around(ctx context.Context, tx *gorm.DB, scope review.PolicyScope) (layered, error) {
	l := layered{above: s.config.Policy}
	if scope.Project() == "" {
		return l, nil
	}
	err := on[string](tx).Raw("SELECT DISTINCT organisation FROM workspaces WHERE project = ? AND organisation <> '' ORDER BY organisation", scope.Project()).
		Scan(ctx, &l.organisations)
	if err != nil {
		return l, fmt.Errorf("read organisations: %w", err)
	}
	for i, name := range l.organisations {
		_, k, err := s.kept(ctx, tx, review.OrganisationPolicy(name))
		if err != nil {
			return l, err
		}
		above := k.Values.Over(s.config.Policy)
		if i > 0 {
			above = above.Stricter(l.above)
		}
		l.above = above
	}
	return l, nil
}

// holdsWith is what holds for a scope if its document says this.
func (l layered) holdsWith(scope review.PolicyScope, v policy.Values) review.Policy {
	if scope.Project() != "" {
		return v.Within(l.above)
	}
	return v.Over(l.above)
}
