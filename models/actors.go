package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/review"
)

// personRow is somebody with an account.
type personRow struct {
	ID       string `gorm:"primaryKey"`
	Username string
	Name     string
	Created  instant
}

func (personRow) TableName() string { return "people" }

func (r personRow) person() review.Person {
	return review.Person{ID: review.PersonID(r.ID), Username: r.Username}
}

// The sources of grants: an administrator, or a claim of the sign-in provider.
const (
	fromLocal = "local"
	fromClaim = "claim"
)

// grantRow is one role of one person; Until is NULL while it stands.
type grantRow struct {
	ID       string `gorm:"primaryKey"`
	PersonID string
	Role     string
	Scope    string
	Since    instant
	Until    instant
	Source   string
}

func (grantRow) TableName() string { return "grants" }

func (r grantRow) grant() review.Grant {
	return review.Grant{
		ID: r.ID, Role: review.Role(r.Role), Scope: review.Scope(r.Scope), From: r.Since.Time, Until: r.Until.Time,
		Claimed: r.Source == fromClaim,
	}
}

// Locks on rows. SQLite has none and needs none: a transaction that writes is
// alone.
var (
	forShare  = clause.Locking{Strength: clause.LockingStrengthShare}
	forUpdate = clause.Locking{Strength: clause.LockingStrengthUpdate}
)

// hasGrants reports whether an actor's roles stand in the database. The system
// and the operator have none, a service's right is its token.
func hasGrants(a review.Actor) bool { return a.Kind == review.IsPerson }

// lockActor locks the actor's row and returns the actor with the grants they
// hold now; ErrNotFound if there is no such person. While it is locked nobody
// gives them a role or takes one away.
func lockActor(ctx context.Context, tx *gorm.DB, a review.Actor) (review.Actor, error) {
	if !hasGrants(a) {
		return a, nil
	}
	if _, err := on[personRow](tx, forShare).Where("id = ?", string(a.ID)).Take(ctx); err != nil {
		return a, fmt.Errorf("lock the person: %w", err)
	}
	return actorNow(ctx, tx, a)
}

// actorNow returns the actor with the grants they hold now.
func actorNow(ctx context.Context, tx *gorm.DB, a review.Actor) (review.Actor, error) {
	if !hasGrants(a) {
		return a, nil
	}
	grants, err := grantsOf(ctx, tx, a.ID)
	if err != nil {
		return a, err
	}
	a.Grants = grants[a.ID]
	return a, nil
}

// grantsOf reads people's grants, ended ones included, oldest first.
func grantsOf(ctx context.Context, tx *gorm.DB, people ...review.PersonID) (map[review.PersonID][]review.Grant, error) {
	rows, err := on[grantRow](tx).Where("person_id IN ?", people).Order("since, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	grants := make(map[review.PersonID][]review.Grant, len(people))
	for _, row := range rows {
		id := review.PersonID(row.PersonID)
		grants[id] = append(grants[id], row.grant())
	}
	return grants, nil
}
