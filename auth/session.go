package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"sallyport/review"
)

// The limits of a session (docs/sign-in.md "Sessions").
const (
	SessionIdle = 8 * time.Hour  // without a request, until it ends
	SessionAge  = 24 * time.Hour // whatever happens, until it ends
	// usedEvery is how often a session's last use is written down.
	usedEvery = time.Minute
)

// Session is one browser in which somebody is signed in.
type Session struct {
	ID       string
	PersonID review.PersonID
	Label    string // which browser, by Label; "" if it did not say
	Created  time.Time
	LastUsed time.Time // to the minute
	Expires  time.Time // at the latest
	Ended    time.Time // by signing out or by somebody; zero: it was not
}

// Good reports whether the session may still be used.
func (s Session) Good(now time.Time) bool {
	return s.Ended.IsZero() && now.Before(s.Expires) && now.Before(s.LastUsed.Add(SessionIdle))
}

// StoredSession is what is known of a session.
type StoredSession struct {
	Session
	Hash  [sha256.Size]byte // of the secret, by Hash
	Actor review.Actor      // whose it is, with their grants now
}

// SignIn is somebody who came back from the provider.
type SignIn struct {
	Identity Identity
	Roles    []MappedRole      // what the claims amount to today
	Hash     [sha256.Size]byte // of the new session's secret
	Label    string
	Expires  time.Time // of the new session
	Replaces string    // the session to end, that this browser had before; "" for none
}

// SignedIn is somebody who is signed in.
type SignedIn struct {
	Person  review.Person
	Session Session
	New     bool // the person had no account before
}

// SessionStore keeps people, identities and sessions.
type SessionStore interface {
	// SignIn finds or makes the account of an identity, gives it the roles of the
	// claims, and begins a session, all at once. Refusals are *SignInError or
	// *review.Error.
	SignIn(ctx context.Context, in SignIn) (SignedIn, error)
	// Session finds a session by its id, also one that is over. One that does not
	// exist is review.ErrNotFound.
	Session(ctx context.Context, id string) (StoredSession, error)
	// UseSession writes down that a session was used.
	UseSession(ctx context.Context, id string, at time.Time) error
	// EndSession ends a session: one's own, or any as an administrator.
	EndSession(ctx context.Context, by review.Actor, id string) error
	// EndSessions ends all sessions of a person and says how many there were.
	EndSessions(ctx context.Context, by review.Actor, person review.PersonID) (int, error)
}

// Sessions finds out who is asking by the session that their browser sends.
type Sessions struct {
	Store  SessionStore
	Now    func() time.Time
	Random io.Reader // fit for keys
}

// Begin signs somebody in whom the provider has sent back, and returns the
// value of their session's cookie. before is the value of the cookie that the
// browser sent: that session ends, so that no session outlives a sign-in.
func (s Sessions) Begin(ctx context.Context, who Identity, roles []MappedRole, userAgent, before string) (SignedIn, string, error) {
	secret, err := NewSecret(s.Random)
	if err != nil {
		return SignedIn{}, "", err
	}
	in := SignIn{
		Identity: who, Roles: roles, Hash: Hash(secret), Label: Label(userAgent), Expires: s.Now().Add(SessionAge),
	}
	old, err := s.find(ctx, before)
	switch {
	case err == nil:
		in.Replaces = old.ID
	case !errors.Is(err, ErrUnauthenticated):
		return SignedIn{}, "", err
	}
	done, err := s.Store.SignIn(ctx, in)
	if err != nil {
		return SignedIn{}, "", err
	}
	return done, done.Session.ID + "." + secret, nil
}

// Authenticate finds the actor whose session's cookie has this value, with
// their grants as they are now: ErrUnauthenticated if there is no such session
// or it is over. Any other error is the store's, and says nothing about the
// session.
func (s Sessions) Authenticate(ctx context.Context, value string) (review.Actor, Session, error) {
	found, err := s.find(ctx, value)
	if err != nil {
		return review.Actor{}, Session{}, err
	}
	now := s.Now()
	if now.Sub(found.LastUsed) >= usedEvery {
		if err := s.Store.UseSession(ctx, found.ID, now); err != nil {
			return review.Actor{}, Session{}, fmt.Errorf("use a session: %w", err)
		}
		found.LastUsed = now
	}
	return found.Actor, found.Session, nil
}

// End signs out: the session with this value ends, if there is one.
func (s Sessions) End(ctx context.Context, value string) error {
	found, err := s.find(ctx, value)
	if errors.Is(err, ErrUnauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Store.EndSession(ctx, found.Actor, found.ID)
}

// Refused ends all sessions of the person whose session has this value, if
// there is one: the provider does not let them in any more (ErrDenied), so they
// are out everywhere.
func (s Sessions) Refused(ctx context.Context, value string) error {
	found, err := s.find(ctx, value)
	if errors.Is(err, ErrUnauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.Store.EndSessions(ctx, review.System(), found.PersonID)
	return err
}

// find looks a session up by the value of its cookie: ErrUnauthenticated if it
// is not good.
func (s Sessions) find(ctx context.Context, value string) (StoredSession, error) {
	id, secret, ok := parseSession(value)
	if !ok {
		return StoredSession{}, ErrUnauthenticated
	}
	found, err := s.Store.Session(ctx, id)
	missing := errors.Is(err, review.ErrNotFound)
	if err != nil && !missing {
		return StoredSession{}, fmt.Errorf("look up a session: %w", err)
	}
	// Also for a session that does not exist, which then costs the same.
	matches := Matches(found.Hash, secret)
	if missing || !matches || !found.Good(s.Now()) {
		return StoredSession{}, ErrUnauthenticated
	}
	return found, nil
}

// parseSession takes the value of a session's cookie apart: an id of 1 to 64
// letters and digits, a dot, and a secret of 1 to 128.
func parseSession(value string) (id, secret string, ok bool) {
	if len(value) > maxID+1+maxSecret {
		return "", "", false
	}
	id, secret, ok = strings.Cut(value, ".")
	if !ok || !consistsOf(id, maxID, "") || !consistsOf(secret, maxSecret, "") {
		return "", "", false
	}
	return id, secret, true
}
