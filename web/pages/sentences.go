package pages

import (
	"strings"

	"sallyport/review"
)

// deeds are what acts of the log did, as people say it after a name. What they
// are about stands between backticks; %g is the group.
var deeds = map[string]string{
	"request_created": "began the request", "title_changed": "changed the title", "group_created": "made the group %g",
	"group_described": "described the group %g", "file_added": "added %f", "file_moved": "moved %f to the group %g",
	"file_retyped": "changed what %f is asked for as", "file_updated": "took the workspace’s present bytes of %f",
	"file_withdrawn": "withdrew %f", "file_checked": "checked %f", "findings_answered": "answered findings of %f", "comment_made": "commented on %c", "comment_published": "made a comment public",
	"comment_deleted": "deleted a comment", "request_submitted": "submitted the request", "request_recalled": "took the request back",
	"vote_cast": "voted on %f", "vote_taken_back": "took the vote on %f back", "review_submitted": "submitted a review",
	"request_returned": "returned the request to its author", "request_rejected": "rejected the request",
	"file_approved": "approved %f for release", "request_approved": "approved the release", "approval_stopped": "stopped the release",
	"request_withdrawn": "withdrew the request", "delivery_begun": "began the delivery", "file_delivered": "delivered %f",
	"request_released": "finished the release", "file_opened": "opened %f", "file_downloaded": "downloaded %f",
	"person_added": "added %p", "role_granted": "gave %p %r", "role_ended": "took %r from %p",
	"policy_changed": "changed the policy", "policy_asked": "asked for a change of the policy that takes two administrators",
	"policy_refused": "refused the change of the policy", "policy_lapsed": "let a change of the policy lapse: nobody confirmed it in time",
	"role_asked": "asked that %p gets %r", "role_confirmed": "confirmed that %p gets %r",
	"role_refused": "refused %p %r", "role_lapsed": "let it lapse that %p gets %r",
	"token_made": "made a token for %p", "token_ended": "ended a token of %p",
	"identity_linked": "linked %p to a sign-in", "identity_unlinked": "unlinked %p from a sign-in",
	"workspace_placed": "said to which project the workspace %w belongs", "workspace_read": "read the outputs of %w",
	"job_request_reported": "reported a job request of %w",
}

// Deed is what an act is about.
type Deed struct {
	By        string
	Act       string
	Path      string
	Group     string
	Person    string
	Workspace string
	Role      review.Role
	Scope     review.Scope
	Vote      review.VoteValue
}

// Sentence says who did what. Names that stand in it are between backticks.
func (d Deed) Sentence() string { return d.By + " " + d.Words() }

// Words say what was done, after the name of who did it.
func (d Deed) Words() string {
	words, ok := deeds[d.Act]
	if !ok {
		return "did: " + strings.ReplaceAll(d.Act, "_", " ")
	}
	about := d.Path
	switch {
	case d.Act != "comment_made":
	case d.Path != "":
		words = strings.Replace(words, "%c", "%f", 1)
	case d.Group != "":
		words = strings.Replace(words, "%c", "the group %g", 1)
	}
	said := strings.NewReplacer(
		"%f", named(about, "a file"), "%c", "a group", "%g", quoted(d.Group), "%p", named(d.Person, "somebody"), "%w", named(d.Workspace, "a workspace"),
		"%r", roleSaid(d.Role, d.Scope),
	).Replace(words)
	if d.Vote != "" {
		said += ": " + voteWord(d.Vote)
	}
	return said
}

// roleSaid names a role and what it reaches.
func roleSaid(role review.Role, scope review.Scope) string {
	if role == "" {
		return "a role"
	}
	return "the role " + RoleName(role) + " of " + Reaches(scope)
}

// named is a name between backticks, or what is said where it is not known.
func named(name, unknown string) string {
	if name == "" {
		return unknown
	}
	return "`" + strings.ReplaceAll(name, "`", "'") + "`"
}

func quoted(group string) string {
	if group == "" {
		return ""
	}
	return "“" + group + "”"
}

// Happened says what each entry of a history was.
func Happened(items []review.HistoryItem) []string {
	var list []string
	for _, it := range items {
		list = append(list, deedOf(it).Sentence()+".")
	}
	return list
}

func deedOf(it review.HistoryItem) Deed {
	return Deed{By: it.By, Act: it.Act, Path: it.Path, Group: it.Group, Vote: it.Vote}
}

// turnOf is the number of the turn; "" of a draft that was never submitted.
func turnOf(v *review.RequestView) string {
	if v.Turn == 0 {
		return ""
	}
	return Count(v.Turn)
}
