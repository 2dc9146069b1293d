package review

import (
	"fmt"
	"time"
)

// waitingOn says whose turn it is.
func waitingOn(s Status) string {
	switch {
	case s.authors():
		return "author"
	case s.checkers():
		return "checkers"
	case s == Approved:
		return "system"
	}
	return "nobody"
}

// statusWord is a status as people say it.
func statusWord(s Status) string {
	words := map[Status]string{
		Pending: "a draft", Submitted: "submitted", PartiallyReviewed: "partly reviewed",
		Reviewed: "reviewed", Returned: "returned to its author", Approved: "approved",
		Released: "released", Rejected: "rejected", Withdrawn: "withdrawn", Revoked: "revoked",
	}
	return words[s]
}

// moment is a time as a sentence says it.
func moment(t time.Time) string { return t.UTC().Format("Monday 2 January 2006 15:04") + " UTC" }

// sentence says whose turn it is, since when, and what must happen next.
func sentence(v *RequestView) string {
	since, holder := moment(v.Since), "its author"
	if v.me.author {
		holder = "you, its author,"
	}
	switch v.Status {
	case Pending:
		return fmt.Sprintf("A draft with %s since %s: it has not been submitted.", holder, since)
	case Returned:
		return fmt.Sprintf("With %s since %s: it was returned and can be submitted again.", holder, since)
	case Submitted, PartiallyReviewed:
		if v.me.sight == seesSummary {
			return fmt.Sprintf("With the output checkers since %s.", since)
		}
		count, verb := numberWord(v.Reviews.Submitted), "are"
		switch v.Reviews.Submitted {
		case 0:
			count, verb = "none", "is"
		case 1:
			verb = "is"
		}
		return fmt.Sprintf("With the output checkers since %s: %s of %s reviews %s in.",
			since, count, numberWord(v.Reviews.Needed), verb)
	case Reviewed:
		if v.Reviews.Submitted < v.Reviews.Needed && v.me.sight > seesSummary {
			return fmt.Sprintf("With the output checkers since %s: %s of %s reviews count now, so another one is needed.",
				since, numberWord(v.Reviews.Submitted), numberWord(v.Reviews.Needed))
		}
		return fmt.Sprintf("With the output checkers since %s: the reviews are in and a checker decides.", since)
	case Approved:
		if v.HeldUntil != nil {
			return fmt.Sprintf("Approved, held until %s. Delivery begins then.", moment(*v.HeldUntil))
		}
		if v.me.held {
			return "Approved, held until its delivery begins."
		}
		return "Approved: delivery is under way."
	case Released:
		return fmt.Sprintf("Released on %s: every file was delivered.", since)
	case Rejected:
		return fmt.Sprintf("Rejected on %s. Nothing of it was released.", since)
	case Withdrawn:
		return fmt.Sprintf("Withdrawn on %s. Nothing of it was released.", since)
	}
	return fmt.Sprintf("Revoked on %s.", since)
}
