package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"sallyport/checks"
	"sallyport/review"
)

// key is one key of a document: what reads its value, or the keys below it.
type key struct {
	name  string
	read  func(v *Values, n *yaml.Node) error
	below []key
}

// The bounds of values.
const (
	maxReviews     = 10
	maxHold        = 30 * 24 * 60 * 60 // seconds
	maxSizeLimit   = 1 << 30
	maxFileTypes   = 50
	maxThreshold   = 1000
	maxMasks       = 50
	maxMask        = 50
	maxMaxRows     = 1_000_000_000
	maxDegrees     = 1000
	maxDominance   = 10
	maxLargest     = 100
	maxPatterns    = 50
	maxPatternName = 60
	maxPattern     = 200
)

// keys are those of a document, in the order in which they are described.
var keys = []key{
	{name: "reviews_needed", read: func(v *Values, n *yaml.Node) error {
		return into(&v.ReviewsNeeded)(whole(n, 1, maxReviews))
	}},
	{name: "checkers_outside_project", read: func(v *Values, n *yaml.Node) error { return into(&v.CheckersOutsideProject)(yesNo(n)) }},
	{name: "hold", read: func(v *Values, n *yaml.Node) error { return into(&v.HoldSeconds)(span(n, maxHold)) }},
	{name: "outputs_of_failed_jobs", read: func(v *Values, n *yaml.Node) error { return into(&v.OutputsOfFailedJobs)(yesNo(n)) }},
	{name: "outputs_of_unreported_jobs", read: func(v *Values, n *yaml.Node) error { return into(&v.OutputsOfUnreportedJobs)(yesNo(n)) }},
	{name: "file_types", read: func(v *Values, n *yaml.Node) (err error) {
		v.FileTypes, err = list(n, 1, maxFileTypes, fileType)
		return err
	}},
	{name: "size_limit", read: func(v *Values, n *yaml.Node) error { return into(&v.SizeLimit)(size(n, maxSizeLimit)) }},
	{name: "checks", below: checkKeys},
}

var checkKeys = []key{
	{name: "threshold", read: func(v *Values, n *yaml.Node) error {
		return into(&v.Checks.Threshold)(whole(n, 1, maxThreshold))
	}},
	{name: "zero_is_low", read: func(v *Values, n *yaml.Node) error { return into(&v.Checks.ZeroIsLow)(yesNo(n)) }},
	{name: "rounding", read: func(v *Values, n *yaml.Node) error { return into(&v.Checks.Rounding)(rounding(n)) }},
	{name: "masks", read: func(v *Values, n *yaml.Node) (err error) {
		v.Checks.Masks, err = list(n, 0, maxMasks, func(n *yaml.Node) (string, error) { return line(n, maxMask) })
		return err
	}},
	{name: "max_rows", read: func(v *Values, n *yaml.Node) error {
		rows, err := whole(n, 0, maxMaxRows)
		return into(&v.Checks.MaxRows)(int64(rows), err)
	}},
	{name: "degrees_of_freedom", read: func(v *Values, n *yaml.Node) error {
		return into(&v.Checks.DegreesOfFreedom)(whole(n, 0, maxDegrees))
	}},
	{name: "dominance", read: func(v *Values, n *yaml.Node) error {
		return into(&v.Checks.Dominance)(list(n, 0, maxDominance, dominance))
	}},
	{name: "p_percent", read: func(v *Values, n *yaml.Node) error { return into(&v.Checks.PPermille)(decimal(n, 10, 0, 1000)) }},
	{name: "patterns", read: func(v *Values, n *yaml.Node) (err error) {
		v.Checks.Patterns, err = list(n, 0, maxPatterns, pattern)
		return err
	}},
	{name: "off", read: func(v *Values, n *yaml.Node) error {
		return into(&v.Checks.Off)(list(n, 0, len(checks.Rules()), ruleName))
	}},
}

// into keeps a value that could be read.
func into[T any](to **T) func(T, error) error {
	return func(value T, err error) error {
		if err == nil {
			*to = &value
		}
		return err
	}
}

var suffix = regexp.MustCompile(`^\.[a-z0-9][a-z0-9._-]{0,15}$`)

func fileType(n *yaml.Node) (string, error) {
	s, err := text(n)
	if err == nil && !suffix.MatchString(s) {
		err = wrong(n, "%s is no type: one is the end of a file’s name, with its dot and in lower case, as .csv.", quoted(s))
	}
	return s, err
}

// noRounding is how a document asks for no rounding.
const noRounding = "none"

func rounding(n *yaml.Node) (string, error) {
	s, err := text(n)
	switch {
	case err != nil:
		return "", err
	case s == noRounding:
		return "", nil
	}
	p := checks.DefaultProfile()
	p.Rounding = checks.Control(s)
	if p.Check() != nil || !slices.Contains(checks.Controls(), p.Rounding) {
		return "", wrong(n, "%s rounds nothing: say rounded-5, rounded-6, rounded-10, midpoint-6 or none.", quoted(s))
	}
	return s, nil
}

func ruleName(n *yaml.Node) (string, error) {
	s, err := text(n)
	if err == nil && !slices.ContainsFunc(checks.Rules(), func(a checks.About) bool { return a.Name == s }) {
		names := make([]string, 0, len(checks.Rules()))
		for _, a := range checks.Rules() {
			names = append(names, a.Name)
		}
		err = wrong(n, "There is no rule %s. The rules are %s.", quoted(s), strings.Join(names, ", "))
	}
	return s, err
}

func dominance(n *yaml.Node) (review.PolicyDominance, error) {
	var d review.PolicyDominance
	return d, fields(n, map[string]func(*yaml.Node) error{
		"n":     func(n *yaml.Node) (err error) { d.N, err = whole(n, 1, maxLargest); return err },
		"share": func(n *yaml.Node) (err error) { d.SharePermille, err = decimal(n, 1000, 1, 1000); return err },
	})
}

func pattern(n *yaml.Node) (review.PolicyPattern, error) {
	var p review.PolicyPattern
	err := fields(n, map[string]func(*yaml.Node) error{
		"name": func(n *yaml.Node) (err error) { p.Name, err = line(n, maxPatternName); return err },
		"like": func(n *yaml.Node) (err error) {
			if p.Like, err = line(n, maxPattern); err != nil {
				return err
			}
			like, err := regexp.Compile(p.Like)
			switch {
			case err != nil:
				return wrong(n, "%s is no regular expression: %s.", quoted(p.Like), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			case like.MatchString(""):
				return wrong(n, "%s finds itself in every text: a pattern has to ask for a character.", quoted(p.Like))
			}
			return nil
		},
	})
	return p, err
}

// fields reads a small mapping, all of whose keys must be there.
func fields(n *yaml.Node, read map[string]func(*yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return wrong(n, "Here stand keys with their values.")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		do, ok := read[name.Value]
		switch {
		case !ok:
			return wrong(name, "There is no key %s here.", quoted(name.Value))
		case seen[name.Value]:
			return wrong(name, "The key %s stands twice.", quoted(name.Value))
		}
		seen[name.Value] = true
		if err := do(n.Content[i+1]); err != nil {
			return err
		}
	}
	for name := range read {
		if !seen[name] {
			return wrong(n, "The key %s is missing.", fmt.Sprintf("%q", name))
		}
	}
	return nil
}
