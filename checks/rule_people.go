package checks

import (
	"fmt"
	"slices"
	"strings"
)

// people finds rows that are people.
type people struct{}

func (people) about() About {
	return About{
		Name: "people", Weight: High, Source: "OpenSAFELY: only aggregates leave",
		Examines: "tables without counts: columns that identify somebody, columns near unique, and age, sex, area and dates together",
	}
}

// fewestPeople is how many rows are looked at as people.
const fewestPeople = 5

func (rule people) table(t *Table, out *findings) {
	if t.All < fewestPeople {
		return
	}
	for i, c := range t.Columns {
		if c.Role == RoleIdentifier && c.ofPerson() && c.distinct.ratio() > 0.5 && c.filled()*2 > t.All {
			s := t.places(i, func(x *Cell) bool { return x.Kind != Missing })
			out.column(High, c, s, fmt.Sprintf("every row seems to be a person: %s, and there are %d rows", c.Why, t.All))
			return
		}
	}
	const fewestRows = 20
	if t.All < fewestRows || t.aggregated() {
		return
	}
	kinds := t.quasi()
	unique := t.nearUnique()
	if len(kinds) >= 3 || len(kinds) >= 2 && unique != nil {
		weight := Medium
		if len(kinds) >= 3 && unique != nil {
			weight = High
		}
		out.table(weight, t, spots{}, fmt.Sprintf("The %d rows may be people: there is no count, and each row has %s", t.All, strings.Join(kinds, ", ")))
	}
}

// ofPerson reports whether an identifier is one of people, and not of a
// practice, a code or a model.
func (c *Column) ofPerson() bool {
	w := strings.Join(c.words, " ")
	for _, other := range []string{"practice", "site", "code", "list", "model", "by id", "study", "org", "gp", "stp", "msoa", "lsoa", "variable", "table", "outcome", "analysis", "region", "trust", "cluster", "nhs england", "nhs trust", "nhs region", "dataset"} {
		if strings.Contains(w, other) {
			return false
		}
	}
	return true
}

// aggregated reports whether the table says how many people are in its rows,
// or what was estimated of them.
func (t *Table) aggregated() bool {
	for _, c := range t.roles(RoleCount) {
		if c.Sure {
			return true
		}
	}
	return len(t.roles(RolePercentage, RoleRate, RoleExposure, RoleStatistic, RoleExtreme)) > 0
}

// quasi is what the columns say that tells people apart.
func (t *Table) quasi() []string {
	var kinds []string
	note := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, c := range t.Columns {
		for _, w := range c.words {
			switch w {
			case "dob", "birth", "born":
				note("a date of birth")
			case "age":
				if c.numbers > 0 {
					note("an age")
				}
			case "sex", "gender":
				note("a sex")
			case "postcode", "lsoa", "msoa", "region", "practice", "stp", "icb":
				note("an area")
			case "ethnicity":
				note("an ethnicity")
			}
		}
		if c.Role == RoleDate && c.dates > 0 && c.distinct.ratio() > 0.2 {
			note("a date")
		}
	}
	return kinds
}

// nearUnique is a column whose fields are nearly all different, but for row
// numbers.
func (t *Table) nearUnique() *Column {
	for _, c := range t.Columns {
		if c.Role != RoleIndex && c.distinct.seen >= 20 && c.distinct.ratio() > 0.95 && c.filled()*10 > t.All*9 {
			return c
		}
	}
	return nil
}

// identifiers finds numbers, addresses and dates that say who somebody is.
type identifiers struct{}

func (identifiers) about() About {
	return About{
		Name: "identifiers", Weight: High, Source: "NHS data dictionary; the policy's own patterns",
		Reads:    []string{"patterns"},
		Examines: "NHS and CHI numbers, dates of birth, whole postcodes, addresses of mail, mobile telephone numbers",
	}
}

func (rule identifiers) table(t *Table, out *findings) {
	for i, c := range t.Columns {
		x := &c.telling
		says := func(words ...string) bool {
			return strings.Contains(" "+strings.Join(c.words, " ")+" ", " "+strings.Join(words, " ")+" ")
		}
		if x.nhs.count > 0 && (says("nhs") || says("chi") || x.ten >= 5 && x.nhs.count*2 >= x.ten && c.Role != RoleCount && c.Role != RoleExposure) {
			out.column(High, c, x.nhs, number(x.nhs.count, "number passes", "numbers pass")+" the check of NHS and CHI numbers")
		}
		if says("dob") || says("date", "of", "birth") || says("birth", "date") || says("birthdate") {
			s := t.places(i, func(x *Cell) bool { return x.Kind == Date })
			out.column(High, c, s, number(s.count, "cell is", "cells are")+" a date of birth, by the header")
		}
		if x.postcodes.count > 0 && (says("postcode") || says("post", "code") || x.postcodes.count >= 3 && x.postcodes.count*3 >= c.filled()) {
			out.column(High, c, x.postcodes, number(x.postcodes.count, "cell looks", "cells look")+" like whole postcodes")
		}
		rule.addresses(c, out)
		for n, s := range x.policy {
			out.column(High, c, s, number(s.count, "cell looks", "cells look")+" like what the policy calls "+out.profile.Patterns[n].Name)
		}
	}
}

func (identifiers) addresses(c *Column, out *findings) {
	x := &c.telling
	weight := Medium
	if x.mails.count >= 3 {
		weight = High
	}
	out.column(weight, c, x.mails, number(x.mails.count, "cell is", "cells are")+" an address of electronic mail")
	if x.phones.count >= 3 && x.phones.count*3 >= c.filled() || x.phones.count > 0 && (slices.Contains(c.words, "phone") || slices.Contains(c.words, "mobile") || slices.Contains(c.words, "telephone")) {
		out.column(High, c, x.phones, number(x.phones.count, "cell looks", "cells look")+" like mobile telephone numbers")
	}
}
