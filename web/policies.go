package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/policy"
	"sallyport/review"
)

// policyVersion is a version of a document, as it is shown.
type policyVersion struct {
	Version      int            `json:"version"`
	Document     string         `json:"document"`
	ChangedAt    time.Time      `json:"changed_at"`
	ChangedBy    string         `json:"changed_by"`
	AskedBy      *string        `json:"asked_by"`
	Confirmation *string        `json:"confirmation"`
	Values       *policy.Values `json:"values"`
}

// policyShown is what holds for a scope, as it is shown. What is written in
// documents, and by whom, is for administrators and auditors.
type policyShown struct {
	Scope         review.PolicyScope `json:"scope"`
	Version       int                `json:"version"`
	Policy        review.Policy      `json:"policy"`
	PolicyHash    string             `json:"policy_hash"`
	Organisations []string           `json:"organisations"`
	Document      *string            `json:"document"`
	ChangedAt     *time.Time         `json:"changed_at"`
	ChangedBy     *string            `json:"changed_by"`
	Waiting       *string            `json:"waiting"`
	History       []policyVersion    `json:"history"`
}

// policyListed is a policy in a list.
type policyListed struct {
	Scope     review.PolicyScope `json:"scope"`
	Version   int                `json:"version"`
	ChangedAt time.Time          `json:"changed_at"`
	ChangedBy string             `json:"changed_by"`
}

// mostVersions is how many versions of a policy are listed with it.
const mostVersions = 50

// listPolicies answers GET /policies.
func (s *server) listPolicies(c *gin.Context) error {
	if err := review.MayAdminister(actorOf(c)); err != nil {
		return err
	}
	cursor, limit := page(c)
	items, next, err := s.Policies.PolicyList(c.Request.Context(), cursor, limit)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, func(k policy.Kept) policyListed {
		return policyListed{k.Scope, k.Version, k.Changed.UTC(), k.By.Username}
	}))
}

// policyTag is the ETag of a version of a policy.
func policyTag(version int) string { return quoted(strconv.Itoa(version)) }

// showPolicy answers GET /policies/{scope}.
func (s *server) showPolicy(c *gin.Context) error {
	shown, err := s.policyOf(c.Request.Context(), actorOf(c), review.PolicyScope(param(c, "scope")))
	if err != nil {
		return err
	}
	c.Header("ETag", policyTag(shown.Version))
	return send(c, shown)
}

// policyOf is a policy as somebody may see it.
func (s *server) policyOf(ctx context.Context, by review.Actor, scope review.PolicyScope) (policyShown, error) {
	found, err := s.Policies.Policy(ctx, scope, review.PolicyReaders(by))
	if err != nil {
		return policyShown{}, err
	}
	shown := policyShown{
		Scope: scope, Version: found.Version, Policy: found.Holds, PolicyHash: found.Holds.Hash(), Organisations: []string{}, History: []policyVersion{},
	}
	if !readsHistory(by, found) || scope == review.InstallationPolicy {
		return shown, nil
	}
	shown.Organisations = append(shown.Organisations, found.Organisations...)
	shown.Document, shown.Waiting = &found.Document, optional(found.Waiting)
	if found.Version > 0 {
		shown.ChangedAt, shown.ChangedBy = timeShown(found.Changed), &found.By.Username
	}
	history, err := s.Policies.PolicyHistory(ctx, scope, 0, mostVersions)
	for _, k := range history {
		shown.History = append(shown.History, policyVersion{
			Version: k.Version, Document: k.Document, ChangedAt: k.Changed.UTC(), ChangedBy: k.By.Username,
			AskedBy: optional(k.AskedBy.Username), Confirmation: optional(k.Confirmed), Values: &k.Values,
		})
	}
	return shown, err
}

// readsHistory reports whether somebody reads what was written in a policy's
// document, and by whom.
func readsHistory(by review.Actor, found policy.Found) bool {
	reach := review.PolicyHistoryReaders(by)
	if len(found.Organisations) == 0 {
		return reach.CoversPolicy(found.Scope, "")
	}
	for _, organisation := range found.Organisations {
		if reach.CoversPolicy(found.Scope, organisation) {
			return true
		}
	}
	return false
}

// errPolicyVersion asks for the version that a change was made on.
var errPolicyVersion = &review.Error{
	Kind: review.Precondition, Code: review.ErrIfMatch.Code, Message: "This act needs If-Match with the version of the policy that you decided on.",
}

// changePolicy answers PUT /policies/{scope}. The body is the document as JSON,
// or a JSON object whose only member, document, is its YAML.
func (s *server) changePolicy(c *gin.Context) error {
	scope := review.PolicyScope(param(c, "scope"))
	document := string(bodyOf(c))
	var wrapped map[string]json.RawMessage
	if json.Unmarshal(bodyOf(c), &wrapped) == nil && len(wrapped) == 1 && wrapped["document"] != nil {
		if err := json.Unmarshal(wrapped["document"], &document); err != nil {
			return invalid("The document is not a text.")
		}
	}
	return s.administer(c, func(ctx context.Context, cmd review.Command) (answer, error) {
		if err := review.MayChangePolicy(cmd.Actor, scope); err != nil {
			return answer{}, err
		}
		if cmd.BasedOn == "" {
			return answer{}, errPolicyVersion
		}
		out, err := s.Policies.ChangePolicy(ctx, cmd, scope, document)
		if err != nil {
			return answer{}, err
		}
		shown, err := s.policyOf(ctx, cmd.Actor, scope)
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		status := http.StatusOK
		if out.Confirmation != "" {
			status = http.StatusAccepted
		}
		a, err := answerWith(status, "", shown)
		a.ETag = policyTag(shown.Version)
		return a, err
	})
}
