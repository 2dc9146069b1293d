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

// Rule is one value with what it means.
type Rule struct{ Name, Value, Means string }

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
	return []RuleGroup{
		{ID: "reviews", Heading: "Reviews", Rules: []Rule{
			{"Reviews needed", Count(p.ReviewsNeeded), "This many different output checkers submit a review before anybody decides. Until then none of them sees what the others think."},
		}},
		{ID: "who", Heading: "Who may check", Rules: []Rule{
			{"Researchers of the project", yesNo(!p.CheckersOutsideProject), whoMayCheck(p)},
			{"The author, and who edited the request", "No", "They are on the author’s side for good, whatever other roles they have."},
		}},
		{ID: "hold", Heading: "Hold", Rules: []Rule{
			{"Hold", Lasting(p.Hold()), "An approval waits this long before delivery begins. Any output checker of it and the author can stop it meanwhile."},
		}},
		{ID: "files", Heading: "Files that may be requested", Rules: []Rule{
			{"Security level", "moderately_sensitive", "Nothing else. What is highly_sensitive can be opened by nobody."},
			{"Types", strings.Join(p.FileTypes, " "), "By the end of the file’s name."},
			{"Size", "at most " + Size(p.SizeLimit), "Of one file."},
			{"Outputs of failed jobs", mayBe(p.OutputsOfFailedJobs), "A job that failed may have written files by halves."},
			{"Outputs of unreported jobs", mayBe(p.OutputsOfUnreportedJobs), "Of these nobody can say where they come from."},
			{"Released before", "only as supporting files", "The same bytes leave a project once."},
		}},
		{ID: "limits", Heading: "Limits", Rules: limitRules(l)},
		{ID: "session", Heading: "Signing in", Rules: []Rule{
			{"Without use", Lasting(idle), "Then you are signed out. What you typed is kept on the page, to be sent after signing in again."},
			{"At the latest", Lasting(age), "After signing in."},
		}},
	}
}

func limitRules(l review.Limits) []Rule {
	return []Rule{
		{"Files of a request", "at most " + Count(l.Files), "At most " + Count(l.PathsAtOnce) + " are added at once."},
		{"Groups of a request", "at most " + Count(l.Groups), ""},
		{"Context, controls, a comment, a reason", "at most " + Count(l.Text) + " characters", "Each of them."},
		{"Title", "at most " + Count(l.Title) + " characters", ""},
		{"Name of a group", "at most " + Count(l.GroupName) + " characters", "On one line, without a slash."},
		{"Comments", "at most " + Count(l.Comments), "Of one person in one turn."},
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
