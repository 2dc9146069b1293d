package pages

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"sallyport/review"
)

// Moment is a time as it is shown: how long ago, and exactly.
type Moment struct {
	ISO   string
	Exact string
	Text  string
}

// At is a time as it is shown at another; the zero Moment for none.
func At(t, now time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	t = t.UTC()
	return Moment{
		ISO: t.Format(time.RFC3339), Exact: t.Format("Monday 2 January 2006, 15:04:05") + " UTC", Text: ago(t, now.UTC()),
	}
}

// ago is a time as people say it: relative for a week, then a date.
func ago(t, now time.Time) string {
	const day = 24 * time.Hour
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return t.Format("2 January 2006 15:04") + " UTC"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return Plural(int(d/time.Minute), "minute") + " ago"
	case d < day:
		return Plural(int(d/time.Hour), "hour") + " ago"
	case d < 7*day:
		return Plural(int(d/day), "day") + " ago"
	}
	return t.Format("2 January 2006")
}

// Plural is a count with its word: "1 file", "1,204 files".
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return Count(n) + " " + word + "s"
}

// Count is a number with its thousands apart.
func Count(n int) string {
	if n < 0 {
		return "-" + Count(-n)
	}
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Size is a number of bytes as people read it; "not known" for less than none.
func Size(n int64) string {
	switch {
	case n < 0:
		return "not known"
	case n >= 1<<20:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<20)), ".0") + " MiB"
	case n >= 1<<10:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<10)), ".0") + " KiB"
	}
	return Plural(int(n), "byte")
}

// Fact is one line of a list of facts.
type Fact struct {
	Name  string
	Text  string
	Href  string
	Mono  bool
	Quiet bool // nobody said; Text says so
	When  Moment
}

// NotReported is a fact that nobody reported.
func NotReported(name string) Fact { return Fact{Name: name, Text: "not reported", Quiet: true} }

// Pager leads through a long list.
type Pager struct {
	First string // "" on the first page
	Next  string // "" on the last one
	Of    string // what it leads through, where a page has several
}

// State is one of the four states that have a colour, with its word.
type State struct {
	Kind string // waiting, approved, changes, refused: its sign and its colour
	Word string
}

const (
	waiting  = "waiting"
	approved = "approved"
	changes  = "changes"
	refused  = "refused"
)

// StatusState is the state of a request.
func StatusState(s review.Status) State {
	states := map[review.Status]State{
		review.Pending: {waiting, "Draft"}, review.Submitted: {waiting, "Submitted"},
		review.PartiallyReviewed: {waiting, "Partly reviewed"}, review.Reviewed: {waiting, "Reviewed"},
		review.Returned: {changes, "Returned"}, review.Approved: {approved, "Approved"},
		review.Released: {approved, "Released"}, review.Rejected: {refused, "Rejected"},
		review.Withdrawn: {waiting, "Withdrawn"}, review.Revoked: {refused, "Revoked"},
	}
	return states[s]
}

// decisionState is the state of a file by what the reviews amount to.
func decisionState(d review.FileDecision) State {
	switch d {
	case review.FileApproved:
		return State{approved, "Approved"}
	case review.ChangesRequested:
		return State{changes, "Changes requested"}
	case review.Conflicted:
		return State{changes, "Checkers disagree"}
	}
	return State{waiting, "No decision yet"}
}

// voteState is the state of a file by one vote on it.
func voteState(v review.VoteValue) State {
	switch v {
	case review.Approve:
		return State{approved, "Approved"}
	case review.RequestChanges:
		return State{changes, "Changes requested"}
	case review.Undecided:
		return State{waiting, "Undecided: look again"}
	}
	return State{waiting, "Not voted"}
}

// JobState is the state of a job or a job request by the word that was
// reported; "" for one that was not.
func JobState(status string) State {
	switch status {
	case "succeeded", "nothing_to_do":
		return State{approved, strings.ReplaceAll(status, "_", " ")}
	case "failed":
		return State{refused, "failed"}
	case "":
		return State{waiting, "not reported"}
	}
	return State{waiting, strings.ReplaceAll(status, "_", " ")}
}

// ControlWords are the disclosure controls as people say them, by their codes.
var controlWords = map[string]string{
	"rounded-5": "Rounded to the nearest 5", "rounded-6": "Rounded to the nearest 6", "rounded-10": "Rounded to the nearest 10",
	"midpoint-6": "Rounded to midpoints of 6", "redacted-le-7": "Counts of 7 and less redacted",
	"redacted-lt-8": "Counts below 8 redacted", "redacted-lt-10": "Counts below 10 redacted",
	"no-counts": "There are no counts in it", "none": "No control is needed",
}

func controlWord(code string) string {
	if word, ok := controlWords[code]; ok {
		return word
	}
	return code
}

// short is the beginning of a hash or a long id.
func short(id string) string {
	const most = 10
	if len(id) > most {
		return id[:most] + "…"
	}
	return id
}

// Heading is what a request is called: its title, or what it is.
func Heading(title, workspace string) string {
	if title != "" {
		return title
	}
	return "Request from " + workspace
}

// baseOf is the last part of a path, as it is shown.
func baseOf(p string) string { return Visible(path.Base(p)) }

// Run is a part of a sentence: words, or a name that stands between backticks.
type Run struct {
	Text string
	Name bool
}

// runs takes a sentence apart at its backticks. One that has no partner is a
// part of the words.
func runs(sentence string) []Run {
	var list []Run
	sentence = Visible(sentence)
	for sentence != "" {
		before, rest, open := strings.Cut(sentence, "`")
		name, after, closed := strings.Cut(rest, "`")
		if !open || !closed {
			return append(list, Run{Text: sentence})
		}
		if before != "" {
			list = append(list, Run{Text: before})
		}
		list = append(list, Run{Text: name, Name: true})
		sentence = after
	}
	return list
}
