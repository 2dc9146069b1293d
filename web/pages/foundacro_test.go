package pages

import (
	"strings"
	"testing"

	"sallyport/checks/acro"
)

// What people wrote into ACRO stands apart from what ACRO wrote itself; it is
// bounded, and shows what cannot be seen.
func TestACROSays(t *testing.T) {
	if newACROSays(nil) != nil {
		t.Error("ACRO says something of a file that it does not know")
	}
	of := &acro.OfFile{Source: "ACRO 1.0.2", Checksum: acro.Checksum{Sum: acro.Differs}, Thresholds: []string{"ACRO flags counts below 10"}, Outputs: []acro.Details{
		{ID: "o", Comments: []string{"mine\u202e", strings.Repeat("x", 5000)}, Exception: "needed", Remarks: []string{"Suppression automatically applied where needed"}},
		{ID: "p", Comments: make([]string, 3)}, {ID: "q", Comments: []string{"1", "2", "3", "4", "5", "6", "7", "8"}},
	}}
	p := newACROSays(of)
	if p.Source != "ACRO 1.0.2" || !strings.Contains(p.Checksum, "not what ACRO wrote") || len(p.Words) != mostACROWords || p.More != "and 2 more" || len(p.Thresholds) != 1 {
		t.Errorf("ACRO says %+v", p)
	}
	if p.Words[0].Text == "mine\u202e" || p.Words[0].As != "Comment" || len(p.Words[1].Text) > longACROWords+10 || p.Words[2].As != "Exception asked for" || p.Words[3].As != "Written by ACRO" {
		t.Errorf("words are %+v", p.Words)
	}
}
