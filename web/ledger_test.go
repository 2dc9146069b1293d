package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sallyport/ledger"
	"sallyport/review"
)

// fill writes entries about a submitted request: every third is of a draft,
// which no auditor sees.
func (w *world) fill(n int) {
	w.t.Helper()
	open := &review.Summary{ID: "R1", Status: review.Submitted, Place: w.place}
	draft := &review.Summary{ID: "R2", Status: review.Pending, Place: w.place}
	for i := 1; i <= n; i++ {
		about := review.LogEntry{Act: "file_added", By: "idauthor", Side: review.AuthorSide, Place: w.place, Request: open}
		if i%3 == 0 {
			about.Request = draft
		}
		if i%2 == 0 {
			about.Act = "comment_made"
		}
		b, err := ledger.Encode(ledger.Entry{
			Act: about.Act, At: noon, Actor: ledger.Actor{ID: "idauthor", Username: "author", Kind: ledger.Person},
			Role: "researcher", Grant: "g", Stream: "request/R1", Version: int64(i), Program: "test",
			Event: fmt.Appendf(nil, `{"v":1,"text":"<b>%d</b>"}`, i),
		})
		if err != nil {
			w.t.Fatal(err)
		}
		w.entries = append(w.entries, LogRow{ID: int64(i), Bytes: b, About: about})
	}
}

func TestEntries(t *testing.T) {
	w := newWorld(t)
	w.fill(10)
	for _, who := range []string{"author", "checker1", "observer", "admin", "outsider", "tpp"} {
		w.do(who, "GET", "/ledger/entries", nil).want(403, "role")
	}
	var ids []int64
	next := ""
	for range 5 {
		p := decoded[list[entry]](w.do("auditor", "GET", "/ledger/entries?limit=3&cursor="+next, nil).want(200))
		for _, e := range p.Items {
			ids = append(ids, e.ID)
			again, err := ledger.CanonicalJSON(e.Entry)
			if err != nil || !bytes.Equal(again, w.entries[e.ID-1].Bytes) {
				t.Errorf("entry %d is shown as %s, %v", e.ID, e.Entry, err)
			}
		}
		if p.Next == nil {
			break
		}
		next = *p.Next
	}
	if fmt.Sprint(ids) != "[1 2 4 5 7 8 10]" {
		t.Errorf("listed %v", ids)
	}
	if got := w.do("auditor", "GET", "/ledger/entries", nil); strings.Contains(string(got.body), "<b>") || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("HTML in an entry: %s", got.body)
	}
	for _, wrong := range []string{"cursor=!", "cursor=LTE", "from=yesterday", "to=2026", "format=xml", "words=true"} {
		w.do("auditor", "GET", "/ledger/entries?"+wrong, nil).want(422, "invalid")
	}
	w.do("auditor", "GET", "/ledger/entries?from=2026-01-01&to=2026-11-21T10:00:00%2B01:00&format=json", nil).want(200)
}

func TestExports(t *testing.T) {
	w := newWorld(t)
	w.fill(10)
	got := w.do("auditor", "GET", "/ledger/entries?format=jsonl", nil).want(200)
	hidden, n := 0, 0
	if err := ledger.ReadJSONLines(bytes.NewReader(got.body), func(r ledger.Row) error {
		n++
		if r.Hidden {
			hidden++
		}
		return nil
	}); err != nil || n != 10 || hidden != 3 {
		t.Errorf("%d rows, %d hidden, %v", n, hidden, err)
	}
	if bytes.Contains(got.body, []byte("<b>3</b>")) {
		t.Error("an export tells of a draft")
	}
	// What a filter chooses tells what is in an entry, so hidden ones stay out.
	got = w.do("auditor", "GET", "/ledger/entries?format=jsonl&act=comment_made", nil).want(200)
	if lines := strings.Count(string(got.body), "\n"); lines != 4 {
		t.Errorf("a filtered export has %d rows, want 4: 2, 4, 8, 10", lines)
	}

	got = w.do("auditor", "GET", "/ledger/entries?format=csv", nil).want(200)
	rows, err := csv.NewReader(bytes.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) != 11 || rows[0][0] != "id" {
		t.Errorf("%d rows of CSV, %v", len(rows), err)
	}
	if !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") {
		t.Errorf("CSV comes as %v", got.header)
	}
}

// TestBrokenExport: half a log never looks like a whole one.
func TestBrokenExport(t *testing.T) {
	w := newWorld(t)
	w.fill(2000)
	w.server.Authenticate = func(context.Context, string) (review.Actor, error) { return w.people["auditor"], nil }
	w.broken = review.ErrUnavailable
	server := httptest.NewServer(w.server.engine)
	t.Cleanup(server.Close)
	for _, format := range []string{"csv", "jsonl"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+apiBase+"/ledger/entries?format="+format, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer auditor")
		res, err := server.Client().Do(req)
		if err != nil {
			continue // cut off before anything came
		}
		body, err := io.ReadAll(res.Body)
		if closed := res.Body.Close(); err == nil && closed == nil {
			t.Errorf("%s: %d bytes of a broken export came as if they were all", format, len(body))
		}
	}
	server.Close()
	w.entries = nil
	got := w.do("auditor", "GET", "/ledger/entries?format=csv", nil).want(503, "unavailable")
	if got.header.Get("Content-Disposition") != "" {
		t.Error("a problem comes as a file")
	}
}

// TestPageReadsSoMuch: a page looks at so many entries and no more.
func TestPageReadsSoMuch(t *testing.T) {
	w := newWorld(t)
	w.fill(3)
	row := w.entries[2] // of a draft
	w.entries = nil
	for i := range mostRead + 10 {
		row.ID = int64(i + 1)
		w.entries = append(w.entries, row)
	}
	p := decoded[list[json.RawMessage]](w.do("auditor", "GET", "/ledger/entries", nil).want(200))
	if len(p.Items) != 0 || p.Next == nil {
		t.Fatalf("%d entries, next %v", len(p.Items), p.Next)
	}
	if p = decoded[list[json.RawMessage]](w.do("auditor", "GET", "/ledger/entries?cursor="+*p.Next, nil).want(200)); p.Next != nil {
		t.Errorf("there is more after the last entry")
	}
}
