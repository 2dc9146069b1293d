package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sallyport/auth"
	"sallyport/review"
)

// registry is the people of a world: the real rules over tables in memory.
type registry struct {
	confirmations []review.Confirmation // the oldest first
	tokens        []auth.Token
	made          map[string]auth.MadeToken // by who made it and their key
}

// byID finds somebody's name and actor.
func (w *world) byID(id review.PersonID) (string, review.Actor, error) {
	for name, a := range w.people {
		if a.ID == id && a.Kind == review.IsPerson {
			return name, a, nil
		}
	}
	return "", review.Actor{}, review.ErrNotFound
}

func accountOf(a review.Actor) auth.Account {
	return auth.Account{Person: a.Person, Created: noon, Grants: a.Grants, Issuer: "https://provider.test", Linked: noon}
}

func (w *world) Usernames(_ context.Context, ids []review.PersonID) (map[review.PersonID]string, error) {
	names := map[review.PersonID]string{}
	for _, id := range ids {
		if name, _, err := w.byID(id); err == nil {
			names[id] = name
		}
	}
	return names, w.broken
}

func (w *world) Name(_ context.Context, _ review.PersonID) (string, error) { return "", nil }

func (w *world) Accounts(_ context.Context, f auth.PeopleFilter) ([]auth.Account, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return nil, "", w.broken
	}
	var list []auth.Account
	for _, a := range w.people {
		if a.Kind == review.IsPerson && strings.Contains(a.Username, f.Text) && (f.Role == "" || a.HasAnywhere(f.Role)) && a.Username > f.Cursor {
			list = append(list, accountOf(a))
		}
	}
	slices.SortFunc(list, func(a, b auth.Account) int { return strings.Compare(a.Username, b.Username) })
	if len(list) > f.Limit {
		list = list[:f.Limit]
		return list, list[f.Limit-1].Username, nil
	}
	return list, "", nil
}

func (w *world) Person(_ context.Context, id review.PersonID) (auth.Account, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, a, err := w.byID(id)
	return accountOf(a), cmp.Or(w.broken, err)
}

func (w *world) AddPerson(_ context.Context, c review.Command, username, _ string) (review.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := review.MayAdminister(w.actor(c.Actor)); err != nil {
		return review.Person{}, err
	}
	if used := w.keys[c.Key]; c.Key != "" && used != nil {
		return w.people[username].Person, nil
	}
	if username == "" || strings.ContainsAny(username, " <") {
		return review.Person{}, &review.Error{Kind: review.Invalid, Code: "invalid", Message: "A username has up to 100 letters and digits."}
	}
	if _, ok := w.people[username]; ok {
		return review.Person{}, review.ErrDuplicate
	}
	if c.Key != "" {
		w.keys[c.Key] = &usedKey{body: c.Body}
	}
	p := review.Person{ID: review.PersonID("id" + username), Username: username}
	w.people[username] = review.Actor{Person: p, Kind: review.IsPerson}
	return p, nil
}

func (w *world) GrantRole(_ context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) (review.Given, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name, a, err := w.byID(person)
	by := w.actor(c.Actor)
	if err := cmp.Or(err, review.MayGiveRole(by, person, role, scope)); err != nil {
		return review.Given{}, err
	}
	if !review.TakesTwo(by, role) {
		g := review.Grant{ID: w.nextID(), Role: role, Scope: scope, From: noon}
		a.Grants = append(slices.Clone(a.Grants), g)
		w.people[name] = a
		return review.Given{Grant: g.ID}, nil
	}
	for _, waits := range w.registry.confirmations {
		if waits.Person.ID == person && waits.Role == role && waits.Scope == scope && waits.StateAt(w.now) == review.ConfirmationWaiting {
			return review.Given{Confirmation: waits.ID}, nil
		}
	}
	asked := review.Confirmation{
		ID: w.nextID(), Person: a.Person, Role: role, Scope: scope, AskedBy: c.Actor.Person, Asked: w.now,
		Lapses: w.now.Add(review.ConfirmationAge), State: review.ConfirmationWaiting, AskerStands: true,
	}
	w.registry.confirmations = append(w.registry.confirmations, asked)
	return review.Given{Confirmation: asked.ID}, nil
}

func (w *world) EndRole(_ context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	name, a, err := w.byID(person)
	if err := cmp.Or(err, review.MayChangeRoles(w.actor(c.Actor), person)); err != nil {
		return err
	}
	found := false
	a.Grants = slices.Clone(a.Grants)
	for i, g := range a.Grants {
		if g.Role == role && g.Scope == scope {
			a.Grants[i].Until, found = w.now, true
		}
	}
	if !found {
		return review.ErrNotFound
	}
	w.people[name] = a
	return nil
}

func (w *world) Confirmations(_ context.Context, state review.ConfirmationState, person review.PersonID, _ string, _ int) ([]review.Confirmation, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []review.Confirmation
	for _, c := range slices.Backward(w.registry.confirmations) {
		if (state == "" || c.State == state) && (person == "" || c.Person.ID == person) {
			list = append(list, c)
		}
	}
	return list, "", w.broken
}

func (w *world) Confirmation(_ context.Context, id string) (review.Confirmation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.registry.confirmations {
		if c.ID == id {
			return c, nil
		}
	}
	return review.Confirmation{}, review.ErrNotFound
}

func (w *world) SettleConfirmation(_ context.Context, c review.Command, id string, confirm bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	by := w.actor(c.Actor)
	for i, waits := range w.registry.confirmations {
		if waits.ID != id {
			continue
		}
		state, err := review.ConfirmationRefused, review.MayRefuse(by, waits, w.now)
		if confirm {
			state, err = review.ConfirmationConfirmed, review.MayConfirm(by, waits, w.now)
		}
		if err != nil {
			return err
		}
		waits.State, waits.SettledBy, waits.Settled = state, by.Person, w.now
		w.registry.confirmations[i] = waits
		if name, a, err := w.byID(waits.Person.ID); confirm && err == nil {
			a.Grants = append(slices.Clone(a.Grants), review.Grant{ID: w.nextID(), Role: waits.Role, Scope: waits.Scope, From: w.now})
			w.people[name] = a
		}
		return nil
	}
	return review.ErrNotFound
}

func (w *world) Tokens(_ context.Context, by review.Actor, person review.PersonID, _ string, _ int) ([]auth.Token, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := review.MayHoldToken(by, person); err != nil && review.MayAdminister(by) != nil {
		return nil, "", err
	}
	var list []auth.Token
	for _, t := range slices.Backward(w.registry.tokens) {
		if t.Person == person {
			list = append(list, t)
		}
	}
	return list, "", nil
}

func (w *world) ListedToken(_ context.Context, by review.Actor, id string) (auth.Token, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.registry.tokens {
		if t.ID == id && (review.MayHoldToken(by, t.Person) == nil || review.MayAdminister(by) == nil) {
			return t, nil
		}
	}
	return auth.Token{}, review.ErrNotFound
}

func (w *world) NewToken(_ context.Context, c review.Command, t auth.NewToken) (auth.MadeToken, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if made, ok := w.registry.made[string(c.Actor.ID)+c.Key]; ok && c.Key != "" {
		made.Again = true
		return made, "", nil
	}
	err := review.MayMakeToken(w.actor(c.Actor), t.Person, t.Scopes, t.Expires)
	if err == nil && t.Person != "" && len(t.Scopes) == 0 {
		err = &review.Error{Kind: review.Invalid, Code: "invalid", Message: "A token needs at least one scope."}
	}
	if err != nil {
		return auth.MadeToken{}, "", err
	}
	made := auth.MadeToken{ID: w.nextID()}
	w.registry.tokens = append(w.registry.tokens, auth.Token{
		ID: made.ID, Person: t.Person, Backend: t.Backend, Name: t.Name, Scopes: t.Scopes, Made: w.now, Expires: t.Expires,
	})
	if w.registry.made == nil {
		w.registry.made = map[string]auth.MadeToken{}
	}
	w.registry.made[string(c.Actor.ID)+c.Key] = made
	return made, auth.Format(made.ID, "secret"), nil
}

func (w *world) EndToken(_ context.Context, c review.Command, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	by := w.actor(c.Actor)
	for i, t := range w.registry.tokens {
		if t.ID == id && (review.MayHoldToken(by, t.Person) == nil || review.MayAdminister(by) == nil) {
			w.registry.tokens[i].Ended = w.now
			return nil
		}
	}
	return review.ErrNotFound
}
