package web

import (
	"strings"
	"testing"
)

// TestLongAddresses: what an address asks for in vain is not repeated in all
// the others of the page.
func TestLongAddresses(t *testing.T) {
	s, one, _ := newCodeSite(t)
	long, most := strings.Repeat("A", 40_000), 1<<20
	if p := s.get("checker1", codeOf(one[0], "/many")+"?action="+long).want(200, "Names 1–500"); len(p.body) > most {
		t.Errorf("a folder of code with a long action has %d bytes", len(p.body))
	}
	r := reportedTo(t, manyActions(100))
	for _, name := range []string{"text", "level", "may", "status", "after", "job", "row", "file", "action"} {
		if p := r.get("author", "/job-requests/manymanymanymany?"+name+"="+long).want(200); len(p.body) > most {
			t.Errorf("a job request with a long %s has %d bytes", name, len(p.body))
		}
	}
}
