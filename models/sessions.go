package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/auth"
	"sallyport/review"
)

// sessionRow is a browser in which somebody is signed in. Secret is the SHA-256
// of its secret, which is kept nowhere.
type sessionRow struct {
	ID       string `gorm:"primaryKey"`
	PersonID string
	Secret   []byte
	Label    string
	Created  instant
	LastUsed instant
	Expires  instant
	Ended    instant
}

func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) session() auth.Session {
	return auth.Session{
		ID: r.ID, PersonID: review.PersonID(r.PersonID), Label: r.Label,
		Created: r.Created.Time, LastUsed: r.LastUsed.Time, Expires: r.Expires.Time, Ended: r.Ended.Time,
	}
}

var _ auth.SessionStore = (*Store)(nil)

// maxSessions bounds the list of a person's sessions.
const maxSessions = 100

// ownedSession is a session with its person's username.
type ownedSession struct {
	Session  sessionRow `gorm:"embedded"`
	Username string
}

const ownedSessionQuery = `SELECT s.*, p.username FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.id = ?`

// Session finds a session by its id, also one that is over, with the grants
// that its person holds now. ErrNotFound if there is none.
func (s *Store) Session(ctx context.Context, id string) (auth.StoredSession, error) {
	if !isID(id) {
		return auth.StoredSession{}, review.ErrNotFound
	}
	var found auth.StoredSession
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[ownedSession](tx).Raw(ownedSessionQuery, id).Take(ctx)
		if err != nil {
			return err
		}
		found = auth.StoredSession{Session: row.Session.session()}
		copy(found.Hash[:], row.Session.Secret)
		person := review.Person{ID: found.PersonID, Username: row.Username}
		found.Actor, err = actorNow(ctx, tx, review.Actor{Person: person, Kind: review.IsPerson})
		return err
	})
	if err != nil {
		return auth.StoredSession{}, err
	}
	return found, nil
}

// UseSession writes down that a session was used. An earlier use than the one
// that is known, and one of a session that has ended, changes nothing.
func (s *Store) UseSession(ctx context.Context, id string, when time.Time) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		_, err := on[sessionRow](tx).Where("id = ? AND ended IS NULL AND last_used < ?", id, at(when)).
			Update(ctx, "last_used", at(when))
		if err != nil {
			return fmt.Errorf("use a session: %w", err)
		}
		return nil
	})
}

// beginSession makes a session in the transaction.
func (s *Store) beginSession(ctx context.Context, tx *gorm.DB, person review.PersonID, in auth.SignIn) (auth.Session, error) {
	now := at(s.now())
	if in.Replaces != "" {
		_, err := on[sessionRow](tx).Where("id = ? AND ended IS NULL", in.Replaces).Update(ctx, "ended", now)
		if err != nil {
			return auth.Session{}, fmt.Errorf("end the session before: %w", err)
		}
	}
	row := sessionRow{
		ID: s.config.NewID(), PersonID: string(person), Secret: in.Hash[:], Label: in.Label,
		Created: now, LastUsed: now, Expires: at(in.Expires),
	}
	if err := on[sessionRow](tx).Create(ctx, &row); err != nil {
		return auth.Session{}, fmt.Errorf("begin a session: %w", err)
	}
	return row.session(), nil
}

// SessionsOf lists the sessions of a person that can still be used, the newest
// first: 100 at most. A person lists their own, an administrator anybody's.
func (s *Store) SessionsOf(ctx context.Context, by review.Actor, person review.PersonID) ([]auth.Session, error) {
	now := s.now()
	var list []auth.Session
	err := s.read(ctx, func(tx *gorm.DB) error {
		by, err := actorNow(ctx, tx, by)
		if err != nil {
			return err
		}
		if err := review.MayHoldSessions(by, person); err != nil {
			return err
		}
		rows, err := on[sessionRow](tx).
			Where("person_id = ? AND ended IS NULL AND expires > ? AND last_used > ?",
				string(person), at(now), at(now.Add(-auth.SessionIdle))).
			Order("created DESC, id DESC").Limit(maxSessions).Find(ctx)
		for _, row := range rows {
			list = append(list, row.session())
		}
		return err
	})
	return list, err
}

// EndSession ends a session: it stops working with the commit. A person ends
// their own, an administrator anybody's. Ending it again does nothing;
// ErrNotFound if there is none, or the asker may not know of it.
func (s *Store) EndSession(ctx context.Context, by review.Actor, id string) error {
	if !isID(id) {
		return review.ErrNotFound
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		by, err := lockActor(ctx, tx, by)
		if err != nil {
			return err
		}
		row, err := on[sessionRow](tx).Where("id = ?", id).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		if review.MayHoldSessions(by, review.PersonID(row.PersonID)) != nil {
			return review.ErrNotFound
		}
		_, err = on[sessionRow](tx).Where("id = ? AND ended IS NULL", id).Update(ctx, "ended", at(s.now()))
		if err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
		return nil
	})
}

// EndSessions ends all sessions of a person, who is out with the commit, and
// says how many there were. A person ends their own, an administrator
// anybody's, the system those of somebody whom the sign-in provider refuses.
func (s *Store) EndSessions(ctx context.Context, by review.Actor, person review.PersonID) (int, error) {
	var ended int
	err := s.write(ctx, func(tx *gorm.DB) error {
		by, err := lockActor(ctx, tx, by)
		if err != nil {
			return err
		}
		if err := review.MayHoldSessions(by, person); err != nil {
			return err
		}
		ended, err = s.endSessions(ctx, tx, person)
		return err
	})
	return ended, err
}

// endSessions ends all sessions of a person in the transaction.
func (s *Store) endSessions(ctx context.Context, tx *gorm.DB, person review.PersonID) (int, error) {
	n, err := on[sessionRow](tx).Where("person_id = ? AND ended IS NULL", string(person)).Update(ctx, "ended", at(s.now()))
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// ForgetSessions removes the sessions that expired before then. It returns how
// many it removed.
func (s *Store) ForgetSessions(ctx context.Context, before time.Time) (int, error) {
	var forgotten int
	err := s.write(ctx, func(tx *gorm.DB) error {
		var err error
		forgotten, err = on[sessionRow](tx).Where("expires < ?", at(before)).Delete(ctx)
		if err != nil {
			return fmt.Errorf("forget sessions: %w", err)
		}
		return nil
	})
	return forgotten, err
}
