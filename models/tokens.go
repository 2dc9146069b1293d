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

// checkToken refuses a token that cannot be, at this time.
func checkToken(t auth.NewToken, now time.Time) error {
	switch {
	case !t.Expires.IsZero() && !t.Expires.After(now):
		return refuse(review.ErrInvalid, "This token would have expired already.")
	case t.Backend != "" && !usernames.MatchString(t.Backend):
		return refuse(review.ErrInvalid, "That is not the name of a backend.")
	case t.Backend != "" && len(t.Scopes) > 0:
		return refuse(review.ErrInvalid, "A service's token has no scopes: it reports job requests of one backend.")
	case t.Person != "" && len(t.Scopes) == 0:
		return refuse(review.ErrInvalid, "A token needs at least one scope.")
	case len(t.Scopes) > len(tokenScopes):
		return refuse(review.ErrInvalid, "A token has each scope once.")
	}
	for _, scope := range t.Scopes {
		if !slices.Contains(tokenScopes, scope) {
			return refuse(review.ErrInvalid, "There is no scope %.100q.", scope)
		}
	}
	return checkName(t.Name)
}

// checkFit refuses scopes of which a token of its owner would be of no use.
func checkFit(ctx context.Context, tx *gorm.DB, t auth.NewToken) error {
	if t.Person == "" {
		return nil
	}
	owner, err := actorNow(ctx, tx, review.Actor{Person: review.Person{ID: t.Person}, Kind: review.IsPerson})
	if err != nil {
		return err
	}
	fit := auth.ScopesFor(owner)
	for _, scope := range t.Scopes {
		if !slices.Contains(fit, scope) {
			return refuse(review.ErrInvalid, "The scope %q does not fit the roles that its owner has today.", scope)
		}
	}
	return nil
}

// MakeToken keeps a token and returns its id, once for each key. The secret
// comes from a good random source; only its hash is kept, so the same command
// makes no second token, and nobody learns the secret of the first again. A
// person makes their own tokens, an administrator those of services, the
// operator any.
func (s *Store) MakeToken(ctx context.Context, c review.Command, token auth.NewToken, secret string) (auth.MadeToken, error) {
	token.Name = strings.TrimSpace(token.Name)
	switch {
	case len(secret) < minSecret:
		return auth.MadeToken{}, fmt.Errorf("make a token: the secret is too short")
	case (token.Person == "") == (token.Backend == ""):
		return auth.MadeToken{}, refuse(review.ErrInvalid, "A token is a person's or a backend's.")
	}
	var people []review.PersonID
	if token.Person != "" {
		people = append(people, token.Person)
	}
	out, err := s.administer(ctx, c, people, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := review.MayMakeToken(by, token.Person, token.Scopes, token.Expires); err != nil {
			return nil, err
		}
		if err := checkToken(token, s.now()); err != nil {
			return nil, err
		}
		if err := checkFit(ctx, tx, token); err != nil {
			return nil, err
		}
		return s.makeToken(ctx, tx, by, token, secret)
	})
	id, err := resultOf[string](out, err)
	return auth.MadeToken{ID: id, Again: out.Replayed}, err
}

// makeToken keeps a token in the transaction and returns its id.
func (s *Store) makeToken(ctx context.Context, tx *gorm.DB, by review.Actor, token auth.NewToken, secret string) (string, error) {
	sum := auth.Hash(secret)
	row := tokenRow{
		ID: s.config.NewID(), PersonID: optional(string(token.Person)), Backend: optional(token.Backend), Name: token.Name,
		Scopes: token.Scopes, Secret: sum[:], Expires: at(token.Expires),
	}
	t, err := s.tailOf(ctx, tx, row.stream())
	if err != nil {
		return "", err
	}
	row.Made = at(t.now)
	if err := on[tokenRow](tx).Create(ctx, &row); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	name := s.words(token.Name)
	made := tokenMade{V: 1, Token: row.ID, Backend: token.Backend, Name: name, Scopes: row.Scopes}
	if !token.Expires.IsZero() {
		expires := review.At(token.Expires)
		made.Expires = &expires
	}
	return row.ID, s.recordToken(ctx, tx, t, by, row, actTokenMade, made, spoken(name)...)
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
func (s *Store) EndToken(ctx context.Context, c review.Command, id string) error {
	owner, err := s.ownerOf(ctx, id)
	if err != nil {
		return err
	}
	var people []review.PersonID
	if owner != "" {
		people = append(people, owner)
	}
	_, err = s.administer(ctx, c, people, func(tx *gorm.DB, by review.Actor) (any, error) {
		if review.MayHoldToken(by, owner) != nil && review.MayAdminister(by) != nil {
			return nil, review.ErrNotFound
		}
		return nil, s.endToken(ctx, tx, by, id)
	})
	return err
}

// endToken ends a token in the transaction, unless it has ended.
func (s *Store) endToken(ctx context.Context, tx *gorm.DB, by review.Actor, id string) error {
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
	a := review.Actor{Kind: review.IsService, Automated: true, Scopes: row.Scopes, Until: row.Expires.Time}
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
