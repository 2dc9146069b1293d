package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// wantsParts reports whether a page that is shown asks for what changes of it
// (htmx), and not a browser for a page.
func wantsParts(c *gin.Context) bool { return c.GetHeader("HX-Request") == "true" }

// showParts sends parts of a page, which take the places of those that are
// shown; without any, all of the page between its top and its foot.
func (s *server) showParts(c *gin.Context, status int, p pages.Shown, parts ...pages.Part) error {
	b, err := s.pages.Parts(p, parts...)
	if err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", b)
	return nil
}

// tellRefusal says why something is refused on a page that stays as it is, with
// what was typed.
func (s *server) tellRefusal(c *gin.Context, p problem, m pages.Message) error {
	told := pages.Told{Heading: m.Heading, Lines: m.Lines, Request: m.Request}
	if p.Status == http.StatusUnauthorized {
		told.Lines = []string{"Nothing was done. What you typed is still here: sign in in another tab, then come back and try again."}
		told.SignIn = loginAddress("/signed-in")
	}
	m.Title = ""
	return s.showParts(c, p.Status, m, pages.ToldPart(told))
}

// goOn sends a page on after an act: to the address, as a browser would go.
func goOn(c *gin.Context, address string) error {
	address, _, _ = strings.Cut(address, "#") // or it would be the same page
	c.Header("HX-Redirect", address)
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}

// versionHeader says which version of a view a page shows that asks for parts.
const versionHeader = "Sallyport-Version"

// partHeader names the part of another page that a page asks for.
const partHeader = "Sallyport-Part"

// partsAfter sends the parts of a page that change after an act that was done
// from it; ok is false where the page is to be left.
func (s *server) partsAfter(c *gin.Context, id review.RequestID, back, notice string) (ok bool, err error) {
	if !wantsParts(c) {
		return false, nil
	}
	v, err := s.Requests.Request(c.Request.Context(), actorOf(c), id)
	if err != nil {
		return true, errors.Join(errDoneUnseen, err)
	}
	words := notices[notice]
	rest, _, _ := strings.Cut(strings.TrimPrefix(back, pages.RequestAddress(id)), "?")
	part, below, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	switch {
	case part == "files":
		if p := s.requestFile(c, v, review.FileID(below), pages.Content{}, pages.Checked{}, nil); p != nil {
			return true, s.showParts(c, http.StatusOK, p, p.After(formOf(c).Get("form"), words)...)
		}
	case part == "findings":
		p := s.findings(c, v, nil)
		return true, s.showParts(c, http.StatusOK, p, p.After(words)...)
	case rest == "" || strings.HasPrefix(rest, "#"):
		p := s.overview(c, v, nil)
		parts := p.After(c.GetHeader(targetHeader), words)
		if len(parts) == 0 {
			p.Notice = words
		}
		return true, s.showParts(c, http.StatusOK, p, parts...)
	}
	return false, nil
}

// polls reports whether a page asks only for what changed since it was shown.
func polls(c *gin.Context) bool { return wantsParts(c) && c.GetHeader(versionHeader) != "" }

// answerPoll sends a page anew if it is another version than the asker's, and
// says what is so now.
func (s *server) answerPoll(c *gin.Context, p pages.Shown, version, words string) error {
	return s.answerPollWith(c, p, version, pages.Said(words), pages.MainPart)
}

// answerPollWith sends the parts of a page that may have changed, if it is
// another version than the asker's.
func (s *server) answerPollWith(c *gin.Context, p pages.Shown, version string, parts ...pages.Part) error {
	if c.GetHeader(versionHeader) == version {
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	}
	return s.showParts(c, http.StatusOK, p, parts...)
}

// targetHeader is the id of what a page expects to be changed.
const targetHeader = "HX-Target"

// refusedInPlace sends the parts of a page that say why a form was refused; ok
// is false where all of the page does.
func (s *server) refusedInPlace(c *gin.Context, status int, v *review.RequestView, back string, typed *pages.Typed) (ok bool, err error) {
	if !wantsParts(c) || status != http.StatusUnprocessableEntity {
		return false, nil
	}
	rest, _, _ := strings.Cut(strings.TrimPrefix(back, pages.RequestAddress(v.ID)), "?")
	if part, below, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/"); part == "files" {
		if p := s.requestFile(c, v, review.FileID(below), pages.Content{}, pages.Checked{}, typed); p != nil {
			if parts := p.Refused(typed.Form); len(parts) > 0 {
				return true, s.showParts(c, status, p, parts...)
			}
		}
		return false, nil
	} else if part == "findings" {
		p := s.findings(c, v, typed)
		return true, s.showParts(c, status, p, p.Refused()...)
	}
	p := s.overview(c, v, typed)
	if group, ok := p.GroupPart(c.GetHeader(targetHeader)); ok && rest == "" {
		return true, s.showParts(c, status, p, group)
	}
	return false, nil
}
