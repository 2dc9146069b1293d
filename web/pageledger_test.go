package web

import (
	"testing"

	"sallyport/ledger"
	"sallyport/review"
)

// TestLedgerSaysWho: an entry about somebody names them, and the role.
func TestLedgerSaysWho(t *testing.T) {
	s := newSite(t)
	b, err := ledger.Encode(ledger.Entry{
		Act: "role_granted", At: noon, Actor: ledger.Actor{ID: "idadmin", Username: "admin", Kind: ledger.Person},
		Role: "administrator", Grant: "g", Stream: "person/idchecker1", Version: 2, Program: "test",
		Subject: ledger.Subject{Person: string(s.people["checker1"].ID)},
		Event:   []byte(`{"v":1,"role":"output_checker","scope":"project:<i>"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.entries = append(s.entries, LogRow{ID: 1, Bytes: b, About: review.LogEntry{Act: "role_granted", By: "idadmin", Place: s.place}})
	s.get("auditor", "/ledger").want(200, "gave <code>checker1</code> the role output checker of the project &lt;i&gt;").without("<i>")
	s.get("auditor", "/").want(200, "the role output checker")
}
