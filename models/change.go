package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
)

// errReplayed ends a transaction whose command was done before.
var errReplayed = errors.New("the command was done before")

// Change carries out a command; see review.Store. The order of its steps is in
// docs/database.md.
func (s *Store) Change(ctx context.Context, c review.Change, decide func(review.In) (review.Decision, error)) (review.Outcome, error) {
	var out review.Outcome
	var done *review.Request
	var works bool
	err := s.write(ctx, func(tx *gorm.DB) error {
		replayed, err := s.claimKey(ctx, tx, c.Command)
		if err != nil {
			return err
		}
		if replayed.Replayed {
			out = replayed
			return errReplayed
		}
		in, err := s.in(ctx, tx, c)
		if err != nil {
			return err
		}
		d, err := decide(in)
		if err != nil {
			return err
		}
		if done, err = s.carryOut(ctx, tx, c, in, d); err != nil {
			return err
		}
		works = len(d.Work) > 0
		out = review.Outcome{Request: c.On}
		out.Result, err = s.answerKey(ctx, tx, c.Command, d.Result)
		return err
	})
	switch {
	case errors.Is(err, errReplayed):
		return out, nil
	case err != nil:
		return review.Outcome{}, err
	}
	if done != nil {
		s.folded.put(done)
	}
	if works && s.config.OnCommit != nil {
		s.config.OnCommit()
	}
	return out, nil
}

// in locks what the command concerns, in the one order that all transactions
// keep, and reads all that its rule may look at.
func (s *Store) in(ctx context.Context, tx *gorm.DB, c review.Change) (review.In, error) {
	actor, err := lockActor(ctx, tx, c.Actor)
	if err != nil {
		return review.In{}, err
	}
	place, err := lockPlace(ctx, tx, c)
	if err != nil {
		return review.In{}, err
	}
	in := review.In{
		Actor: actor, Place: place, Now: s.now(), BasedOn: c.BasedOn,
		NewID: s.config.NewID, NewSalt: s.config.NewSalt,
	}
	if c.Workspace == "" {
		row, err := lockRequest(ctx, tx, c.On, place)
		if err != nil {
			return in, err
		}
		if in.Policy, err = s.holds(row.Said); err != nil {
			return in, err
		}
		if in.Request, err = s.fold(ctx, tx, c.On, row.Version); err != nil {
			return in, err
		}
		in.Now = latest(in.Now, in.Request.LastAt)
	}
	if c.Workspace != "" {
		if in.Policy, err = s.policyAt(ctx, tx, place); err != nil {
			return in, err
		}
	}
	in.Facts, err = s.facts(ctx, tx, in.Request, place, wantedBy(c, in.Request))
	return in, err
}

// lockedRequest is the version of a request, and what the documents of its
// place say.
type lockedRequest struct {
	Version int
	Said    saidAt `gorm:"embedded"`
}

func (lockedRequest) TableName() string { return "requests" }

// lockRequest locks a request, whose workspace is locked: policies are read by
// the statement after that, so that none is changed meanwhile.
func lockRequest(ctx context.Context, tx *gorm.DB, id review.RequestID, at review.Place) (lockedRequest, error) {
	row, err := on[lockedRequest](tx, forUpdate).Select("version, (SELECT p.said FROM policies p WHERE p.scope = ?) AS organisation_said, "+
		"(SELECT p.said FROM policies p WHERE p.scope = ?) AS project_said",
		string(review.OrganisationPolicy(at.Organisation)), string(review.ProjectPolicy(at.Project))).Where("id = ?", string(id)).Take(ctx)
	if err != nil {
		return row, fmt.Errorf("lock request %s: %w", id, err)
	}
	return row, nil
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// lockPlace locks the workspace that a command concerns: alone for acts that
// may hold outputs, else together with others of its kind.
func lockPlace(ctx context.Context, tx *gorm.DB, c review.Change) (review.Place, error) {
	lock := forShare
	if c.Holds {
		lock = forUpdate
	}
	query := on[workspaceRow](tx, lock).Where("name = ?", c.Workspace)
	if c.Workspace == "" {
		query = on[workspaceRow](tx, lock).Where("name = (SELECT workspace FROM requests WHERE id = ?)", string(c.On))
	}
	row, err := query.Take(ctx)
	if err != nil {
		return review.Place{}, fmt.Errorf("lock the workspace: %w", err)
	}
	return row.place(), nil
}

// carryOut writes what was decided: entries, projections and work. It returns
// the request as it is then, to be kept after the commit; nil if nothing
// happened to it.
func (s *Store) carryOut(ctx context.Context, tx *gorm.DB, c review.Change, in review.In, d review.Decision) (*review.Request, error) {
	if err := s.addWork(ctx, tx, d.Work); err != nil {
		return nil, err
	}
	if len(d.Events) == 0 {
		return nil, nil
	}
	recs, drafts, after, err := s.apply(c.On, in, d)
	if err != nil {
		return nil, err
	}
	ids, err := s.append(ctx, tx, requestStream(c.On), recs[0].Version-1, drafts)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		recs[i].ID = id
	}
	before, rows := projection{}, review.Project
	if in.Request != nil {
		if review.SameFiles(in.Request, after) {
			rows = review.ProjectWithoutFiles
		}
		before = project(rows(in.Request))
	}
	if err := before.become(ctx, tx, project(rows(after)), recs); err != nil {
		return nil, fmt.Errorf("write the projections of request %s: %w", c.On, err)
	}
	return after, s.dropOldReports(ctx, tx, c.On, d.Events)
}

// apply folds decided events onto the request one by one, and drafts their
// entries: each names the turn in which its event was decided.
func (s *Store) apply(id review.RequestID, in review.In, d review.Decision) ([]review.Recorded, []draft, *review.Request, error) {
	like := draft{
		Actor: in.Actor, Role: d.As, Place: in.Place, Policy: in.Policy.Hash(),
	}
	if d.As != "" {
		like.Grant = in.Actor.Grant(d.As, in.Place).ID
	}
	r, version := in.Request, 0
	if r != nil {
		version = r.Version
	}
	recs := make([]review.Recorded, 0, len(d.Events))
	drafts := make([]draft, 0, len(d.Events))
	for i, e := range d.Events {
		rec := review.Recorded{
			Version: version + i + 1, At: in.Now, By: in.Actor.Person, Kind: in.Actor.Kind, As: d.As, Event: e,
		}
		entry, err := draftEvent(r, id, rec, like)
		if err != nil {
			return nil, nil, nil, err
		}
		recs, drafts = append(recs, rec), append(drafts, entry)
		r = foldOn(id, r, recs[i:])
	}
	return recs, drafts, r, nil
}
