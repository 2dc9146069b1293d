package checks

import (
	"slices"
	"strings"
)

// assign says what each column is: by its name first, then by its values, then
// by what stands beside it.
func (t *Table) assign() {
	for _, c := range t.Columns {
		c.Role, c.Why, c.Sure = c.role()
	}
	if t.labelled && len(t.Columns) > 0 {
		c := t.Columns[0]
		c.Role, c.Why, c.Sure = RoleLabel, "it stands before the first bar", false
	}
	t.maybeCounts()
	t.notCounts()
	t.findRounding()
	t.findLayout()
	t.confirmCounts()
}

// role is what a column is by itself.
func (c *Column) role() (Role, string, bool) {
	if c.filled() == 0 {
		return RoleEmpty, "no cell holds anything", false
	}
	name, why := called(c.words)
	if name == RoleIdentifier && c.fractions > 0 && c.numbers == c.filled() {
		return RoleStatistic, why + ", but there are fractions", false
	}
	if name == RoleIdentifier {
		return RoleIdentifier, why, true
	}
	if !c.numeric() || c.At == 0 && c.texts > 0 && len(c.words) == 0 {
		return c.wordsRole(name, why)
	}
	if name == RolePercentage && c.max > 100 && c.fractions == 0 && c.percents == 0 && plainCounts.any(c.words) != "" {
		name = RoleCount // n (%), of which only n is there
	}
	if role, why := c.shaped(name); role != "" {
		return role, why, role == RoleCount
	}
	if c.numbers > 0 && c.order.counted() && c.At == 0 && (!c.named || c.indexName()) && c.whole == c.numbers {
		return RoleIndex, "it numbers the rows", false
	}
	switch name {
	case RoleCount:
		return c.countByName(why)
	case RoleCode:
		if c.notCode() {
			name = ""
		}
	case RoleDate:
		if c.fractions > 0 {
			return RoleNumber, why + ", but there are fractions", false
		}
	}
	if name != "" {
		return name, why, false
	}
	return c.byValues()
}

// indexName reports whether programs call a column of row numbers so.
func (c *Column) indexName() bool {
	switch strings.ToLower(c.Name) {
	case "index", "x", "x1", "...1", "unnamed: 0", "row", "rowid", "row_number", "obs", "#", "v1", "s":
		return true
	}
	return false
}

// notCode reports whether what a header calls a code has the values of a
// count: a column for each sex, or for each level.
func (c *Column) notCode() bool {
	if len(c.words) == 1 && (c.words[0] == "male" || c.words[0] == "female") && c.max > 2 && c.whole == c.numbers {
		return true // not whether somebody is one
	}
	return codings.any(c.words) == "" && (c.masks > 0 || c.whole == c.numbers && c.max > 150 && c.years*2 < c.numbers && c.codes == 0 && c.pads == 0)
}

// wordsRole is the role of a column that is not one of numbers.
func (c *Column) wordsRole(name Role, why string) (Role, string, bool) {
	switch {
	case c.dates*2 > c.filled():
		return RoleDate, "its cells are dates", false
	case c.texts > 0 && c.wide/c.texts > 60 && c.wordy*2 > c.texts && c.distinct.ratio() > 0.5:
		return RoleFreeText, "long and different texts", false
	case c.numbers*3 > c.filled() && (name == RoleCount || name == RoleStatistic):
		return RoleNumber, why + ", but many cells are words", false
	}
	return RoleLabel, "its cells are words", false
}

// shaped is the role that the shape of the cells gives.
func (c *Column) shaped(name Role) (Role, string) {
	half := c.numbers / 2
	switch {
	case c.intervals > 0 && c.intervals >= half:
		return RoleStatistic, "its cells have an interval beside the number"
	case c.ratios > 0 && c.ratios > half && name != RoleCode && name != RoleDate:
		return RoleCount, "its cells are a count above another"
	case c.percents > 0 && c.percents > half:
		return RolePercentage, "its cells have percent signs"
	case c.besides > 0 && c.besides >= half && c.besideWhole*2 >= c.besides && name != RoleStatistic && name != RoleRate:
		return RoleCount, "its cells are a whole number with a percentage beside it"
	case c.besides > half:
		return RoleStatistic, "its cells have another number beside the first"
	}
	return "", ""
}

// countByName is a count if the values of a column that is called one do not
// say otherwise.
func (c *Column) countByName(why string) (Role, string, bool) {
	switch {
	case c.numbers == 0:
		return RoleCount, why + "; every value is hidden", true
	case c.order.counted() && c.numbers > 3 && c.whole == c.numbers:
		return RoleIndex, "it numbers the rows", false
	case c.max <= 2 && c.min >= 0 && c.masks == 0 && c.numbers > 3 && plainCounts.any(c.words) == "":
		return RoleCode, why + ", but its numbers are 0, 1 and 2", false
	case c.max <= 1 && c.min >= 0 && c.masks == 0 && flagWords.any(c.words) != "":
		return RoleCode, why + ", but it says yes and no", false
	case c.whole*10 < c.numbers*9 && c.max <= 1 && c.min >= 0:
		return RolePercentage, why + ", but the values are from 0 to 1", false
	case c.whole*10 < c.numbers*9:
		return RoleNumber, why + ", but there are fractions", false
	case c.codes*2 > c.numbers && c.distinct.ratio() > 0.5 && c.max > 1e9:
		return RoleCode, why + ", but the values are too large", false
	}
	return RoleCount, why, true
}

// byValues is the role of a column of numbers whose name says nothing.
func (c *Column) byValues() (Role, string, bool) {
	switch {
	case c.pads > 0:
		return RoleCode, "there are numbers that begin with 0", false
	case c.codes*2 > c.numbers:
		return RoleCode, "its numbers have nine digits and more", false
	case c.years*10 > c.numbers*9 && c.numbers > 0 && c.min >= 1900 && c.max <= 2100 && c.max-c.min < 150 && c.masks == 0:
		return RoleDate, "its numbers are years", false
	case c.days*10 > c.numbers*9 && c.masks == 0 && c.numbers > 1:
		return RoleDate, "its numbers are dates", false
	case c.numbers == 0:
		return RoleNumber, "every value is hidden", false
	case c.whole*10 < c.numbers*9 || c.negative > 0:
		return RoleNumber, "there are fractions or negative numbers", false
	case c.masks > 0:
		return RoleCount, "whole numbers, some of them hidden", true
	}
	return RoleNumber, whollyNumbers, false
}

// whollyNumbers is why a column may be one of counts.
const whollyNumbers = "whole numbers"

// maybeCounts decides on the columns of whole numbers whose names say nothing.
// Left of all that is known, a few small ones tell groups apart; elsewhere
// they are counts.
func (t *Table) maybeCounts() {
	first := len(t.Columns)
	for i, c := range t.Columns {
		if c.Role == RoleCount && c.Sure {
			first = i
			break
		}
	}
	t.siblings()
	var maybe []*Column
	for i, c := range t.Columns {
		if c.Role != RoleNumber || c.Why != whollyNumbers {
			continue
		}
		kinds := c.distinct.estimate()
		small := c.min <= 1 && c.max <= 20 && kinds*2 > c.max-c.min || kinds*3 < float64(c.distinct.seen) && c.max < 200
		small = small && !strings.Contains(c.Name, " / ") // a class, below what it counts
		switch {
		case i < first && first < len(t.Columns) && small, i == 0 && len(t.Columns) > 1 && small && c.named && !isDigit(c.Name[0]):
			c.Role, c.Why = RoleCode, "small whole numbers before the counts"
		case c.max <= 1 && c.numbers > 4:
			c.Role, c.Why = RoleCode, "its numbers are 0 and 1"
		default:
			maybe = append(maybe, c)
		}
	}
	if len(maybe) == 0 || t.modelled() && first == len(t.Columns) {
		return
	}
	for _, c := range maybe {
		if c.max > 20 || len(maybe) > 1 || first < len(t.Columns) {
			c.Role, c.Why = RoleCount, "whole numbers, none of them negative"
		}
	}
}

// siblings takes what a header below another calls a code for one of the
// classes that the other columns below the same header are.
func (t *Table) siblings() {
	alike := map[string]int{}
	above := func(c *Column) string { first, _, _ := strings.Cut(c.Name, " / "); return first }
	for _, c := range t.Columns {
		if c.Role == RoleCount || c.Role == RoleNumber && c.Why == whollyNumbers {
			alike[above(c)]++
		}
	}
	for _, c := range t.Columns {
		if c.Role == RoleCode && strings.Contains(c.Name, " / ") && alike[above(c)] > 0 && c.whole == c.numbers && c.codes+c.pads == 0 {
			c.Role, c.Why = RoleNumber, whollyNumbers
		}
	}
}

// modelled reports whether the table is one of estimates.
func (t *Table) modelled() bool {
	return len(t.roles(RoleStatistic)) > 0
}

// confirmCounts says which of the counts that only the values show are counts
// beyond doubt: several columns beside labels, some of them large, or a column
// that others add up to.
func (t *Table) confirmCounts() {
	var unsure []*Column
	large := false
	for _, c := range t.Columns {
		if c.Role == RoleCount && !c.Sure {
			unsure = append(unsure, c)
			large = large || c.max >= 50
		}
	}
	labelled := len(t.roles(RoleLabel, RoleDate, RoleIndex, RoleCode)) > 0 && len(t.roles(RoleNumber, RoleStatistic)) == 0
	if t.layout.totalColumn >= 0 && slices.Contains(unsure, t.Columns[t.layout.totalColumn]) || large && labelled && len(unsure) > 1 && t.Header > 0 {
		for _, c := range unsure {
			c.Sure = true
		}
	}
}
