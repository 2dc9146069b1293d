package web

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/review"
)

// TestTablePages: a table is sorted, filtered, divided and summed up by its
// address, also as a form without scripts sends it, and a vote leads back to what
// was looked at.
func TestTablePages(t *testing.T) {
	s := newSite(t)
	var b strings.Builder
	b.WriteString("n,region\n")
	for i := range 500 {
		fmt.Fprintf(&b, "%d,%s\n", i+1, []string{"East", "West", "<em>North</em>"}[i%3])
	}
	s.files["out/a.csv"] = b.String()
	v := s.submitted("out/a.csv")
	overview := requestAt(v)
	at := overview + "/files/" + string(filesOf(v)[0].ID)
	s.get("checker1", at).want(200, `href="`+at+`?sort=1"`, "Rows 1–200 of 500", "Column summary", `name="how"`).without("<em>", "aria-sort")
	page := s.get("checker1", at+"?sort=-1&in=2&how=%7E&what=%3Cem%3E&from=101").want(200,
		`aria-sort="descending"`, "Sorted by “n”, largest first.", "166 of 500 rows, where", "“region” contains “&lt;em&gt;”", "Rows 1–166 of 166",
		`id="row-498"`, `href="`+at+`?at=498#row-498"`, `<input type="hidden" name="filter" value="2~&lt;em&gt;">`).without("<em>North", "<td>East</td>")
	back := at + "?filter=2~%3Cem%3E&from=101&sort=-1"
	s.post("checker1", at+"/vote", with(page.form(at+"/vote", 0), "vote", "approve")).to(back)
	s.get("checker1", back).want(200, "166 of 500 rows", "Your vote: </span>Approved")
	s.get("checker1", at+"?sort=9").want(200, "no column “9”", "Rows 1–200 of 500")
	s.get("checker1", at+"?delimiter=semicolon").want(200, "divided by semicolons", "500 rows × 1 column")
	s.get("checker1", at+"?summary=1").want(200, "Most frequent", "integers", "125,250", "166 ×").without("<em>")
	s.get("checker1", at+"?sort=-1&part=rows&from=201").want(200, `id="row-300"`).without("<html", "aria-sort")

	page = s.get("checker1", at+"?at=412&sort=-1").want(200, `id="row-412" class="marked"`, "Rows 401–500 of 500", "About row 412").without("aria-sort")
	comment := with(page.form(overview+"/comments", 0), "text", "What is this?", "column_name", "region")
	s.post("checker1", overview+"/comments", with(comment, "row", "0")).want(422, "a row that cannot be")
	refused := s.post("checker1", overview+"/comments", with(comment, "text", "", "row", "412")).want(422, "About row 412", "no text", `id="row-412" class="marked"`)
	s.post("checker1", overview+"/comments", with(refused.form(overview+"/comments", 0), "text", "What is this?", "column_name", "region")).to(at + "?at=412&sort=-1")
	place := s.seen("checker1", v).Groups[0].Comments[0].Place
	if place == nil || *place != (review.Position{Row: 412, Column: "region"}) {
		t.Errorf("the comment stands at %+v", place)
	}
	s.get("checker1", overview).want(200, `href="`+at+`?at=412#row-412"`, "a.csv, row 412, region")
}
