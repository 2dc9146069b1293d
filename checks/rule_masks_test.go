package checks

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMasksUndone(t *testing.T) {
	const rates = "outcome,events,pyears,rate_per_1000\na,40,2000,20\nb,30,1000,30\nc,25,500,50\nd,12,300,40\n"
	finds(t, "masks-undone", []finding{
		{name: "one in a column with a total", text: "age,n\na,11\nb,[REDACTED]\nc,32\ntotal,47\n", want: []string{"high n 3"}},
		{name: "of which the total comes first", text: "age,n\nall,47\na,11\nb,<8\nc,32\n", want: []string{"high n 4"}},
		{name: "two in a column", text: "age,n\na,11\nb,[REDACTED]\nc,[REDACTED]\ntotal,147\n"},
		{name: "two that are both seen", text: "age,n\na,11\nb,<8\nc,<8\ntotal,25\n", want: []string{"high n 3,4"}},
		{name: "two that may be anything low", text: "age,n\na,11\nb,<8\nc,<8\ntotal,18\n"},
		{name: "two, all below the threshold", text: "age,n\na,11\nb,[REDACTED]\nc,[REDACTED]\ntotal,13\n"},
		{name: "one in a row with a total", text: "age,F,M,total\na,11,21,32\nb,12,22,34\nc,15,<8,19\n", want: []string{"high M 4"}},
		{name: "one in a row of classes that are not called so", text: "area,eligible,treated,untreated,visits\na,111,50,61,17\nb,245,101,144,23\nc,301,200,101,19\nd,45,<8,41,31\n", want: []string{"high treated 5"}},
		{name: "sums that hold in some rows only", text: "area,eligible,treated,untreated,visits\na,111,50,61,17\nb,245,101,144,23\nc,301,200,105,19\nd,45,<8,41,31\n"},
		{name: "masks in rows and columns", text: "age,F,M,total\na,11,21,32\nb,[REDACTED],[REDACTED],34\nc,[REDACTED],[REDACTED],19\ntotal,30,55,85\n"},
		{name: "masks that rows and columns undo together", text: "age,F,M,X,total\na,11,21,31,63\nb,[REDACTED],[REDACTED],40,60\nc,[REDACTED],20,40,64\ntotal,31,45,111,187\n",
			want: []string{"high M 3", "high F 4", "medium F 3"}},
		{name: "above the threshold", text: "age,n\na,11\nb,[REDACTED]\nc,32\ntotal,67\n", want: []string{"medium n 3"}},
		{name: "zero", text: "age,n\na,11\nb,[REDACTED]\nc,32\ntotal,43\n", want: []string{"low n 3"}},
		{name: "groups and the total of each", text: "variable,level,n\nsex,F,40\nsex,M,60\nsex,total,100\nage,18-39,31\nage,40-69,65\nage,70+,<8\nage,total,100\n", want: []string{"high n 7"}},
		{name: "groups and one total", text: "variable,level,n\nN,total,100\nsex,F,40\nsex,M,60\nage,18-39,31\nage,40-69,65\nage,70+,<8\n", want: []string{"high n 7"}},
		{name: "groups that the total is not of", text: "variable,level,n\nN,total,100\nsex,F,41\nsex,M,62\nage,18-39,31\nage,40-69,61\nage,70+,<8\n"},
		{name: "rounded counts", text: "age,n\na,10\nb,[REDACTED]\nc,35\nd,45\ne,55\nf,65\ntotal,215\n", with: declare(Rounded5)},
		{name: "beside a rate", text: rates + "e,<8,200,25\n", want: []string{"high events 6"}},
		{name: "beside a rate that is rounded too much", text: rates + "e,<8,200000,0\n"},
		{name: "all hidden beside rates", text: "outcome,events,pyears,rate\na,[REDACTED],0.45889,8.7166\nb,[REDACTED],0.38983,5.1305\nc,[REDACTED],0.06907,28.9576\n", want: []string{"high events 2,3,4"}},
		{name: "beside a percentage and its total", text: "age,n,population,percent\na,31,400,7.75\nb,46,300,15.33\nc,83,1600,5.19\nd,<8,125,4.0\n", want: []string{"high n 5"}},
		{name: "beside a percentage in the same cell", text: "level,stat\ntotal,\"251\"\na,\"101 (40.2%)\"\nb,\"76 (30.3%)\"\nc,\"69 (27.5%)\"\nd,\"<8 (2.0%)\"\n", want: []string{"high stat 6"}},
		{name: "beside a percentage that is hidden too", text: "level,stat,x\na,\"100 (40.0%)\",1\nb,\"75 (30.0%)\",2\nc,\"70 (28.0%)\",2\nd,\"<8 (--)\",1\n"},
		{name: "what is missing is no mask", text: "age,n\na,11\nb,NA\nc,32\ntotal,47\n"},
	})
}

// What was hidden stands on the page only.
func TestDerivedValuesAreInNoExport(t *testing.T) {
	r, _ := look(t, "a.csv", "age,n\na,1111\nb,<8\nc,3222\ntotal,4338\n", DefaultProfile())
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Rule != "masks-undone" {
			continue
		}
		if len(f.Derived) != 1 || f.Derived[0].Lowest != 5 || f.Derived[0].Most != 5 || f.Derived[0].From == "" {
			t.Errorf("derived %+v, want 5", f.Derived)
		}
		if f.Message = strings.ReplaceAll(f.Message, "1 hidden", ""); strings.ContainsAny(f.Message, "0123456789") {
			t.Errorf("the message %q has a number", f.Message)
		}
	}
	if strings.Contains(string(data), "erived") || strings.Contains(string(data), "owest") {
		t.Errorf("the report says what was hidden: %s", data)
	}
}

func TestRecomputed(t *testing.T) {
	finds(t, "recomputed", []finding{
		{name: "of the rounded counts", text: "age,n,population,percent\na,30,400,7.5\nb,45,300,15.0\nc,80,1600,5.0\nd,25,500,5.0\n", with: declare(Rounded5)},
		{name: "of the counts before", text: "age,n,population,percent\na,30,400,7.9\nb,45,300,14.4\nc,80,1600,5.1\nd,25,500,5.3\ne,50,700,7.3\nf,75,800,9.6\n", with: declare(Rounded5), want: []string{"medium percent 2,3,4,5,6,7"}},
		{name: "of midpoints", text: "age,n,population,percent\na,33,405,8.15\nb,45,303,14.85\nc,81,1605,5.05\nd,27,501,5.39\n", with: declare(Midpoint6)},
		{name: "of the counts before midpoints", text: "age,n,population,percent\na,33,405,7.69\nb,45,303,15.51\nc,81,1605,4.93\nd,27,501,4.99\ne,51,705,7.66\n", with: declare(Midpoint6), want: []string{"medium percent 2,3,4,5,6"}},
		{name: "of the counts before rounding to ten", text: "age,n,population,percent\na,30,400,8.0\nb,50,300,15.6\nc,80,1600,4.8\nd,30,500,6.7\ne,50,700,7.6\nf,80,800,9.5\ng,160,1800,9.1\n", with: declare(Rounded10), want: []string{"medium percent 2,3,4,5,6,7,8"}},
		{name: "rates of the counts before rounding to six", text: "age,events_rounded6,person_years,rate_per_1000\na,30,4000,8.0\nb,48,3000,15.3\nc,84,16000,5.1\nd,30,5000,5.6\ne,54,7000,7.4\nf,78,8000,9.5\n", want: []string{"medium rate_per_1000 2,3,4,5,6,7"}},
		{name: "beside the count in its cell", text: "level,stat\na,\"100 (39.2%)\"\nb,\"75 (30.2%)\"\nc,\"80 (31.3%)\"\nd,\"65 (24.9%)\"\ntotal,\"255\"\n", with: declare(Rounded5), want: []string{"medium stat 3,4,5"}},
		{name: "of counts that nobody rounded", text: "age,n,population,percent\na,31,401,7.7\nb,46,303,15.2\nc,83,1601,5.2\nd,27,502,5.4\n"},
	})
}

// Masks that more than one number of their row, or none of it, gives away.
func TestMasksUndoneByWhatStandsBeside(t *testing.T) {
	finds(t, "masks-undone", []finding{
		{name: "the number of people beside a sum and a mean", text: "group,n,total_visits,mean_visits\na,12,42,3.50\nb,20,50,2.50\nc,31,62,2.00\nd,<8,21,4.20\ne,40,130,3.25\n", want: []string{"high n 5"}},
		{name: "a denominator beside its numerator and percentage", text: "group,events,n,percent\na,12,340,3.53\nb,20,510,3.92\nc,31,298,10.40\nd,2,[REDACTED],28.57\ne,40,803,4.98\n", want: []string{"high n 5"}},
		{name: "percentages without a total", text: "level,stat\na,\"101 (40.2%)\"\nb,\"76 (30.3%)\"\nc,\"38 (15.1%)\"\nd,\"31 (12.4%)\"\ne,\"<8 (2.0%)\"\n", want: []string{"high stat 6"}},
		{name: "percentages of rounded counts, without a total", text: "level,stat\na,\"100 (40.0%)\"\nb,\"75 (30.0%)\"\nc,\"40 (16.0%)\"\nd,\"30 (12.0%)\"\ne,\"<8 (2.0%)\"\n", with: declare(Rounded5)},
		{name: "percentages of several totals", text: "level,stat\na,\"101 (40.2%)\"\nb,\"76 (55.3%)\"\nc,\"38 (15.1%)\"\nd,\"31 (12.4%)\"\ne,\"<8 (2.0%)\"\n"},
		{name: "events and those without", text: "group,events,without,n\na,12,328,340\nb,20,490,510\nc,31,267,298\nd,<8,116,120\n", want: []string{"high events 5"}},
		{name: "a total of totals", text: "region,sex,n,deaths\nEast,F,40,12\nEast,M,60,15\nEast,total,100,27\nWest,F,31,11\nWest,M,65,10\nWest,total,[REDACTED],21\ntotal,total,196,48\n", want: []string{"medium n 7"}},
		{name: "a mask in a group, through the totals", text: "region,sex,n,deaths\nEast,F,40,12\nEast,M,60,<8\nEast,total,100,[REDACTED]\nWest,F,31,11\nWest,M,65,10\nWest,total,96,21\ntotal,total,196,38\n", want: []string{"high deaths 3", "medium deaths 4"}},
		{name: "a total in every row of its group", text: "variable,level,n,N\nsex,F,41,103\nsex,M,62,103\nage,18-39,31,103\nage,40-69,68,103\nage,70+,<8,103\n", want: []string{"high n 6"}},
		{name: "another total for each group", text: "region,sex,n,N\nEast,F,40,100\nEast,M,60,100\nWest,F,31,91\nWest,M,60,91\nSouth,F,<8,79\nSouth,M,75,79\n", want: []string{"high n 6"}},
		{name: "a total that groups do not add up to", text: "region,sex,n,N\nEast,F,40,120\nEast,M,60,120\nWest,F,31,99\nWest,M,60,99\nSouth,F,<8,79\nSouth,M,75,79\n"},
		{name: "zero in place of a mask", text: "age,F,M,total\na,11,21,32\nb,12,22,34\nc,15,0,19\nd,31,40,71\ne,30,28,58\ntotal,99,115,214\n", want: []string{"high M 4"}},
		{name: "a zero that is one", text: "age,F,M,total\na,11,21,32\nb,12,22,34\nc,15,0,15\nd,31,40,71\ntotal,69,83,152\n"},
		{name: "a zero among rounded counts", text: "age,F,M,total\na,10,20,30\nb,10,25,35\nc,15,0,20\nd,30,40,70\ntotal,65,85,155\n", with: declare(Rounded5)},
		{name: "a total row and a total column", text: "age,F,M,X,total\na,11,21,31,63\nb,[REDACTED],22,32,57\nc,15,[REDACTED],33,53\nd,12,24,34,70\ntotal,41,72,130,243\n", want: []string{"high F 3", "high M 4"}},
	})
}
