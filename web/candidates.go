package web

import (
	"errors"

	"sallyport/review"
)

// asking is who asks about outputs of a workspace, and under which policy.
type asking struct {
	actor  review.Actor
	place  review.Place
	policy review.Policy
}

// rules is the same, as the rules know it.
func (by asking) rules() review.Asking {
	return review.Asking{Actor: by.actor, Place: by.place, Policy: by.policy}
}

// may says whether an output can be put on a request as an output now, and if
// not, why.
type may struct {
	Requestable bool    `json:"requestable"`
	WhyNot      *string `json:"why_not"`
	Code        *string `json:"code"`
}

// mayOf is what the rules say of an output.
func mayOf(st review.Stand) may {
	if st.WhyNot == nil {
		return may{Requestable: true}
	}
	code := review.ErrRequestable.Code
	if e, ok := errors.AsType[*review.Error](st.WhyNot); ok {
		code = e.Code
	}
	return may{WhyNot: optional(st.WhyNot.Error()), Code: &code}
}

// mayRequest asks the rules.
func (by asking) mayRequest(c Candidate) may { return mayOf(by.rules().Stands(c)) }

// covers reports whether a place is within reach.
func covers(r review.Reach, p review.Place) bool { return r.Covers(p) }
