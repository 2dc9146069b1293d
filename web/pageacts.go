package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// sent answers what a form of a request's pages sends: one command, then back
// to the page that the form stands on or, after an act on the whole request, to
// the overview. A refusal shows that page again, with what was typed.
func (s *server) sent(notice string, do sender) handler {
	return func(c *gin.Context) error {
		id := requestParam(c)
		cmd, err := formCommand(c, id)
		if err == nil {
			err = do(c.Request.Context(), c, cmd)
		}
		if err != nil {
			return s.refused(c, id, err)
		}
		back := backOf(c, id)
		if pages.Asks(review.Act(notice)) {
			back = pages.RequestAddress(id)
		}
		if ok, err := s.partsAfter(c, id, back, notice); ok {
			return err
		}
		return goTo(c, back, notice)
	}
}

// formCommand says who sends the form, under which key, and on which version
// they decided it. The same form sent twice is one act.
func formCommand(c *gin.Context, on review.RequestID) (review.Command, error) {
	form := formOf(c)
	key := form.Get("key")
	if len(key) > longestKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return review.Command{}, invalid("The form's key is not one that a page gave.")
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q\n%s", c.Request.Method, c.Request.URL.Path, form.Encode()))
	return review.Command{
		Key: key, Body: hex.EncodeToString(sum[:]), Actor: actorOf(c), On: on, BasedOn: form.Get("version"),
	}, nil
}

// longestKey bounds an idempotency key, as the API's document does.
const longestKey = 200

// backOf is the page that a form stands on: the overview of its request, or a
// page below it.
func backOf(c *gin.Context, id review.RequestID) string {
	overview := pages.RequestAddress(id)
	back := formOf(c).Get("back")
	below, ok := strings.CutPrefix(back, overview)
	if !ok || below != "" && !strings.HasPrefix(below, "/") && !strings.HasPrefix(below, "#") {
		return overview
	}
	for _, r := range below {
		if r <= ' ' || r > '~' || r == '\\' {
			return overview
		}
	}
	return back
}

// refused shows the page again that a form was sent from, with why it was
// refused and what was typed.
func (s *server) refused(c *gin.Context, id review.RequestID, err error) error {
	typed := typedOf(c, err)
	if typed == nil {
		return err
	}
	p := problemOf(err)
	clearHeaders(c.Writer.Header(), p)
	v, gone := s.Requests.Request(c.Request.Context(), actorOf(c), id)
	if gone != nil {
		return errors.Join(err, gone)
	}
	if errors.Is(err, review.ErrChanged) {
		typed.Since = s.happenedSince(c, id, typed.Values.Get("key"))
	}
	if ok, err := s.refusedInPlace(c, p.Status, v, backOf(c, id), typed); ok {
		return err
	}
	rest, _, _ := strings.Cut(strings.TrimPrefix(backOf(c, id), pages.RequestAddress(id)), "?")
	part, below, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	switch {
	case part == "findings":
		return s.findingsPage(c, p.Status, v, typed)
	case part == "files" && strings.Contains(below, "/findings/"):
		file, finding, _ := strings.Cut(below, "/findings/")
		return s.findingPage(c, p.Status, v, review.FileID(file), finding, typed)
	case part == "files" && below != "":
		return s.filePage(c, p.Status, v, review.FileID(below), typed)
	case pages.Asks(review.Act(part)):
		return s.actPage(c, p.Status, v, review.Act(part), typed)
	}
	return s.overviewPage(c, p.Status, v, typed)
}

// mostMeanwhile bounds what is told of what happened meanwhile.
const mostMeanwhile = 10

// happenedSince says what happened to a request since the page was made whose
// form has this key, as far as the asker may see it.
func (s *server) happenedSince(c *gin.Context, id review.RequestID, key string) []string {
	made := madeAt(key)
	if made.IsZero() {
		return nil
	}
	items, err := s.Requests.History(c.Request.Context(), actorOf(c), id)
	if err != nil { // the page says without it that something changed
		return nil
	}
	for len(items) > 0 && items[0].At.Before(made) {
		items = items[1:]
	}
	return pages.Happened(items[max(0, len(items)-mostMeanwhile):])
}

// madeAt is when a form's key was made: it begins with a ULID, which begins
// with a time. Zero for a key that does not.
func madeAt(key string) time.Time {
	const alphabet, digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 10
	if len(key) < digits {
		return time.Time{}
	}
	ms := int64(0)
	for _, r := range key[:digits] {
		n := strings.IndexRune(alphabet, r)
		if n < 0 {
			return time.Time{}
		}
		ms = ms<<5 | int64(n)
	}
	return time.UnixMilli(ms)
}

// typedOf is what was sent and why it was refused; nil for what is no refusal.
func typedOf(c *gin.Context, err error) *pages.Typed {
	e, ok := errors.AsType[*review.Error](err)
	if !ok || statuses[e.Kind] == 0 {
		return nil
	}
	form := formOf(c)
	typed := &pages.Typed{Form: form.Get("form"), Message: e.Message, Values: form}
	if errors.Is(err, review.ErrKeyReused) {
		typed.Message = "This form was sent before with other words, and that was done. " +
			"Look at what stands there now; what you typed is kept, and can be sent again."
	}
	return typed
}

// build is what a request's page is made with.
func (s *server) build(c *gin.Context, back string, typed *pages.Typed) pages.Build {
	b := pages.Build{Frame: s.frame(c, ""), Forms: pages.Forms{Key: s.NewID(), Back: back, Typed: typed}, Now: s.Now()}
	if a, ok := c.Get(actorKey); ok {
		b.Workspaces = !review.VisibleWorkspaces(a.(review.Actor)).None()
	}
	if typed != nil {
		b.Frame.Problem = &pages.Problem{Text: typed.Message, Href: "#form-" + url.PathEscape(typed.Form), Items: typed.Since}
		if len(typed.Since) > 0 {
			b.Frame.Problem.Text += " Since you opened the page:"
		}
	}
	return b
}

func (s *server) overviewPage(c *gin.Context, status int, v *review.RequestView, typed *pages.Typed) error {
	return s.show(c, status, s.overview(c, v, typed))
}

// overview is the page of a request that somebody looks at.
func (s *server) overview(c *gin.Context, v *review.RequestView, typed *pages.Typed) pages.Request {
	s.looked(c, v)
	b := s.build(c, pages.RequestAddress(v.ID), typed)
	query := c.Request.URL.Query()
	if shown, err := url.Parse(c.GetHeader("HX-Current-URL")); err == nil && wantsParts(c) {
		query = shown.Query()
	}
	b.Path, b.Open = query.Get("path"), query.Get("findings") == "open"
	p := pages.NewRequest(b, v)
	if a := actorOf(c); p.Poll.Address == "" && (a.HasAnywhere(review.Researcher) || a.HasAnywhere(review.Observer) || a.HasAnywhere(review.OutputChecker)) {
		p.Watch = watchRequest(v)
	}
	return p
}

func (s *server) actPage(c *gin.Context, status int, v *review.RequestView, act review.Act, typed *pages.Typed) error {
	return s.show(c, status, pages.NewAct(s.build(c, pages.RequestAddress(v.ID, string(act)), typed), v, act))
}

// wholeActs are the acts on the whole request.
func (s *server) wholeActs() map[review.Act]sender {
	plain := func(do func(context.Context, review.Command) error) sender {
		return func(ctx context.Context, _ *gin.Context, cmd review.Command) error { return do(ctx, cmd) }
	}
	reasoned := func(do func(context.Context, review.Command, string) error) sender {
		return func(ctx context.Context, c *gin.Context, cmd review.Command) error {
			return do(ctx, cmd, formOf(c).Get("reason"))
		}
	}
	return map[review.Act]sender{
		review.ActSubmit: plain(s.Requests.Submit), review.ActRecall: plain(s.Requests.Recall),
		review.ActReview: plain(s.Requests.SubmitReview), review.ActWithdraw: reasoned(s.Requests.Withdraw),
		review.ActReturn: reasoned(s.Requests.Return), review.ActReject: reasoned(s.Requests.Reject),
		review.ActStop: reasoned(s.Requests.Stop), review.ActApprove: s.sendApproval,
	}
}

// sendApproval approves the bytes that the page named.
func (s *server) sendApproval(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form := formOf(c)
	a := review.ApproveFiles{Acknowledge: form.Get("acknowledge"), Files: []review.FileBytes{}}
	for _, named := range form["file"] {
		id, sha, _ := strings.Cut(named, ":")
		a.Files = append(a.Files, review.FileBytes{ID: review.FileID(id), SHA256: sha})
	}
	return s.Requests.Approve(ctx, cmd, a)
}

func (s *server) sendTitle(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.SetTitle(ctx, cmd, formOf(c).Get("title"))
}

func (s *server) sendGroup(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form := formOf(c)
	return s.Requests.Describe(ctx, cmd, review.Described{
		Group: form.Get("group"), Context: form.Get("context"), Codes: form["code"], Text: form.Get("controls"),
	})
}

func (s *server) sendRequestChanges(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.RequestChangesInGroup(ctx, cmd, formOf(c).Get("group"))
}

func (s *server) sendResetVotes(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.ResetVotesInGroup(ctx, cmd, formOf(c).Get("group"))
}

// sendFile moves a file, or makes it another kind.
func (s *server) sendFile(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form, change := formOf(c), review.ChangeFile{File: fileParam(c)}
	if form.Has("group") {
		group := form.Get("group")
		change.Group = &group
	}
	if form.Has("kind") {
		kind := review.Kind(form.Get("kind"))
		change.Kind = &kind
	}
	return s.Requests.ChangeFile(ctx, cmd, change)
}

func (s *server) sendUpdate(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.UpdateFile(ctx, cmd, fileParam(c))
}

func (s *server) sendWithdrawFile(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.WithdrawFile(ctx, cmd, fileParam(c))
}

func (s *server) sendVote(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form := formOf(c)
	turn, err := strconv.Atoi(form.Get("turn"))
	if err != nil {
		return invalid("The vote does not say in which turn it was cast.")
	}
	return s.Requests.Vote(ctx, cmd, review.VoteOn{
		File: fileParam(c), SHA256: form.Get("sha256"), Turn: turn, Vote: review.VoteValue(form.Get("vote")),
		Answer: form.Get("answer_to_findings"),
	})
}

func (s *server) sendComment(ctx context.Context, c *gin.Context, cmd review.Command) error {
	form := formOf(c)
	place, err := placeOf(form)
	if err != nil {
		return err
	}
	_, err = s.Requests.Comment(ctx, cmd, review.NewComment{
		Group: form.Get("group"), File: review.FileID(form.Get("file")), Place: place, Text: form.Get("text"),
		Visibility: review.Visibility(form.Get("visibility")),
	})
	return err
}

// placeOf is the row of a table that a comment is about, and the column if it
// names one; nil for none.
func placeOf(form url.Values) (*review.Position, error) {
	if form.Get("row") == "" {
		return nil, nil
	}
	row, err := strconv.Atoi(form.Get("row"))
	if err != nil || row < 1 {
		return nil, invalid("The comment names a row that cannot be.")
	}
	return &review.Position{Row: row, Column: form.Get("column_name")}, nil
}

func (s *server) sendPublish(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.PublishComment(ctx, cmd, review.CommentID(param(c, "comment")))
}

func (s *server) sendDelete(ctx context.Context, c *gin.Context, cmd review.Command) error {
	return s.Requests.DeleteComment(ctx, cmd, review.CommentID(param(c, "comment")))
}

// showAct answers GET /requests/:id/<act>, the page that asks first.
func (s *server) showAct(act review.Act) handler {
	return func(c *gin.Context) error {
		v, err := s.Requests.Request(c.Request.Context(), actorOf(c), requestParam(c))
		if err != nil {
			return err
		}
		return s.actPage(c, http.StatusOK, v, act, nil)
	}
}
