package checks

import "fmt"

// freeText finds columns of sentences.
type freeText struct{}

func (freeText) about() About {
	return About{
		Name: "free-text", Version: 2, Weight: Medium, Source: "OpenSAFELY: no free text leaves",
		Examines: "columns of words, by their length, how many are different, and whether they speak as people write of people",
	}
}

func (freeText) table(t *Table, out *findings) {
	const fewest, fewestSpoken = 10, 5
	for i, c := range t.Columns {
		spoken := c.spoken >= fewestSpoken && c.spoken*4 >= min(c.texts, spokenRows) && c.distinct.ratio() > 0.6
		if c.Role != RoleFreeText && (!spoken || c.Role != RoleLabel) || c.texts < fewest && !spoken {
			continue
		}
		weight, why := Medium, "nearly all different"
		if spoken {
			why = "such as people write of people"
		} else if len(t.layout.counts) > 0 || len(t.roles(RoleStatistic)) > 0 {
			weight = Low // labels of a table, however long
		}
		s := t.places(i, func(x *Cell) bool { return x.Kind == Text })
		out.column(weight, c, s, fmt.Sprintf("%d texts of several words, %s", c.texts, why))
	}
}

// spokenRows is how many texts of a column are read.
const spokenRows = 2000

// spokenWords are words that notes about people have, and names of things have
// not.
var spokenWords = listOf(`was were is has had have she he they her his him them their said says told reports reported states stated denies denied feels felt
	complains complained complaining advised seen pt patient's c/o r/v did not been being am i my me you your wants will would came went called rang review tomorrow yesterday today ago since`)

// isSpoken reports whether a text of several words speaks of somebody: it has
// two different such words.
func isSpoken(field []byte) bool {
	first, from := "", -1
	field = field[:min(len(field), 400)]
	for i := 0; i <= len(field); i++ {
		if i < len(field) && field[i] != ' ' && field[i] != ',' && field[i] != '.' && field[i] != ';' {
			if from < 0 {
				from = i
			}
			continue
		}
		if from >= 0 && i-from <= 12 {
			var low [12]byte
			n := copy(low[:], field[from:i])
			for k := range n {
				if isUpper(low[k]) {
					low[k] += 'a' - 'A'
				}
			}
			if spokenWords[string(low[:n])] {
				if first != "" && first != string(low[:n]) {
					return true
				}
				first = string(low[:n])
			}
		}
		from = -1
	}
	return false
}
