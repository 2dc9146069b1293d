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
		Name: "people", Version: 3, Weight: High, Source: "OpenSAFELY: only aggregates leave",
		Examines: "tables without counts: columns that identify somebody, columns near unique, and age, sex, ethnicity, area and dates together",
	}
}

// fewestPeople is how many rows are looked at as people where no header says
// that they are.
const fewestPeople = 5

func (rule people) table(t *Table, out *findings) {
	if rule.identified(t, out) {
		return
	}
	const fewestRows = 20
	kinds, persons := t.quasi()
	if t.All < fewestRows || persons == 0 || t.aggregated() {
		return
	}
	unique := t.nearUnique()
	if len(kinds) >= 3 || len(kinds) >= 2 && unique != nil {
		weight := Medium
		if len(kinds) >= 3 && unique != nil {
			weight = High
		}
		out.table(weight, t, spots{}, fmt.Sprintf("The %d rows may be people: there is no count, and each row has %s", t.All, strings.Join(kinds, ", ")))
	}
}

// identified finds a column that identifies people. An identifier of which
// nobody says whose it is counts only beside what people have.
func (people) identified(t *Table, out *findings) bool {
	for i, c := range t.Columns {
		if c.Role != RoleIdentifier || !c.ofPerson() || c.distinct.ratio() <= 0.5 || c.filled()*2 <= t.All {
			continue
		}
		weight := High
		if !c.namesPerson() && t.All < fewestPeople {
			continue
		}
		if !c.namesPerson() {
			kinds, persons := t.quasi()
			if t.aggregated() || t.modelled() || persons == 0 {
				continue
			}
			if len(kinds) < 2 {
				weight = Medium
			}
		}
		s := t.places(i, func(x *Cell) bool { return x.Kind != Missing })
		out.column(weight, c, s, fmt.Sprintf("every row seems to be a person: %s, and there are %d rows", c.Why, t.All))
		return true
	}
	return false
}

// notPersons are words of identifiers that are not those of people.
var notPersons = []string{"practice", "site", "code", "list", "model", "by id", "study", "org", "gp", "stp", "msoa", "lsoa", "variable", "table", "outcome", "analysis", "region",
	"trust", "cluster", "nhs england", "nhs trust", "nhs region", "dataset", "job", "run", "action", "file", "col", "measure", "question", "group", "release", "term", "snomed", "icd",
	"medication", "drug", "product", "vmp", "amp", "test", "hospital", "ward", "provider"}

// ofPerson reports whether an identifier may be one of people, and not of a
// practice, a code or a model.
func (c *Column) ofPerson() bool {
	w := " " + strings.Join(c.words, " ") + " "
	if strings.Contains(w, " patient") || strings.Contains(w, " person") {
		return true
	}
	return !slices.ContainsFunc(notPersons, func(other string) bool {
		return strings.Contains(w, " "+other+" ") || strings.Contains(w, " "+other+"s ")
	})
}

// personWords say that an identifier is one of people.
var personWords = listOf(`patient patients pat patid person persons personid pseudoid pseudo pseudonym nhs chi mrn nino passport participant participants subject subjects
	member individual patientid patientids memberid nhsno nhsnumber nhsnum chino chinumber mrnno personid participantid subjectid pseudonymised hospitalnumber respondent`)

// namesPerson reports whether the header says that it identifies people.
func (c *Column) namesPerson() bool { return personWords.any(c.words) != "" }

// ofOne are statistics that one person can have.
var ofOne = listOf(`score scores weight weights log change changes`)

// aggregated reports whether the table says how many people are in its rows,
// or what was estimated of them. Counts that are no larger than what happens to
// one person say nothing.
func (t *Table) aggregated() bool {
	for _, c := range t.roles(RoleCount) {
		if c.Sure && (c.max > 20 || c.masks > 0) {
			return true
		}
	}
	for _, c := range t.roles(RoleStatistic) {
		if c.intervals > 0 || c.besides > 0 || !slices.ContainsFunc(c.words, func(w string) bool { return ofOne[w] }) {
			return true
		}
	}
	return len(t.roles(RolePercentage, RoleRate, RoleExtreme)) > 0
}

// quasi is what the columns say that tells people apart, and how much of it is
// what only people have.
func (t *Table) quasi() (kinds []string, persons int) {
	note := func(kind string, own bool) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
			persons += b2i(own)
		}
	}
	for _, c := range t.Columns {
		for _, w := range c.words {
			switch w {
			case "dob", "birth", "born", "yob", "birthdate", "dateofbirth":
				note("a date of birth", true)
			case "age":
				if c.numbers > 0 && c.numbers*2 > c.filled() {
					note("an age", true)
				}
			case "sex", "gender":
				note("a sex", true)
			case "postcode", "lsoa", "msoa", "region", "practice", "stp", "icb", "imd", "town":
				note("an area", false)
			case "ethnicity", "ethnic", "ethnicgroup":
				note("an ethnicity", true)
			case "died", "death", "dod":
				if c.dates > 0 || c.max <= 1 && c.numbers > 0 {
					note("a death", true)
				}
			}
		}
		if c.Role == RoleDate && c.dates > 0 && c.distinct.ratio() > 0.2 {
			note("a date", false)
		}
	}
	return kinds, persons
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
