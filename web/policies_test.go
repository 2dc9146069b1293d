package web

import (
	"strings"
	"testing"

	"sallyport/review"
)

const (
	ofOrganisation = "/policies/organisation%2Forg"
	ofProject      = "/policies/project%2Fone"
)

func TestPolicies(t *testing.T) {
	w := newWorld(t)
	based := func(version string) header { return header{"If-Match", `"` + version + `"`} }
	for _, who := range []string{"author", "checker1", "auditor"} {
		w.do(who, "PUT", ofProject, `{"reviews_needed": 3}`, based("0")).want(403, "role")
		w.do(who, "GET", "/policies", nil).want(403, "role")
	}
	w.do("admin", "PUT", ofProject, `{"reviews_needed": 3}`).want(428, "if_match_missing")
	w.do("admin", "PUT", "/policies/installation", `{"reviews_needed": 3}`, based("0")).want(403, "role")
	for _, scope := range []string{"workspace%2Fws", "project", "project%2F", "x", "project%2F%20a", "project%2Fa%0Ab"} {
		w.do("admin", "GET", "/policies/"+scope, nil).want(404, "not_found")
	}
	w.do("admin", "PUT", ofOrganisation, `{"reviews_needed": "three"}`, based("0")).want(422, "invalid")
	got := decoded[policyShown](w.do("admin", "PUT", ofOrganisation, `{"document": "# three\nreviews_needed: 3\n"}`, based("0"), key("k")).want(200))
	if got.Version != 1 || got.Policy.ReviewsNeeded != 3 || *got.Document != "# three\nreviews_needed: 3\n" || *got.ChangedBy != "admin" || len(got.History) != 1 {
		t.Errorf("changed %+v", got)
	}
	w.do("admin", "PUT", ofOrganisation, `{"hold": "1h"}`, based("0")).want(409, "changed")
	r := w.do("admin", "PUT", ofProject, `{"reviews_needed": 2}`, based("0")).want(422, "invalid")
	if !strings.Contains(string(r.body), "line 1, column 20: reviews_needed: A project may only tighten") {
		t.Errorf("a project that loosens: %s", r.body)
	}
	// What loosens waits, and is confirmed by another administrator.
	got = decoded[policyShown](w.do("admin", "PUT", ofOrganisation, `{"reviews_needed": 1}`, based("1")).want(202))
	if got.Version != 1 || got.Waiting == nil {
		t.Fatalf("loosened %+v", got)
	}
	c := decoded[confirmation](w.do("admin", "GET", "/confirmations/"+*got.Waiting, nil).want(200))
	if c.Policy == nil || *c.Policy != "organisation/org" || c.Role != nil || c.Person != nil || len(c.Loosens) != 1 || c.MayConfirm {
		t.Errorf("waits %+v", c)
	}
	if listed := decoded[list[policyListed]](w.do("admin", "GET", "/policies", nil).want(200)); len(listed.Items) != 1 || listed.Items[0].Scope != "organisation/org" {
		t.Errorf("listed %+v", listed)
	}
}

// What holds is read by who sees a workspace of it; documents and their history
// by administrators and auditors.
func TestWhoReadsPolicies(t *testing.T) {
	w := newWorld(t)
	w.do("admin", "PUT", ofOrganisation, `{"reviews_needed": 3}`, header{"If-Match", `"0"`}).want(200)
	for who, sees := range map[string]string{
		"author": "what holds", "checker1": "what holds", "observer": "what holds", "auditor": "all", "admin": "all", "outsider": "nothing",
	} {
		r := w.do(who, "GET", ofOrganisation, nil)
		if sees == "nothing" {
			r.want(404, "not_found")
			continue
		}
		got := decoded[policyShown](r.want(200))
		if got.Policy.ReviewsNeeded != 3 || got.PolicyHash != got.Policy.Hash() || (got.Document != nil) != (sees == "all") || (len(got.History) > 0) != (sees == "all") {
			t.Errorf("%s reads %+v, want %s", who, got, sees)
		}
		if got := decoded[policyShown](w.do(who, "GET", "/policies/installation", nil).want(200)); got.Policy.ReviewsNeeded != review.DefaultPolicy().ReviewsNeeded {
			t.Errorf("%s reads of the installation %+v", who, got)
		}
	}
}
