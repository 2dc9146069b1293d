package pages

import (
	"strconv"

	"sallyport/checks"
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
	if d.Lowest != d.Most {
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
	Origin string // the request that it is of
}
