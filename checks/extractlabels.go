package checks

import (
	"strconv"
	"strings"
)

// foldLabel writes a label so that the same one is found again: in small
// letters, one space between words, and ranges with a hyphen. Of a label that
// says nothing alone, such as yes or 3, the dimension is part.
func foldLabel(dimension, said string) string {
	l := strings.Join(strings.Fields(strings.ToLower(said)), " ")
	l = labelSpelling.Replace(l)
	if same := sameLabel[l]; same != "" {
		return same
	}
	if dependent[l] || isSmall(l) {
		return strings.Join(append(telltale(dimension), l), " ")
	}
	return l
}

// labelSpelling makes one spelling of several.
var labelSpelling = strings.NewReplacer("–", "-", "—", "-", "−", "-", " - ", "-", " to ", "-", "years", "", " yrs", "", "_", " ")

// sameLabel are labels that are written in two ways.
var sameLabel = map[string]string{
	"f": "female", "female": "female", "females": "female", "women": "female", "woman": "female", "girls": "female",
	"m": "male", "male": "male", "males": "male", "men": "male", "man": "male", "boys": "male",
}

// dependent are labels that say nothing without the name of their column.
var dependent = listOf(`yes no y n true false other others unknown missing none present absent low middle high medium 0 1`)

// isSmall reports whether a label is a number that is no year.
func isSmall(l string) bool {
	v, err := strconv.ParseFloat(l, 64)
	return err == nil && (v < 1900 || v > 2100)
}

// unsaid are the words of a header that say no more than that it is of counts,
// or what was done to them.
var unsaid = listOf(`n ns count counts freq freqs frequency frequencies num number numbers no total totals sum patients patient pts people person
	persons individuals headcount all overall value values midpoint mid midpoint6 mid6 rounded round rounded5 rounded6 rounded10 round5 redacted rr of the`)

// telltale are the words of a name that say what it is of.
func telltale(name string) []string {
	var out []string
	w := words(name)
	for i, one := range w {
		before := ""
		if i > 0 {
			before = w[i-1]
		}
		if unsaid[one] && (one != "no" || len(w) > 1) || isDigit(one[0]) && (before == "midpoint" || before == "mid" || before == "rounded" || before == "round") {
			continue
		}
		if same := sameLabel[one]; same != "" {
			one = same
		}
		out = append(out, one)
	}
	return out
}

// headerLabels are the labels of a header of counts: one for each of its rows.
func headerLabels(name string) []string {
	var out []string
	for _, part := range strings.Split(name, " / ") {
		if isTotal(part) {
			continue
		}
		w := telltale(part)
		if len(w) == 0 {
			continue
		}
		if l := foldLabel("", part); len(words(part)) == len(w) && l != "" && !isSmall(l) {
			out = append(out, l)
			continue
		}
		out = append(out, strings.Join(w, " "))
	}
	return out
}
