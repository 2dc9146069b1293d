package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"sallyport/review"
)

// ErrUnauthenticated says that nobody is known to be asking. It is the same for
// a header that is none, a token that does not exist, one with another secret,
// and one that expired or was ended: who is refused does not learn why.
var ErrUnauthenticated = errors.New("not authenticated")

// Stored is what is known of a token.
type Stored struct {
	Hash    [sha256.Size]byte // of the secret, by Hash
	Expires time.Time         // from then on it is refused; zero: never
	Ended   time.Time         // when it was taken back; zero: it was not
	// Actor is whom the token acts for, with their grants now and the token's
	// scopes.
	Actor review.Actor
}

// Store keeps tokens.
type Store interface {
	// Token finds a token by its id. One that does not exist is
	// review.ErrNotFound; any other error says that the store could not tell.
	Token(ctx context.Context, id string) (Stored, error)
}

// Tokens finds out who is asking by the token that they send.
type Tokens struct {
	Store Store
	Now   func() time.Time
}

// Authenticate finds the actor whose token stands in the value of an
// Authorization header: ErrUnauthenticated if it is not there or not good.
// Any other error is the store's, and says nothing about the token.
//
// A token narrows what its owner may do, so a person's token without scopes
// reaches nothing.
func (t Tokens) Authenticate(ctx context.Context, header string) (review.Actor, error) {
	token, ok := Bearer(header)
	if !ok {
		return review.Actor{}, ErrUnauthenticated
	}
	id, secret, ok := Parse(token)
	if !ok {
		return review.Actor{}, ErrUnauthenticated
	}
	stored, err := t.Store.Token(ctx, id)
	missing := errors.Is(err, review.ErrNotFound)
	if err != nil && !missing {
		return review.Actor{}, fmt.Errorf("look up a token: %w", err)
	}
	// Also for a token that does not exist, which then costs the same.
	matches := Matches(stored.Hash, secret)
	if missing || !matches || !stored.good(t.Now()) {
		return review.Actor{}, ErrUnauthenticated
	}
	return acting(stored.Actor), nil
}

// good reports whether the token may still be used.
func (s Stored) good(now time.Time) bool {
	return s.Ended.IsZero() && (s.Expires.IsZero() || now.Before(s.Expires))
}

// acting is the actor when a token acts for them.
func acting(a review.Actor) review.Actor {
	if a.Kind != review.IsPerson {
		return a
	}
	a.Automated = true
	if a.Scopes == nil { // which would narrow nothing
		a.Scopes = []review.TokenScope{}
	}
	return a
}
