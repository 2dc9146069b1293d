package checks

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// models looks at what is said of statistical models.
type models struct {
	few, rest, perfect spots
}

func (*models) about() About {
	return About{
		Name: "models", Weight: High, Source: "ACRO and ABS: at least ten residual degrees of freedom; no saturated model",
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
)

// ofModel tells what a name in the output of a model stands for.
func ofModel(name string) modelValue {
	switch w := strings.Join(words(name), " "); w {
	case "df residual", "df residuals", "residual df", "df resid", "df r", "residual degrees of freedom", "degrees of freedom", "dof":
		return freedom
	case "no observations", "number of obs", "nobs", "number of observations", "n obs", "no of subjects", "no of failures", "number of events", "nevent", "n event":
		return observed
	case "r squared", "adj r squared", "pseudo r squ", "rsquared", "r 2":
		return explained
	}
	return notOfModel
}

func (m *models) table(t *Table, out *findings) {
	if t.text {
		return // its lines are looked at
	}
	for i, c := range t.Columns {
		what := ofModel(c.Name)
		if what == notOfModel || what == observed {
			continue // counts are looked at as counts
		}
		s := t.places(i, func(x *Cell) bool { return x.Kind == Number && tells(what, x.Value, out.profile) })
		m.column(c, what, s, out)
	}
	for n := range t.Rows[:min(len(t.Rows), modelRows)] {
		r := &t.Rows[n]
		for i := 0; i+1 < len(r.Cells); i++ {
			what := ofModel(r.Texts[i])
			next := r.cell(i + 1)
			if what == notOfModel || next.Kind != Number || !tells(what, next.Value, out.profile) {
				continue
			}
			var s spots
			s.add(t.place(r, i+1))
			m.cell(what, s, t, out)
		}
	}
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
func tells(what modelValue, v float64, p *Profile) bool {
	switch what {
	case freedom:
		return v >= 0 && v < float64(p.DegreesOfFreedom)
	case observed:
		return v >= 1 && v <= float64(p.Threshold)
	case explained:
		return v == 1
	}
	return false
}

// modelLine is how programs write the numbers of a model.
var modelLine = []struct {
	what modelValue
	like *regexp.Regexp
}{
	{freedom, regexp.MustCompile(`(?i)on ([0-9,]+)\s+(?:residual )?degrees? of freedom`)},
	{freedom, regexp.MustCompile(`(?i)Df Residuals:\s+([0-9,.]+)`)},
	{observed, regexp.MustCompile(`(?i)(?:Number of obs|No\. of subjects|No\. of failures)\s*=\s*([0-9,]+)`)},
	{observed, regexp.MustCompile(`(?i)No\. Observations:\s+([0-9,]+)`)},
	{observed, regexp.MustCompile(`\bn= ?([0-9]+), number of events=`)},
	{observed, regexp.MustCompile(`\bnumber of events= ?([0-9]+)`)},
	{explained, regexp.MustCompile(`(?i)\bR-squared\s*[:=]\s*(1(?:\.0+)?)(?:\s|,|$)`)},
}

func (m *models) line(text []byte, n int64, out *findings) {
	if !bytes.ContainsAny(text, "=:") && !bytes.Contains(text, []byte("freedom")) {
		return
	}
	for _, l := range modelLine {
		for _, found := range l.like.FindAllSubmatch(text, 3) {
			v, err := strconv.ParseFloat(strings.ReplaceAll(string(found[1]), ",", ""), 64)
			if err != nil || !tells(l.what, v, out.profile) {
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
