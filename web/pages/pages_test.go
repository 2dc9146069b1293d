package pages

import (
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/review"
	"sallyport/web/static"
)

// every is each page once.
func every() []Shown {
	return []Shown{
		&Message{}, &Again{}, &Home{}, &Requests{}, &Queue{}, &Request{}, &RequestFile{}, &Activity{}, &Act{}, &Workspaces{}, &Workspace{},
		&Output{}, &Changes{}, &Code{}, &Comparison{}, &JobRequests{}, &JobRequest{}, &Pipeline{}, &PipelineGraph{}, &Releases{}, &Release{}, &Ledger{}, &Account{},
		&Admin{}, &People{}, &Person{}, &Ask{}, &Confirmations{}, &Confirmation{}, &Tokens{}, &TokenMade{}, &Placing{}, &Place{}, &Policies{}, &Policy{}, &PolicyLook{},
		&Help{}, &Rules{}, &Search{}, &Findings{}, &OneFinding{},
		&Log{}, &ReleasedContent{},
	}
}

func readAll(t *testing.T) *Set {
	t.Helper()
	files, err := static.Read()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(files.Address)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryTemplateHasAPage: no template lies there unused.
func TestEveryTemplateHasAPage(t *testing.T) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range every() {
		i := slices.Index(names, p.file())
		if i < 0 {
			t.Fatalf("%T names the template %s, which there is not", p, p.file())
		}
		names = slices.Delete(names, i, i+1)
	}
	if len(names) > 0 {
		t.Errorf("no page shows %v", names)
	}
}

// TestEmptyPages: a page of which nothing is known is still a page.
func TestEmptyPages(t *testing.T) {
	s := readAll(t)
	for _, p := range every() {
		if b, err := s.Render(p); err != nil || !strings.Contains(string(b), "</html>") {
			t.Errorf("%T empty: %v", p, err)
		}
	}
}

// hostile is what people write to be taken for markup.
const hostile = `<em>"'` + "`x`" + `</em><script>alert(1)</script>`

// TestNothingIsMarkup: whatever stands in any field of any page comes out as
// text, with each of its branches shown.
func TestNothingIsMarkup(t *testing.T) {
	s := readAll(t)
	for _, p := range every() {
		for _, yes := range []bool{true, false} {
			fill(reflect.ValueOf(p).Elem(), yes, 0)
			b, err := s.Render(p)
			if err != nil {
				t.Fatalf("%T: %v", p, err)
			}
			got := string(b)
			for _, raw := range []string{"<em", "<script", "</em", `" onerror="`} {
				if strings.Contains(strings.ReplaceAll(strings.ToLower(got), `<script src="/static/`, ""), raw) {
					t.Errorf("%T shows %s as markup", p, raw)
				}
			}
			for _, bad := range []string{" style=", "<style", " onclick="} {
				if strings.Contains(got, bad) {
					t.Errorf("%T has %q, which the policy for pages forbids", p, bad)
				}
			}
		}
	}
}

// fill puts hostile text into every field that can hold text.
func fill(v reflect.Value, yes bool, depth int) {
	const deep = 8
	if depth > deep || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile + `" onerror="x`)
	case reflect.Bool:
		v.SetBool(yes)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), yes, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), yes, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), yes, depth+1)
		}
	}
}

// TestLinksLeadNowhereElse: an address that somebody could have made up does
// not become a script.
func TestLinksLeadNowhereElse(t *testing.T) {
	s := readAll(t)
	b, err := s.Render(&Message{Heading: "x", Links: []Link{{Text: "x", Href: "javascript:alert(1)"}}})
	if err != nil || strings.Contains(string(b), "javascript:") {
		t.Errorf("a link to a script: %v\n%s", err, b)
	}
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{0, "just now"}, {59 * time.Second, "just now"}, {time.Minute, "1 minute ago"}, {59 * time.Minute, "59 minutes ago"},
		{time.Hour, "1 hour ago"}, {23 * time.Hour, "23 hours ago"}, {24 * time.Hour, "1 day ago"}, {6 * 24 * time.Hour, "6 days ago"},
		{7 * 24 * time.Hour, "27 April 2026"}, {-time.Hour, "4 May 2026 13:00 UTC"},
	} {
		got := At(now.Add(-c.ago), now)
		if got.Text != c.want {
			t.Errorf("%v ago is %q, want %q", c.ago, got.Text, c.want)
		}
		if got.Exact == "" || got.ISO != now.Add(-c.ago).Format(time.RFC3339) {
			t.Errorf("%v ago: %+v", c.ago, got)
		}
	}
	if At(time.Time{}, now) != (Moment{}) {
		t.Error("no time is a moment")
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{-1: "not known", 0: "0 bytes", 1: "1 byte", 1023: "1,023 bytes", 1536: "1.5 KiB", 1 << 20: "1 MiB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestRuns(t *testing.T) {
	for text, want := range map[string][]Run{
		"":             nil,
		"plain":        {{"plain", false}},
		"`a` and b":    {{"a", true}, {" and b", false}},
		"one ` alone":  {{"one ` alone", false}},
		"x `a` y ` z":  {{"x ", false}, {"a", true}, {" y ` z", false}},
		"`a``b`":       {{"a", true}, {"b", true}},
		"empty `` one": {{"empty ", false}, {"", true}, {" one", false}},
	} {
		if got := runs(text); !slices.Equal(got, want) {
			t.Errorf("runs(%q) = %v, want %v", text, got, want)
		}
	}
}

// TestEveryStateHasAWord: no status is shown by a colour alone.
func TestEveryStateHasAWord(t *testing.T) {
	for _, s := range review.Statuses {
		if st := StatusState(s); st.Word == "" || !slices.Contains([]string{waiting, approved, changes, refused}, st.Kind) {
			t.Errorf("%s is shown as %+v", s, st)
		}
	}
	for _, code := range review.Controls {
		if controlWords[code] == "" {
			t.Errorf("the control %s has no words", code)
		}
	}
}
