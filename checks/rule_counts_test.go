package checks

import (
	"strings"
	"testing"
)

func TestLowCounts(t *testing.T) {
	finds(t, "low-counts", []finding{
		{name: "left beside masks in a column that looks rounded", text: "g,n\na,120\nb,<8\nc,5\nd,235\ne,<8\nf,450\ng,85\nh,310\n", want: []string{"medium n 4"}},
		{name: "by name", text: "sex,n\nF,3\nM,30\n", want: []string{"high n 2"}},
		{name: "zero and above", text: "sex,n\nF,0\nM,8\n"},
		{name: "a fraction is a count", text: "sex,n\nF,3.000000000000007\nM,31\n", want: []string{"high n 2"}},
		{name: "with a percentage", text: "sex,stat_1\nF,\"6 (0.1%)\"\nM,\"1,030 (99.9%)\"\n", want: []string{"high stat_1 2"}},
		{name: "above another", text: "sex,q\nF,3 / 100\nM,31 / 200\n", want: []string{"high q 2"}},
		{name: "another threshold", text: "sex,n\nF,9\nM,30\n", with: func(p *Profile) { p.Threshold = 9 }, want: []string{"high n 2"}},
		{name: "zero, where it is low", text: "sex,n\nF,0\nM,30\n", with: func(p *Profile) { p.ZeroIsLow = true }, want: []string{"medium n 2"}},
		{name: "by values", text: "date,covid\n2020-01-01,3\n2020-01-08,31\n2020-01-15,44\n", want: []string{"medium covid 2"}},
		{name: "of classes", text: "age,F,M\n18-39,3,44\n40-69,61,52\n70+,101,88\n", want: []string{"high F 2"}},
		{name: "class by class of a coded level", text: "age,0,1,2\n18-39,3,44,50\n40-69,61,52,68\n70+,101,88,99\n", want: []string{"high 0 2"}},
		{name: "beside a mask", text: "age,x\n18-39,<8\n40-69,61\n70+,5\n", want: []string{"high x 4"}},
		{name: "rows that are no counts", text: "what,n\ncount,300\nmean,3\nsd,2\nmedian,3\n25%,1\n"},
		{name: "rows of a long table that are", text: "age,what,value\n18-39,n,3\n18-39,mean,4.5\n40-69,n,61\n40-69,mean,5\n", want: []string{"high value 2"}},
		{name: "not ages, years, codes, flags or estimates", text: "age,year,wave,flag,hr,p\n18,2001,1,0,3,0.1\n19,2002,2,1,2,0.2\n20,2003,3,1,1,0.5\n21,2004,3,0,4,0.5\n22,2005,3,0,4,0.5\n"},
		{name: "not means beside their deviation", text: "variable,type,label,stat_1\nage,continuous,Age,5 (2)\nsex,categorical,F,\"1,030 (60%)\"\nsex,categorical,M,\"600 (40%)\"\nbmi,x,BMI: mean (SD),4 (1)\n"},
		{name: "events of a continuous variable", text: "variable,type,n_event,estimate\nage,continuous,5,0.2\nsex,categorical,60,0.4\n", want: []string{"high n_event 2"}},
		{name: "not financial years", text: "year,n\n2006/07,40\n2007/08,50\n"},
		{name: "not percentiles, days or measurements", text: "date,percentile,days,bmi,value\n2020-01-01,1,2,3,0.5\n2020-01-02,25,30,22,0.4\n2020-01-03,75,3,30,0.3\n"},
		{name: "not percentages or rates", text: "sex,percent,rate_per_1000\nF,3,5\nM,4,6\n"},
		{name: "not a label", text: "list_size,practices_total\n<4,300\n4-7,400\n>7,500\n"},
		{name: "rounded as declared", text: "age,n\na,3\nb,9\nc,15\nd,21\ne,3\n", with: declare(Midpoint6)},
		{name: "rounded as the name says", text: "age,n_midpoint6\na,3\nb,9\nc,15\nd,21\ne,3\n"},
		{name: "the same low count everywhere is not rounded", text: "age,n\na,3\nb,3\nc,3\nd,3\ne,3\nf,3\ng,3\n", want: []string{"high n 2,3,4,5,6,7,8"}},
		{name: "rounded, not declared", text: "age,n\na,7\nb,14\nc,21\nd,28\ne,70\nf,84\ng,7\n", want: []string{"info n 2,8"}},
		{name: "declared, not done", text: "age,n\na,3\nb,8\nc,14\nd,22\n", with: declare(Midpoint6), want: []string{"high n 2"}},
		{name: "in a text", file: "log.log", text: "   sex |      Freq.     Percent\n-------+---------------------\n     F |          3         1.8\n     M |      4,763        98.2\n", want: []string{"high Freq 3"}},
		{name: "in a list of them", file: "skim.txt", text: "x   0.1  FAL: 491437, TRU: 5\ny   0.2  FAL: 491437, TRU: 50\nsex      Fem: 3, Mal: 48, Oth: 0\nat: 5, and more\n", want: []string{"high 1,3"}},
		{name: "in a line", file: "notes.txt", text: "Total patients coded: 4\nMean age: 4\nEvents = 1,200\n", want: []string{"high n 1"}},
		{name: "in Markdown", file: "notes.txt", text: "|sex |    n|\n|:---|----:|\n|F   |    2|\n|M   |   30|\n", want: []string{"high n 3"}},
		{name: "Stata's labels are none", file: "log.log", text: "death |      Freq.     Percent\n------+---------------------\n    0 |        300         1.8\n    1 |      4,763        98.2\n"},
	})
}

func TestDeclaredControl(t *testing.T) {
	finds(t, "declared-control", []finding{
		{name: "rounded to 5", text: "age,n\na,10\nb,25\nc,100\n", with: declare(Rounded5)},
		{name: "not rounded to 5", text: "age,n\na,10\nb,26\nc,100\n", with: declare(Rounded5), want: []string{"high n 3"}},
		{name: "not rounded to 10", text: "age,n\na,10\nb,25\nc,100\n", with: declare(Rounded10), want: []string{"high n 3"}},
		{name: "midpoints", text: "age,n\na,3\nb,9\nc,15\n", with: declare(Midpoint6)},
		{name: "not midpoints", text: "age,n\na,3\nb,10\nc,16\n", with: declare(Midpoint6), want: []string{"high n 3,4"}},
		{name: "a total of midpoints", text: "age,n\na,3\nb,9\nc,15\nd,21\ne,27\nf,3\ntotal,78\n", with: declare(Midpoint6)},
		{name: "a multiple of six among midpoints", text: "age,n\na,3\nb,9\nc,15\nd,21\ne,27\nf,12\n", with: declare(Midpoint6), want: []string{"medium n 7"}},
		{name: "only counts", text: "age,n,percent,rate\na,10,3.7,2\nb,25,6.6,3\n", with: declare(Rounded5)},
		{name: "by its name", text: "age,n_rounded5\na,11\nb,25\n", want: []string{"high n_rounded5 2"}},
		{name: "by the policy", text: "age,n\na,11\nb,25\n", with: func(p *Profile) { p.Rounding = Rounded5 }, want: []string{"high n 2"}},
		{name: "nearly all look rounded", text: "age,n\n" + manyOf(30, "a,%d\n", 35) + "x,33\n", want: []string{"medium n 32"}},
		{name: "one of a table that looks rounded", text: "age,n,events\na,10,50\nb,20,100\nc,35,150\nd,45,205\ne,55,255\nf,65,300\ng,70,405\nh,85,415\ni,90,425\nj,106,435\n", want: []string{"medium n 11"}},
		{name: "redacted, and not", text: "age,n\na,8\nb,25\nc,<10\n", with: declare(RedactedLT10), want: []string{"high n 2", "info 1"}},
		{name: "left below what was declared", text: "age,n\na,3\nb,25\nc,[REDACTED]\nd,7\n", with: declare(RedactedLE7), want: []string{"high n 2,5", "info 1"}},
		{name: "rounded and redacted as declared", text: "age,n\na,[REDACTED]\nb,25\nc,35\nd,0\n", with: declare(Rounded5, RedactedLE7)},
		{name: "two roundings, one for each column", text: "age,n,events\na,30,12\nb,25,18\nc,35,24\nd,10,36\n", with: declare(Rounded5, Rounded6)},
		{name: "two roundings, and a count of neither", text: "age,n,events\na,30,12\nb,26,18\nc,35,24\nd,10,36\n", with: declare(Rounded5, Rounded6), want: []string{"high n 3"}},
		{name: "before rounding beside after", text: "age,n,n_midpoint6\na,31,33\nb,25,27\nc,10,9\n", want: []string{"medium n 2,3,4", "info 1"}},
		{name: "other counts beside rounded ones", text: "age,n,n_midpoint6\na,131,33\nb,225,27\nc,310,9\n", want: []string{"info 1"}},
		{name: "sums of midpoints, by their name", text: "age,N_midpoint6_derived\na,33\nb,27\nc,9\nd,15\ne,21\nf,12\n"},
		{name: "redacted and rounded", text: "age,n\na,5\nb,25\nc,35\n", with: declare(RedactedLE7, Rounded5), want: []string{"high n 2"}},
		{name: "there are counts", text: "age,n\na,11\nb,25\n", with: declare(NoCounts), want: []string{"medium n 2,3", "info 1"}},
		{name: "nothing declared", text: "age,n\na,11\nb,26\n", want: []string{"info 1"}},
	})
}

func TestTooManyRows(t *testing.T) {
	finds(t, "rows", []finding{
		{name: "few", text: "age,n\n" + manyOf(5000, "a,%d\n", 10)},
		{name: "many", text: "age,n\n" + manyOf(5001, "a,%d\n", 10), want: []string{"medium 1"}},
	})
}

// TestWhoAsksForRounding: a finding says whether it was declared, or is asked
// for by the policy.
func TestWhoAsksForRounding(t *testing.T) {
	for declared, want := range map[Control]string{NothingDone: "as the policy asks", RedactedLE7: "as the policy asks", Rounded5: "as declared"} {
		p := DefaultProfile()
		p.Rounding, p.Declared = Rounded5, []Control{declared}
		r, _ := look(t, "table.csv", "age,n\na,11\nb,25\n", p)
		if len(r.Findings) == 0 || !strings.HasSuffix(r.Findings[0].Message, want) {
			t.Errorf("%s: %+v; want one that ends with %q", declared, r.Findings, want)
		}
	}
}
