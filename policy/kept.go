package policy

import (
	"time"

	"sallyport/review"
)

// Kept is a version of a document, as it is kept. Version 0 says nothing: no
// document was ever given.
type Kept struct {
	Scope     review.PolicyScope
	Version   int
	Values    Values
	Document  string // as it was written; "" if that was erased
	Changed   time.Time
	By        review.Person
	AskedBy   review.Person // who asked for it, where a second administrator confirmed it
	Confirmed string        // the confirmation, if it took one
	Entry     int           // its place in the stream of the policy; known of a history
}

// Layers are the documents that say together what holds at a place: over the
// installation's policy an organisation's, and within that a project's.
type Layers struct {
	Installation review.Policy
	Organisation Values
	Project      Values
}

// Above is what holds for the organisation.
func (l Layers) Above() review.Policy { return l.Organisation.Over(l.Installation) }

// Holds is what holds for the project.
func (l Layers) Holds() review.Policy { return l.Project.Within(l.Above()) }

// Found is a policy with what stands above it and what waits.
type Found struct {
	Kept
	Organisations []string // that the project's workspaces belong to
	Above         review.Policy
	Holds         review.Policy
	Waiting       string // the confirmation of a change that waits; "" if none does
	Workspaces    int    // that it concerns
}

// Outcome is what came of sending a document: the version that holds now, or
// the confirmation that it waits for.
type Outcome struct {
	Version      int    `json:"version"`
	Confirmation string `json:"confirmation,omitempty"`
}

// Refusal is what is wrong with a document that was sent.
func Refusal(problems []Problem) error {
	text := "The policy was not taken, and what holds stays as it is."
	for _, p := range problems {
		text += " " + p.String()
	}
	return &review.Error{Kind: review.Invalid, Code: review.ErrInvalid.Code, Message: text}
}
