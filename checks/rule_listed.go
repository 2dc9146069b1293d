package checks

import (
	"bytes"
	"fmt"
	"regexp"
)

// listedCounts is how R's skim lists counts: FAL: 491437, TRU: 5.
var listedCounts = regexp.MustCompile(`(?:\b[A-Za-z0-9 _.+-]{1,5}: [0-9]+(?:, |\s*$)){2,}`)

var (
	summaryStart = regexp.MustCompile(`(?:Min\. +|Length): ?`)
	summaryCount = regexp.MustCompile(`([A-Za-z0-9_'()][^:]{0,20}?) *: *([0-9]+)(?:  |$)`)
	summaryValue = regexp.MustCompile(`Min|1st Qu|Median|Mean|3rd Qu|Max|Length`)
)

// summarised reports whether a line of R's summary() has a low count of a level
// or of what is missing.
func (rule *lowCounts) summarised(text []byte, threshold float64) bool {
	if bytes.IndexByte(text, ':') < 0 {
		rule.summary = false
		return false
	}
	if rule.summary = rule.summary || summaryStart.Match(text); !rule.summary {
		return false
	}
	for _, m := range summaryCount.FindAllSubmatch(text, -1) {
		if c, ok := quick(m[2]); ok && c.Value >= 1 && c.Value <= threshold && !summaryValue.Match(m[1]) {
			return true
		}
	}
	return false
}

// line finds low counts in lists of them.
func (rule *lowCounts) line(text []byte, n int64, out *findings) {
	if rule.logged(text, float64(out.profile.Threshold)) {
		rule.said.add(Place{Line: n})
	}
	if rule.summarised(text, float64(out.profile.Threshold)) {
		rule.listed.add(Place{Line: n})
		return
	}
	if bytes.Count(text, []byte(": ")) < 2 {
		return
	}
	for _, part := range bytes.Split(listedCounts.Find(text), []byte(": "))[1:] {
		field, _, _ := bytes.Cut(trim(part), []byte(","))
		if c, ok := quick(field); ok && c.Value >= 1 && c.Value <= float64(out.profile.Threshold) {
			rule.listed.add(Place{Line: n})
			return
		}
	}
}

var (
	countCall  = regexp.MustCompile(`^\. (?:qui(?:etly)?:? +)?(?:noi(?:sily)?:? +)?count\b`)
	countSaid  = regexp.MustCompile(`^\s*([0-9][0-9,]*)\s*$`)
	changeSaid = regexp.MustCompile(`^\s*\(([0-9][0-9,]*) (?:real changes? made|observations? (?:deleted|created)|missing values? generated)`)
)

// logged reports whether a line of Stata's log says a low count: how many
// observations it counted, dropped or changed.
func (rule *lowCounts) logged(text []byte, threshold float64) bool {
	asked := rule.asked
	rule.asked = bytes.HasPrefix(text, []byte(". ")) && countCall.Match(text)
	var m [][]byte
	switch first := bytes.TrimLeft(text, " "); {
	case asked:
		m = countSaid.FindSubmatch(text)
	case len(first) > 2 && first[0] == '(' && isDigit(first[1]):
		m = changeSaid.FindSubmatch(text)
	}
	if m == nil {
		return false
	}
	c, ok := quick(m[1])
	return ok && c.Value >= 1 && c.Value <= threshold
}

func (rule *lowCounts) end(out *findings) {
	out.lines(Medium, rule.said, fmt.Sprintf("%s how many observations were counted, dropped or changed: from 1 to %d", number(rule.said.count, "line says", "lines say"), out.profile.Threshold))
	out.lines(High, rule.listed, fmt.Sprintf("%s counts of which one or more are from 1 to %d", number(rule.listed.count, "line lists", "lines list"), out.profile.Threshold))
}
