package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/ledger"
	"sallyport/review"
)

// tokenRow is a token of a person or of a backend's service. Secret is the
// SHA-256 of its secret, which is kept nowhere.
type tokenRow struct {
	ID       string `gorm:"primaryKey"`
	PersonID *string
	Backend  *string
	Name     string
	Scopes   texts[review.TokenScope]
	Secret   []byte
	Made     instant
	Expires  instant
	Ended    instant
}

func (tokenRow) TableName() string { return "tokens" }

// NewToken is a token to be made: of a person, or of a backend's service.
type NewToken struct {
	Person  review.PersonID
	Backend string
	Name    string // what its owner calls it
	Scopes  []review.TokenScope
	Expires time.Time // zero: never
}

type tokenMade struct {
	V       int                 `json:"v"`
	Token   string              `json:"token"`
	Backend string              `json:"backend,omitempty"`
	Name    review.Words        `json:"name,omitzero"`
	Scopes  []review.TokenScope `json:"scopes,omitempty"`
	Expires *review.Instant     `json:"expires,omitempty"`
}

type tokenEnded struct {
	V     int    `json:"v"`
	Token string `json:"token"`
}

var tokenScopes = []review.TokenScope{
	review.MayRead, review.MayContent, review.MayAuthor, review.MayCheck, review.MayAudit, review.MayAdmin,
}

// minSecret is the least length of a secret: 128 bits in base 32 or better.
const minSecret = 20

func (t NewToken) check(secret string, now time.Time) error {
	switch {
	case (t.Person == "") == (t.Backend == ""):
		return refuse(review.ErrInvalid, "A token is a person's or a backend's.")
	case len(secret) < minSecret:
		return fmt.Errorf("make a token: the secret is too short")
	case !t.Expires.IsZero() && !t.Expires.After(now):
		return refuse(review.ErrInvalid, "This token would have expired already.")
	case t.Backend != "" && !usernames.MatchString(t.Backend):
		return refuse(review.ErrInvalid, "That is not the name of a backend.")
	case t.Backend != "" && len(t.Scopes) > 0:
		return refuse(review.ErrInvalid, "A service's token has no scopes: it reports job requests of one backend.")
	case t.Person != "" && len(t.Scopes) == 0:
		return refuse(review.ErrInvalid, "A token needs at least one scope.")
	}
	for _, scope := range t.Scopes {
		if !slices.Contains(tokenScopes, scope) {
			return refuse(review.ErrInvalid, "There is no scope %q.", scope)
		}
	}
	return checkName(t.Name)
}

// MakeToken keeps a token and returns its id. The secret comes from a good
// random source; only its hash is kept. A person makes their own tokens, an
// administrator those of services, the operator any.
func (s *Store) MakeToken(ctx context.Context, by review.Actor, token NewToken, secret string) (string, error) {
	token.Name = strings.TrimSpace(token.Name)
	if err := token.check(secret, s.now()); err != nil {
		return "", err
	}
	sum := auth.Hash(secret)
	row := tokenRow{
		ID: s.config.NewID(), PersonID: optional(string(token.Person)), Backend: optional(token.Backend), Name: token.Name,
		Scopes: token.Scopes, Secret: sum[:], Expires: at(token.Expires),
	}
	err := s.administer(ctx, by, token.Person, func(tx *gorm.DB, by review.Actor) error {
		if err := review.MayHoldToken(by, token.Person); err != nil {
			return err
		}
		t, err := s.tailOf(ctx, tx, row.stream())
		if err != nil {
			return err
		}
		row.Made = at(t.now)
		if err := on[tokenRow](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("make a token: %w", err)
		}
		name := s.words(token.Name)
		made := tokenMade{V: 1, Token: row.ID, Backend: token.Backend, Name: name, Scopes: row.Scopes}
		if !token.Expires.IsZero() {
			expires := review.At(token.Expires)
			made.Expires = &expires
		}
		return s.recordToken(ctx, tx, t, by, row, actTokenMade, made, spoken(name)...)
	})
	if err != nil {
		return "", err
	}
	return row.ID, nil
}

// stream is that of the token's person; a service's token has one of its own.
func (t tokenRow) stream() string {
	if t.PersonID != nil {
		return personStream(review.PersonID(*t.PersonID))
	}
	return "token/" + t.ID
}

// recordToken writes an entry of an act on a token.
func (s *Store) recordToken(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, row tokenRow, act string, event any, words ...review.Words) error {
	body, err := fact(event)
	if err != nil {
		return err
	}
	d := draft{Act: act, Actor: by, Subject: ledger.Subject{Token: row.ID}, Event: body, Words: words}
	if row.PersonID != nil {
		d.Subject.Person = *row.PersonID
	} else {
		d.Place.Backend = *row.Backend
	}
	if string(by.ID) != d.Subject.Person { // nobody needs a role for their own
		d.Role, d.Grant = review.Administrator, grantFor(by, review.Administrator)
	}
	err = s.record(ctx, tx, t, d)
	return err
}

// EndToken makes a token useless from now on. Who may make it may end it, and
// an administrator any. Ending it again does nothing; ErrNotFound if there is
// none, or the asker may not know of it.
func (s *Store) EndToken(ctx context.Context, by review.Actor, id string) error {
	owner, err := s.ownerOf(ctx, id)
	if err != nil {
		return err
	}
	return s.administer(ctx, by, owner, func(tx *gorm.DB, by review.Actor) error {
		if review.MayHoldToken(by, owner) != nil && review.MayAdminister(by) != nil {
			return review.ErrNotFound
		}
		row, err := on[tokenRow](tx, forUpdate).Where("id = ?", id).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a token: %w", err)
		}
		if !row.Ended.IsZero() {
			return nil
		}
		t, err := s.tailOf(ctx, tx, row.stream())
		if err != nil {
			return err
		}
		n, err := on[tokenRow](tx).Where("id = ? AND ended IS NULL", id).Update(ctx, "ended", at(t.now))
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows changed", n)
		}
		if err != nil {
			return fmt.Errorf("end a token: %w", err)
		}
		return s.recordToken(ctx, tx, t, by, row, actTokenEnded, tokenEnded{V: 1, Token: id})
	})
}

// ownerOf is the person whose token it is; "" for a service's.
func (s *Store) ownerOf(ctx context.Context, id string) (review.PersonID, error) {
	var owner review.PersonID
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[tokenRow](tx).Where("id = ?", id).Take(ctx)
		if err == nil && row.PersonID != nil {
			owner = review.PersonID(*row.PersonID)
		}
		return err
	})
	return owner, err
}

// Token finds a token by its id, with the grants that its owner holds now.
// ErrNotFound if there is none.
func (s *Store) Token(ctx context.Context, id string) (auth.Stored, error) {
	if !isID(id) {
		return auth.Stored{}, review.ErrNotFound
	}
	var found auth.Stored
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[ownedToken](tx).Raw(ownedQuery, id).Take(ctx)
		if err != nil {
			return err
		}
		found = auth.Stored{Expires: row.Token.Expires.Time, Ended: row.Token.Ended.Time}
		copy(found.Hash[:], row.Token.Secret)
		found.Actor, err = actorNow(ctx, tx, row.actor())
		return err
	})
	if err != nil {
		return auth.Stored{}, err
	}
	return found, nil
}

// ownedToken is a token with its person's username.
type ownedToken struct {
	Token    tokenRow `gorm:"embedded"`
	Username *string
}

const ownedQuery = `SELECT t.*, p.username FROM tokens t LEFT JOIN people p ON p.id = t.person_id WHERE t.id = ?`

// actor is who the token stands for, before their grants are read. A service
// is known by its token's id.
func (t ownedToken) actor() review.Actor {
	row := t.Token
	a := review.Actor{Kind: review.IsService, Automated: true, Scopes: row.Scopes}
	if row.Scopes == nil {
		a.Scopes = []review.TokenScope{} // nil would narrow nothing
	}
	if row.PersonID == nil {
		a.Person, a.Backend = review.Person{ID: review.PersonID(row.ID), Username: *row.Backend}, *row.Backend
		return a
	}
	a.Kind, a.Person = review.IsPerson, review.Person{ID: review.PersonID(*row.PersonID), Username: *t.Username}
	return a
}
