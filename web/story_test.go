package web

import (
	"context"
	"testing"
	"time"

	"sallyport/review"
)

// TestFromDraftToRelease goes through the main job once, every answer held
// against the document.
func TestFromDraftToRelease(t *testing.T) {
	w := newWorld(t)
	v := w.submitted("out/a.csv", "out/b.txt")
	if v.Status != review.Submitted {
		t.Fatalf("status %s after submit", v.Status)
	}
	v = w.reviewedBy(v, "checker1", "checker2")
	if v.Status != review.Reviewed {
		t.Fatalf("status %s after two reviews", v.Status)
	}
	w.do("checker1", "POST", at(v, "approve"), approval(v)).want(428, "if_match_missing")
	w.do("checker1", "POST", at(v, "approve"), approval(v), match("0123")).want(409, "changed")
	fresh := w.do("checker1", "GET", at(v), nil).want(200)
	v = w.do("checker1", "POST", at(v, "approve"), approval(v), header{"If-Match", fresh.header.Get("ETag")}).want(200).request()
	if v.Status != review.Approved || v.HeldUntil == nil {
		t.Fatalf("status %s, held until %v after approve", v.Status, v.HeldUntil)
	}

	w.now = w.now.Add(time.Hour)
	ctx := context.Background()
	if err := w.service.BeginDelivery(ctx, v.ID); err != nil {
		t.Fatal(err)
	}
	goods, err := w.service.Consignment(ctx, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	var arrived []review.Delivered
	for i, f := range goods.Files {
		arrived = append(arrived, review.Delivered{File: goods.IDs[i], SHA256: f.SHA256, Destination: "store", Location: f.Path})
	}
	if err := w.service.RecordDeliveries(ctx, v.ID, arrived); err != nil {
		t.Fatal(err)
	}

	if got := w.do("author", "GET", at(v), nil).want(200).request(); got.Status != review.Released || len(got.Receipts) != 2 {
		t.Errorf("status %s with %d receipts, want RELEASED with 2", got.Status, len(got.Receipts))
	}
	all := decoded[list[releaseItem]](w.do("author", "GET", "/releases", nil).want(200))
	if len(all.Items) != 1 || all.Items[0].ID != v.ID {
		t.Fatalf("releases: %+v", all)
	}
	address := "/releases/" + string(v.ID)
	one := decoded[releaseShown](w.do("author", "GET", address, nil).want(200))
	if len(one.Files) != 2 || len(one.Files[0].Receipts) != 1 {
		t.Fatalf("release: %+v", one)
	}
	w.do("outsider", "GET", address, nil).want(404, "not_found")
	got := w.do("author", "GET", address+"/files/"+string(one.Files[0].ID)+"/content?download=1", nil).want(200)
	if string(got.body) != w.files["out/a.csv"] {
		t.Errorf("downloaded %q", got.body)
	}
	w.do("auditor", "GET", address+"/files/"+string(one.Files[0].ID)+"/content", nil).want(403, "role")

	items := decoded[list[review.HistoryItem]](w.do("author", "GET", at(v, "history")+"?limit=3", nil).want(200))
	seen := len(items.Items)
	for items.Next != nil {
		items = decoded[list[review.HistoryItem]](w.do("author", "GET", at(v, "history")+"?limit=3&cursor="+*items.Next, nil).want(200))
		for _, it := range items.Items {
			if seen++; it.Number != seen {
				t.Errorf("entry %d of the history has the number %d", seen, it.Number)
			}
		}
	}
	if seen < 6 {
		t.Errorf("the history has %d entries", seen)
	}
}

// TestReturnAndResubmit goes the other way: comments, return, changes.
func TestReturnAndResubmit(t *testing.T) {
	w := newWorld(t)
	v := w.submitted("out/a.csv", "out/b.txt")
	file := v.Groups[0].Files[0]
	vote := map[string]any{"vote": "approve", "sha256": file.SHA256, "turn": v.Turn}
	w.do("checker1", "PUT", at(v, "files", string(file.ID), "vote"), vote).want(200)
	vote["vote"] = nil
	w.do("checker1", "PUT", at(v, "files", string(file.ID), "vote"), vote).want(200)
	w.do("checker1", "PUT", at(v, "files", string(file.ID), "vote"), vote).want(404, "not_found")
	w.do("checker1", "POST", at(v, "groups", "tables", "request-changes"), "{}").want(200)
	w.do("checker1", "POST", at(v, "groups", "tables", "reset-votes"), nil).want(200)
	made := decoded[struct{ ID string }](w.do("checker1", "POST", at(v, "comments"),
		`{"group": "tables", "file": "`+string(file.ID)+`", "place": {"row": 1, "column": "a"}, "text": "Round it."}`).want(201))
	seen := w.do("checker1", "POST", at(v, "comments", made.ID, "publish"), "{}").want(200).request()
	if c := seen.Groups[0].Comments; len(c) != 1 || c[0].Visibility != review.Public || c[0].Text != "Round it." {
		t.Fatalf("comments %+v", c)
	}
	if got := w.do("author", "GET", at(v), nil).want(200).request(); len(got.Groups[0].Comments) != 0 {
		t.Errorf("the author sees a comment of an open turn: %+v", got.Groups[0].Comments)
	}
	w.do("checker1", "POST", at(v, "return"), "{}", match(seen.Version)).want(422, "texts_missing")
	w.do("checker1", "POST", at(v, "return"), `{"reason": "Too early."}`, match(seen.Version)).want(200)

	v = w.do("author", "GET", at(v), nil).want(200).request()
	if v.Status != review.Returned || v.Returned == nil || v.Returned.Reason != "Too early." {
		t.Fatalf("after return: %s, %+v", v.Status, v.Returned)
	}
	w.do("author", "PATCH", at(v), `{"title": "Second"}`).want(200)
	w.do("author", "PUT", at(v, "groups", "other"), `{"context": "To help.", "controls": {"codes": ["none"]}}`).want(200)
	w.do("author", "PATCH", at(v, "files", string(file.ID)), `{"group": "other", "kind": "supporting"}`).want(200)
	w.do("author", "POST", at(v, "files", string(file.ID), "update"), "{}").want(422, "invalid")
	w.files["out/a.csv"] = "a,b\n5,5\n"
	w.do("author", "POST", at(v, "files", string(file.ID), "update"), nil).want(200)
	v = w.do("author", "DELETE", at(v, "files", string(file.ID)), nil).want(200).request()
	if v.Title != "Second" || v.Groups[1].Files[0].Kind != review.WithdrawnFile {
		t.Errorf("after changes: %q, %+v", v.Title, v.Groups)
	}
	own := decoded[struct{ ID string }](w.do("author", "POST", at(v, "comments"), `{"group": "tables", "text": "Done."}`).want(201))
	v = w.do("author", "DELETE", at(v, "comments", own.ID), nil).want(200).request()
	w.do("admin", "POST", at(v, "withdraw"), "{}", header{"If-Match", w.do("admin", "GET", at(v), nil).header.Get("ETag")}).want(422, "texts_missing")
	if v = w.do("author", "POST", at(v, "withdraw"), nil, match(v.Version)).want(200).request(); v.Status != review.Withdrawn {
		t.Errorf("after withdraw: %s", v.Status)
	}
}
