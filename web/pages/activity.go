package pages

import (
	"strings"

	"sallyport/review"
)

// Activity is what the viewer may see of a request's entries, by turns.
type Activity struct {
	Frame
	Heading  string
	State    State
	Sentence string
	Tabs     []Link
	Count    string
	Turns    []Turn // the latest first
}

func (Activity) file() string { return "activity.html" }

// Turn is one side's time with a request.
type Turn struct {
	ID      string
	Name    string
	Side    string
	Began   Moment
	Ended   Moment
	Entries []Entry // the latest first
}

// Entry is one entry.
type Entry struct {
	Number string
	At     Moment
	By     string
	What   string
	Href   string // of the file that it is about
	Text   string
}

// NewActivity makes the page from what a person may see.
func NewActivity(b Build, v *review.RequestView, items []review.HistoryItem) Activity {
	p := Activity{
		Frame: b.Frame, Heading: Heading(v.Title, v.Workspace), State: StatusState(v.Status), Sentence: v.StatusSentence,
		Tabs: requestTabs(v, "activity"), Count: Count(len(items)) + " entries that you may see",
	}
	p.Title, p.Crumbs = "Activity – "+p.Heading, b.crumbs(v, "activity")
	there := map[review.FileID]bool{}
	for _, g := range v.Groups {
		for _, f := range g.Files {
			there[f.ID] = true
		}
	}
	for i := len(items) - 1; i >= 0; i-- {
		it := items[i]
		if n := len(p.Turns); n == 0 || p.Turns[n-1].ID != Count(it.Turn) {
			p.Turns = append(p.Turns, newTurn(it, At(it.At, b.Now)))
		}
		turn := &p.Turns[len(p.Turns)-1]
		turn.Began = At(it.At, b.Now)
		e := Entry{Number: Count(it.Number), At: At(it.At, b.Now), By: it.By, What: deedOf(it).Words() + foundWords(it.Findings), Text: it.Text}
		if there[it.File] {
			e.Href = RequestAddress(v.ID, "files", string(it.File))
		}
		turn.Entries = append(turn.Entries, e)
	}
	return p
}

// foundWords say how many findings of weight an entry is about, by rule.
func foundWords(list []review.FindingsOf) string {
	var words []string
	for _, f := range list {
		words = append(words, Count(f.Count)+" "+strings.ToLower(weightOf(f.Weight).Word)+" ("+RuleTitle(f.Rule)+")")
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, ", ")
}

// newTurn is a turn of which one entry is the last: draft, then checkers and
// author by turns.
func newTurn(it review.HistoryItem, last Moment) Turn {
	t := Turn{ID: Count(it.Turn), Name: "Turn " + Count(it.Turn), Side: "with the author", Ended: last}
	switch {
	case it.Turn == 0:
		t.Name = "Draft"
	case it.Turn%2 == 1:
		t.Side = "with the output checkers"
	}
	return t
}
