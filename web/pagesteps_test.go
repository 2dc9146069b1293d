package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestStepsToSubmission: an author is told all that is missing, each with where
// it is done, and what is done.
func TestStepsToSubmission(t *testing.T) {
	s := newSite(t)
	id := string(s.do("author", "POST", "/requests", `{"workspace": "ws", "title": "First"}`).want(201).request().ID)
	overview := "/requests/" + id
	s.get("author", overview).want(200, "Before it can be reviewed", `href="/workspaces/ws"`, "Choose the files that are to be released</a>")
	s.do("author", "POST", "/requests/"+id+"/files", map[string]any{"group": "tables", "kind": "output", "paths": []string{"out/a.csv"}}).want(200)
	s.get("author", overview).want(200, "1 file so far", `href="#group-`, "The group “tables” needs its context and its controls.")
	s.do("author", "PUT", "/requests/"+id+"/groups/tables", `{"context": "counts", "controls": {"codes": ["none"], "text": ""}}`).want(200)
	s.get("author", overview).want(200, "Every group says", `href="#form-submit"`).without("needs its context")
	s.get("auditor", overview).want(404)
	s.do("author", "POST", "/requests/"+id+"/submit", "{}", match(s.do("author", "GET", "/requests/"+id, nil).want(200).request().Version)).want(200)
	s.get("author", overview).want(200).without("Before it can be reviewed")
	s.get("checker1", overview).want(200, "0 of 1 voted on").without("Before it can be reviewed")
}

// TestManyFiles: a request with many files folds them, and finds one by its
// path; its page stays small.
func TestManyFiles(t *testing.T) {
	s := newSite(t)
	var paths []string
	for n := range 400 {
		path := fmt.Sprintf("out/many/table_%03d.csv", n)
		s.files[path] = path
		paths = append(paths, path)
	}
	v := s.submitted(paths...)
	overview := "/requests/" + string(v.ID)
	const most = 440 << 10
	if p := s.get("checker1", overview).want(200, "Show 400 files", "Find a file"); len(p.body) > most {
		t.Errorf("the page has %d bytes, want at most %d", len(p.body), most)
	}
	s.get("checker1", overview+"?path=TABLE_39").want(200, "10 of 400 files", "table_391.csv", "Show all").without("table_040", "Show 400")
	s.get("checker1", overview+"?path="+url.QueryEscape(`<em>"`)).want(200, "No file of this request has that", "&lt;em&gt;").without("<em>")
}

// TestWhatChangedMeanwhile: a page that is out of date says, when an act on it
// is refused, what happened since it was opened, as far as the asker may see it.
func TestWhatChangedMeanwhile(t *testing.T) {
	key := "01" + strings.Repeat("0", 24) // a ULID of long ago
	s := newSite(t)
	v := s.submitted()
	form := s.get("checker1", "/requests/"+string(v.ID)+"/return").want(200, "It concerns 1 output file that author asked for").form("/requests/"+string(v.ID)+"/return", 0)
	s.do("author", "POST", at(v, "recall"), "{}", match(s.do("author", "GET", at(v), nil).want(200).request().Version)).want(200)
	again := s.do("author", "GET", at(v), nil).want(200).request()
	s.do("author", "POST", at(v, "submit"), "{}", match(again.Version)).want(200)
	s.post("checker1", "/requests/"+string(v.ID)+"/return", with(form, "key", key, "reason", "kept")).
		want(409, "Since you opened the page:", "author took the request back.", "kept")
	s.post("checker1", "/requests/"+string(v.ID)+"/return", with(form, "key", "short", "reason", "kept")).want(409, "kept").without("Since you opened")
}

func TestMadeAt(t *testing.T) {
	for key, want := range map[string]time.Time{
		"01ARZ3NDEKTSV4RRFFQ69G5FAV.add": time.UnixMilli(1469922850259), "": {}, "short": {}, "not a ULID at all": {},
	} {
		if got := madeAt(key); !got.Equal(want) {
			t.Errorf("madeAt(%q) = %v, want %v", key, got, want)
		}
	}
}
