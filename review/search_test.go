package review

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestSearchShows: what is found is what may be seen, whatever the store found:
// drafts by the author's side alone, nothing by outsiders, and of a request no
// more by an administrator than that it is there.
func TestSearchShows(t *testing.T) {
	w := newWorld(t)
	w.create()
	w.must(w.add(author, "a", Output, "out/0.csv", "out/1.csv"))
	found := func(who string) string {
		v, err := w.svc.Search(bg, w.actor(who), "Counts")
		if err != nil {
			t.Fatal(err)
		}
		titles := ""
		for _, r := range v.Requests {
			titles += r.Title + "/" + fmt.Sprint(r.Files)
		}
		return fmt.Sprintf("%d %s %d", len(v.Requests), titles, len(v.Files))
	}
	const nothing, all, summary = "0  0", "1 Counts/2 2", "1 /0 0"
	for who, want := range map[string]string{
		author: all, coworker: all, member: all, observer: all, checker1: nothing, auditor: nothing, admin: summary, outsider: nothing,
	} {
		equal(t, who+" finds of a draft", found(who), want)
	}
	w.must(w.describe(author, "a", "x"))
	w.must(w.submit(author))
	for who, want := range map[string]string{
		author: all, coworker: all, member: all, observer: all, checker1: all, auditor: all, admin: summary, outsider: nothing,
	} {
		equal(t, who+" finds of a submitted request", found(who), want)
	}
}

// TestSearchAsks: only what can be an id or a hash is looked for as one, within
// the asker's reach; an administrator's reach finds ids alone.
func TestSearchAsks(t *testing.T) {
	w := newWorld(t)
	for text, want := range map[string]string{
		"Ab": "ab,,", "01j": "01j,,", "01jX": "01jx,01JX,", "table 1": "table 1,,", "DEADBEEF": "deadbeef,DEADBEEF,deadbeef",
		"deadbee": "deadbee,DEADBEE,", "deadbeeg": "deadbeeg,DEADBEEG,", "  a%_  ": "a%_,,", "ÄÖ": "äö,,",
	} {
		if _, err := w.svc.Search(bg, w.actor(author), text); err != nil {
			t.Fatal(err)
		}
		equal(t, text, w.searched.Text+","+w.searched.ID+","+w.searched.SHA256, want)
	}
	if _, err := w.svc.Search(bg, w.actor(admin), "ab"); err != nil {
		t.Fatal(err)
	}
	equal(t, "an administrator", fmt.Sprint(w.searched.Seen.Drafts.All, w.searched.Read.Drafts.None(), w.searched.Read.Rest.None()), "true true true")
	blind := w.actor(author)
	blind.Scopes = []TokenScope{MayAuthor}
	if v, err := w.svc.Search(bg, blind, "ab"); err != nil || !w.searched.Seen.Rest.None() || !w.searched.Read.Rest.None() || len(v.Requests) > 0 {
		t.Errorf("a token that may not read: %+v, %v", v, err)
	}
	for _, text := range []string{"", " ", "x", " x ", "a\x00b", "a\nb", "\xff\xff", strings.Repeat("x", 201), strings.Repeat("x", 10_000)} {
		if _, err := w.svc.Search(bg, w.actor(author), text); !errors.Is(err, ErrInvalid) {
			t.Errorf("Search(%.20q) = %v, want ErrInvalid", text, err)
		}
	}
}

// TestSearchShowsSome: no list is longer than can be read, and says so.
func TestSearchShowsSome(t *testing.T) {
	w := newWorld(t)
	w.create()
	w.must(w.add(author, "a", Output, "out/0.csv"))
	sm := Project(w.req).Summary
	sm.Place = w.place
	var rows SearchRows
	for i := range searchShown + 1 {
		sm.ID = RequestID(fmt.Sprint("R", i))
		rows.ByTitle = append(rows.ByTitle, sm, sm)
	}
	v := viewSearch(rows, w.actor(author), w.policy)
	equal(t, "of many", fmt.Sprint(len(v.Requests), v.More), fmt.Sprint(searchShown, true))
	rows.ByTitle = rows.ByTitle[:2*searchShown]
	v = viewSearch(rows, w.actor(author), w.policy)
	equal(t, "of as many as are shown, each found twice", fmt.Sprint(len(v.Requests), v.More), fmt.Sprint(searchShown, false))
	rows = SearchRows{}
	for range searchShown + 1 {
		rows.Files = append(rows.Files, FoundRow{Request: sm, Path: "p"})
	}
	v = viewSearch(rows, w.actor(author), w.policy)
	equal(t, "of many files", fmt.Sprint(len(v.Files), v.More), fmt.Sprint(searchShown, true))
}
