package auth

import (
	"fmt"
	"strings"

	"sallyport/review"
)

// SignInError says in plain words why nobody was signed in (docs/sign-in.md
// "When it does not work"). It unwraps to a *review.Error, so that whoever shows
// refusals shows this one too.
type SignInError struct {
	Kind    review.ErrorKind
	Code    string
	Message string
}

func (e *SignInError) Error() string { return e.Message }

// Unwrap is the refusal as the other rooms know it.
func (e *SignInError) Unwrap() error {
	return &review.Error{Kind: e.Kind, Code: e.Code, Message: e.Message}
}

// maxCause bounds what the log is told of a cause, which may quote what the
// provider sent.
const maxCause = 300

// because keeps the cause for the log. A person sees the sentence alone.
func (e *SignInError) because(format string, args ...any) error {
	cause := fmt.Sprintf(format, args...)
	if len(cause) > maxCause {
		cause = strings.ToValidUTF8(cause[:maxCause], "") + "…"
	}
	return fmt.Errorf("%w (%s)", e, cause)
}

// The reasons why nobody was signed in.
var (
	// ErrProviderAway: the provider does not answer, or says that it cannot now.
	ErrProviderAway = &SignInError{
		review.Unavailable, "unavailable",
		"The sign-in provider does not answer, so nobody can sign in just now. Try again in a moment.",
	}
	// ErrProviderRefuses: the provider does not accept this installation, which
	// only its administrator can mend.
	ErrProviderRefuses = &SignInError{
		review.Unavailable, "unavailable",
		"The sign-in provider does not accept this installation of Sallyport. Tell an administrator.",
	}
	// ErrUntrusted: what the provider sent about the person cannot be trusted, or
	// cannot be read.
	ErrUntrusted = &SignInError{
		review.Unavailable, "unavailable",
		"What the sign-in provider said about you could not be trusted, so you were not signed in. " +
			"Try again; if it happens again, tell an administrator.",
	}
	// ErrNoFlow: this browser has begun no sign-in, or has finished it.
	ErrNoFlow = &SignInError{
		review.Invalid, "invalid",
		"This sign-in was finished already, or it was begun in another browser. Begin again.",
	}
	// ErrForged: the callback does not belong to what this browser began.
	ErrForged = &SignInError{
		review.Invalid, "invalid",
		"This answer does not belong to the sign-in that this browser began last, so nothing was done. Begin again.",
	}
	// ErrFlowExpired: the sign-in took too long.
	ErrFlowExpired = &SignInError{
		review.Invalid, "invalid",
		"This sign-in took longer than ten minutes. Begin again.",
	}
	// ErrCodeUsed: the provider does not take the code: it was used, or is old.
	ErrCodeUsed = &SignInError{
		review.Invalid, "invalid",
		"This sign-in was used already, or is too old. Begin again.",
	}
	// ErrDenied: the provider refuses the person, or the person gave up.
	ErrDenied = &SignInError{
		review.Forbidden, "unauthenticated",
		"The sign-in provider did not let you in, or you stopped there. Begin again, or ask whoever runs the provider.",
	}
	// ErrNoUsername: the provider names nobody.
	ErrNoUsername = &SignInError{
		review.Forbidden, "unauthenticated",
		"The sign-in provider sent no username that can be used here, so you were not signed in. Tell an administrator.",
	}
)
