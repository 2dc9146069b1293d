package checks

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestClassDisclosure(t *testing.T) {
	finds(t, "class-disclosure", []finding{
		{name: "one class only", text: "area,F,M\nnorth,40,0\nsouth,61,52\n", want: []string{"medium 2"}},
		{name: "with a total", text: "area,yes,no,total\nnorth,0,40,40\nsouth,61,52,113\neast,10,12,22\n", want: []string{"medium 2"}},
		{name: "nobody", text: "area,F,M\nnorth,0,0\nsouth,61,52\n"},
		{name: "events of a number", text: "area,n,events\nnorth,40,0\nsouth,61,52\n"},
		{name: "hidden", text: "area,F,M\nnorth,40,<8\nsouth,61,52\n"},
		{name: "over time", text: "date,F,M\n2020-01-01,40,0\n2020-01-08,61,52\n"},
		{name: "all of a group", text: "area,n,percent\nnorth,40,100\nsouth,52,61.5\n", want: []string{"low percent 2"}},
		{name: "all of a group, as a share", text: "area,n,prop\nnorth,40,1\nsouth,52,0.615\n", want: []string{"low prop 2"}},
	})
}

func TestSmallDenominators(t *testing.T) {
	finds(t, "small-denominators", []finding{
		{name: "below the line", text: "area,q\nnorth,10 / 40\nsouth,0 / 3\neast,12 / 52\n", want: []string{"high q 3"}},
		{name: "percentages of few", text: "area,percent\na,33.3\nb,66.7\nc,14.3\nd,28.6\ne,57.1\n", want: []string{"medium percent 2,3,4,5,6"}},
		{name: "percentages of many", text: "area,percent\na,33.1\nb,66.9\nc,14.8\nd,28.1\ne,57.3\n"},
		{name: "beside counts", text: "area,n,percent\na,100,33.3\nb,200,66.7\nc,43,14.3\nd,86,28.6\ne,171,57.1\n"},
	})
}

func TestExtremes(t *testing.T) {
	finds(t, "extremes", []finding{
		{name: "columns", text: "variable,n,mean,min,max\nage,400,45.2,18,103\nbmi,400,27.2,14.1,61\n", want: []string{"medium 2,3,2,3"}},
		{name: "dates", text: "variable,max,min\nx,2021-05-01,1850-01-01\n", want: []string{"medium 2,2"}},
		{name: "rows", text: "what,age\ncount,400\nmean,45.2\nmin,18\nmax,103\n", want: []string{"medium 4,5"}},
		{name: "percentiles at the edge", text: "variable,mean,p0,p25,p100\nid,4.5,7,11.5,99\n", want: []string{"medium 2,2"}},
		{name: "percentiles of few", text: "variable,n,p5,p50,p95\nage,100,18.5,40.5,61.5\nbmi,4000,18.5,40.5,61.5\n", want: []string{"medium p5 2", "medium p95 2"}},
		{name: "quartiles", text: "variable,n,p25,p50,p75\nage,400,18.5,40.5,61.5\n"},
		{name: "labels", text: "range,n\n18-39,400\n40-69,500\n"},
	})
}

func TestModels(t *testing.T) {
	finds(t, "models", []finding{
		{name: "columns", text: "model,r.squared,df.residual,nobs\na,0.4,3,300\nb,1,400,404\n", want: []string{"medium df.residual 2", "medium r.squared 3"}},
		{name: "beside names", text: "Dep. Variable:,x,No. Observations:,5\nModel:,OLS,Df Residuals:,1\nMethod:,L,R-squared:,1.0\n", want: []string{"high 1", "medium 2", "medium 3"}},
		{name: "enough", text: "Dep. Variable:,x,No. Observations:,811\nModel:,OLS,Df Residuals:,807\nMethod:,L,R-squared:,0.894\n"},
		{name: "in a log", file: "m.log", text: "Number of obs   =          6\nResidual deviance: 12.1 on 3 degrees of freedom\nMultiple R-squared:  1,\tAdjusted\n  n= 30, number of events= 4\n", want: []string{"high 1,4", "medium 2", "medium 3"}},
		{name: "parameters as many as people", text: "model,n,nobs,rank\na,30,30,24\nb,300,300,24\n", want: []string{"medium rank 2"}},
		{name: "several models beside each other", text: ",Model 1,Model 2\nage,1.20,1.31\n,(0.11),(0.12)\nNum.Obs.,412,6\nR2,0.412,1.000\n", want: []string{"high 4", "medium 5"}},
		{name: "e() of Stata", text: "name,value\ne(N),12\ne(df_r),4\n", want: []string{"medium 3"}},
		{name: "tests with one degree of freedom", text: "test,chisq,df,p\na,4.1,1,0.04\nb,6.2,2,0.05\n"},
		{name: "a regression of Stata", file: "m.log", text: "      Source |       SS           df       MS      Number of obs   =         9\n-------------+----------------------------------   F(2, 6)         =     12.31\n       Model |  1201.1         2  600.55   Prob > F        =    0.0076\n    Residual |   292.7         6   48.78   R-squared       =    0.8041\n", want: []string{"medium 2,4"}},
		{name: "an analysis of variance of R", file: "m.txt", text: "            Df Sum Sq Mean Sq F value Pr(>F)\ngroup        2  120.1   60.05   12.31 0.0076\nResiduals    6   29.3    4.88\n", want: []string{"medium 3"}},
		{name: "saturated", file: "m.txt", text: "ALL 3 residuals are 0: no residual degrees of freedom!\n", want: []string{"medium 1"}},
		{name: "of statsmodels", file: "m.txt", text: "Dep. Variable:   y   R-squared:   1.000\nNo. Observations:  7   AIC: 12.1\nDf Residuals:   4   BIC: 13\n", want: []string{"high 2", "medium 1", "medium 3"}},
		{name: "in a log, enough", file: "m.log", text: "Number of obs   =     12,600\nResidual deviance: 12.1 on 300 degrees of freedom\nMultiple R-squared:  0.91\n  n= 3000, number of events= 400\n"},
	})
}

func TestEvidence(t *testing.T) {
	beside := func(list ...Companion) func(*Profile) {
		return func(p *Profile) { p.Companions = append([]Companion{}, list...) }
	}
	const model = "term,estimate,conf.low,conf.high\na,1.2,0.9,1.5\n"
	finds(t, "evidence", []finding{
		{name: "without a number", text: model, want: []string{"low 1"}},
		{name: "without a number, alone in its group", text: model, with: beside(), want: []string{"medium 1"}},
		{name: "with counts beside it", text: model, with: beside(Companion{"counts.csv", KindCounts})},
		{name: "with one", text: "term,n_obs,estimate,conf.low,conf.high\na,400,1.2,0.9,1.5\n", with: beside()},
		{name: "counts", text: "sex,n\nF,40\n", with: beside()},
		{name: "a figure", file: "a.svg", text: "<svg><text>Risk</text></svg>", with: beside(Companion{"b.svg", KindFigure}, Companion{"code.txt", KindOther}), want: []string{"medium 1"}},
		{name: "a figure with its counts", file: "a.svg", text: "<svg><text>Risk</text></svg>", with: beside(Companion{"counts.csv", KindCounts})},
		{name: "a figure, and nobody knows what is beside it", file: "a.svg", text: "<svg><text>Risk</text></svg>"},
	})
}

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       CompanionKind
	}{
		{"a.csv", "sex,n\nF,40\nM,50\n", KindCounts},
		{"a.csv", "term,estimate\na,1.2\n", KindOther},
		{"a.txt", "Number of obs = 400\n", KindCounts},
		{"a.csv", "", KindOther},
		{"a.svg", "<svg></svg>", KindFigure},
		{"a.html", "<html><img src='data:image/png;base64,AAAA'></html>", KindFigure},
		{"a.html", "<html><p>words</p></html>", KindOther},
	} {
		if got, err := KindOf(t.Context(), File{Name: c.name, Bytes: strings.NewReader(c.text), Size: int64(len(c.text))}); got != c.want || err != nil {
			t.Errorf("KindOf(%s, %q) = %s, %v, want %s", c.name, c.text, got, err, c.want)
		}
	}
}

// Each rule has a version, which a log can name.
func TestVersions(t *testing.T) {
	list := Versions()
	if len(list) != len(Rules()) {
		t.Fatalf("%d versions of %d rules", len(list), len(Rules()))
	}
	for _, v := range list {
		if !regexp.MustCompile(`^[a-z-]+/[1-9][0-9]*$`).MatchString(v) {
			t.Errorf("version %q", v)
		}
	}
}

func TestDominance(t *testing.T) {
	finds(t, "dominance", []finding{
		{name: "two of them", text: "sector,total_cost,largest,second_largest\na,1000.5,600.5,350.5\nb,1000.5,100.5,50.5\n", want: []string{"high total_cost 2"}},
		{name: "the p% rule", text: "sector,total_cost,largest,second_largest\na,1000.5,850.5,40.5\n", with: func(p *Profile) { p.Dominance, p.PPercent = nil, 15 }, want: []string{"high total_cost 2"}},
		{name: "one of them", text: "sector,total,largest\na,1000.5,950.5\nb,1000.5,500.5\n", want: []string{"high total 2"}},
		{name: "another rule", text: "sector,total,largest\na,1000.5,600.5\n", with: func(p *Profile) { p.Dominance = []Dominance{{N: 1, Share: .5}} }, want: []string{"high total 2"}},
		{name: "shares", text: "sector,n,top_2_share\na,40,0.95\nb,50,0.61\n", want: []string{"high top_2_share 2"}},
		{name: "shares, as percentages", text: "sector,n,largest_share_pct\na,40,95.5\nb,50,61.1\n", want: []string{"high largest_share_pct 2"}},
		{name: "contributors by number", text: "sector,total,contributor_1,contributor_2\na,1000.5,600.5,350.5\nb,1000.5,100.5,50.5\n", want: []string{"high total 2"}},
		{name: "losses", text: "sector,total,largest\na,-1000.5,-950.5\nb,-1000.5,-500.5\n", want: []string{"high total 2"}},
		{name: "extremes of other things", text: "variable,total,max\nage,100,98\n"},
		{name: "negative", text: "sector,total,largest\na,-1000.5,950.5\nb,1000.5,500.5\n"},
	})
}

func TestSurvival(t *testing.T) {
	finds(t, "survival", []finding{
		{name: "single events", text: "time,n.risk,surv\n0,1003,1\n1,1003,0.999003\n2,951,0.997952\n3,903,0.940\n", want: []string{"medium surv 3,4"}},
		{name: "many events", text: "time,n.risk,surv\n0,1003,1\n1,1003,0.95\n2,951,0.90\n"},
		{name: "tidy survfit", text: "time,n.risk,n.event,n.censor,estimate,std.error\n1,1003,NA,9,1,0\n2,1003,NA,8,0.999003,0.001\n3,951,NA,8,0.997952,0.002\n", want: []string{"medium estimate 3,4"}},
		{name: "an incidence", text: "time,n.risk,cuminc\n0,1003,0\n1,1003,0.000997\n2,951,0.002048\n3,903,0.06\n", want: []string{"medium cuminc 3,4"}},
		{name: "no number at risk", text: "time,surv\n" + kaplanMeier(400, 12, 1), want: []string{"medium surv 3,4,5,6,7,8,9,10,11,12,13"}},
		{name: "no number at risk, steps of many", text: "time,surv\n" + kaplanMeier(4000, 12, 37)},
		{name: "no number at risk, smooth", text: "time,surv\n1,0.998811\n2,0.997402\n3,0.995931\n4,0.994188\n5,0.992714\n6,0.991306\n7,0.990144\n8,0.988907\n"},
		{name: "cumulative events", text: "day,cum_events\n1,0\n2,20\n3,23\n4,31\n5,58\n6,60\n", want: []string{"medium cum_events 4,7"}},
		{name: "cumulative events, rounded", text: "day,cum_events\n1,0\n2,20\n3,25\n4,35\n5,60\n6,65\n"},
		{name: "written coarsely", text: "time,n.risk,surv\n0,1003,1.00\n1,1003,0.99\n2,951,0.98\n"},
		{name: "of rounded counts", text: "time,n.risk,n.event,surv\n0,1005,0,1\n1,1005,5,0.995025\n2,1000,5,0.990050\n3,995,5,0.985075\n4,990,5,0.980100\n5,985,5,0.975125\n"},
	})
}

// kaplanMeier is a curve whose steps are so many events each, with censoring.
func kaplanMeier(people, rows, events int) string {
	var b strings.Builder
	left, at := 1.0, people
	for n := range rows {
		left *= 1 - float64(events)/float64(at)
		fmt.Fprintf(&b, "%d,%.9f\n", n+1, left)
		at -= events + n%3 + 1
	}
	return b.String()
}

func TestPeople(t *testing.T) {
	rows := func(header, line string) string {
		var b strings.Builder
		b.WriteString(header)
		for i := range 30 {
			fmt.Fprintf(&b, line, 40_017+i*i*7)
		}
		return b.String()
	}
	finds(t, "people", []finding{
		{name: "an identifier", text: rows("patient_id,x\n", "%d,1.5\n"), want: []string{"high patient_id " + lines(2, 31)}},
		{name: "of practices", text: rows("practice_id,n\n", "%d,15\n")},
		{name: "numbers that nobody says whose they are", text: rows("id,term\n", "%d,x\n")},
		{name: "the same beside an age and a sex", text: rows("id,age,sex\n", "%d,45,F\n"), want: []string{"high id " + lines(2, 31)}},
		{name: "of models", text: rows("model_id,estimate,conf.low,conf.high\n", "%d,1.2,1.1,1.3\n")},
		{name: "practices", text: rows("k,practice,region,start_date\n", "%[1]d,%[1]d,North,2021-01-05\n")},
		{name: "with counts of one person", text: rows("k,age,sex,region,n_admissions\n", "%d,45,F,North,2\n"), want: []string{"high 1"}},
		{name: "followed over time", text: rows("k,age,sex,fup_days,died\n", "%[1]d,45,F,%[1]d,0\n"), want: []string{"high 1"}},
		{name: "age, sex and an area", text: rows("k,age,sex,region\n", "%d,45,F,North\n"), want: []string{"high 1"}},
		{name: "age and sex, and a unique number", text: rows("k,age,sex\n", "%d,45,F\n"), want: []string{"medium 1"}},
		{name: "with counts", text: rows("k,age,sex,region,n\n", "%d,45,F,North,200\n")},
		{name: "estimates by age and sex", text: rows("k,age,sex,region,rate\n", "%d,45,F,North,20.5\n")},
	})
}

// lines are the numbers from one to another, with commas.
func lines(from, to int) string {
	var out []string
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return strings.Join(out, ",")
}

func TestIdentifiers(t *testing.T) {
	finds(t, "identifiers", []finding{
		{name: "NHS numbers by name", text: "nhs_number,x\n9434765919,1\n", want: []string{"high nhs_number 2"}},
		{name: "NHS numbers by values", text: "k,x\n9434765919,a\n4010232137,a\n9434765870,b\n1234567881,b\n5990128088,a\n", want: []string{"high k 2,3,4,5,6"}},
		{name: "one of many numbers passes", text: "time_at_risk\n1000000001\n1000000002\n1000000003\n1000000004\n1000000005\n9434765919\n"},
		{name: "with spaces", text: "NHS no,x\n943 476 5919,1\n", want: []string{"high NHS no 2"}},
		{name: "dates of birth", text: "dob,n\n1980-01-05,20\n1981-02-05,30\n", want: []string{"high dob 2,3"}},
		{name: "postcodes by name", text: "postcode,n\nM1 1AE,20\n", want: []string{"high postcode 2"}},
		{name: "postcodes by values", text: "area,n\nM1 1AE,20\nB33 8TH,30\nCR2 6XH,40\nother,50\n", want: []string{"high area 2,3,4"}},
		{name: "one that looks like a postcode", text: "catheter,n\nCH14FR,20\nother,50\nanother,60\nmore,70\n"},
		{name: "addresses", text: "who,n\na.b@example.org,20\n", want: []string{"medium who 2"}},
		{name: "in a line", file: "a.log", text: "NHS number: 943 476 5919\nborn on 5 March 1980, or DOB: 1980-03-05\nMail: a.b@example.org\n", want: []string{"high 1", "high 2", "low 3"}},
		{name: "one number that passes", file: "a.log", text: "943 476 5919\n9434765919\n"},
		{name: "numbers in groups, and postcodes", file: "a.log", text: "x 943 476 5919\nx 401 023 2137\nx 943-476-5870\nM1 1AE\nB33 8TH\nCR2 6XH\n", want: []string{"high 1,2,3", "medium 4,5,6"}},
		{name: "the policy's, in a line", file: "a.log", text: "read (S123456), S12\n", with: func(p *Profile) {
			p.Patterns = []Pattern{{Name: "study number", Like: regexp.MustCompile(`^S[0-9]{6}$`)}}
		}, want: []string{"high 1"}},
		{name: "telephones", text: "mobile,n\n07700900123,20\n", want: []string{"high mobile 2"}},
		{name: "the policy's", text: "k,n\nS123456,20\nx,30\n", with: func(p *Profile) {
			p.Patterns = []Pattern{{Name: "study number", Like: regexp.MustCompile(`^S[0-9]{6}$`)}}
		}, want: []string{"high k 2"}},
	})
}

func TestFreeText(t *testing.T) {
	words := "The patient said that it had begun in the spring, and that the pain was worse at night, case "
	var b strings.Builder
	b.WriteString("k,note\n")
	for i := range 20 {
		fmt.Fprintf(&b, "x,\"%s%d\"\n", words, i)
	}
	finds(t, "free-text", []finding{
		{name: "sentences", text: b.String(), want: []string{"medium note " + lines(2, 21)}},
		{name: "long labels, again and again", text: "k,note\n" + strings.Repeat("x,"+strings.ReplaceAll(words, ",", "")+"\n", 20)},
		{name: "labels", text: "k,n\na,20\nb,30\n"},
		{name: "notes, short and beside numbers", text: "k,note,n\n" + clinicalNotes(12), want: []string{"medium note " + lines(2, 13)}},
		{name: "long names of codes", text: "k,term,n\n" + terms(12), want: []string{"low term " + lines(2, 13)}},
	})
}

func TestHiddenContent(t *testing.T) {
	finds(t, "hidden-content", []finding{
		{name: "formulas", text: "name,n\n\"=HYPERLINK(\"\"http://x\"\")\",20\nb,30\n@SUM(A1),40\n", want: []string{"medium name 2,4"}},
		{name: "none", text: "name,n\n==1,20\n- Any,30\n-,40\n"},
	})
}

func TestLogs(t *testing.T) {
	finds(t, "code-and-logs", []finding{
		{name: "Stata's list", file: "a.log", text: ". list in 1/3\n\n     +-----------+\n     | id    age |\n     |-----------|\n  1. | 17     45 |\n  2. | 18     46 |\n  3. | 19     47 |\n     +-----------+\n", want: []string{"medium 1,6"}},
		{name: "first rows", file: "a.txt", text: "# A tibble: 6 x 3\n  id age\nprint(df.head())\n", want: []string{"medium 1,3"}},
		{name: "a data frame of pandas", file: "a.txt", text: "   patient_id  age sex\n0       10017   45   F\n1       10018   71   M\n2       10044   38   F\n", want: []string{"medium 2"}},
		{name: "a data frame of R", file: "a.txt", text: "    age sex ethnicity index_date\n1    45   F     White 2021-03-04\n2    71   M     Asian 2021-05-11\n3    38   F     White 2021-04-02\n", want: []string{"medium 2"}},
		{name: "counts of pandas", file: "a.txt", text: "   age_band sex     n\n0     18-39   F  4510\n1     18-39   M  7110\n2     40-69   F  3810\n"},
		{name: "its structure", file: "a.txt", text: "'data.frame':\t100 obs. of  2 variables:\n $ age: num  45 71 38 40\n $ sex: chr  \"F\" \"M\" \"F\"\n", want: []string{"medium 1"}},
		{name: "a database", file: "a.log", text: "INSERT INTO patients (id, dob) VALUES (17, '1980-01-05');\n(10 rows)\n", want: []string{"medium 1,2"}},
		{name: "a value in a failure", file: "a.log", text: "Traceback (most recent call last):\nKeyError: '4857773456'\n", want: []string{"medium 2", "low 1"}},
		{name: "a column in a failure", file: "a.log", text: "Traceback (most recent call last):\nKeyError: 'age_band'\n", want: []string{"low 1"}},
		{name: "a failure", file: "a.log", text: "Traceback (most recent call last):\n  File \"/home/somebody/x.py\"\nr(198);\n", want: []string{"low 1,3", "low 2"}},
		{name: "an account on Windows", file: "a.log", text: "log: C:\\Users\\somebody\\x.log\n", want: []string{"low 1"}},
		{name: "nothing", file: "a.log", text: "log: /workspace/output/x.log\n. tab x\nall is well\n"},
	})
}

// clinicalNotes are as somebody writes them of people.
func clinicalNotes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,\"Pt %s, was advised to rest %d\",%d\n", i, []string{"reports chest pain", "seen at home", "complained of a cough", "denies any pain"}[i%4], i, 100+i)
	}
	return b.String()
}

// terms are names of things, of several words each.
func terms(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,Adverse reaction to component %d of vaccine product (disorder),%d\n", i, i, 100+i)
	}
	return b.String()
}
