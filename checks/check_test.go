package checks

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// look checks a text that is called name.
func look(t testing.TB, name, text string, p Profile) (*Report, []*Table) {
	t.Helper()
	r, tables, err := checkTables(t.Context(), File{Name: name, Bytes: strings.NewReader(text), Size: int64(len(text))}, p)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(r.NotExamined, func(s string) bool { return strings.Contains(s, strings.TrimPrefix(brokeOff, "%s")) }) {
		t.Fatalf("a rule broke off: %q", r.NotExamined)
	}
	return r, tables
}

// found are the findings of a rule, each as weight, column and lines.
func found(r *Report, rule string) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Rule != rule {
			continue
		}
		var lines []string
		for _, p := range f.Places {
			lines = append(lines, fmt.Sprint(p.Line))
		}
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", f.Weight, f.Column, strings.Join(lines, ","))), " "))
	}
	return out
}

// finding is a case of a rule: a file, and what the rule finds in it.
type finding struct {
	name string
	file string // table.csv, if nothing is said
	text string
	with func(*Profile)
	want []string
}

// finds runs the cases of a rule.
func finds(t *testing.T, rule string, cases []finding) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := DefaultProfile()
			if c.with != nil {
				c.with(&p)
			}
			file := c.file
			if file == "" {
				file = "table.csv"
			}
			r, tables := look(t, file, c.text, p)
			if diff := cmp.Diff(c.want, found(r, rule)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", rule, diff)
				for _, x := range tables {
					for _, col := range x.Columns {
						t.Logf("table %d, %q: %s, %s (sure: %v, shows %q)", x.At, col.Name, col.Role, col.Why, col.Sure, col.shown)
					}
				}
				for _, f := range r.Findings {
					t.Logf("%s %s: %s", f.Weight, f.Rule, f.Message)
				}
			}
		})
	}
}

func declare(codes ...Control) func(*Profile) {
	return func(p *Profile) { p.Declared = codes }
}

// shape is what a table was read as: its header and the roles of its columns.
func shape(t *Table) string {
	var parts []string
	for _, c := range t.Columns {
		sure := ""
		if c.Role == RoleCount && !c.Sure {
			sure = "?"
		}
		parts = append(parts, fmt.Sprintf("%s=%s%s", c.Name, c.Role, sure))
	}
	return fmt.Sprintf("%d+%d: %s", t.Header, t.All, strings.Join(parts, "; "))
}

func TestTablesAreRead(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"by names", "", "group,variable,n_obs,n_events\nageband,70-74,1127345,1066386\nageband,75-79,785581,747518\n",
			[]string{"1+2: group=label; variable=label; n_obs=count; n_events=count"}},
		{"a model", "", "term,estimate,std.error,statistic,p.value,conf.low,conf.high\na,0.67,0.1,431.4,0,0.67,0.68\nb,1.3,0.2,723.3,0,1.3,1.4\n",
			[]string{"1+2: term=label; estimate=statistic; std.error=statistic; statistic=statistic; p.value=statistic; conf.low=statistic; conf.high=statistic"}},
		{"unnamed index", "", "\"\",\"DrugName\",\"FreqCount\"\n\"1\",\"A\",34498\n\"2\",\"B\",17949\n\"3\",\"C\",11495\n",
			[]string{"1+3: column 1=row number; DrugName=label; FreqCount=count"}},
		{"columns of classes", "", ",F,M\n2020-11-28,70,10\n2020-11-29,77,20\n2020-11-30,80,0\n",
			[]string{"1+3: column 1=date; F=count; M=count"}},
		{"columns of numbered levels", "", ",0,1,2,3\n2020-11-28,70,10,3,4\n2020-11-29,77,20,60,80\n",
			[]string{"1+2: column 1=date; 0=count; 1=count; 2=count; 3=count"}},
		{"three rows of header", "", ",long_covid,long_covid,population,population,\"Rate per 100,000 population\"\nsex,F,M,F,M,F\ndate,,,,,\n2020-11-02,0,20,90000,90000,0.0\n2020-11-09,60,20,90000,90000,33.3\n",
			[]string{"3+2: sex / date=date; long_covid / F=count; long_covid / M=count; population / F=count; population / M=count; Rate per 100,000 population / F=rate"}},
		{"no header", "", "cons\t==1\t11972947 (100.0)\t7999 (0.07)\nmale\t==0\t6232725 (52.1)\t3315 (0.05)\nmale\t==1\t5740222 (47.9)\t4684 (0.08)\n",
			[]string{"0+3: column 1=label; column 2=label; column 3=count; column 4=count"}},
		{"title above", "", "Table 1: of people\n\nsex,n\nF,20\nM,30\n", []string{"1+2: sex=label; n=count"}},
		{"sep=", "", "sep=;\nsex;n\nF;20\nM;30\n", []string{"1+2: sex=label; n=count"}},
		{"tabs and decimal commas", "", "sex\tn\tpercent\nF\t1.020\t40,5\nM\t1.500\t59,5\n", []string{"1+2: sex=label; n=count; percent=percentage"}},
		{"two tables", "", "Dep. Variable:,survivor,No. Observations:,811\nModel:,Logit,Df Residuals:,806.0\n\n,coef,std err,z\nIntercept,0.04,0.09,0.48\nx,1.5,0.1,0.5\n",
			[]string{"0+2: column 1=label; column 2=label; column 3=label; column 4=count?", "1+2: column 1=label; coef=statistic; std err=statistic; z=statistic"}},
		{"counts with percentages", "", "variable,label,stat_1\nN,Total N,\"286,559\"\nage,18-30,\"47,700 (17%)\"\nage,31-40,\"238,859 (83%)\"\n",
			[]string{"1+3: variable=label; label=label; stat_1=count"}},
		{"codes before counts", "", "wave,male,n\n1,0,500\n1,1,600\n2,0,700\n2,1,300\n2,1,300\n", []string{"1+5: wave=code; male=code; n=count"}},
		{"a measure", "", "measure,interval_start,ratio,numerator,denominator,sex\nx,2020-01-01,0.25,250,1000,F\nx,2020-02-01,0.3,300,1000,M\n",
			[]string{"1+2: measure=label; interval_start=date; ratio=statistic; numerator=count; denominator=count; sex=label"}},
		{"numbers that number", "", "number,dose_number,week_num,n,n (%)\n1,1,1,20,300\n2,2,1,30,400\n3,1,2,40,500\n4,2,2,50,600\n5,1,3,70,700\n",
			[]string{"1+5: number=row number; dose_number=code; week_num=code; n=count; n (%)=count"}},
		{"intervals with a percent sign", "", "term,HR,95% CI,lower 95% CI,events\na,1.2,0.9-1.5,0.9,300\nb,1.3,1.1-1.5,1.1,400\n",
			[]string{"1+2: term=label; HR=statistic; 95% CI=label; lower 95% CI=statistic; events=count"}},
		{"a flag called after a count", "", "week,Freq,LowCount\n1,30,0\n2,9,0\n3,3,1\n4,9,0\n5,9,0\n", []string{"1+5: week=date; Freq=count; LowCount=code"}},
		{"Stata", "log.log", ". tab bmicat\n\n   Grouped |\n       BMI |      Freq.     Percent        Cum.\n-----------+-----------------------------------\n      Thin |    310,721        1.80        1.80\n    Normal |  4,763,150       27.57       29.37\n-----------+-----------------------------------\n     Total |  5,073,871      100.00\n\n. tab x\n",
			[]string{"1+3: BMI=label; Freq=count; Percent=percentage; Cum=number"}},
		{"Markdown", "notes.txt", "words above\n\n|sex |    n|\n|:---|----:|\n|F   |   20|\n|M   |   30|\n", []string{"1+2: sex=label; n=count"}},
		{"R", "skim.txt", "-- Variable type: factor ----\n  skim_variable n_missing complete_rate n_unique\n1 ageband               0         1            6\n2 ethnicity5          961         0.904        5\n",
			[]string{"1+2: column 1=row number; skim_variable=label; n_missing=count; complete_rate=rate; n_unique=number"}},
		{"pandas", "s.txt", "count    3811.000000\nmean       32.218578\nmax      3274.000000\nName: x, dtype: float64\n", []string{"1+3: column 1=label; x=number"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.file == "" {
				c.file = "table.csv"
			}
			_, tables := look(t, c.file, c.text, DefaultProfile())
			var got []string
			for _, x := range tables {
				got = append(got, shape(x))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNotExaminedIsSaid(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"empty", "a.csv", "", "the file is empty"},
		{"no rows", "a.csv", "a,n\n", "the table at line 1 has no rows"},
		{"bytes", "a.txt", "a\x00\x01\x02b", "the bytes are no text"},
		{"other types", "a.xlsx", "PK", "files of this type (.xlsx)"},
		{"a picture", "a.png", "PNG", "what the picture shows was not looked at"},
		{"a broken picture", "a.png", "PNG", "not looked at to its end"},
		{"a document that is no text", "a.html", "a\x00\x01\x02b", "the bytes are no text"},
		{"names twice", "a.csv", "a,n,n\nx,10,20\ny,20,30\n", "two columns are called “n”"},
		{"uneven rows", "a.csv", "a,n\nx,10,9\ny,20\nz\n", "2 rows have more or fewer fields"},
		{"negative counts", "a.csv", "a,n\nx,-10\ny,20\nz,30\n", "column “n”: 1 number is negative"},
		{"words among counts", "a.csv", "a,n\nx,10\ny,twenty\nz,30\nz,30\n", "column “n”: 1 cell is words"},
		{"a long line", "a.csv", "a,n\n" + strings.Repeat("x", 3<<20) + ",1\ny,20\n", "line 2 is longer than 1 MiB"},
		{"an open quote", "a.csv", "a,n\n\"x,10\ny,20\n", "a quote in line 2 is never closed"},
		{"many columns", "a.csv", strings.Repeat("n,", 5000) + "n\n" + strings.Repeat("10,", 5000) + "10\n", "more than 4000 columns"},
		{"a table that is too large to keep", "a.csv", "a,n\n" + strings.Repeat("x,10\n", keptCells/5+10), "only the first 200000 of 200010 rows"},
		{"a long line of a text", "a.txt", strings.Repeat("word ", 1000) + "\n", "line 1 is longer than 1000 bytes"},
		{"nothing to compare with", "a.csv", "a,n\nx,10\n", "differences from earlier releases"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := look(t, c.file, c.text, DefaultProfile())
			if !slices.ContainsFunc(r.NotExamined, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("not examined: %q, want one with %q", r.NotExamined, c.want)
			}
		})
	}
}

func TestCheckStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := []byte("a,n\nx,10\n")
	if _, err := Check(ctx, File{Name: "a.csv", Bytes: bytes.NewReader(text), Size: int64(len(text))}, DefaultProfile()); err == nil {
		t.Error("Check with a context that has ended = <nil>")
	}
}

func TestProfileIsChecked(t *testing.T) {
	for want, change := range map[string]func(*Profile){
		"threshold":  func(p *Profile) { p.Threshold = 0 },
		"no control": func(p *Profile) { p.Declared = []Control{"rounded-3"} },
		"rounds":     func(p *Profile) { p.Rounding = NoCounts },
		"no rule":    func(p *Profile) { p.Off = []string{"everything"} },
		"dominance":  func(p *Profile) { p.Dominance = []Dominance{{N: 0, Share: 1}} },
	} {
		p := DefaultProfile()
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check of a profile = %v, want an error with %q", err, want)
		}
	}
	if err := DefaultProfile().Check(); err != nil {
		t.Errorf("Check of the default profile = %v", err)
	}
}

func TestRulesAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Rules() {
		if a.Name == "" || a.Source == "" || a.Examines == "" || a.Weight == "" || seen[a.Name] {
			t.Errorf("the rule %+v is not described, or twice", a)
		}
		seen[a.Name] = true
	}
}

func TestRulesCanBeSwitchedOff(t *testing.T) {
	p := DefaultProfile()
	text := "sex,n\nF,3\nM,30\n"
	if r, _ := look(t, "a.csv", text, p); len(found(r, "low-counts")) != 1 {
		t.Fatalf("low counts: %v", r.Findings)
	}
	p.Off = []string{"low-counts"}
	if r, _ := look(t, "a.csv", text, p); len(found(r, "low-counts")) != 0 || slices.Contains(r.Examined.Rules, "low-counts") {
		t.Errorf("low counts, switched off: %v, rules %v", r.Findings, r.Examined.Rules)
	}
}

// FuzzCheck looks for bytes that make the checks fail, or run on.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"a,n\nx,3\n", "\"a", "sex,n,total\nF,<8,10\nM,5,10\ntotal,[REDACTED],20\n", "|a|b|\n|-|-|\n|x|3|\n", "a  b\nc  3\nd  4\n",
		"x |  y\n--+---\n1 |  2\n", "\xff\xfea\x00", ",1,2,3\n", "n,rate,pyears\n<8,0.5,6\n9,0.5,18\n", "\n\n,\n", "n/a,=1+1\n",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	for _, s := range slices.Concat(countStudies(), estimateStudies(), textStudies(), codeStudies()) {
		f.Add(s.text, s.file == "")
	}
	f.Fuzz(func(t *testing.T, text string, table bool) {
		name := "a.txt"
		if table {
			name = "a.csv"
		}
		p := DefaultProfile()
		p.Declared = []Control{Midpoint6, RedactedLE7}
		r, tables := look(t, name, text, p)
		var x Index
		x.Add("b.csv", "", Extracts(tables))
		p.Earlier = &x
		if again, _ := look(t, name, text, p); len(r.Findings) > 0 && len(again.Findings) == 0 {
			t.Error("the second time nothing is found")
		}
		for _, f := range r.Findings {
			if f.Message == "" || f.Count < int64(len(f.Places)) || len(f.Places) == 0 {
				t.Errorf("finding %+v", f)
			}
		}
	})
}

// manyOf repeats a line with so many multiples of a number.
func manyOf(n int, line string, multiple int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line, (i+1)*multiple)
	}
	return b.String()
}
