package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/policy"
	"sallyport/review"
	"sallyport/web/pages"
)

const policiesPage = adminPage + "/policies"

// historyShown is how many versions stand on a page.
const historyShown = 10

// inPolicies is the way down to a page about policies.
func inPolicies(below ...pages.Link) []pages.Link {
	return inAdmin(append([]pages.Link{{Text: "Policies", Href: policiesPage}}, below...)...)
}

// showPolicies answers GET /admin/policies.
func (s *server) showPolicies(c *gin.Context) error {
	ctx := c.Request.Context()
	items, next, err := s.Policies.PolicyList(ctx, c.Query("cursor"), defaultLimit)
	if err != nil {
		return err
	}
	scopes, err := s.Policies.PolicyScopes(ctx)
	if err != nil {
		return err
	}
	p := pages.Policies{Frame: s.frame(c, "Policies", inAdmin(pages.Link{Text: "Policies"})...)}
	listed := map[review.PolicyScope]bool{}
	for _, k := range items {
		listed[k.Scope] = true
		p.Rows = append(p.Rows, pages.NewPolicyRow(k, s.Now()))
	}
	for _, scope := range scopes {
		if !listed[scope] {
			p.Others = append(p.Others, pages.Link{Text: pages.PolicyName(scope), Href: pages.PolicyAddress(scope, "")})
		}
	}
	p.Pager = pagerOf(policiesPage, url.Values{}, c.Query("cursor"), next)
	return s.show(c, http.StatusOK, p)
}

// scopeParam is the scope that an address names.
func scopeParam(c *gin.Context) (review.PolicyScope, error) {
	if c.Param("kind") == "" {
		return review.InstallationPolicy, nil
	}
	scope := review.PolicyScope(c.Param("kind") + "/" + param(c, "name"))
	return scope, review.CheckPolicyScope(scope)
}

// showPolicyPage answers GET /admin/policies/installation and
// GET /admin/policies/:kind/:name.
func (s *server) showPolicyPage(c *gin.Context) error {
	return s.policyPage(c, http.StatusOK, nil, nil)
}

func (s *server) policyPage(c *gin.Context, status int, typed *pages.Typed, problems []policy.Problem) error {
	scope, err := scopeParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	found, err := s.Policies.Policy(ctx, scope, review.PolicyReaders(actorOf(c)))
	if err != nil {
		return err
	}
	installation, err := s.Policy(ctx, review.Place{})
	if err != nil {
		return err
	}
	frame, forms := s.built(c, typed, "", inPolicies(pages.Link{Text: pages.PolicyName(scope)})...)
	p := pages.NewPolicy(frame, found, installation, s.Now())
	if review.MayChangePolicy(actorOf(c), scope) == nil {
		form := forms.Form("policy", pages.PolicyAddress(scope, "/look"), url.Values{"document": {found.Document}})
		form.Version = strconv.Itoa(found.Version)
		p.Edit = &form
	}
	for _, x := range problems {
		p.Problems = append(p.Problems, x.String())
	}
	before, err := strconv.Atoi(c.Query("before"))
	if err != nil {
		before = 0
	}
	history, err := s.Policies.PolicyHistory(ctx, scope, before, historyShown+1)
	if err != nil {
		return err
	}
	p.History = pages.PolicyHistory(ctx, history, s.Now())
	if len(history) > historyShown {
		p.Older = pages.PolicyAddress(scope, "?before="+strconv.Itoa(history[historyShown-1].Entry))
	}
	return s.show(c, status, p)
}

// documentOf is the document of a form, with the line ends that documents have.
func documentOf(form url.Values) string {
	return strings.ReplaceAll(form.Get("document"), "\r\n", "\n")
}

// errDocument is shown above what is wrong with a document, line by line.
var errDocument = &review.Error{
	Kind: review.Invalid, Code: review.ErrInvalid.Code, Message: "The document was not taken, and what holds stays as it is. What you typed is kept below.",
}

// lookAtPolicy answers POST /admin/policies/:kind/:name/look: what a document
// would change. Nothing is changed by it.
func (s *server) lookAtPolicy(c *gin.Context) error {
	return s.policyLook(c, http.StatusOK, nil)
}

func (s *server) policyLook(c *gin.Context, status int, typed *pages.Typed) error {
	scope, err := scopeParam(c)
	if err != nil {
		return err
	}
	ctx, form := c.Request.Context(), formOf(c)
	found, err := s.Policies.Policy(ctx, scope, review.PolicyReaders(actorOf(c)))
	if err != nil {
		return err
	}
	text := documentOf(form)
	doc, problems := policy.Parse([]byte(text))
	if len(problems) == 0 && scope.Project() != "" {
		problems = doc.Tightens(found.Above)
	}
	if len(problems) > 0 {
		refused := typedOf(c, errDocument)
		refused.Form = "policy"
		return s.policyPage(c, http.StatusUnprocessableEntity, refused, problems)
	}
	holds := doc.Values.Over(found.Above)
	if scope.Project() != "" {
		holds = doc.Values.Within(found.Above)
	}
	frame, forms := s.built(c, typed, "Change the policy of "+pages.PolicyName(scope)+"?",
		inPolicies(pages.Link{Text: pages.PolicyName(scope), Href: pages.PolicyAddress(scope, "")}, pages.Link{Text: "Change"})...)
	p := pages.PolicyLook{
		Frame: frame, Heading: frame.Title, Diff: pages.NewDifference(ctx, pages.InYAML, found.Document, text),
		Changes: pages.ValueChanges(found.Holds, holds), Button: "Save the policy", Back: pages.PolicyAddress(scope, ""),
		Form: forms.Form("save", pages.PolicyAddress(scope, ""), url.Values{"document": {text}}),
	}
	p.Form.Version = form.Get("version")
	if review.PolicyTakesTwo(actorOf(c), found.Holds, holds) {
		p.Loosens, p.Button = review.Loosened(found.Holds, holds), "Ask another administrator"
	}
	return s.show(c, status, p)
}

// sendPolicy answers POST /admin/policies/:kind/:name.
func (s *server) sendPolicy(c *gin.Context) error {
	scope, err := scopeParam(c)
	if err != nil {
		return err
	}
	notice := "policy"
	cmd, err := formCommand(c, "")
	if err == nil {
		var out policy.Outcome
		out, err = s.Policies.ChangePolicy(c.Request.Context(), cmd, scope, documentOf(formOf(c)))
		if out.Confirmation != "" {
			notice = "policy-asked"
		}
	}
	return ended(c, err, pages.PolicyAddress(scope, ""), notice, func(status int, typed *pages.Typed) error {
		return s.policyLook(c, status, typed)
	})
}

// proposed is what a change of a policy that takes two would change.
func (s *server) proposed(ctx context.Context, found review.Confirmation) (pages.Proposed, error) {
	document, base, err := s.Policies.ProposedPolicy(ctx, found.ID)
	if err != nil {
		return pages.Proposed{}, err
	}
	now, err := s.Policies.Policy(ctx, found.Policy, review.Reach{All: true})
	if err != nil {
		return pages.Proposed{}, err
	}
	p := pages.Proposed{Href: pages.PolicyAddress(found.Policy, ""), Loosens: found.Loosens}
	if found.State == review.ConfirmationWaiting {
		p.Diff = pages.NewDifference(ctx, pages.InYAML, now.Document, document)
		p.Shown = true
		if now.Version != base {
			p.Stale = "The policy was changed after this was asked for, so it cannot be confirmed any more. Refuse it, and change the policy as it is now."
		}
	}
	return p, nil
}
