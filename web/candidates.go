package web

import (
	"errors"
	"slices"

	"sallyport/review"
)

// asking is who asks about outputs of a workspace, and under which policy.
type asking struct {
	actor  review.Actor
	place  review.Place
	policy review.Policy
}

// may says whether an output can be put on a request as an output now, and if
// not, why.
type may struct {
	Requestable bool    `json:"requestable"`
	WhyNot      *string `json:"why_not"`
	Code        *string `json:"code"`
}

// mayRequest asks the rules. What another active request holds cannot be asked
// for twice, as far as the asker may know of that request.
func (by asking) mayRequest(c Candidate) may {
	err := review.AddableAs(c.Candidate, by.policy, review.Output, c.Released)
	if err == nil {
		if held := by.holders(c); len(held) > 0 {
			err = &review.Error{
				Kind: review.Conflict, Code: review.ErrDuplicate.Code,
				Message: "`" + c.Path + "`, or a file with its bytes, is an output of request " + string(held[0]) +
					" already. It can be asked for once at a time.",
			}
		}
	}
	if err == nil {
		return may{Requestable: true}
	}
	code := review.ErrRequestable.Code
	if e, ok := errors.AsType[*review.Error](err); ok {
		code = e.Code
	}
	return may{WhyNot: optional(err.Error()), Code: &code}
}

// holders are the active requests that hold the path or the bytes and that the
// asker may know of.
func (by asking) holders(c Candidate) []review.RequestID {
	visible := review.VisibleRequests(by.actor)
	ids := []review.RequestID{}
	for _, h := range c.Holders {
		reach := visible.Rest
		if h.Status == review.Pending {
			reach = visible.Drafts
		}
		if covers(reach, by.place) {
			ids = append(ids, h.Request)
		}
	}
	return ids
}

// covers reports whether a place is within reach, as review's scopes are: what
// has no project yet is within everything only.
func covers(r review.Reach, p review.Place) bool {
	return r.All || p.Project != "" && (slices.Contains(r.Projects, p.Project) ||
		slices.Contains(r.Backends, p.Backend) || slices.Contains(r.Organisations, p.Organisation))
}
