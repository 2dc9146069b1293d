package web

import (
	"github.com/gin-gonic/gin"

	"sallyport/outputs"
)

// tableSummary is what the columns of a table hold, as the API shows it.
type tableSummary struct {
	Rows    int64           `json:"rows"`
	Columns int             `json:"columns"`
	From    int             `json:"from"`
	Items   []columnSummary `json:"items"`
	Next    *int            `json:"next"`
}

type columnSummary struct {
	Column    int          `json:"column"`
	Name      string       `json:"name"`
	Type      string       `json:"type"`
	Missing   int64        `json:"missing"`
	Redacted  int64        `json:"redacted"`
	Numbers   int64        `json:"numbers"`
	Integers  int64        `json:"integers"`
	Noisy     int64        `json:"noisy"`
	Percent   int64        `json:"percent"`
	Texts     int64        `json:"texts"`
	Min       *float64     `json:"min"`
	Max       *float64     `json:"max"`
	Sum       *float64     `json:"sum"`
	By5       bool         `json:"multiples_of_5"`
	By6       bool         `json:"multiples_of_6"`
	By10      bool         `json:"multiples_of_10"`
	Midpoint6 bool         `json:"midpoint_6"`
	Shortest  *int         `json:"shortest_text"`
	Longest   *int         `json:"longest_text"`
	Distinct  int64        `json:"distinct"`
	Many      bool         `json:"distinct_is_more"`
	Frequent  []valueCount `json:"frequent"`
}

type valueCount struct {
	Value string `json:"value"`
	Cut   bool   `json:"cut"`
	Count int64  `json:"count"`
}

// summaryOf sums up some columns of a table.
func summaryOf(c *gin.Context, table *outputs.Table) (any, error) {
	s, err := table.Summary(c.Request.Context(), int(queryNumber(c, "column", 1)-1))
	if err != nil {
		return nil, err
	}
	t := tableSummary{Rows: max(table.Info.Records-1, 0), Columns: table.Info.Columns, From: s.From + 1, Items: []columnSummary{}}
	for _, of := range s.Columns {
		t.Items = append(t.Items, columnOf(of))
	}
	if next := s.From + len(s.Columns) + 1; next <= table.Info.Columns {
		t.Next = &next
	}
	return t, nil
}

func columnOf(s outputs.ColumnSummary) columnSummary {
	c := columnSummary{
		Column: s.Column + 1, Name: s.Name, Type: s.Type(), Missing: s.Missing, Redacted: s.Redacted, Numbers: s.Numbers, Integers: s.Whole,
		Noisy: s.Noisy, Percent: s.Percent, Texts: s.Words, By5: s.By5, By6: s.By6, By10: s.By10, Midpoint6: s.Mid6,
		Distinct: s.Distinct, Many: s.Many, Frequent: []valueCount{},
	}
	if s.Numbers > 0 {
		c.Min, c.Max = &s.Min, &s.Max
		if !s.SumLost {
			c.Sum = &s.Sum
		}
	}
	if s.Words > 0 {
		c.Shortest, c.Longest = &s.Shortest, &s.Longest
	}
	for _, f := range s.Frequent {
		c.Frequent = append(c.Frequent, valueCount(f))
	}
	return c
}
