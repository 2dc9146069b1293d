package pages

import (
	"math"
	"strconv"
	"strings"

	"sallyport/checks"
	"sallyport/review"
)

// Derivation is a hidden value that can be worked out of what is shown. It
// stands on pages of the file's content and nowhere else.
type Derivation struct {
	Where Link
	Value string
	From  string
	row   int64
}

func newDerivation(where Link, d checks.Derived) Derivation {
	value := "known exactly: " + decimal(d.Lowest)
	switch {
	case math.IsInf(d.Most, 0):
		value = "at least " + decimal(d.Lowest)
	case math.IsInf(d.Lowest, 0):
		value = "at most " + decimal(d.Most)
	case d.Lowest != d.Most:
		value = "between " + decimal(d.Lowest) + " and " + decimal(d.Most)
	}
	return Derivation{Where: where, Value: value, From: Visible(d.From), row: d.Place.Row}
}

// decimal is a number as short as it can be, with its thousands apart.
func decimal(n float64) string {
	if n == float64(int64(n)) {
		return Count(int(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// BesideRow is a cell of this file and the cell of another that it is compared
// with.
type BesideRow struct {
	Label  string
	Where  Link
	Here   string
	There  string
	Apart  string // by how much they differ
	Other  Link   // the other file, and where in it
	Origin string // the request that it is of, and the labels there
}

// beside fills the cells of other tables that a finding was made from.
func (p *OneFinding) beside(v *review.RequestView, f *checks.Finding) {
	page := RequestAddress(v.ID, "files", string(p.of))
	for _, pair := range f.Beside {
		row := BesideRow{
			Label: Visible(pair.Labels), Where: placeLink(page, p.Path, pair.Place, "", f.ID), Here: Visible(pair.Here), There: Visible(pair.There),
			Apart: apart(pair.Here, pair.There), Other: Link{Text: Visible(pair.Other.File)},
		}
		if pair.Other.Labels != "" && pair.Other.Labels != pair.Labels {
			row.Origin = Visible(pair.Other.Labels)
		}
		switch id := review.RequestID(pair.Other.Request); {
		case id == "" || id == v.ID:
			row.Other.Href = pathAddress(v, pair.Other.File)
		default:
			row.Other.Href, row.Origin = RequestAddress(id), strings.TrimSpace("released by request "+pair.Other.Request+" "+row.Origin)
		}
		p.Found.Beside = append(p.Found.Beside, row)
	}
}

// pathAddress is the page of the file of a request that has a path; "" for none.
func pathAddress(v *review.RequestView, path string) string {
	for _, f := range filesIn(v) {
		if f.Path == path {
			return RequestAddress(v.ID, "files", string(f.ID))
		}
	}
	return ""
}

// apart is by how much two counts differ; "" if one of them is none.
func apart(here, there string) string {
	a, err := countOf(here)
	if err != nil {
		return ""
	}
	b, err := countOf(there)
	if err != nil {
		return ""
	}
	return decimal(b - a)
}

// countOf reads a count, whose thousands may be apart.
func countOf(text string) (float64, error) {
	return strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", ""), 64)
}
