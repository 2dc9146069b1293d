package checks

import (
	"encoding/json"
	"fmt"
)

// Weight is how much a finding matters.
type Weight string

// The weights. A finding of weight, high or medium, is fixed or answered before
// a request is submitted.
const (
	High   Weight = "high"
	Medium Weight = "medium"
	Low    Weight = "low"
	Info   Weight = "info"
)

// order sorts weights, the gravest first.
func (w Weight) order() int {
	switch w {
	case High:
		return 0
	case Medium:
		return 1
	case Low:
		return 2
	}
	return 3
}

// Place is where something stands: a cell of a table, a line of a text, or a
// byte. Rows are records, counted from 0, which is the first of the file, so
// that row 1 is the first below a header of one row; columns and lines are
// counted from 1; bytes from 0. In a file that has tables between words, the
// table is numbered as in Examined, and rows are counted in it.
type Place struct {
	Table  int // 0: the file is a table, or it is no cell
	Row    int64
	Column int // 0: not a cell
	Line   int64
	Byte   int64 // when there is no line
}

// placeJSON is a place as programs read it.
type placeJSON struct {
	Table  int    `json:"table,omitempty"`
	Row    *int64 `json:"row,omitempty"`
	Column int    `json:"column,omitempty"`
	Line   int64  `json:"line,omitempty"`
	Byte   *int64 `json:"byte,omitempty"`
}

// MarshalJSON writes only what says where the place is.
func (p Place) MarshalJSON() ([]byte, error) {
	out := placeJSON{Table: p.Table, Column: p.Column, Line: p.Line}
	switch {
	case p.Column > 0:
		out.Row = &p.Row
	case p.Line == 0:
		out.Byte = &p.Byte
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Place) UnmarshalJSON(data []byte) error {
	var in placeJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read a place: %w", err)
	}
	*p = Place{Table: in.Table, Column: in.Column, Line: in.Line}
	if in.Row != nil {
		p.Row = *in.Row
	}
	if in.Byte != nil {
		p.Byte = *in.Byte
	}
	return nil
}

// maxPlaces bounds the places that a finding lists; it counts the others.
const maxPlaces = 100

// Finding is what one rule noticed in one column, or one range of lines, of a
// file. Its message quotes no value of the file; what can be worked out from a
// table stands in Derived, which is shown on a page and is in no export.
type Finding struct {
	ID      string    `json:"id,omitempty"` // given by whoever keeps it; the same as long as the finding is
	Rule    string    `json:"rule"`
	Weight  Weight    `json:"weight"`
	Where   Place     `json:"where"` // the first place
	Column  string    `json:"column,omitempty"`
	Message string    `json:"message"`
	Places  []Place   `json:"places"` // at most a hundred
	Count   int64     `json:"count"`  // of places in all
	Derived []Derived `json:"-"`      // how hidden values were worked out, for the page only
	Beside  []Pair    `json:"-"`      // cells of other files to compare with, for the page only; at most a hundred
}

// Derived is a value that was hidden and can be worked out.
type Derived struct {
	Place  Place
	Lowest float64 // the same as Highest if the value is known exactly
	Most   float64
	From   string // how, in words
}

// Examined is what was looked at.
type Examined struct {
	Kind     string   `json:"kind"` // table, text, document, drawing, data, picture or other
	Bytes    int64    `json:"bytes"`
	Encoding string   `json:"encoding,omitempty"`
	Tables   int      `json:"tables"`
	Rows     int64    `json:"rows"`
	Cells    int64    `json:"cells"`
	Lines    int64    `json:"lines"`
	Columns  []Seen   `json:"columns,omitempty"` // of the tables, at most five hundred
	Rules    []string `json:"rules"`             // that ran
	Limits   Limits   `json:"thresholds"`
}

// Seen is what a column was taken for, and why.
type Seen struct {
	Table int    `json:"table"` // counted from 1
	Name  string `json:"name"`
	Role  Role   `json:"role"`
	Why   string `json:"why"`
}

// Limits are the thresholds that a report was made with.
type Limits struct {
	LowCount int       `json:"low_count"`
	Declared []Control `json:"declared"`
	Rounding Control   `json:"rounding,omitempty"`
}

// Report is what the checks say of one file.
type Report struct {
	Examined    Examined  `json:"examined"`
	NotExamined []string  `json:"not_examined"`
	Findings    []Finding `json:"findings"`
}

// Has reports whether there is a finding of this weight.
func (r *Report) Has(w Weight) bool {
	for _, f := range r.Findings {
		if f.Weight == w {
			return true
		}
	}
	return false
}
