package web

import (
	"context"
	"strings"
	"testing"

	"sallyport/review"
)

// TestHelp: every page of the help is there, for everybody who is signed in,
// and leads to the others.
func TestHelp(t *testing.T) {
	s := newSite(t)
	for at, says := range map[string]string{
		"/help": "What do you want to do?", "/help/request": "Name the controls", "/help/review": "Blind first",
		"/help/checks": "low-counts", "/help/words": "Statuses of a request", "/help/keys": "next file", "/help/rules": "Reviews needed",
	} {
		for _, who := range []string{"author", "checker1", "admin", "auditor"} {
			p := s.get(who, at).want(200, says, `href="`+at+`" aria-current="page"`)
			for _, other := range []string{"/help", "/help/request", "/help/review", "/help/words", "/help/keys", "/help/rules"} {
				p.want(200, `href="`+other+`"`)
			}
		}
		s.get("", at).to("/login?next=" + strings.ReplaceAll(at, "/", "%2F"))
	}
	for _, at := range []string{"/help/", "/help/nothing", "/help/..%2fwords", "/help/words/more", "/help/WORDS"} {
		s.get("author", at).want(404)
	}
	s.get("author", "/").want(200, `<a href="/help">`)
}

// TestRulesInForce: the values are today's, of the place that was chosen, and
// of no place that one may not know of.
func TestRulesInForce(t *testing.T) {
	var asked review.Place
	policy := review.Policy{
		ReviewsNeeded: 3, HoldSeconds: 5400, FileTypes: []string{".csv", ".ods"}, SizeLimit: 1 << 20, OutputsOfFailedJobs: true,
	}
	s := newSite(t, func(c *Config) {
		c.Policy = func(_ context.Context, p review.Place) (review.Policy, error) {
			asked = p
			return policy, nil
		}
	})
	s.get("author", "/help/rules").want(200, "<b>3</b>", "1 hour 30 minutes", ".csv .ods", "at most 1 MiB", "may be requested",
		"may not be requested", "is a researcher of the project may check it", "20,000 characters", "8 hours")
	if asked != (review.Place{}) {
		t.Errorf("asked for the rules of %+v, want those of the installation", asked)
	}
	s.get("author", "/help/rules?workspace=ws").want(200, `<option value="ws" selected>`, "in the workspace <b>ws</b>")
	if asked.Workspace != "ws" || asked.Project == "" {
		t.Errorf("asked for the rules of %+v, want those of ws", asked)
	}
	policy.CheckersOutsideProject, policy.HoldSeconds = true, 0
	s.get("author", "/help/rules").want(200, "does not check it", "<b>none</b>")
	for _, at := range []string{"nowhere", "%3Cem%3E", "..%2F..", strings.Repeat("x", 300)} {
		s.get("author", "/help/rules?workspace="+at).want(404).without("<em>")
	}
	s.get("outsider", "/help/rules?workspace=ws").want(404)
	s.get("outsider", "/help/rules").want(200).without(`value="ws"`)
}
