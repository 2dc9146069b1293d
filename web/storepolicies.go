package web

import (
	"context"

	"sallyport/policy"
	"sallyport/review"
)

// Policies is what is known of policies; *models.Store.
type Policies interface {
	// PolicyList lists those that organisations and projects have, by scope.
	PolicyList(ctx context.Context, cursor string, limit int) (items []policy.Kept, next string, err error)
	// PolicyScopes lists the organisations and projects that there are.
	PolicyScopes(ctx context.Context) ([]review.PolicyScope, error)
	// Policy finds what holds for a scope, for somebody with a reach;
	// review.ErrNotFound where they see nothing that it concerns.
	Policy(ctx context.Context, scope review.PolicyScope, reach review.Reach) (policy.Found, error)
	// PolicyHistory lists versions, the newest first, those before an entry of the
	// policy's stream; 0 for all.
	PolicyHistory(ctx context.Context, scope review.PolicyScope, before, limit int) ([]policy.Kept, error)
	// ProposedPolicy is the document of a change that takes two, and the version
	// that it was made on.
	ProposedPolicy(ctx context.Context, confirmation string) (document string, base int, err error)
	// ChangePolicy gives a scope a document. The command's key and body are
	// treated as review.Store.Change treats them; it names the version that the
	// document was made on.
	ChangePolicy(ctx context.Context, c review.Command, scope review.PolicyScope, document string) (policy.Outcome, error)
}
