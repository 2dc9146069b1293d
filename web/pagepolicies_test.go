package web

import (
	"strings"
	"testing"

	"sallyport/review"
)

func TestPolicyPages(t *testing.T) {
	s := newAdminSite(t)
	const organisation, project = "/admin/policies/organisation/org", "/admin/policies/project/one"
	s.get("admin", "/admin").want(200, `href="/admin/policies"`)
	s.get("admin", "/admin/policies").want(200, "the installation", "the organisation org", "the project &lt;em&gt;").without("<em>")
	s.get("admin", "/admin/policies/installation").want(200, "POLICY_DIR", "Low counts", "1 to 7").without("<textarea")
	s.get("admin", "/admin/policies/workspace/ws").want(404)
	p := s.get("admin", organisation).want(200, "It has no document of its own", "the installation", "<textarea")

	// What is wrong is said with its line, and what was typed is kept.
	form := p.form(organisation+"/look", 0)
	s.post("admin", organisation+"/look", with(form, "document", "hold: 5\r\n<em>: \"x\"\r\n")).
		want(422, "line 1, column 7: hold:", "line 2, column 1: There is no key", "hold: 5\n&lt;em&gt;", "What you typed is kept").without("<em>")
	// What is right is looked at before it is saved.
	look := s.post("admin", organisation+"/look", with(form, "document", "# ours\r\nchecks: {threshold: 10}\r\n")).
		want(200, "What changes", "1 to 7", "1 to 10", "added", "Save the policy").without("second administrator")
	if len(s.policies.versions) > 0 {
		t.Fatal("looking at a change changed something")
	}
	save := look.form(organisation, 0)
	for range 2 { // a double click
		s.post("admin", organisation, save).to(organisation)
	}
	s.get("admin", organisation).want(200, "Version 1", "by admin", "1 to 10", "this organisation", "# ours", "It concerns 1 workspace")
	s.get("admin", project).want(200, "1 to 10", "<td class=\"path\" data-label=\"Said by\">org</td>")
	s.post("admin", organisation, with(save, "key", "other", "document", "hold: 1h")).want(409, "changed while you were looking", "hold: 1h")

	// A project may not loosen.
	form = s.get("admin", project).form(project+"/look", 0)
	s.post("admin", project+"/look", with(form, "document", "checks: {threshold: 8}")).want(422, "line 1, column 21: checks.threshold: A project may only tighten")
}

func TestPolicyThatTakesTwo(t *testing.T) {
	s := newAdminSite(t)
	const organisation = "/admin/policies/organisation/org"
	form := s.get("admin", organisation).form(organisation+"/look", 0)
	look := s.post("admin", organisation+"/look", with(form, "document", "reviews_needed: 1")).
		want(200, "second administrator", "one review instead of two", "Ask another administrator")
	s.post("admin", organisation, look.form(organisation, 0)).to(organisation)
	waits := s.registry.confirmations[0]
	if waits.Policy != "organisation/org" || waits.State != review.ConfirmationWaiting {
		t.Fatalf("waits %+v", waits)
	}
	at := "/admin/confirmations/" + waits.ID
	s.get("admin", organisation).want(200, "A change waits for a second administrator", at)
	s.get("admin", at).want(200, "Policy of the organisation org", "one review instead of two", "reviews_needed", "another administrator has to confirm it")
	p := s.get("admin2", at).want(200, "Confirm: change the policy")
	s.get("admin2", "/admin/confirmations").want(200, "Policy of the organisation org", "You can confirm it")
	s.get("admin2", "/").want(200, "Policy of the organisation org")
	s.post("admin2", at, with(p.form(at, 0), "decision", "confirm")).to(at)
	if s.registry.confirmations[0].State != review.ConfirmationConfirmed {
		t.Errorf("it is %s", s.registry.confirmations[0].State)
	}
}

// The rules in force name what the checks ask for, in words.
func TestRulesOfChecks(t *testing.T) {
	s := newSite(t)
	s.policy.Checks.ZeroIsLow, s.policy.Checks.Rounding, s.policy.Checks.Off = true, "midpoint-6", []string{"rows"}
	s.policy.Checks.Patterns = []review.PolicyPattern{{Name: `<em>number`, Like: "x"}}
	page := s.get("author", "/help/rules?workspace=ws").want(200, "Low counts", "0 to 7", "to the midpoint of six", "the largest 2 at most 90%", "rows", "&lt;em&gt;number").without("<em>")
	if strings.Contains(page.body, "like") && strings.Contains(page.body, ">x<") {
		t.Error("the page shows how an identifier is found")
	}
}
