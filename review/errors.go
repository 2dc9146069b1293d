package review

import (
	"errors"
	"fmt"
)

// ErrorKind classes a refusal, so that web can choose a status without knowing
// the rule. The zero kind is Internal, so that an error nobody classified is
// never shown to a person.
type ErrorKind int

// The kinds of refusal.
const (
	Internal     ErrorKind = iota
	Invalid                // what was sent cannot be right, whoever sends it
	Forbidden              // this person may not do it
	NotFound               // there is no such thing, or this person may not know of it
	Conflict               // it could be done, but not as things stand now
	Precondition           // the act must name the version it was decided on
	Unavailable            // a part that is needed is away for now
	TooLarge               // more than is taken at once
)

// Error is a refusal that may be shown to the person refused. Code is stable,
// for programs (docs/errors.md); Message is a whole sentence.
type Error struct {
	Kind    ErrorKind
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Message }

// Is makes errors.Is find a refusal by its code, whatever its words.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// with returns the refusal with words that name the case at hand.
func (e *Error) with(format string, args ...any) *Error {
	return &Error{Kind: e.Kind, Code: e.Code, Message: fmt.Sprintf(format, args...)}
}

// The refusals. Their codes are the stable ones of docs/errors.md.
var (
	ErrNotFound     = &Error{NotFound, "not_found", "There is no such thing here, or you may not know of it."}
	ErrRole         = &Error{Forbidden, "role", "Your roles do not allow this."}
	ErrOwnSide      = &Error{Forbidden, "own_side", "You are on the author's side of this request, so you cannot act as a checker on it."}
	ErrStatus       = &Error{Conflict, "status", "This cannot be done in the status that the request is in now."}
	ErrChanged      = &Error{Conflict, "changed", "This request changed while you were looking. Nothing was done; look at it again and decide anew."}
	ErrIfMatch      = &Error{Precondition, "if_match_missing", "This act needs If-Match with the version of the request that you decided on."}
	ErrReviews      = &Error{Conflict, "reviews_missing", "Not enough reviews have been submitted by people who may review this request today."}
	ErrNotReviewer  = &Error{Forbidden, "reviews_missing", "Only a checker who has submitted a review in this turn can do this."}
	ErrUnvoted      = &Error{Invalid, "unvoted", "Vote on every output file before you submit your review."}
	ErrComment      = &Error{Invalid, "comment_missing", "A comment is missing."}
	ErrTexts        = &Error{Invalid, "texts_missing", "A text is missing."}
	ErrFindings     = &Error{Invalid, "findings_open", "Findings of the disclosure checks need an answer in words first."}
	ErrChecks       = &Error{Conflict, "checks_running", "The disclosure checks have not finished. They go on by themselves; try again in a moment."}
	ErrNoOutput     = &Error{Invalid, "no_output", "A request needs at least one output file."}
	ErrDuplicate    = &Error{Conflict, "duplicate", "That is already there."}
	ErrReleased     = &Error{Conflict, "released", "These bytes were released before; they can be added as a supporting file."}
	ErrRequestable  = &Error{Invalid, "not_requestable", "This file cannot be requested."}
	ErrContradicts  = &Error{Conflict, "contradicts", "The report contradicts what was reported before. Nothing of it was kept."}
	ErrConflicted   = &Error{Conflict, "conflicted", "Not every output file is approved."}
	ErrAcknowledge  = &Error{Invalid, "acknowledge_missing", "A checker disagreed with this release. Say in words why it goes out all the same."}
	ErrKeyReused    = &Error{Invalid, "key_reused", "This idempotency key was used for another act."}
	ErrInvalid      = &Error{Invalid, "invalid", "What was sent is not right."}
	ErrTooLarge     = &Error{TooLarge, "too_large", "That is more than is taken at once."}
	ErrUnavailable  = &Error{Unavailable, "unavailable", "A part that this needs is away for now. Nothing was done; try again in a moment."}
	ErrHeld         = &Error{Conflict, "status", "Delivery is held for now."}
	ErrNoVote       = &Error{NotFound, "not_found", "You have no vote on this file to take back."}
	ErrNothing      = &Error{Invalid, "invalid", "Nothing would change."}
	ErrNoReason     = &Error{Invalid, "texts_missing", "Say why: a reason is needed."}
	ErrUnknownGroup = &Error{NotFound, "not_found", "This request has no group of that name."}
	ErrUnknownFile  = &Error{NotFound, "not_found", "This request has no such file."}
)

// asError gives a refusal its type. Only errors made in this package come here.
func asError(err error) *Error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return &Error{Kind: Internal, Code: "internal", Message: err.Error()}
	}
	return e
}
