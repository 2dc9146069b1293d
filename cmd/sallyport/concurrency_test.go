package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"sallyport/review"
)

// TestSecondReviewsAtOnce lets two checkers submit the reviews that complete a
// turn at the same moment, in a first turn and after a return, many times:
// both count, and the request is REVIEWED.
func TestSecondReviewsAtOnce(t *testing.T) {
	const rounds = 12
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		checkers := []string{"checker1", "checker2"}
		for _, path := range p.bulk("bulk-main", rounds) {
			id := p.draftIn("bulk-main", "researcher1", path)
			for turn := 1; turn <= 3; turn += 2 {
				p.act("researcher1", id, "submit", object{}, 200)
				for _, checker := range checkers {
					p.vote(checker, id, "approve")
				}
				p.together(len(checkers), func(i int) error {
					a, err := p.try(checkers[i], call{method: "POST", path: "/requests/" + id + "/review", body: object{}})
					if err == nil && a.status != 200 {
						err = fmt.Errorf("%s's review = %d %s", checkers[i], a.status, a.body)
					}
					return err
				})
				v := p.request("checker1", id)
				if v.Status != review.Reviewed || v.Reviews.Submitted != 2 || v.Turn != turn || outputsOf(v)[0].Decision != review.FileApproved {
					t.Fatalf("after two reviews in turn %d the request is %s in turn %d with %+v", turn, v.Status, v.Turn, v.Reviews)
				}
				if turn == 1 {
					p.act("checker1", id, "return", object{"reason": "once more"}, 200)
				}
			}
		}
		p.replayEqual()
	})
}

// person makes an account with roles and a token.
func (p *program) person(username string, role review.Role, scope review.Scope) {
	p.t.Helper()
	_, err := p.app.store.AddPerson(p.t.Context(), byOperator(), username, "")
	must(p.t, err)
	p.grant(username, role, scope)
	p.token(username, username, time.Time{})
}

// counts are how often somebody did an act: "checker1 vote_cast".
type counts struct {
	sync.Mutex
	of map[string]int
}

func (c *counts) add(who, act string) {
	c.Lock()
	defer c.Unlock()
	c.of[who+" "+act]++
}

// entryOfAct is the entry that an act leaves.
var entryOfAct = map[review.Act]string{
	review.ActComments: "comment_made", review.ActVote: "vote_cast", review.ActReview: "review_submitted",
	review.ActReturn: "request_returned", review.ActRecall: "request_recalled", review.ActSubmit: "request_submitted",
	review.ActApprove: "request_approved", review.ActStop: "approval_stopped", review.ActTitle: "title_changed",
}

// TestEightPeopleAtOnce lets eight people act on one request, each as fast as
// they can, each as they see it at that moment: whatever was answered as done
// has its entry, whatever has an entry was answered so, and the database is
// what the log amounts to.
func TestEightPeopleAtOnce(t *testing.T) {
	const acts = 80
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		who := []string{"researcher1", "researcher2", "checker1", "checker2", "checker4"}
		for i := 5; len(who) < 8; i++ {
			who = append(who, fmt.Sprintf("checker%d", i))
			p.person(who[len(who)-1], review.OutputChecker, review.ScopeAll)
		}
		id := p.submitted("researcher1", firstDose, ratesByAge, ratesBySex)
		// Returned once, it is never a draft again, which checkers do not see.
		p.act("checker1", id, "return", object{"reason": "begin"}, 200)
		done, refused := counts{of: map[string]int{}}, counts{of: map[string]int{}}
		for act, n := range p.entriesOf(id) { // what it took to get here
			done.of[act] = n
		}
		seed := rand.Uint64()
		p.together(len(who), func(i int) error {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for n := range acts {
				act, a, err := p.anAct(who[i], id, fmt.Sprint(n), r)
				switch {
				case err != nil:
					return err
				case a.status == http.StatusOK, a.status == http.StatusCreated:
					done.add(who[i], entryOfAct[act])
				case a.status >= 500, a.status == 404, a.status == 401, a.code() == "":
					return fmt.Errorf("seed %d: %s %s = %d %s", seed, who[i], act, a.status, a.body)
				default:
					refused.add(who[i], a.code())
				}
			}
			return nil
		})
		if entries := p.entriesOf(id); !maps.Equal(entries, done.of) {
			t.Errorf("seed %d: the log has\n%v\nanswered as done were\n%v", seed, entries, done.of)
		}
		total := 0
		for _, n := range done.of {
			total += n
		}
		t.Logf("%d acts were done: %v; refused were %v", total, done.of, refused.of)
		if total < acts {
			t.Errorf("seed %d: only %d acts were done", seed, total)
		}
		p.replayEqual()
	})
}

// entriesOf counts a request's entries by who and which act, as an auditor
// exports them. Votes that an approval or a group's change repeat for several
// files, and what is done at first, are counted like any other.
func (p *program) entriesOf(id string) map[string]int {
	p.t.Helper()
	a := p.want("auditor1", call{method: "GET", path: "/ledger/entries?format=jsonl&request=" + id}, 200)
	n := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(a.body)); lines.Scan(); {
		var line struct {
			Entry struct {
				Act   string `json:"act"`
				Actor struct {
					Username string `json:"username"`
				} `json:"actor"`
			} `json:"entry"`
		}
		must(p.t, json.Unmarshal(lines.Bytes(), &line))
		// An approval names each of its files in an entry beside its own.
		if line.Entry.Act != "file_approved" {
			n[line.Entry.Actor.Username+" "+line.Entry.Act]++
		}
	}
	return n
}

// likely is how often an act is tried where it is allowed.
var likely = map[review.Act]int{
	review.ActComments: 20, review.ActVote: 80, review.ActReview: 160, review.ActReturn: 10, review.ActRecall: 3,
	review.ActSubmit: 160, review.ActApprove: 40, review.ActStop: 80, review.ActTitle: 10,
}

// anAct looks at the request and does one act, most often one that is allowed.
func (p *program) anAct(who, id, word string, r *rand.Rand) (review.Act, answered, error) {
	look, err := p.try(who, call{method: "GET", path: "/requests/" + id})
	if err != nil {
		return "", look, err
	}
	var v review.RequestView
	if err := json.Unmarshal(look.body, &v); err != nil {
		return "", look, fmt.Errorf("look at the request: %d %s", look.status, look.body)
	}
	total, weights := 0, map[review.Act]int{}
	for _, a := range v.Allowed {
		w := likely[a.Act]
		if a.Act == review.ActReturn && v.Status != review.Reviewed {
			w = 1 // ends what the others are about to do
		}
		if !a.Allowed {
			w = (w + 19) / 20
		}
		weights[a.Act], total = w, total+w
	}
	pick, act := r.IntN(total), review.Act("")
	for _, a := range review.Acts {
		if pick -= weights[a]; pick < 0 {
			act = a
			break
		}
	}
	a, err := p.try(who, p.callFor(act, v, who+" "+word, r))
	return act, a, err
}

// callFor is a call that does an act, decided on a view.
func (p *program) callFor(act review.Act, v review.RequestView, words string, r *rand.Rand) call {
	base := "/requests/" + string(v.ID)
	c := call{method: "POST", path: base + "/" + string(act), body: object{}, version: v.Version}
	switch act {
	case review.ActTitle:
		return call{method: "PATCH", path: base, body: object{"title": words}}
	case review.ActAnswer:
		c.path, c.body = base+"/findings/answer", object{"findings": []string{"none"}, "text": words}
	case review.ActComments:
		visibility := review.Public
		if v.Phase != "author" && r.IntN(2) == 0 {
			visibility = review.Private
		}
		return call{method: "POST", path: base + "/comments", body: object{
			"group": "Group", "text": words, "visibility": visibility,
		}}
	case review.ActReview:
		c.version = ""
	case review.ActReturn, review.ActStop:
		c.body = object{"reason": words}
	case review.ActVote:
		files := outputsOf(v)
		f := files[r.IntN(len(files))]
		value := review.Approve
		if f.MyVote != nil && f.MyVote.Vote == review.Approve {
			value = review.RequestChanges
		}
		return call{method: "PUT", path: base + "/files/" + string(f.ID) + "/vote", body: object{
			"vote": value, "sha256": f.SHA256, "turn": v.Turn, "answer_to_findings": words,
		}}
	case review.ActApprove:
		files := []review.FileBytes{}
		for _, f := range outputsOf(v) {
			files = append(files, review.FileBytes{ID: f.ID, SHA256: f.SHA256})
		}
		c.body = object{"files": files, "acknowledge": words}
	}
	return c
}
