package models

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"sallyport/review"
)

// placedRequest is a request's version with the place of its workspace.
type placedRequest struct {
	Workspace workspaceRow `gorm:"embedded"`
	Version   int
	Said      saidAt `gorm:"embedded"`
}

const placedQuery = `
SELECT w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived, r.version, ` + saidOf + `
FROM requests r JOIN workspaces w ON w.name = r.workspace WHERE r.id = ?`

// Snapshot reads a request, what a view of it needs, and the actor's grants,
// as one state of the database. Of the facts it reads the reviewers, which
// files changed in the workspace, the outputs at paths, and earlier releases of
// the request's bytes, and what its findings say; holders, which only decisions look at, it leaves out. It
// takes at most seven queries, whatever the number of files.
func (s *Store) Snapshot(ctx context.Context, id review.RequestID, actor review.Actor, paths ...string) (review.Snapshot, error) {
	var snap review.Snapshot
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[placedRequest](tx).Raw(placedQuery, string(id)).Take(ctx)
		if err != nil {
			return fmt.Errorf("read request %s: %w", id, err)
		}
		r, err := s.fold(ctx, tx, id, row.Version)
		if err != nil {
			return err
		}
		policy, err := s.holds(row.Said)
		if err != nil {
			return err
		}
		facts := review.Facts{Destinations: s.config.Destinations, Rules: s.config.Rules}
		if facts.Reviewers, err = reviewers(ctx, tx, r, &actor); err != nil {
			return err
		}
		if facts.Outputs, err = candidates(ctx, tx, row.Workspace.Name, set(paths)); err != nil {
			return err
		}
		if err = viewed(ctx, tx, id, row.Workspace.place(), &facts); err != nil {
			return err
		}
		if facts.Found, err = s.foundOf(ctx, tx, r); err != nil {
			return err
		}
		snap = review.Snapshot{
			Request: r, Place: row.Workspace.place(), Policy: policy, Facts: facts, Actor: actor,
		}
		return nil
	})
	if err != nil {
		return review.Snapshot{}, err
	}
	s.folded.put(snap.Request)
	return snap, nil
}

// Actor reads the grants that the actor holds now, and the installation's policy.
func (s *Store) Actor(ctx context.Context, actor review.Actor) (review.Actor, review.Policy, error) {
	err := s.read(ctx, func(tx *gorm.DB) error {
		var err error
		actor, err = actorNow(ctx, tx, actor)
		return err
	})
	return actor, s.config.Policy, err
}

// Place reads where a workspace stands, and the grants that the actor holds
// now. ErrNotFound if there is no such workspace.
func (s *Store) Place(ctx context.Context, workspace string, actor review.Actor) (review.Place, review.Actor, error) {
	var place review.Place
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[workspaceRow](tx).Where("name = ?", workspace).Take(ctx)
		if err != nil {
			return fmt.Errorf("read workspace: %w", err)
		}
		place = row.place()
		actor, err = actorNow(ctx, tx, actor)
		return err
	})
	return place, actor, err
}

// Recorded reads the entries of a request's stream. ErrNotFound if there are
// none.
func (s *Store) Recorded(ctx context.Context, id review.RequestID) ([]review.Recorded, error) {
	var recs []review.Recorded
	err := s.read(ctx, func(tx *gorm.DB) error {
		var err error
		recs, err = recorded(ctx, tx, id, 0, math.MaxInt32)
		return err
	})
	if err == nil && len(recs) == 0 {
		err = review.ErrNotFound
	}
	return recs, err
}
