package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// models looks at what is said of statistical models.
type models struct {
	few, rest, perfect spots
	folding            folding
}

func (*models) about() About {
	return About{
		Name: "models", Version: 2, Weight: High, Source: "ACRO and ABS: at least ten residual degrees of freedom; no saturated model",
		Reads:    []string{"threshold", "degrees_of_freedom"},
		Examines: "degrees of freedom, numbers of observations and events, and R² in tables and in the logs of Stata, R and statsmodels",
	}
}

// modelRows is how many rows of a table may say something of a model beside a
// name.
const modelRows = 500

// modelValue is what a name in the output of a model stands for.
type modelValue int

const (
	notOfModel modelValue = iota
	freedom
	observed
	explained
	parameters // that are estimated
)

// modelNames are the names that programs give to the numbers of a model:
// Stata's e(), broom, statsmodels, and tables of several models.
var modelNames = map[modelValue][]string{
	freedom: {"df residual", "df residuals", "residual df", "df resid", "df r", "e df r", "residual degrees of freedom", "degrees of freedom", "dof", "df error", "error df",
		"resid df", "residuals df", "df denom", "ddf"},
	observed: {"no observations", "number of obs", "nobs", "number of observations", "n obs", "no of subjects", "no of failures", "number of events", "nevent", "n event",
		"num obs", "no obs", "observations", "num events", "n events", "n subjects", "n failures", "e n", "e n sub", "e n fail"},
	explained: {"r squared", "adj r squared", "pseudo r squ", "pseudo r squared", "rsquared", "r 2", "adj r 2", "pseudo r 2", "adjusted r squared", "adjusted r 2", "r 2 adj",
		"rsq", "rsq adj", "num r 2", "e r 2", "e r 2 p", "multiple r squared"},
	parameters: {"df model", "df m", "e df m", "model df", "n parameters", "parameters", "npar", "rank", "e rank"},
}

// modelValues are modelNames the other way round.
var modelValues = func() map[string]modelValue {
	out := map[string]modelValue{}
	for what, names := range modelNames {
		for _, n := range names {
			out[n] = what
		}
	}
	return out
}()

// ofModel tells what a name in the output of a model stands for.
func ofModel(name string) modelValue {
	if len(name) > maxLabel {
		return notOfModel
	}
	name = strings.ReplaceAll(name, "²", "2")
	return modelValues[strings.Join(words(name), " ")]
}

func (m *models) table(t *Table, out *findings) {
	m.columns(t, out)
	modelled := t.modelled() || t.explains()
	for n := range t.Rows[:min(len(t.Rows), modelRows)] {
		r := &t.Rows[n]
		for i := 0; i+1 < len(r.Cells); i++ {
			what := ofModel(r.Texts[i])
			said := strings.TrimSpace(r.Texts[i])
			if i == 0 && modelled && (said == "N" || said == "n") {
				what = observed
			}
			if i == 0 && (said == "Residuals" || said == "Residual") {
				m.residuals(t, r, out)
			}
			if what == notOfModel || what == parameters || t.text && what != observed {
				continue // the lines of a text are looked at
			}
			m.row(t, r, i, what, out)
		}
	}
}

// explains reports whether a row of the table is R².
func (t *Table) explains() bool {
	return slices.ContainsFunc(t.Rows[:min(len(t.Rows), modelRows)], func(r Row) bool { return len(r.Texts) > 0 && ofModel(r.Texts[0]) == explained })
}

// residuals looks at the row of the residuals in an analysis of variance.
func (m *models) residuals(t *Table, r *Row, out *findings) {
	if t.text {
		return // its lines are looked at
	}
	for i, c := range t.Columns {
		if x := r.cell(i); len(c.words) == 1 && c.words[0] == "df" && x.Kind == Number && tells(freedom, x, out.profile) {
			var s spots
			s.add(t.place(r, i))
			m.cell(freedom, s, t, out)
		}
	}
}

// row looks at the numbers behind the name of one, up to the next name.
func (m *models) row(t *Table, r *Row, name int, what modelValue, out *findings) {
	var s spots
	for i := name + 1; i < len(r.Cells); i++ {
		c := r.cell(i)
		if c.Kind == Text && r.Texts[i] != "" {
			break
		}
		if at := t.place(r, i); c.Kind == Number && c.Shape == Plain && !c.Percent && tells(what, c, out.profile) && !slices.Contains(m.few.places, at) {
			s.add(at)
		}
	}
	if s.count > 0 {
		m.cell(what, s, t, out)
	}
}

// columns looks at the columns of a table with a model in each row.
func (m *models) columns(t *Table, out *findings) {
	if t.text {
		return // its lines are looked at
	}
	at := map[modelValue]int{}
	for i, c := range t.Columns {
		what := ofModel(c.Name)
		if _, again := at[what]; !again {
			at[what] = i
		}
		if what != freedom && what != explained {
			continue // counts are looked at as counts
		}
		if what == freedom && !ofResiduals(c) && !t.fitted() {
			continue // perhaps those of a test
		}
		s := t.places(i, func(x *Cell) bool { return x.Kind == Number && tells(what, x, out.profile) })
		m.column(c, what, s, out)
	}
	number, are := at[observed]
	free, said := at[parameters]
	if _, known := at[freedom]; known || !are || !said {
		return
	}
	var s spots
	for n := range t.Rows {
		r := &t.Rows[n]
		all, used := r.cell(number), r.cell(free)
		if all.Kind == Number && used.Kind == Number && used.Value >= 1 && all.Value >= used.Value && all.Value-used.Value < float64(out.profile.DegreesOfFreedom) {
			s.add(t.place(r, free))
		}
	}
	m.column(t.Columns[free], freedom, s, out)
}

// ofResiduals reports whether degrees of freedom are by name those of residuals.
func ofResiduals(c *Column) bool {
	name := strings.Join(c.words, " ")
	return strings.Contains(name, "resid") || strings.Contains(name, "error") || strings.Contains(name, "df r") || strings.Contains(name, "denom")
}

// fitted reports whether a table has columns that only models have.
func (t *Table) fitted() bool {
	return slices.ContainsFunc(t.Columns, func(c *Column) bool {
		what := ofModel(c.Name)
		return what == observed || what == explained || slices.ContainsFunc(c.words, func(w string) bool { return w == "aic" || w == "bic" || w == "rmse" || w == "sigma" || w == "deviance" })
	})
}

func (m *models) column(c *Column, what modelValue, s spots, out *findings) {
	if what == freedom {
		out.column(Medium, c, s, fmt.Sprintf("%s fewer than %d residual degrees of freedom", number(s.count, "model has", "models have"), out.profile.DegreesOfFreedom))
		return
	}
	out.column(Medium, c, s, number(s.count, "model explains", "models explain")+" everything: it says each person's value")
}

func (m *models) cell(what modelValue, s spots, t *Table, out *findings) {
	switch what {
	case freedom:
		out.table(Medium, t, s, fmt.Sprintf("A model has fewer than %d residual degrees of freedom", out.profile.DegreesOfFreedom))
	case observed:
		out.table(High, t, s, fmt.Sprintf("A model rests on %d people or events, or fewer", out.profile.Threshold))
	case explained:
		out.table(Medium, t, s, "A model explains everything: it says each person's value")
	}
}

// tells reports whether a value of a model is disclosive.
func tells(what modelValue, c *Cell, p *Profile) bool {
	switch v := c.Value; what {
	case freedom:
		return v >= 0 && v < float64(p.DegreesOfFreedom) && c.whole()
	case observed:
		return v >= 1 && v <= float64(p.Threshold) && c.whole()
	case explained:
		return v == 1
	}
	return false
}

// ofTest is what stands in lines of tests, whose degrees of freedom are those
// of what is tested.
var ofTest = patternOf("", "chisq", "chi2", "chi-sq", "x-squared", "wald test", "logrank", "likelihood ratio", "null deviance")

// modelLine is how programs write the numbers of a model.
var modelLine = []struct {
	what modelValue
	signed
}{
	{freedom, patternOf(`(?i)on ([0-9,]+)\s+(?:residual )?degrees? of freedom`, "of freedom")},
	{freedom, patternOf(`(?i)\bDf Residuals?:?\s+([0-9,.]+)`, "df residual")},
	{freedom, patternOf(`(?i)no residual degrees of freedom()`, "no residual")},
	{freedom, patternOf(`^\s*Residual\s*\|\s*[0-9.e+-]+\s+([0-9,]+)\s`, "residual")},
	{freedom, patternOf(`^Residuals\s+([0-9]+)\s+[0-9]`, "residuals")},
	{freedom, patternOf(`\bF\(\s*[0-9]+,\s*([0-9,]+)\)\s*=`, "f(")},
	{observed, patternOf(`(?i)(?:Number of obs|No\. of subjects|No\. of failures|Num\. ?obs\.?)\s*[=:]\s*([0-9,]+)`, "obs", "no. of")},
	{observed, patternOf(`(?i)No\. Observations:\s+([0-9,]+)`, "observations")},
	{observed, patternOf(`\bn= ?([0-9]+), number of events=`, "number of events")},
	{observed, patternOf(`\bnumber of events= ?([0-9]+)`, "number of events")},
	{explained, patternOf(`(?i)\bR-squared\s*[:=]\s*(1(?:\.0+)?)(?:\s|,|$)`, "r-squared")},
}

func (m *models) line(text []byte, n int64, out *findings) {
	folded := m.folding.fold(text)
	tested := ofTest.may(folded)
	for _, l := range modelLine {
		if !l.may(folded) || tested && l.what == freedom {
			continue
		}
		for _, found := range l.like.FindAllSubmatch(text, 3) {
			v, err := strconv.ParseFloat(strings.ReplaceAll("0"+string(found[1]), ",", ""), 64)
			if err != nil || !tells(l.what, &Cell{Value: v}, out.profile) {
				continue
			}
			switch at := (Place{Line: n}); l.what {
			case freedom:
				m.rest.add(at)
			case observed:
				m.few.add(at)
			case explained:
				m.perfect.add(at)
			}
		}
	}
}

func (m *models) end(out *findings) {
	out.lines(High, m.few, fmt.Sprintf("%s on %d people or events, or fewer", number(m.few.count, "model rests", "models rest"), out.profile.Threshold))
	out.lines(Medium, m.rest, fmt.Sprintf("%s fewer than %d residual degrees of freedom", number(m.rest.count, "model has", "models have"), out.profile.DegreesOfFreedom))
	out.lines(Medium, m.perfect, number(m.perfect.count, "model explains", "models explain")+" everything: it says each person's value")
}
