package pages

import (
	"strings"

	"sallyport/checks"
	"sallyport/review"
)

// PolicyGroups says what a policy amounts to, in words. The rules stand in the
// same order whatever their values.
func PolicyGroups(p review.Policy) []RuleGroup {
	return []RuleGroup{
		{ID: "reviews", Heading: "Reviews", Rules: []Rule{
			{Name: "Reviews needed", Value: Count(p.ReviewsNeeded), Means: "This many different output checkers submit a review before anybody decides. Until then none of them sees what the others think."},
		}},
		{ID: "who", Heading: "Who may check", Rules: []Rule{
			{Name: "Researchers of the project", Value: yesNo(!p.CheckersOutsideProject), Means: whoMayCheck(p)},
			{Name: "The author, and who edited the request", Value: "No", Means: "They are on the author’s side for good, whatever other roles they have."},
		}},
		{ID: "hold", Heading: "Hold", Rules: []Rule{
			{Name: "Hold", Value: Lasting(p.Hold()), Means: "An approval waits this long before delivery begins. Any output checker of it and the author can stop it meanwhile."},
		}},
		{ID: "files", Heading: "Files that may be requested", Rules: []Rule{
			{Name: "Security level", Value: "moderately_sensitive", Means: "Nothing else. What is highly_sensitive can be opened by nobody."},
			{Name: "Types", Value: strings.Join(p.FileTypes, " "), Means: "By the end of the file’s name."},
			{Name: "Size", Value: "at most " + Size(p.SizeLimit), Means: "Of one file."},
			{Name: "Outputs of failed jobs", Value: mayBe(p.OutputsOfFailedJobs), Means: "A job that failed may have written files by halves."},
			{Name: "Outputs of unreported jobs", Value: mayBe(p.OutputsOfUnreportedJobs), Means: "Of these nobody can say where they come from."},
			{Name: "Released before", Value: "only as supporting files", Means: "The same bytes leave a project once."},
		}},
		{ID: "checks", Heading: "Disclosure checks", Rules: checkRules(p.Checks)},
	}
}

func checkRules(c review.PolicyChecks) []Rule {
	low := "1 to " + Count(c.Threshold)
	if c.ZeroIsLow {
		low = "0 to " + Count(c.Threshold)
	}
	rows := "no limit"
	if c.MaxRows > 0 {
		rows = "at most " + Count(int(c.MaxRows))
	}
	return []Rule{
		{Name: "Low counts", Value: low, Means: "A count of so many people tells too much of them."},
		{Name: "Rounding", Value: roundingWords(c.Rounding), Means: "What is asked of every count, also where no control was declared."},
		{Name: "Masks", Value: orNone(c.Masks, "the known ones"), Means: "What stands for a hidden count, beside those that are known, such as [REDACTED] and <8."},
		{Name: "Rows of a table", Value: rows, Means: "A longer table may be one of single people."},
		{Name: "Degrees of freedom", Value: "at least " + Count(c.DegreesOfFreedom), Means: "Of a model. With fewer, single people may be worked out."},
		{Name: "Dominance", Value: dominanceWords(c.Dominance), Means: "How much of a total its largest contributions may be."},
		{Name: "p%", Value: percentRule(c.PPermille), Means: "How closely one contribution may be worked out from the others."},
		{Name: "Identifiers of your own", Value: patternWords(c.Patterns), Means: "What is looked for beside identifiers that are known."},
		{Name: "Rules that are not run", Value: orNone(c.Off, "none"), Means: "Each switched off by a policy."},
	}
}

func orNone(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}

func roundingWords(code string) string {
	switch checks.Control(code) {
	case "":
		return "not asked for"
	case checks.Midpoint6:
		return "to the midpoint of six"
	}
	_, base, _ := strings.Cut(code, "-")
	return "to the nearest " + base
}

func dominanceWords(list []review.PolicyDominance) string {
	var words []string
	for _, d := range list {
		largest := "the largest "
		if d.N > 1 {
			largest += Count(d.N) + " "
		}
		words = append(words, largest+"at most "+review.Permille(d.SharePermille))
	}
	return orNone(words, "not looked at")
}

func percentRule(permille int) string {
	if permille == 0 {
		return "not looked at"
	}
	return "not within " + review.Permille(permille)
}

func patternWords(list []review.PolicyPattern) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return orNone(names, "none")
}
