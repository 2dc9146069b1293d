package models

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/auth"
	"sallyport/ledger"
	"sallyport/review"
)

// The acts of the streams of people and tokens.
const (
	actPersonAdded = "person_added"
	actRoleGranted = "role_granted"
	actRoleEnded   = "role_ended"
	// A role that waits for a second administrator.
	actRoleAsked     = "role_asked"
	actRoleConfirmed = "role_confirmed"
	actRoleRefused   = "role_refused"
	actRoleLapsed    = "role_lapsed"
	actTokenMade     = "token_made"
	actTokenEnded    = "token_ended"
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

// administer runs do once for each key, for an administrator or the operator,
// with their grants as they are now and their row locked, and those of people
// with it, so that nobody decides on roles that are about to change. Rows are
// locked in the order of their ids. What do returns is the answer to the key.
func (s *Store) administer(ctx context.Context, c review.Command, people []review.PersonID, do func(tx *gorm.DB, by review.Actor) (any, error)) (review.Outcome, error) {
	var out review.Outcome
	err := s.write(ctx, func(tx *gorm.DB) error {
		var err error
		if out, err = s.claimKey(ctx, tx, c); err != nil {
			return err
		}
		if out.Replayed {
			return errReplayed
		}
		if err := lockPeople(ctx, tx, c.Actor, people); err != nil {
			return err
		}
		by, err := actorNow(ctx, tx, c.Actor)
		if err != nil {
			return err
		}
		result, err := do(tx, by)
		if err != nil {
			return err
		}
		out.Result, err = s.answerKey(ctx, tx, c, result)
		return err
	})
	if err != nil && !errors.Is(err, errReplayed) {
		return review.Outcome{}, err
	}
	return out, nil
}

// lockPeople locks people and who acts; ErrNotFound if one of them is not there.
func lockPeople(ctx context.Context, tx *gorm.DB, by review.Actor, people []review.PersonID) error {
	wanted := map[string]bool{}
	for _, id := range people {
		wanted[string(id)] = true
	}
	if hasGrants(by) {
		wanted[string(by.ID)] = true
	}
	ids := slices.Collect(maps.Keys(wanted))
	rows, err := on[personRow](tx, forUpdate).Where("id IN ?", ids).Order("id").Find(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("lock people: %w", err)
	case len(rows) < len(ids):
		return review.ErrNotFound
	}
	return nil
}

// resultOf reads what a command was answered, now or before.
func resultOf[T any](out review.Outcome, err error) (T, error) {
	var v T
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(out.Result, &v); err != nil {
		return v, fmt.Errorf("read an answer: %w", err)
	}
	return v, nil
}

// AddPerson makes an account. Only an administrator or the operator does it.
// A username that is taken is ErrDuplicate.
func (s *Store) AddPerson(ctx context.Context, c review.Command, username, name string) (review.Person, error) {
	row := personRow{ID: s.config.NewID(), Username: username, Name: strings.TrimSpace(name)}
	return resultOf[review.Person](s.administer(ctx, c, nil, func(tx *gorm.DB, by review.Actor) (any, error) {
		if err := review.MayAdminister(by); err != nil {
			return nil, err
		}
		if err := row.check(); err != nil {
			return nil, err
		}
		return row.person(), s.addPerson(ctx, tx, by, row)
	}))
}

// check refuses an account that cannot be.
func (r personRow) check() error {
	switch {
	case !usernames.MatchString(r.Username):
		return refuse(review.ErrInvalid,
			"A username has up to 100 letters, digits and -_.@+, and begins with a letter or digit.")
	case slices.Contains(reserved, strings.ToLower(r.Username)):
		return refuse(review.ErrInvalid, "The username %s is kept for the program itself.", r.Username)
	}
	return checkName(r.Name)
}

// freeName refuses the username of a new account that differs from another's in
// capitals alone: on a page, one would be taken for the other.
func freeName(ctx context.Context, tx *gorm.DB, username string) error {
	alike, err := on[personRow](tx).Where("lower(username) = ? AND username <> ?", strings.ToLower(username), username).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("find usernames that are alike: %w", err)
	}
	if len(alike) > 0 {
		return refuse(review.ErrDuplicate, "There is an account with the username %s already, which differs from %s in capitals alone.",
			alike[0].Username, username)
	}
	return nil
}

func (s *Store) addPerson(ctx context.Context, tx *gorm.DB, by review.Actor, row personRow) error {
	if err := freeName(ctx, tx, row.Username); err != nil {
		return err
	}
	t, err := s.tailOf(ctx, tx, personStream(row.person().ID))
	if err != nil {
		return err
	}
	row.Created = at(t.now)
	// A failed statement would end a transaction of PostgreSQL.
	result := gorm.WithResult()
	if err := on[personRow](tx, clause.OnConflict{DoNothing: true}, result).Create(ctx, &row); err != nil {
		return fmt.Errorf("add a person: %w", err)
	}
	if result.RowsAffected == 0 {
		return refuse(review.ErrDuplicate, "There is an account with the username %s already.", row.Username)
	}
	words := s.words(row.Name)
	return s.recordRole(ctx, tx, t, by, row.person().ID, actPersonAdded,
		personAdded{V: 1, Person: row.person().ID, Username: row.Username, Name: words}, spoken(words)...)
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

// Accounts lists accounts by username. ErrInvalid for a cursor that it never gave.
func (s *Store) Accounts(ctx context.Context, f auth.PeopleFilter) (people []auth.Account, next string, err error) {
	after, err := afterCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := limited(f.Limit)
	err = s.read(ctx, func(tx *gorm.DB) error {
		query := on[personRow](tx).Where("username > ?", after)
		if f.Text != "" {
			like := "%" + likeEscapes.Replace(strings.ToLower(f.Text)) + "%"
			query = query.Where(`(lower(username) LIKE ? ESCAPE '!' OR lower(name) LIKE ? ESCAPE '!')`, like, like)
		}
		if f.Role != "" {
			query = query.Where("EXISTS (SELECT 1 FROM grants g WHERE g.person_id = people.id AND g.role = ? AND g.until IS NULL)", string(f.Role))
		}
		rows, err := query.Order("username").Limit(limit + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("read people: %w", err)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = base64.RawURLEncoding.EncodeToString([]byte(rows[limit-1].Username))
		}
		people, err = accounts(ctx, tx, rows)
		return err
	})
	return people, next, err
}

// likeEscapes takes their meaning from the signs of LIKE.
var likeEscapes = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// afterCursor is the key that a cursor names; "" at the beginning.
func afterCursor(cursor string) (string, error) {
	after, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || cursor != "" && !usernames.Match(after) {
		return "", refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	return string(after), nil
}

// PersonByUsername finds an account; ErrNotFound if there is none.
func (s *Store) PersonByUsername(ctx context.Context, username string) (auth.Account, error) {
	return s.account(ctx, "username = ?", username)
}

// Person finds an account by its id; ErrNotFound if there is none.
func (s *Store) Person(ctx context.Context, id review.PersonID) (auth.Account, error) {
	return s.account(ctx, "id = ?", string(id))
}

// Name is a person's name, which may be empty; ErrNotFound if there is no such
// person.
func (s *Store) Name(ctx context.Context, id review.PersonID) (string, error) {
	var row personRow
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		row, err = on[personRow](tx).Where("id = ?", string(id)).Take(ctx)
		return err
	})
	return row.Name, err
}

// Usernames are those of people by their ids. Who is not known is missing.
func (s *Store) Usernames(ctx context.Context, ids []review.PersonID) (map[review.PersonID]string, error) {
	names := make(map[review.PersonID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []personRow
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		rows, err = on[personRow](tx).Where("id IN ?", ids).Find(ctx)
		return err
	})
	for _, row := range rows {
		names[review.PersonID(row.ID)] = row.Username
	}
	return names, err
}

func (s *Store) account(ctx context.Context, condition, value string) (auth.Account, error) {
	var found auth.Account
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[personRow](tx).Where(condition, value).Take(ctx)
		if err != nil {
			return fmt.Errorf("read a person: %w", err)
		}
		all, err := accounts(ctx, tx, []personRow{row})
		if err != nil {
			return err
		}
		found = all[0]
		linked, err := on[identityRow](tx).Where("person_id = ?", row.ID).Limit(1).Find(ctx)
		if err != nil {
			return fmt.Errorf("read an identity: %w", err)
		}
		for _, identity := range linked {
			found.Issuer, found.Linked = identity.Issuer, identity.Linked.Time
		}
		return nil
	})
	return found, err
}

// accounts adds their grants to people.
func accounts(ctx context.Context, tx *gorm.DB, rows []personRow) ([]auth.Account, error) {
	people := make([]auth.Account, 0, len(rows))
	ids := make([]review.PersonID, 0, len(rows))
	for _, row := range rows {
		people = append(people, auth.Account{Person: row.person(), Name: row.Name, Created: row.Created.Time})
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
