package models

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/review"
)

// Account is somebody with an account and the grants they have had.
type Account struct {
	review.Person
	Name   string
	Grants []review.Grant
}

// The acts of the streams of people and tokens.
const (
	actPersonAdded = "person_added"
	actRoleGranted = "role_granted"
	actRoleEnded   = "role_ended"
	actTokenMade   = "token_made"
	actTokenEnded  = "token_ended"
)

type personAdded struct {
	V        int             `json:"v"`
	Person   review.PersonID `json:"person"`
	Username string          `json:"username"`
	Name     review.Words    `json:"name,omitzero"`
}

func personStream(id review.PersonID) string { return "person/" + string(id) }

var usernames = regexp.MustCompile(`^[a-zA-Z0-9][-a-zA-Z0-9_.@+]{0,99}$`)

const maxName = 200

// checkName refuses a name that cannot be shown on one line.
func checkName(name string) error {
	bad := !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl)
	if bad || utf8.RuneCountInString(name) > maxName {
		return refuse(review.ErrInvalid, "A name is one line of at most %d characters.", maxName)
	}
	return nil
}

// words salts a text for the log. No text is no words.
func (s *Store) words(text string) review.Words {
	if text == "" {
		return review.Words{}
	}
	salt := s.config.NewSalt()
	return review.Words{Hash: ledger.WordsHash(salt, text), Salt: salt, Text: text}
}

// spoken lists words that are there.
func spoken(words ...review.Words) []review.Words {
	var out []review.Words
	for _, w := range words {
		if !w.IsZero() {
			out = append(out, w)
		}
	}
	return out
}

// administer runs do for an administrator or the operator, with their grants
// as they are now and their row locked, and that of person with it, so that
// nobody decides on roles that are about to change. Rows are locked in the
// order of their ids.
func (s *Store) administer(ctx context.Context, by review.Actor, person review.PersonID, do func(tx *gorm.DB, by review.Actor) error) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		ids := []string{string(by.ID), string(person)}
		rows, err := on[personRow](tx, forUpdate).Where("id IN ?", ids).Order("id").Find(ctx)
		if err != nil {
			return fmt.Errorf("lock people: %w", err)
		}
		found := map[review.PersonID]bool{}
		for _, row := range rows {
			found[review.PersonID(row.ID)] = true
		}
		if hasGrants(by) && !found[by.ID] || person != "" && !found[person] {
			return review.ErrNotFound
		}
		now, err := actorNow(ctx, tx, by)
		if err != nil {
			return err
		}
		return do(tx, now)
	})
}

// AddPerson makes an account. Only an administrator or the operator does it.
// A username that is taken is ErrDuplicate.
func (s *Store) AddPerson(ctx context.Context, by review.Actor, username, name string) (review.Person, error) {
	name = strings.TrimSpace(name)
	if !usernames.MatchString(username) {
		return review.Person{}, refuse(review.ErrInvalid,
			"A username has up to 100 letters, digits and -_.@+, and begins with a letter or digit.")
	}
	if err := checkName(name); err != nil {
		return review.Person{}, err
	}
	row := personRow{ID: s.config.NewID(), Username: username, Name: name}
	err := s.administer(ctx, by, "", func(tx *gorm.DB, by review.Actor) error {
		if err := review.MayAdminister(by); err != nil {
			return err
		}
		t, err := s.tailOf(ctx, tx, personStream(row.person().ID))
		if err != nil {
			return err
		}
		row.Created = at(t.now)
		err = on[personRow](tx).Create(ctx, &row)
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return refuse(review.ErrDuplicate, "There is an account with the username %s already.", username)
		}
		if err != nil {
			return fmt.Errorf("add a person: %w", err)
		}
		words := s.words(name)
		return s.recordRole(ctx, tx, t, by, row.person().ID, actPersonAdded,
			personAdded{V: 1, Person: row.person().ID, Username: username, Name: words}, spoken(words)...)
	})
	if err != nil {
		return review.Person{}, err
	}
	return row.person(), nil
}

// recordRole writes an entry of an administrator's act to a person's stream.
func (s *Store) recordRole(ctx context.Context, tx *gorm.DB, t tail, by review.Actor, person review.PersonID, act string, event any, words ...review.Words) error {
	body, err := fact(event)
	if err != nil {
		return err
	}
	err = s.record(ctx, tx, t, draft{
		Act: act, Actor: by, Role: review.Administrator, Grant: grantFor(by, review.Administrator),
		Subject: ledger.Subject{Person: string(person)}, Event: body, Words: words,
	})
	return err
}

// People lists accounts by username, after the one that cursor names. next is
// the cursor of the next page, "" at the end.
func (s *Store) People(ctx context.Context, cursor string, limit int) (people []Account, next string, err error) {
	limit = limited(limit)
	err = s.read(ctx, func(tx *gorm.DB) error {
		rows, err := on[personRow](tx).Where("username > ?", cursor).Order("username").Limit(limit + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("read people: %w", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = rows[limit-1].Username
		}
		people, err = accounts(ctx, tx, rows)
		return err
	})
	return people, next, err
}

// PersonByUsername finds an account; ErrNotFound if there is none.
func (s *Store) PersonByUsername(ctx context.Context, username string) (Account, error) {
	return s.account(ctx, "username = ?", username)
}

// Person finds an account by its id; ErrNotFound if there is none.
func (s *Store) Person(ctx context.Context, id review.PersonID) (Account, error) {
	return s.account(ctx, "id = ?", string(id))
}

func (s *Store) account(ctx context.Context, condition, value string) (Account, error) {
	var found Account
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[personRow](tx).Where(condition, value).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a person: %w", err)
		}
		all, err := accounts(ctx, tx, []personRow{row})
		if err == nil {
			found = all[0]
		}
		return err
	})
	return found, err
}

// accounts adds their grants to people.
func accounts(ctx context.Context, tx *gorm.DB, rows []personRow) ([]Account, error) {
	people := make([]Account, 0, len(rows))
	ids := make([]review.PersonID, 0, len(rows))
	for _, row := range rows {
		people = append(people, Account{Person: row.person(), Name: row.Name})
		ids = append(ids, review.PersonID(row.ID))
	}
	if len(ids) == 0 {
		return people, nil
	}
	grants, err := grantsOf(ctx, tx, ids...)
	for i, p := range people {
		people[i].Grants = grants[p.ID]
	}
	return people, err
}
