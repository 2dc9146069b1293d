package auth

import (
	"slices"

	"sallyport/review"
)

// allScopes are the scopes of tokens, in the order in which they are listed.
var allScopes = []review.TokenScope{
	review.MayRead, review.MayContent, review.MayAuthor, review.MayCheck, review.MayAudit, review.MayAdmin,
}

// scopesOf are the scopes that fit each role, beside MayRead, which fits
// everybody.
var scopesOf = map[review.Role][]review.TokenScope{
	review.Researcher:    {review.MayContent, review.MayAuthor},
	review.Observer:      {review.MayContent},
	review.OutputChecker: {review.MayContent, review.MayCheck},
	review.Auditor:       {review.MayAudit},
	review.Administrator: {review.MayAdmin},
}

// ScopesFor is all that a token of this person can be of use for: the scopes
// that fit the roles they hold today, MayRead at least. It is never empty, since
// no scopes at all would be read as none left out.
func ScopesFor(actor review.Actor) []review.TokenScope {
	fit := []review.TokenScope{review.MayRead}
	for role, scopes := range scopesOf {
		if actor.HasAnywhere(role) {
			fit = append(fit, scopes...)
		}
	}
	return slices.DeleteFunc(slices.Clone(allScopes), func(s review.TokenScope) bool {
		return !slices.Contains(fit, s)
	})
}
