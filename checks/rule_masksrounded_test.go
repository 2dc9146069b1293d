package checks

import "testing"

// Masks in tables whose few counts may be rounded: what is no multiple cannot
// stand for a count that was.
func TestMasksUndoneInTablesThatMayBeRounded(t *testing.T) {
	const few = "age,n\n18-39,120\n40-59,[REDACTED]\n60+,335\nTotal,460\n"
	const percents = "group,n,total,pct\nA,120,400,30.0\nB,[REDACTED],400,1.5\nC,90,300,30.0\nD,60,240,25.0\n"
	finds(t, "masks-undone", []finding{
		{name: "a total", text: few, want: []string{"medium n 3"}},
		{name: "a total of counts that were declared to be rounded", text: few, with: declare(Rounded5)},
		{name: "a total of a row", text: "region,female,male,total\nEast,120,<8,125\nLondon,300,210,510\nNE,90,80,170\n", want: []string{"medium male 2"}},
		{name: "a total that nothing rounded", text: "region,female,male,total\nEast,120,<8,124\nLondon,300,210,510\nNE,90,80,170\nSW,70,40,110\nNW,55,85,140\n", want: []string{"medium male 2"}},
		{name: "a total, above the threshold", text: "age,n\n18-39,120\n40-59,[REDACTED]\n60+,335\nTotal,1460\n", want: []string{"medium n 3"}},
		{name: "a total of small columns of the sexes", text: "dose,female,male,total\n1,[REDACTED],45,80\n2,25,35,60\n3,35,45,80\n4,45,35,80\n", want: []string{"medium female 2"}},
		{name: "totals of midpoints", text: "region,female,male,total\nEast,123,<8,129\nLondon,303,213,519\nNE,93,81,177\nSW,75,45,123\n", with: declare(Midpoint6)},
		{name: "a rate, by its name", text: "group,events,person_years,rate_per_1000\nA,120,40000,3.0\nB,[REDACTED],10000,0.4\nC,90,45000,2.0\nD,210,70000,3.0\n", want: []string{"high events 3"}},
		{name: "a rate of a rounded count that is hidden alone", text: "group,events,person_years,rate_per_1000\nA,120,40000,3.0\nB,[REDACTED],10000,0.5\nC,90,45000,2.0\nD,210,70000,3.0\n", with: declare(Rounded5), want: []string{"high events 3"}},
		{name: "a percentage", text: percents, want: []string{"high n 3"}},
		{name: "a percentage, though rounding was declared", text: percents, with: declare(Rounded10), want: []string{"high n 3"}},
		{name: "one row that shows the percentage", text: "group,n,total,pct\nA,121,400,30.3\nB,[REDACTED],400,1.5\n", want: []string{"high n 3"}},
		{name: "a percentage of something else", text: "group,n,total,pct\nA,121,400,41.7\nB,[REDACTED],400,1.5\n"},
		{name: "percentages that add up to one hundred", text: "group,n,pct\nA,121,75.6\nB,34,21.3\nC,-,3.1\n", want: []string{"high n 4"}},
		{name: "percentages that do not", text: "group,n,pct\nA,121,75.6\nB,34,21.3\nC,-,2.1\n"},
	})
}

func TestOneCountThatIsNotRounded(t *testing.T) {
	finds(t, "declared-control", []finding{
		{name: "of twelve", text: "region,n\na,120\nb,340\nc,210\nd,455\ne,95\nf,60\ng,1015\nh,230\ni,78\nj,45\nk,180\nl,535\n", want: []string{"medium n 10"}},
		{name: "of five", text: "region,n\na,120\nb,340\nc,210\nd,455\ne,78\n", want: []string{"info 1"}},
	})
}

// An identifier of people among counts makes its rows people, be they few.
func TestIdentifiersOfPeopleBesideCounts(t *testing.T) {
	finds(t, "people", []finding{
		{name: "patientid", text: "patientid,group,n\n3592012,A,120\n8951519,B,340\n674106,C,210\n", want: []string{"high patientid 2,3,4"}},
		{name: "a key", text: "patient_key,group,n\n975508c4d61cc2ca,A,120\n2d62c4b090124c47,B,340\n16f92d8e2d35256c,C,210\n", want: []string{"high patient_key 2,3,4"}},
		{name: "in a table of all kinds of rows", text: "patient_key,variable,row_type,label,stat_1\n975508c4d61cc2ca,sex,label,Sex,NA\n2d62c4b090124c47,sex,level,F,\"620 (50%)\"\n16f92d8e2d35256c,sex,level,M,\"620 (50%)\"\n16f92d8e2d352571,age,level,Mean (SD),54 (7)\n", want: []string{"high patient_key 2,3,4,5"}},
		{name: "three people", text: "person_id,x\n101,1.5\n102,2.5\n103,2.7\n", want: []string{"high person_id 2,3,4"}},
		{name: "a key of practices", text: "practice_key,group,n\n975508c4,A,120\n2d62c4b0,B,340\n16f92d8e,C,210\n"},
		{name: "the group that others are compared with", text: "group,ref,n\nA,yes,120\nB,no,340\nC,no,210\n"},
	})
}

// The names of rows and columns that pandas prints above a table of two ways.
func TestCrosstabsThatPandasPrints(t *testing.T) {
	const table = "             usual  pretentious  great_pret\nrecommend                                  \nnot_recom      150          160           4\npriority       230          320         140\n"
	finds(t, "low-counts", []finding{
		{name: "with a low count", file: "a.txt", text: table, want: []string{"high great_pret 3"}},
		{name: "of numbers with fractions", file: "a.txt", text: "             usual  other\nrecommend               \nnot_recom      1.5    4.1\npriority       2.5    3.2\n"},
	})
}
