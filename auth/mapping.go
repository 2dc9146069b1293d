package auth

import (
	"cmp"
	"slices"

	"sallyport/review"
)

// MappedRole is a role that a value of the role claim stands for.
type MappedRole struct {
	Role  review.Role
	Scope review.Scope
}

// Mapping says which roles the values of the role claim stand for
// (docs/sign-in.md "Roles from the provider"). The zero Mapping gives none.
type Mapping map[string][]MappedRole

// CheckMapped refuses a role that nobody can get from a claim: one that does
// not exist, one whose scope is not of its kind, and a service's, which is a
// token.
func CheckMapped(r MappedRole) error {
	if r.Role == review.BackendService {
		return &review.Error{
			Kind: review.Invalid, Code: review.ErrInvalid.Code, Message: "A service is a token, not a person.",
		}
	}
	return review.CheckGrant(r.Role, r.Scope)
}

// Roles are what these claims amount to, each role once, in a fixed order. A
// value that the mapping does not name gives nothing.
func (m Mapping) Roles(claims []string) []MappedRole {
	var roles []MappedRole
	for _, claim := range claims {
		roles = append(roles, m[claim]...)
	}
	slices.SortFunc(roles, MappedRole.compare)
	return slices.Compact(roles)
}

func (r MappedRole) compare(other MappedRole) int {
	return cmp.Or(cmp.Compare(r.Role, other.Role), cmp.Compare(r.Scope, other.Scope))
}
