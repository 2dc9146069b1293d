package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/auth"
	"sallyport/ledger"
	"sallyport/review"
)

// identityRow says whose account an identity of a sign-in provider is. Subject
// is subjectHash of the provider's.
type identityRow struct {
	Issuer   string `gorm:"primaryKey"`
	Subject  string `gorm:"primaryKey"`
	PersonID string
	Linked   instant
}

func (identityRow) TableName() string { return "identities" }

// subjectHash is what is kept of a subject. Who has the subject finds the row;
// who has the row does not find the subject, which may be a name or a number of
// the provider's own.
func subjectHash(subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return hex.EncodeToString(sum[:])
}

// The acts of the streams of identities.
const (
	actIdentityLinked   = "identity_linked"
	actIdentityUnlinked = "identity_unlinked"
)

type identityLinked struct {
	V       int             `json:"v"`
	Person  review.PersonID `json:"person"`
	Issuer  string          `json:"issuer"`
	Subject string          `json:"subject"`
}

// identityStream is that of a person's identity.
func identityStream(id review.PersonID) string { return "identity/" + string(id) }

// reserved are the names under which the log has the program itself, and the
// command line. No provider names a person so.
var reserved = []string{review.System().Username, "operator"}

// errRaced says that another transaction did the same meanwhile: what it did is
// seen by the next attempt.
var errRaced = errors.New("another sign-in was faster")

// SignIn finds the account of an identity, or makes it at the first sign-in,
// gives it the roles of the claims and no others, and begins a session, all at
// once. An account that was made beforehand and that nobody has signed in to
// belongs to the first identity that has its username; a username that belongs
// to another identity is refused (docs/sign-in.md "Accounts"). Two first
// sign-ins of one identity at the same time are one account.
func (s *Store) SignIn(ctx context.Context, in auth.SignIn) (auth.SignedIn, error) {
	who := in.Identity
	if who.Issuer == "" || who.Subject == "" {
		return auth.SignedIn{}, fmt.Errorf("sign in: the identity has no issuer or no subject")
	}
	for _, r := range in.Roles {
		if err := auth.CheckMapped(r); err != nil {
			return auth.SignedIn{}, err
		}
	}
	var done auth.SignedIn
	err := errRaced
	for range attempts {
		if !errors.Is(err, errRaced) {
			break
		}
		err = s.write(ctx, func(tx *gorm.DB) error {
			var err error
			done, err = s.signIn(ctx, tx, in)
			return err
		})
	}
	if errors.Is(err, errRaced) {
		err = review.ErrUnavailable
	}
	if err != nil {
		return auth.SignedIn{}, err
	}
	return done, nil
}

func (s *Store) signIn(ctx context.Context, tx *gorm.DB, in auth.SignIn) (auth.SignedIn, error) {
	row, fresh, err := s.accountOf(ctx, tx, in.Identity)
	if err != nil {
		return auth.SignedIn{}, err
	}
	person := row.person()
	if err := s.followClaims(ctx, tx, person.ID, in.Roles); err != nil {
		return auth.SignedIn{}, err
	}
	session, err := s.beginSession(ctx, tx, person.ID, in)
	return auth.SignedIn{Person: person, Session: session, New: fresh}, err
}

// accountOf finds or makes the account of an identity, and locks it: nobody
// decides by its roles while they change.
func (s *Store) accountOf(ctx context.Context, tx *gorm.DB, who auth.Identity) (row personRow, fresh bool, err error) {
	known, err := on[identityRow](tx).Where("issuer = ? AND subject = ?", who.Issuer, subjectHash(who.Subject)).Limit(1).Find(ctx)
	if err != nil {
		return row, false, fmt.Errorf("find an identity: %w", err)
	}
	if len(known) > 0 {
		row, err = on[personRow](tx, forUpdate).Where("id = ?", known[0].PersonID).Take(ctx)
		return row, false, err
	}
	if !usernames.MatchString(who.Username) || slices.Contains(reserved, strings.ToLower(who.Username)) {
		return row, false, auth.ErrNoUsername
	}
	there, err := on[personRow](tx, forUpdate).Where("username = ?", who.Username).Limit(1).Find(ctx)
	switch {
	case err != nil:
		return row, false, fmt.Errorf("find an account: %w", err)
	case len(there) == 0:
		fresh = true
		row, err = s.addSignedIn(ctx, tx, who)
	default:
		row, err = there[0], mayLink(ctx, tx, there[0], who)
	}
	if err != nil {
		return row, false, err
	}
	return row, fresh, s.link(ctx, tx, row, who)
}

// mayLink refuses an identity whose username belongs to somebody else's
// account. An e-mail address is nobody's for ever, so it finds no account.
func mayLink(ctx context.Context, tx *gorm.DB, row personRow, who auth.Identity) error {
	linked, err := on[identityRow](tx).Where("person_id = ?", row.ID).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("find an identity: %w", err)
	}
	if len(linked) == 0 && !who.FromEmail {
		return nil
	}
	if len(linked) > 0 && linked[0].Issuer == who.Issuer && linked[0].Subject == subjectHash(who.Subject) {
		return errRaced // the same person, in another window
	}
	return refuse(review.ErrDuplicate, "There is an account with the username %s here that belongs to another sign-in, "+
		"so you were not signed in. Ask an administrator.", who.Username)
}

// addSignedIn makes the account of somebody who signs in for the first time.
func (s *Store) addSignedIn(ctx context.Context, tx *gorm.DB, who auth.Identity) (personRow, error) {
	name := who.Name
	if checkName(name) != nil {
		name = "" // it is only for show
	}
	row := personRow{ID: s.config.NewID(), Username: who.Username, Name: name}
	if err := freeName(ctx, tx, who.Username); err != nil {
		return row, err
	}
	t, err := s.tailOf(ctx, tx, personStream(row.person().ID))
	if err != nil {
		return row, err
	}
	row.Created = at(t.now)
	result := gorm.WithResult()
	if err := on[personRow](tx, clause.OnConflict{DoNothing: true}, result).Create(ctx, &row); err != nil {
		return row, fmt.Errorf("add a person: %w", err)
	}
	if result.RowsAffected == 0 {
		return row, errRaced
	}
	words := s.words(name)
	return row, s.recordRole(ctx, tx, t, review.System(), row.person().ID, actPersonAdded,
		personAdded{V: 1, Person: row.person().ID, Username: row.Username, Name: words}, spoken(words)...)
}

// link makes an identity that of an account, which is locked.
func (s *Store) link(ctx context.Context, tx *gorm.DB, account personRow, who auth.Identity) error {
	person := account.person().ID
	t, err := s.tailOf(ctx, tx, identityStream(person))
	if err != nil {
		return err
	}
	row := identityRow{Issuer: who.Issuer, Subject: subjectHash(who.Subject), PersonID: account.ID, Linked: at(t.now)}
	result := gorm.WithResult()
	if err := on[identityRow](tx, clause.OnConflict{DoNothing: true}, result).Create(ctx, &row); err != nil {
		return fmt.Errorf("link an identity: %w", err)
	}
	if result.RowsAffected == 0 {
		return errRaced
	}
	return s.recordIdentity(ctx, tx, t, review.System(), actIdentityLinked, row)
}

func (s *Store) recordIdentity(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, act string, row identityRow) error {
	event, err := fact(identityLinked{V: 1, Person: review.PersonID(row.PersonID), Issuer: row.Issuer, Subject: row.Subject})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, t, draft{Act: act, Actor: by, Subject: ledger.Subject{Person: row.PersonID}, Event: event})
}

// UnlinkIdentity frees an account of its identity, after which the first
// identity with its username gets it, and ends its sessions. That could give a
// checker's account to somebody else, so only the operator does it: when the
// provider was replaced, or knows the person by another subject now.
// ErrNotFound if there is no such account, or it has no identity.
func (s *Store) UnlinkIdentity(ctx context.Context, by review.Actor, person review.PersonID) error {
	if by.Kind != review.IsOperator {
		return refuse(review.ErrRole, "Only the operator, on the server, can do this.")
	}
	_, err := s.administer(ctx, review.Command{Actor: by}, []review.PersonID{person}, func(tx *gorm.DB, by review.Actor) (any, error) {
		row, err := on[identityRow](tx).Where("person_id = ?", string(person)).Take(ctx)
		if err != nil {
			return nil, fmt.Errorf("find an identity: %w", err)
		}
		t, err := s.tailOf(ctx, tx, identityStream(person))
		if err != nil {
			return nil, err
		}
		n, err := on[identityRow](tx).Where("person_id = ?", string(person)).Delete(ctx)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows changed", n)
		}
		if err != nil {
			return nil, fmt.Errorf("unlink an identity: %w", err)
		}
		if _, err := s.endSessions(ctx, tx, person); err != nil {
			return nil, err
		}
		return nil, s.recordIdentity(ctx, tx, t, by, actIdentityUnlinked, row)
	})
	return err
}
