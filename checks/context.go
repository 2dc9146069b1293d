package checks

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// notCounts takes back what a column's name says where what stands beside it
// says that it holds no counts: levels, percentages, percentiles.
func (t *Table) notCounts() {
	for i, c := range t.Columns {
		switch {
		case c.Role != RoleCount:
		case t.levels(i):
			c.Role, c.Why, c.Sure = RoleCode, "its numbers go up one by one, beside the counts", false
		case t.quantiles(i):
			c.Role, c.Why, c.Sure = RoleStatistic, "a percentile stands beside each", false
		}
	}
	t.deciles()
	t.shares()
}

// deciles finds columns that are called d1 to d9, five of them at least.
func (t *Table) deciles() {
	var found []*Column
	for _, c := range t.Columns {
		if len(c.words) == 2 && c.words[0] == "d" && len(c.words[1]) == 1 && c.numbers > 0 {
			found = append(found, c)
		}
	}
	if len(found) < 5 {
		return
	}
	for _, c := range found {
		c.Role, c.Why, c.Sure = RoleStatistic, "it is one of deciles", false
	}
}

// levels reports whether a column called after something that is counted tells
// how many of them, and another how many people have so many.
func (t *Table) levels(column int) bool {
	c := t.Columns[column]
	if !c.order.cycled() && !c.eachOnce() && !c.eachAlike() || c.whole != c.numbers || c.masks > 0 || c.max > 30 || len(c.words) == 1 && plainCounts[c.words[0]] {
		return false
	}
	return slices.ContainsFunc(t.Columns[column+1:], func(x *Column) bool {
		return x.Role == RoleCount && (x.max > 30 || x.masks > 0) && !x.order.cycled()
	})
}

// eachOnce reports whether a column has every number from 0 or 1 to its
// largest, each once, in whatever order: as value_counts of pandas gives.
func (c *Column) eachOnce() bool {
	const fewest = 4
	return c.numbers >= fewest && c.min <= 1 && c.min >= 0 && c.max < 64 && c.numbers == int64(bits.OnesCount64(c.small)) &&
		c.numbers == int64(c.max-c.min)+1
}

// eachAlike reports whether all whole numbers from the smallest to the largest
// stand in the column one after another, each of them equally often: as the
// levels of something do beside those of something else.
func (c *Column) eachAlike() bool {
	const fewest = 4
	kinds := int64(c.max-c.min) + 1
	return kinds >= fewest && c.min <= 1 && c.min >= 0 && c.max < 64 && kinds == int64(bits.OnesCount64(c.small)) &&
		c.numbers%kinds == 0 && c.numbers > kinds && c.order.steps == kinds-1
}

// quantiles reports whether a column has the percentiles of counts, because
// another says which each is: n beside n_q, or beside one that is called
// percentile and nothing else.
func (t *Table) quantiles(column int) bool {
	c := t.Columns[column]
	for _, x := range t.Columns {
		if x == c || x.numbers == 0 || len(x.words) == 0 || x.min < 0 || x.max > 100 {
			continue
		}
		last := len(x.words) - 1
		own := last > 0 && slices.Equal(x.words[:last], c.words)
		switch x.words[last] {
		case "q", "prob", "probs", "quantile", "quantiles", "percentile", "percentiles", "centile", "centiles":
			if own && (x.max <= 1 || x.words[last] != "q") || last == 0 && (x.fractions > 0 && x.max <= 1 || len(x.words[last]) > 5 && x.max > 20) {
				return true
			}
		}
	}
	return false
}

// fewestShares are the rows, or columns, that show that whole numbers are
// percentages.
const fewestShares = 3

// shares finds columns of whole percentages that are called after what they
// are percentages of: their rows add up to a hundred, or each of them does.
func (t *Table) shares() {
	var maybe []int
	for i, c := range t.Columns {
		if c.Role == RoleCount && c.ratios+c.besides+c.masks == 0 && c.max <= 100 && c.max >= 20 && c.negative == 0 &&
			c.numbers >= fewestShares && plainCounts.any(c.words) == "" {
			maybe = append(maybe, i)
		}
	}
	if len(maybe) < 2 || !t.kept() {
		return
	}
	if !t.hundredAcross(maybe) && !t.hundredDown(maybe) {
		return
	}
	for _, i := range maybe {
		c := t.Columns[i]
		c.Role, c.Why, c.Sure = RolePercentage, "its numbers add up to 100", false
	}
}

// hundredAcross reports whether nearly all rows add up to 100.
func (t *Table) hundredAcross(columns []int) bool {
	fits, all := 0, 0
	for n := range t.Rows {
		sum, numbers := 0.0, 0
		for _, i := range columns {
			if x := t.Rows[n].cell(i); x.Kind == Number {
				sum += x.Value
				numbers++
			}
		}
		if numbers < 2 {
			continue
		}
		if all++; math.Abs(sum-100) <= 1 {
			fits++
		}
	}
	return fits >= fewestShares && fits*10 >= all*9
}

// hundredDown reports whether every column adds up to 100.
func (t *Table) hundredDown(columns []int) bool {
	for _, i := range columns {
		sum := 0.0
		for n := range t.Rows {
			if x := t.Rows[n].cell(i); x.Kind == Number {
				sum += x.Value
			}
		}
		if math.Abs(sum-100) > 1 {
			return false
		}
	}
	return true
}

// isRounded reports whether a column's name says that its counts are rounded,
// though not how.
func (c *Column) isRounded() bool {
	return slices.ContainsFunc(c.words, func(w string) bool {
		return strings.HasPrefix(w, "round") || w == "rnd" || w == "midpoint" || w == "mid"
	})
}
