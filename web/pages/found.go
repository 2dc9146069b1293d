package pages

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/checks"
	"sallyport/review"
)

// Found is a finding of a disclosure check as pages show it.
type Found struct {
	ID       string
	Anchor   string // its place on a page
	Weight   Weight
	Rule     string // what the rule is called
	Name     string // as a policy names it
	Help     string // what the rule is for
	Message  string
	Where    Link   // the first place
	At       []Link // all places that are listed
	More     string // how many are not
	Count    string // of places, if there are several
	State    State  // whether it is answered
	Answer   string
	By       string // who answered
	Href     string // its own page
	Show     string // where the file shows it
	Current  bool
	Derived  []Derivation
	Beside   []BesideRow
	Answered bool
}

// Weight is how much a finding matters: a sign and a word.
type Weight struct{ Kind, Word string }

// weightOf shows a weight.
func weightOf(w review.Weight) Weight {
	switch w {
	case review.HighWeight:
		return Weight{"high", "High"}
	case review.MediumWeight:
		return Weight{"medium", "Medium"}
	case review.LowWeight:
		return Weight{"low", "Low"}
	}
	return Weight{"info", "For information"}
}

// weightOrder is the order of weights, the gravest first.
func weightOrder(w review.Weight) int {
	return slices.Index([]review.Weight{review.HighWeight, review.MediumWeight, review.LowWeight, review.InfoWeight}, w)
}

// weighs reports whether a finding is one of weight, which is answered or fixed
// before a request is submitted.
func weighs(f review.FindingView) bool {
	return f.Weight == review.HighWeight || f.Weight == review.MediumWeight
}

// unanswered reports whether a finding waits for an answer of the author's.
func unanswered(file review.FileView, f review.FindingView) bool {
	return file.Kind == review.Output && weighs(f) && f.Answer == nil
}

// ruleWords are what rules are called.
var ruleWords = map[string]string{
	"low-counts": "Low counts", "declared-control": "Declared control", "recomputed": "Percentages and rates of counts before rounding",
	"masks-undone": "Masks that can be undone", "class-disclosure": "One class only", "small-denominators": "Small denominators",
	"differencing": "Differencing", "extremes": "Extremes", "models": "Models of few people", "dominance": "Dominance",
	"survival": "Steps of a survival curve", "people": "Rows that look like people", "identifiers": "Identifiers",
	"free-text": "Free text", "hidden-content": "Hidden content", "code-and-logs": "Code and logs", "evidence": "No numbers beside estimates",
	"rows": "Too many rows", "asked-before": "Asked for before", "acro": "ACRO",
}

// RuleTitle is what a rule is called.
func RuleTitle(name string) string {
	if words := ruleWords[name]; words != "" {
		return words
	}
	words := strings.ReplaceAll(name, "-", " ")
	if words == "" {
		return "Check"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// RuleHelp is where the help says what a rule is for.
func RuleHelp(name string) string { return "/help/checks#rule-" + url.PathEscape(name) }

// FindingAddress is the page of one finding.
func FindingAddress(id review.RequestID, file review.FileID, finding string) string {
	return RequestAddress(id, "files", string(file), "findings", finding)
}

// newFound shows a finding of a file, with what the report of its checks has of
// it; nil for none.
func newFound(v *review.RequestView, file review.FileView, f review.FindingView, full *checks.Finding) Found {
	page := RequestAddress(v.ID, "files", string(file.ID))
	shown := Found{
		ID: f.ID, Anchor: "finding-" + f.ID, Weight: weightOf(f.Weight), Rule: RuleTitle(f.Rule), Name: f.Rule, Help: RuleHelp(f.Rule),
		Message: f.Message, By: f.AnsweredBy, Href: FindingAddress(v.ID, file.ID, f.ID), Answered: f.Answer != nil,
	}
	if f.Answer != nil {
		shown.Answer = *f.Answer
	}
	shown.State = answerState(file, f)
	if f.Count > 1 {
		shown.Count = Plural(int(f.Count), "place")
	}
	shown.Where = placeLink(page, file.Path, placeOf(f.Where), f.Column, f.ID)
	shown.Show = shown.Where.Href
	if shown.Show == "" {
		shown.Show = page + "?finding=" + url.QueryEscape(f.ID)
	}
	if full == nil {
		return shown
	}
	for _, p := range full.Places {
		if link := placeLink(page, file.Path, p, full.Column, f.ID); link.Text != "" {
			shown.At = append(shown.At, link)
		}
	}
	if more := full.Count - int64(len(full.Places)); more > 0 {
		shown.More = Plural(int(more), "more place") + " that " + isAre(more) + " not listed"
	}
	for _, d := range full.Derived {
		shown.Derived = append(shown.Derived, newDerivation(placeLink(page, file.Path, d.Place, full.Column, f.ID), d))
	}
	return shown
}

// answerState says whether a finding is answered, or need not be.
func answerState(file review.FileView, f review.FindingView) State {
	switch {
	case f.Answer != nil:
		return State{"answered", "Answered"}
	case unanswered(file, f):
		return State{changes, "Open"}
	}
	return State{"none", "Needs no answer"}
}

// placeOf is a place as checks have it.
func placeOf(p review.FindingPlace) checks.Place {
	place := checks.Place{Column: p.Column, Line: p.Line}
	if p.Row != nil {
		place.Row = *p.Row
	}
	if p.Byte != nil {
		place.Byte = *p.Byte
	}
	return place
}

// placeLink leads to a place of a file, with the finding opened.
func placeLink(page, name string, p checks.Place, column, finding string) Link {
	query := url.Values{"finding": {finding}}
	table := suffix(name) == ".csv"
	switch {
	case table && p.Column > 0:
		return cellLink(page, query, p, column)
	case p.Line > 0:
		if view := linesView(name); view != "" {
			query.Set("view", view)
		}
		line := strconv.FormatInt(p.Line, 10)
		query.Set("line", line)
		return Link{Text: "Line " + Count(int(p.Line)), Href: page + "?" + query.Encode() + hitAnchor}
	case p.Byte > 0:
		query.Set("view", ViewRaw)
		query.Set("from", strconv.FormatInt(p.Byte+1, 10))
		return Link{Text: "Byte " + Count(int(p.Byte)), Href: page + "?" + query.Encode()}
	}
	return Link{}
}

// cellLink leads to a cell of a table.
func cellLink(page string, query url.Values, p checks.Place, column string) Link {
	if p.Column > TableColumns {
		query.Set("column", strconv.Itoa((p.Column-1)/TableColumns*TableColumns+1))
	}
	where := "column " + Count(p.Column)
	if column != "" {
		name, _ := clip(column, leastCell)
		where = Visible(name)
	}
	if p.Row == 0 {
		return Link{Text: "Header, " + where, Href: page + "?" + query.Encode()}
	}
	row := strconv.FormatInt(p.Row, 10)
	query.Set("at", row)
	return Link{Text: "Row " + Count(int(p.Row)) + ", " + where, Href: page + "?" + query.Encode() + "#row-" + row}
}

// linesView is the view of a file in which its lines are counted; "" is the
// usual one.
func linesView(name string) string {
	views := ViewsOf(name)
	for i, view := range views {
		switch view.Name {
		case ViewSource, ViewText:
			return map[bool]string{true: "", false: view.Name}[i == 0]
		}
	}
	return ViewRaw
}

// flagOf are the gravest findings of a file that somebody has to look at: those
// that wait for an answer or, to who votes, the high ones.
func flagOf(file review.FileView, voting bool) Weighed {
	for _, w := range []review.Weight{review.HighWeight, review.MediumWeight} {
		n := 0
		for _, f := range file.Findings {
			if f.Weight == w && (unanswered(file, f) || voting && w == review.HighWeight) {
				n++
			}
		}
		if n > 0 {
			return Weighed{weightOf(w), Count(n)}
		}
	}
	return Weighed{}
}

// Tally counts the findings of a file, or of several, by weight.
type Tally struct {
	Checking bool
	Open     []Weighed // that wait for an answer
	Answered string
	Light    string // those that need no answer
	None     bool   // nothing was found
	Unseen   string // how much was not looked at
	Href     string
}

// Weighed is a number of findings of one weight.
type Weighed struct {
	Weight
	Text string
}

// tallyOf counts the findings of files.
func tallyOf(v *review.RequestView, files ...review.FileView) Tally {
	open, answered, light, unseen := map[review.Weight]int{}, map[review.Weight]int{}, 0, 0
	var t Tally
	for _, file := range files {
		t.Checking = t.Checking || checking(v, file)
		unseen += file.Checks.NotExamined
		for _, f := range file.Findings {
			switch {
			case unanswered(file, f):
				open[f.Weight]++
			case f.Answer != nil:
				answered[f.Weight]++
			default:
				light++
			}
		}
	}
	for _, w := range []review.Weight{review.HighWeight, review.MediumWeight} {
		if n := open[w]; n > 0 {
			weight := weightOf(w)
			t.Open = append(t.Open, Weighed{weight, Count(n) + " " + strings.ToLower(weight.Word)})
		}
	}
	var words []string
	for _, w := range []review.Weight{review.HighWeight, review.MediumWeight} {
		if n := answered[w]; n > 0 {
			words = append(words, Count(n)+" "+strings.ToLower(weightOf(w).Word))
		}
	}
	if len(words) > 0 {
		t.Answered = strings.Join(words, ", ") + " answered"
	}
	if light > 0 {
		t.Light = Count(light) + " of low weight"
	}
	if unseen > 0 {
		t.Unseen = Plural(unseen, "thing") + " not looked at"
	}
	t.None = !t.Checking && len(t.Open) == 0 && t.Answered == "" && light == 0
	return t
}
