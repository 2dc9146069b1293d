package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/review"
)

// TestTooLarge sends twenty megabytes, with its length said and without.
func TestTooLarge(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		p.tokens["tpp"] = p.serviceToken("tpp")
		id := p.draft("researcher1", firstDose)
		comment := "/requests/" + id + "/comments"
		before := p.entries()
		for _, test := range []struct{ who, method, path, body string }{
			{"researcher1", "POST", comment, `{"group": "Group", "text": "%s"}`},
			{"researcher1", "POST", "/requests", `{"workspace": "demo-study-main", "title": "%s"}`},
			{"tpp", "PUT", "/job-requests/aaaaaaaaaaaaaaaa", `{"identifier": "aaaaaaaaaaaaaaaa", "project_yaml": "%s"}`},
		} {
			body := fmt.Sprintf(test.body, strings.Repeat("x", 20<<20))
			for _, length := range []int64{int64(len(body)), -1} {
				a := p.send(test.who, test.method, test.path, strings.NewReader(body), length)
				if a.status != 413 || a.code() != "too_large" {
					t.Errorf("%s %s with %d bytes said = %d %.200s, want 413 too_large", test.method, test.path, length, a.status, a.body)
				}
			}
		}
		if after := p.entries(); after != before {
			t.Errorf("%d entries, then %d", before, after)
		}
		// A stranger's body is not read at all, and what is allowed still is.
		if a := p.send("", "POST", comment, strings.NewReader(strings.Repeat("x", 20<<20)), -1); a.status != 401 {
			t.Errorf("a stranger's large body = %d, want 401", a.status)
		}
		p.want("researcher1", call{method: "POST", path: comment, body: object{"group": "Group", "text": strings.Repeat("y", 4000)}}, 201)
	})
}

// send sends a body of a length that is said, or with -1 in chunks.
func (p *program) send(who, method, path string, body io.Reader, length int64) answered {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+"/api/v1"+path, io.NopCloser(body))
	must(p.t, err)
	req.ContentLength = length
	req.Header.Set("Content-Type", "application/json")
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+p.tokens[who])
	}
	res, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(p.t, err)
	return answered{status: res.StatusCode, header: res.Header, body: b}
}

// entries counts what is in the log.
func (p *program) entries() int64 {
	p.t.Helper()
	report, err := p.app.store.Replay(p.t.Context())
	must(p.t, err)
	return report.Entries
}

// serviceToken makes the token by which a backend reports.
func (p *program) serviceToken(backend string) string {
	p.t.Helper()
	token, err := p.app.makeServiceToken(p.t.Context(), operatorActor(), backend, "test", time.Time{})
	must(p.t, err)
	return token
}

// TestStaleAndUnversioned sends acts on the whole request that were decided on
// another view, or on none that is named.
func TestStaleAndUnversioned(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		id := p.draft("researcher1", firstDose)
		act := func(name, version string) call {
			return call{method: "POST", path: "/requests/" + id + "/" + name, body: object{"reason": "why"}, version: version}
		}
		bare := func(name, version string) call {
			c := act(name, version)
			c.body = object{}
			return c
		}
		old := p.request("researcher1", id).Version
		p.want("researcher1", call{method: "PATCH", path: "/requests/" + id, body: object{"title": "Another"}}, 200)

		p.refused("observer1", bare("submit", ""), 403, "role")
		p.refused("checker1", bare("submit", ""), 404, "not_found")
		p.refused("researcher1", bare("submit", ""), 428, "if_match_missing")
		p.refused("researcher1", bare("submit", old), 409, "changed")
		p.refused("researcher1", bare("submit", "*"), 422, "invalid")
		p.act("researcher1", id, "submit", object{}, 200)
		p.refused("researcher1", bare("submit", ""), 428, "if_match_missing")

		p.review("checker1", id)
		seen := p.request("checker1", id).Version
		p.review("checker2", id)
		p.refused("checker1", act("return", seen), 409, "changed")
		p.refused("checker1", act("reject", seen), 409, "changed")
		p.refused("checker4", act("reject", ""), 403, "reviews_missing")
		files := object{"files": []review.FileBytes{}}
		p.refused("checker1", call{method: "POST", path: "/requests/" + id + "/approve", body: files, version: seen}, 409, "changed")
		p.refused("checker1", call{method: "POST", path: "/requests/" + id + "/approve", body: files}, 428, "if_match_missing")
		if v := p.request("checker1", id); v.Status != review.Reviewed {
			t.Fatalf("after what was refused the request is %s, want REVIEWED", v.Status)
		}
		stopped := p.request("researcher1", id).Version
		p.approve("checker1", id)
		p.refused("researcher1", act("stop", stopped), 409, "changed")
		p.refused("researcher1", act("stop", ""), 428, "if_match_missing")
		p.replayEqual()
	})
}

// TestSameActTwice sends acts under one key: again, changed, and many at once.
func TestSameActTwice(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		create := call{method: "POST", path: "/requests", key: "create", body: object{"workspace": demoWorkspace, "title": "Once"}}
		first := p.want("researcher1", create, 201)
		id := string(into[review.RequestView](t, first).ID)
		p.want("researcher1", call{method: "PATCH", path: "/requests/" + id, body: object{"title": "Changed since"}}, 200)
		if again := p.want("researcher1", create, 201); !bytes.Equal(again.body, first.body) || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("the same act again is answered\n%s\nwant\n%s", again.body, first.body)
		}
		other := create
		other.body = object{"workspace": demoWorkspace, "title": "Another"}
		p.refused("researcher1", other, 422, "key_reused")
		other = create
		other.path = "/requests/" + id + "/files"
		other.body = object{"group": "Group", "kind": "output", "paths": []string{firstDose}}
		p.refused("researcher1", other, 422, "key_reused")
		if a := p.want("researcher2", create, 201); string(into[review.RequestView](t, a).ID) == id {
			t.Error("somebody else's key of the same name is the same act")
		}

		// What was refused keeps no key: it may be done later.
		submit := call{method: "POST", path: "/requests/" + id + "/submit", key: "submit", body: object{}, version: p.request("researcher1", id).Version}
		p.refused("researcher1", submit, 422, "no_output")
		p.want("researcher1", call{method: "POST", path: "/requests/" + id + "/files", key: "files", body: other.body}, 200)
		p.want("researcher1", call{method: "PUT", path: "/requests/" + id + "/groups/Group", key: "group", body: object{
			"context": "What this is.", "controls": object{"codes": []string{"none"}, "text": "None."},
		}}, 200)
		p.answer("researcher1", id)
		submit.version = p.request("researcher1", id).Version
		done := p.want("researcher1", submit, 200)
		if again := p.want("researcher1", submit, 200); !bytes.Equal(again.body, done.body) {
			t.Errorf("submitting again is answered\n%s\nwant\n%s", again.body, done.body)
		}
		p.atOnce(id)
		p.replayEqual()
	})
}

// atOnce sends one act eight times at the same moment under one key, for many
// acts: each is done once, and all eight hear the same.
func (p *program) atOnce(id string) {
	p.t.Helper()
	const rounds = 12
	for round := range rounds {
		var answers [8]answered
		comment := call{method: "POST", path: "/requests/" + id + "/comments", key: fmt.Sprintf("comment-%d", round), body: object{
			"group": "Group", "text": fmt.Sprintf("Comment %d", round),
		}}
		p.together(len(answers), func(i int) (err error) {
			answers[i], err = p.try("checker1", comment)
			return err
		})
		for _, a := range answers {
			if a.status != 201 || !bytes.Equal(a.body, answers[0].body) {
				p.t.Errorf("round %d: %d %s, and %d %s", round, answers[0].status, answers[0].body, a.status, a.body)
			}
		}
	}
	if n := len(p.request("checker1", id).Groups[0].Comments); n != rounds {
		p.t.Errorf("%d comments were made, want %d", n, rounds)
	}
}

// together does a thing n times at the same moment, as nearly as can be.
func (p *program) together(n int, do func(i int) error) {
	p.t.Helper()
	var ready, all sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		all.Go(func() {
			ready.Done()
			<-start
			if err := do(i); err != nil {
				p.t.Error(err)
			}
		})
	}
	ready.Wait()
	close(start)
	all.Wait()
}

// TestRightsThatEnd shows that a role, a token and a scope work until the
// moment they end, and not after it.
func TestRightsThatEnd(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		id := p.submitted("researcher1", firstDose)
		v := p.request("checker1", id)
		vote := call{method: "PUT", path: "/requests/" + id + "/files/" + string(outputsOf(v)[0].ID) + "/vote", body: object{
			"vote": "approve", "sha256": outputsOf(v)[0].SHA256, "turn": v.Turn, "answer_to_findings": "Looked at.",
		}}
		p.want("checker1", vote, 200)
		p.endRole("checker1", review.OutputChecker, review.ScopeAll)
		p.refused("checker1", vote, 404, "not_found")
		p.refused("checker1", call{method: "GET", path: "/requests/" + id}, 404, "not_found")

		// Somebody who may still look is told that they may not act.
		recall := call{method: "POST", path: "/requests/" + id + "/recall", body: object{}, version: p.request("researcher1", id).Version}
		p.grant("researcher1", review.Observer, "project:demo-study")
		p.endRole("researcher1", review.Researcher, "project:demo-study")
		p.want("researcher1", call{method: "GET", path: "/requests/" + id}, 200)
		p.refused("researcher1", recall, 403, "role")
		p.refused("researcher1", call{method: "POST", path: "/requests", body: object{"workspace": demoWorkspace}}, 403, "role")
		p.endRole("researcher1", review.Observer, "project:demo-study")
		p.refused("researcher1", recall, 404, "not_found")
		p.refused("researcher1", call{method: "GET", path: "/workspaces/" + demoWorkspace}, 404, "not_found")
		p.want("researcher1", call{method: "GET", path: "/workspaces/vaccine-counts"}, 200)

		p.tokensThatEnd(id)
		p.replayEqual()
	})
}

// endRole takes a role away, as an operator does.
func (p *program) endRole(who string, role review.Role, scope review.Scope) {
	p.t.Helper()
	account, err := p.app.store.PersonByUsername(p.t.Context(), who)
	must(p.t, err)
	for _, g := range account.Grants {
		if g.Role == role && g.Scope == scope && g.Until.IsZero() {
			must(p.t, p.app.store.EndRole(p.t.Context(), byOperator(), account.ID, g.Role, g.Scope))
			return
		}
	}
	p.t.Fatalf("%s does not have the role %s of %s", who, role, scope)
}

func (p *program) grant(who string, role review.Role, scope review.Scope) {
	p.t.Helper()
	account, err := p.app.store.PersonByUsername(p.t.Context(), who)
	must(p.t, err)
	_, err = p.app.store.GrantRole(p.t.Context(), byOperator(), account.ID, role, scope)
	must(p.t, err)
}

// token makes another token for a person, and keeps it under a name.
func (p *program) token(who, as string, expires time.Time, scopes ...review.TokenScope) {
	p.t.Helper()
	account, err := p.app.store.PersonByUsername(p.t.Context(), who)
	must(p.t, err)
	p.tokens[as], err = p.app.makeToken(p.t.Context(), operatorActor(), account, "test", scopes, expires)
	must(p.t, err)
}

// until waits for something to be so.
func (p *program) until(what string, so func() bool) {
	p.t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-deadline:
			p.t.Fatalf("after a minute it is not so that %s", what)
		case <-tick.C:
		}
	}
}

// tokensThatEnd uses tokens that were ended, have expired, are cut short or
// narrowed by their scopes.
func (p *program) tokensThatEnd(id string) {
	p.t.Helper()
	me := call{method: "GET", path: "/me"}
	p.token("checker2", "ended", time.Time{})
	p.want("ended", me, 200)
	must(p.t, p.app.store.EndToken(p.t.Context(), byOperator(), strings.Split(p.tokens["ended"], "_")[1]))
	p.refused("ended", me, 401, "unauthenticated")
	p.token("checker2", "short", now().Add(time.Second))
	p.until("its short token has expired", func() bool { return p.do("short", me).status == 401 })
	for name, token := range map[string]string{
		"cut short": p.tokens["checker2"][:len(p.tokens["checker2"])-1], "longer": p.tokens["checker2"] + "A", "none": "", "words": "sp_a b",
	} {
		p.tokens["bad"] = token
		if a := p.do("bad", me); a.status != 401 || a.code() != "unauthenticated" {
			p.t.Errorf("a token that is %s = %d %s, want 401", name, a.status, a.body)
		}
	}

	v := p.request("checker2", id)
	file := "/requests/" + id + "/files/" + string(outputsOf(v)[0].ID)
	look, open := call{method: "GET", path: "/requests/" + id}, call{method: "GET", path: file + "/content"}
	vote := call{method: "PUT", path: file + "/vote", body: object{"vote": "approve", "sha256": outputsOf(v)[0].SHA256, "turn": v.Turn, "answer_to_findings": "Looked at."}}
	for _, test := range []struct {
		scopes           []review.TokenScope
		look, open, vote int
	}{
		{[]review.TokenScope{review.MayRead}, 200, 403, 403},
		{[]review.TokenScope{review.MayRead, review.MayContent}, 200, 200, 403},
		{[]review.TokenScope{review.MayRead, review.MayCheck}, 200, 403, 200},
		{[]review.TokenScope{review.MayCheck, review.MayContent}, 404, 404, 404},
	} {
		p.token("checker2", "narrow", time.Time{}, test.scopes...)
		if got := []int{p.do("narrow", look).status, p.do("narrow", open).status, p.do("narrow", vote).status}; got[0] != test.look || got[1] != test.open || got[2] != test.vote {
			p.t.Errorf("with the scopes %v, looking, opening, voting = %v, want %d, %d, %d", test.scopes, got, test.look, test.open, test.vote)
		}
	}
	p.token("auditor1", "narrow", time.Time{}, review.MayRead)
	p.refused("narrow", call{method: "GET", path: "/ledger/entries"}, 403, "role")
	p.token("researcher2", "narrow", time.Time{}, review.MayRead)
	p.refused("narrow", call{method: "POST", path: "/requests", body: object{"workspace": demoWorkspace}}, 403, "role")
	if account, err := p.app.store.PersonByUsername(p.t.Context(), "researcher2"); err != nil {
		p.t.Error(err)
	} else if _, err := p.app.makeToken(p.t.Context(), operatorActor(), account, "test", []review.TokenScope{review.MayCheck}, time.Time{}); err == nil {
		p.t.Error("a researcher got a token with the scope check")
	}
}
