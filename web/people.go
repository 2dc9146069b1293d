package web

import (
	"context"

	"sallyport/auth"
	"sallyport/review"
)

// People is who has an account, with their roles and tokens. The keys and
// bodies of commands are treated as review.Store.Change treats them; what is not
// there is review.ErrNotFound. What lists a cursor was not given by is
// review.ErrInvalid. Lists and single accounts are for administrators: who calls
// asks review.MayAdminister first.
type People interface {
	// Name is a person's name, which may be empty.
	Name(ctx context.Context, id review.PersonID) (string, error)
	// Usernames are those of people by their ids; who is not known is missing.
	Usernames(ctx context.Context, ids []review.PersonID) (map[review.PersonID]string, error)
	// Accounts lists by username.
	Accounts(ctx context.Context, f auth.PeopleFilter) (items []auth.Account, next string, err error)
	Person(ctx context.Context, id review.PersonID) (auth.Account, error)
	AddPerson(ctx context.Context, c review.Command, username, name string) (review.Person, error)
	// GrantRole gives a role, or makes it wait for a second administrator.
	GrantRole(ctx context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) (review.Given, error)
	EndRole(ctx context.Context, c review.Command, person review.PersonID, role review.Role, scope review.Scope) error

	// Confirmations lists the newest first: in a state, or all (""), of a person
	// or of everybody ("").
	Confirmations(ctx context.Context, state review.ConfirmationState, person review.PersonID, cursor string, limit int) (items []review.Confirmation, next string, err error)
	Confirmation(ctx context.Context, id string) (review.Confirmation, error)
	SettleConfirmation(ctx context.Context, c review.Command, id string, confirm bool) error

	// Tokens lists the newest first: of a person, or of all services ("").
	Tokens(ctx context.Context, by review.Actor, person review.PersonID, cursor string, limit int) (items []auth.Token, next string, err error)
	ListedToken(ctx context.Context, by review.Actor, id string) (auth.Token, error)
	// NewToken makes a token and returns it as its owner is given it, once: it is
	// "" where the same command made it before.
	NewToken(ctx context.Context, c review.Command, t auth.NewToken) (made auth.MadeToken, token string, err error)
	EndToken(ctx context.Context, c review.Command, id string) error
}
