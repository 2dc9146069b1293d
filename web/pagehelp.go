package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/auth"
	"sallyport/outputs"
	"sallyport/review"
	"sallyport/web/pages"
)

// showHelp answers GET /help and GET /help/:topic.
func (s *server) showHelp(c *gin.Context) error {
	p, ok := s.pages.help[param(c, "topic")]
	if !ok || c.Request.URL.Path == "/help/" {
		return review.ErrNotFound
	}
	address := "/help"
	if p.Topic != "" {
		address += "/" + p.Topic
	}
	return s.show(c, http.StatusOK, pages.Help{Frame: s.frame(c, p.Title), Topics: pages.HelpTopics(address), Page: p})
}

// ruleWorkspaces is how many workspaces the rules can be chosen by.
const ruleWorkspaces = 500

// showRules answers GET /help/rules: the rules of a workspace that the asker
// may see, or of the installation.
func (s *server) showRules(c *gin.Context) error {
	ctx, a := c.Request.Context(), actorOf(c)
	items, _, err := s.Workspaces.Workspaces(ctx, review.VisibleWorkspaces(a), "", ruleWorkspaces)
	if err != nil {
		return err
	}
	p := pages.Rules{Frame: s.frame(c, "The rules in force"), Topics: pages.HelpTopics("/help/rules"), Where: c.Query("workspace")}
	var at review.Place
	if p.Where != "" {
		if !outputs.ValidWorkspace(p.Where) {
			return review.ErrNotFound
		}
		w, err := s.knownNamed(c, p.Where)
		if err != nil {
			return err
		}
		at = w.Place
	}
	policy, err := s.Policy(ctx, at)
	if err != nil {
		return err
	}
	p.Groups = pages.RuleGroups(policy, review.AllLimits(), auth.SessionIdle, auth.SessionAge)
	if len(items) > 0 {
		p.Workspaces = []pages.Choice{{Text: "this installation", Chosen: p.Where == ""}}
	}
	for _, w := range items {
		name := w.Place.Workspace
		p.Workspaces = append(p.Workspaces, pages.Choice{Value: name, Text: "workspace " + name, Chosen: name == p.Where})
	}
	return s.show(c, http.StatusOK, p)
}
