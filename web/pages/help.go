package pages

import (
	"strings"
	"time"

	"sallyport/review"
	"sallyport/web/help"
)

// Help is a page of the help.
type Help struct {
	Frame
	Topics []Link
	Page   help.Page
}

func (Help) file() string { return "help.html" }

// Rules shows the rules that hold somewhere, with their values.
type Rules struct {
	Frame
	Topics     []Link
	Where      string   // the workspace whose rules these are; "" for those of the installation
	Workspaces []Choice // to choose from
	Groups     []RuleGroup
}

func (Rules) file() string { return "rules.html" }

// RuleGroup are the rules of one kind.
type RuleGroup struct {
	ID      string
	Heading string
	Rules   []Rule
}

// Rule is one value with what it means, and where it comes from if that is
// said.
type Rule struct{ Name, Value, Means, From string }

// helpTopics are the pages of the help.
var helpTopics = []Link{
	{Text: "Overview", Href: "/help"}, {Text: "How to ask", Href: "/help/request"}, {Text: "How to review", Href: "/help/review"},
	{Text: "The rules in force", Href: "/help/rules"}, {Text: "Disclosure checks", Href: "/help/checks"}, {Text: "Words", Href: "/help/words"}, {Text: "Keys", Href: "/help/keys"},
}

// HelpTopics are the pages of the help, with the one at an address marked.
func HelpTopics(now string) []Link {
	links := make([]Link, len(helpTopics))
	for i, l := range helpTopics {
		l.Current = l.Href == now
		links[i] = l
	}
	return links
}

// RuleGroups says what a policy and the limits amount to. idle and age are how
// long a session lasts.
func RuleGroups(p review.Policy, l review.Limits, idle, age time.Duration) []RuleGroup {
	return append(PolicyGroups(p), []RuleGroup{
		{ID: "limits", Heading: "Limits", Rules: limitRules(l)},
		{ID: "session", Heading: "Signing in", Rules: []Rule{
			{Name: "Without use", Value: Lasting(idle), Means: "Then you are signed out. What you typed is kept on the page, to be sent after signing in again."},
			{Name: "At the latest", Value: Lasting(age), Means: "After signing in."},
		}},
	}...)
}

func limitRules(l review.Limits) []Rule {
	return []Rule{
		{Name: "Files of a request", Value: "at most " + Count(l.Files), Means: "At most " + Count(l.PathsAtOnce) + " are added at once."},
		{Name: "Groups of a request", Value: "at most " + Count(l.Groups), Means: ""},
		{Name: "Context, controls, a comment, a reason", Value: "at most " + Count(l.Text) + " characters", Means: "Each of them."},
		{Name: "Title", Value: "at most " + Count(l.Title) + " characters", Means: ""},
		{Name: "Name of a group", Value: "at most " + Count(l.GroupName) + " characters", Means: "On one line, without a slash."},
		{Name: "Comments", Value: "at most " + Count(l.Comments), Means: "Of one person in one turn."},
	}
}

func whoMayCheck(p review.Policy) string {
	if p.CheckersOutsideProject {
		return "Who has been a researcher of the project at any time since the request was made does not check it."
	}
	return "An output checker who is a researcher of the project may check it."
}

func yesNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

func mayBe(yes bool) string {
	if yes {
		return "may be requested"
	}
	return "may not be requested"
}

// Lasting is a time span in words, to the second.
func Lasting(d time.Duration) string {
	var words []string
	for _, unit := range []struct {
		of   time.Duration
		word string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / unit.of); n > 0 {
			words = append(words, Plural(n, unit.word))
			d -= time.Duration(n) * unit.of
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " ")
}
