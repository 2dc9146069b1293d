package pages

import (
	"strings"

	"sallyport/review"
)

// Activity is what the viewer may see of a request's entries.
type Activity struct {
	Frame
	Heading  string
	State    State
	Sentence string
	Tabs     []Link
	Entries  []Entry
}

func (Activity) file() string { return "activity.html" }

// Entry is one entry.
type Entry struct {
	Number string
	At     Moment
	By     string
	Act    string
	Turn   string
	Path   string
	Href   string
	Group  string
	Vote   State
	Text   string
}

// NewActivity makes the page from what a person may see.
func NewActivity(b Build, v *review.RequestView, items []review.HistoryItem) Activity {
	p := Activity{
		Frame: b.Frame, Heading: Heading(v.Title, v.Workspace), State: StatusState(v.Status), Sentence: v.StatusSentence,
		Tabs: requestTabs(v, "activity"),
	}
	p.Title, p.Crumbs = "Activity – "+p.Heading, b.crumbs(v, "activity")
	for i := len(items) - 1; i >= 0; i-- {
		it := items[i]
		e := Entry{
			Number: Count(it.Number), At: At(it.At, b.Now), By: it.By, Act: ActWord(it.Act), Turn: Count(it.Turn),
			Path: it.Path, Group: it.Group, Text: it.Text,
		}
		if it.Vote != "" {
			e.Vote = voteState(it.Vote)
		}
		if it.File != "" && fileOf(v, it.File) != nil {
			e.Href = RequestAddress(v.ID, "files", string(it.File))
		}
		p.Entries = append(p.Entries, e)
	}
	return p
}

// ActWord is an act of the log as people say it.
func ActWord(act string) string {
	words := strings.ReplaceAll(act, "_", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
