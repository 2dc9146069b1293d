package web

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/review"
)

// TestListsSayWhatIsNext: a list says what whoever asks does next, how far
// their review is, and what changed since they looked: of what they see alone.
func TestListsSayWhatIsNext(t *testing.T) {
	s := newSite(t)
	v := s.submitted("out/a.csv", "out/b.txt")
	overview := "/requests/" + string(v.ID)
	s.get("checker1", "/").want(200, "Begin your review: 2 files to vote on.").without("changed since")
	s.get("checker1", "/queue").want(200, "0 of 2 voted", "0 of 2")
	s.get("checker1", overview).want(200)
	for _, f := range v.Groups[0].Files {
		s.do("checker2", "PUT", at(v, "files", string(f.ID), "vote"), map[string]any{"vote": "approve", "sha256": f.SHA256, "turn": v.Turn}).want(200)
	}
	s.get("checker1", "/queue").want(200, "0 of 2 voted").without("changed since") // blind
	s.get("checker2", "/queue").want(200, "2 of 2 voted", "Every file has your vote")
	s.get("author", overview).want(200)
	s.do("checker2", "POST", at(v, "review"), "{}").want(200)
	for who, list := range map[string]string{"checker1": "/queue", "author": "/requests"} {
		s.get(who, list).want(200, "changed since you looked", "1 of 2")
		s.get(who, "/").want(200, "Changed since you looked")
		s.get(who, overview).want(200)
		s.get(who, list).want(200).without("changed since you looked")
	}
	s.get("checker2", "/queue?queue=waiting").want(200, "is in").without("changed since")
}

// TestFiltersStayInTheAddress: what narrows a list is kept by its tabs, its
// fields and its pages.
func TestFiltersStayInTheAddress(t *testing.T) {
	s := newSite(t)
	s.submitted()
	s.get("checker1", "/queue?project=one&backend=tpp&author=author").
		want(200, `href="/queue?author=author&amp;backend=tpp&amp;project=one&amp;queue=waiting"`, `value="tpp"`, "Clear the filter", "0 of 1 voted")
	s.get("checker1", "/queue?project="+url.QueryEscape(`<em>"`)).want(200, "is like that", "&lt;em&gt;").without("<em>")
	s.get("checker1", "/queue?age=7").want(200, "is like that")
	s.now = noon.Add(8 * 24 * time.Hour)
	s.get("checker1", "/queue?age=7").want(200, "0 of 1 voted")
	s.get("checker1", "/queue?age=no").want(200, "0 of 1 voted")
	s.get("admin", "/requests?project=one").want(200, "is like that") // whose view has no project
	s.get("author", "/requests?status="+string(review.Submitted)+"&sort=oldest").want(200, "Submitted", "selected")
}

// TestLedgerPage: the latest entries come first, as sentences, a page at a
// time; what cannot be looked up keeps what was typed.
func TestLedgerPage(t *testing.T) {
	s := newSite(t)
	s.fill(10)
	s.get("auditor", "/").want(200, "The latest entries of the ledger", "added a file")
	p := s.get("auditor", "/ledger").want(200, "added a file", `data-label="Entry">10<`, "/ledger/export?format=csv").without(`data-label="Entry">9<`)
	if strings.Index(p.body, `data-label="Entry">10<`) > strings.Index(p.body, `data-label="Entry">8<`) {
		t.Error("the latest entry does not come first")
	}
	next := base64.RawURLEncoding.EncodeToString([]byte("8"))
	s.get("auditor", "/ledger?cursor="+next).want(200, `data-label="Entry">7<`, "Back to the first page").without(`data-label="Entry">8<`)
	s.get("auditor", "/ledger?order=oldest&cursor="+next).want(200, `data-label="Entry">10<`).without(`data-label="Entry">7<`)
	s.get("auditor", "/ledger?from=no&person="+url.QueryEscape(`<em>"`)).want(422, "is a date such as", "There is a problem", "&lt;em&gt;").without("<em>")
	s.get("author", "/").want(200).without("ledger")
}
