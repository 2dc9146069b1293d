package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"sallyport/review"
)

func TestSameKeySameAnswer(t *testing.T) {
	w := newWorld(t)
	first := w.do("author", "POST", "/requests", `{"workspace": "ws"}`, key("one")).want(201)
	again := w.do("author", "POST", "/requests", `{"workspace": "ws"}`, key("one")).want(201)
	if !bytes.Equal(first.body, again.body) || first.header.Get("Location") != again.header.Get("Location") ||
		first.header.Get("ETag") != again.header.Get("ETag") || len(w.streams) != 1 {
		t.Fatalf("the same act twice: %s then %s, %d requests", first.body, again.body, len(w.streams))
	}
	w.do("author", "POST", "/requests", `{"workspace": "ws", "title": "x"}`, key("one")).want(422, "key_reused")
	w.do("author", "PATCH", at(first.request()), `{"title": "x"}`, key("one")).want(422, "key_reused")
	w.do("author", "POST", "/requests", `{"workspace": "ws"}`).want(201)
	if len(w.streams) != 2 {
		t.Errorf("%d requests after a second act without a key", len(w.streams))
	}

	v := w.do("author", "PUT", at(first.request(), "groups", "g"), `{"controls": {"codes": ["none"]}}`).want(200).request()
	files := `{"group": "g", "kind": "output", "paths": ["out/a.csv"]}`
	added := w.do("author", "POST", at(v, "files"), files, key("add")).want(200)
	w.do("author", "PATCH", at(v), `{"title": "moved on"}`).want(200)
	if got := w.do("author", "POST", at(v, "files"), files, key("add")).want(200); !bytes.Equal(got.body, added.body) {
		t.Errorf("files added twice: %s then %s", added.body, got.body)
	}
	comment := w.do("author", "POST", at(v, "comments"), `{"group": "g", "text": "x"}`, key("c")).want(201)
	if got := w.do("author", "POST", at(v, "comments"), `{"group": "g", "text": "x"}`, key("c")).want(201); !bytes.Equal(got.body, comment.body) {
		t.Errorf("commented twice: %s then %s", comment.body, got.body)
	}
	if got := w.do("author", "GET", at(v), nil).request(); len(got.Groups[0].Comments) != 1 || len(got.Groups[0].Files) != 1 {
		t.Errorf("acts were done twice: %+v", got.Groups)
	}
}

// TestReplayAfterwards: the answer is the first one, also where the act could
// not be done any more; but not for somebody who may not know of the request.
func TestReplayAfterwards(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	first := w.do("author", "POST", at(v, "submit"), "{}", match(v.Version), key("s")).want(200)
	w.do("author", "POST", at(v, "submit"), "{}", match(v.Version)).want(409, "changed")
	if got := w.do("author", "POST", at(v, "submit"), "{}", match("any"), key("s")).want(200); !bytes.Equal(got.body, first.body) {
		t.Errorf("submitted again: %s, want %s", got.body, first.body)
	}
	// The same key of somebody else is another act.
	w.do("checker1", "POST", at(v, "submit"), "{}", match(v.Version), key("s")).want(403)

	a := w.people["author"]
	a.Grants = nil
	w.people["author"] = a
	w.do("author", "POST", at(v, "submit"), "{}", match(v.Version), key("s")).want(404, "not_found")
}

// TestRefusalsAreNotKept: a key stands for an act that was done.
func TestRefusalsAreNotKept(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	w.do("author", "POST", at(v, "submit"), "{}", key("s")).want(428, "if_match_missing")
	w.do("author", "POST", at(v, "submit"), "{}", match(v.Version), key("s")).want(200)
}

// TestAnswerNotKept: after a crash between act and answer the request is shown
// as it is now, and the act is not done again.
func TestAnswerNotKept(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	w.do("author", "PATCH", at(v), `{"title": "One"}`, key("k")).want(200)
	for _, used := range w.keys {
		used.answer = nil
	}
	w.do("author", "PATCH", at(v), `{"title": "Two"}`).want(200)
	if got := w.do("author", "PATCH", at(v), `{"title": "One"}`, key("k")).want(200).request(); got.Title != "Two" {
		t.Errorf("the act was done again: title %q", got.Title)
	}
}

// TestLongAnswers are made anew instead of being kept for each key.
func TestLongAnswers(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	long := `{"context": "` + strings.Repeat("x", 19_000) + `", "controls": {"codes": ["none"]}}`
	for _, g := range []string{"a", "b", "c", "d"} {
		w.do("author", "PUT", at(v, "groups", g), long, key(g)).want(200)
	}
	kept := 0
	for _, used := range w.keys {
		if len(used.answer) > 0 {
			kept++
		}
		if len(used.answer) > longestKept+1000 {
			t.Errorf("an answer of %d bytes is kept", len(used.answer))
		}
	}
	if kept != 3 {
		t.Errorf("%d answers are kept, want those that are not too long: 3", kept)
	}
	w.do("author", "PUT", at(v, "groups", "d"), long, key("d")).want(200)
}

// TestDoubleClick sends the same act eight times at once.
func TestDoubleClick(t *testing.T) {
	w := newWorld(t)
	v := w.draft()
	answers := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range answers {
		req := w.request("author", "POST", at(v, "comments"), `{"group": "tables", "text": "x"}`, key("twice"))
		wg.Go(func() {
			rec := httptest.NewRecorder()
			w.server.engine.ServeHTTP(rec, req)
			answers[i] = rec.Body.Bytes()
			if rec.Code != http.StatusCreated {
				t.Errorf("answered %d %s", rec.Code, rec.Body)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if !bytes.Equal(a, answers[0]) {
			t.Errorf("one act has two answers: %s and %s", answers[0], a)
		}
	}
	if got := w.do("author", "GET", at(v), nil).request(); len(got.Groups[0].Comments) != 1 {
		t.Errorf("%d comments", len(got.Groups[0].Comments))
	}
}

func TestVersions(t *testing.T) {
	w := newWorld(t)
	v := w.submitted()
	got := w.do("author", "GET", at(v), nil).want(200)
	tag := got.header.Get("ETag")
	if tag != quoted(got.request().Version) || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("ETag %s, Cache-Control %s", tag, got.header.Get("Cache-Control"))
	}
	for value, status := range map[string]int{
		tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, "": 200, strings.Trim(tag, `"`): 200,
	} {
		got := w.do("author", "GET", at(v), nil, header{"If-None-Match", value}).want(status)
		if status == 304 && (len(got.body) > 0 || got.header.Get("ETag") != tag) {
			t.Errorf("304 with %q and ETag %s", got.body, got.header.Get("ETag"))
		}
	}
	// What the asker cannot see does not move their version.
	f := v.Groups[0].Files[0]
	w.do("checker1", "PUT", at(v, "files", string(f.ID), "vote"),
		map[string]any{"vote": review.Approve, "sha256": f.SHA256, "turn": v.Turn}).want(200)
	w.do("author", "GET", at(v), nil, header{"If-None-Match", tag}).want(304)
	w.do("checker2", "POST", at(v, "return"), `{"reason": "x"}`, header{"If-Match", w.do("checker2", "GET", at(v), nil).header.Get("ETag")}).want(200)
	w.do("author", "GET", at(v), nil, header{"If-None-Match", tag}).want(200)
}
