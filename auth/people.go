package auth

import (
	"time"

	"sallyport/review"
)

// Account is somebody with an account and the grants they have had.
type Account struct {
	review.Person
	Name    string
	Created time.Time
	Grants  []review.Grant

	// Issuer is the provider by which they sign in, since Linked; "" before the
	// first sign-in. Lists leave it out.
	Issuer string
	Linked time.Time
}

// PeopleFilter chooses accounts for a list.
type PeopleFilter struct {
	Text   string      // stands in the username or the name, in either case; "" for any
	Role   review.Role // that they hold today; "" for any
	Cursor string
	Limit  int
}

// NewToken is a token to be made: of a person, or of a backend's service.
type NewToken struct {
	Person  review.PersonID
	Backend string
	Name    string // what its owner calls it
	Scopes  []review.TokenScope
	Expires time.Time // zero: never
}

// Token is a token as it is listed, without its secret.
type Token struct {
	ID      string
	Person  review.PersonID // "" for a service's
	Backend string          // "" for a person's
	Name    string
	Scopes  []review.TokenScope
	Made    time.Time
	Expires time.Time // zero: never
	Ended   time.Time // zero: it was not
}

// Good reports whether the token may still be used.
func (t Token) Good(now time.Time) bool {
	return Stored{Expires: t.Expires, Ended: t.Ended}.good(now)
}

// MadeToken is a token that was made. Again says that the same command had made
// it before: its secret was shown then, and nobody knows it now.
type MadeToken struct {
	ID    string
	Again bool
}
