package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/mirrors"
	"sallyport/review"
	"sallyport/web/pages"
)

// comparison is a page of what differs between two commits.
type comparison struct {
	place review.Place
	named [2]string // the commits, as the address has them
	path  string
	from  code
	to    code
}

func (cp comparison) address(path string) string {
	return pages.CodeAddress(cp.place.Workspace, cp.named[0]+".."+cp.named[1], path, "")
}

// showComparison answers GET /code/:workspace/{from}..{to} and what is below
// it. Something in the workspace must name both commits.
func (s *server) showComparison(c *gin.Context, place review.Place, commits [2]string, below string) (err error) {
	ctx := c.Request.Context()
	from, err := s.findCode(ctx, place.Workspace, commits[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	to, err := s.findCode(ctx, place.Workspace, commits[1])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	cp := comparison{place: place, named: commits, path: below, from: from, to: to}
	p := pages.Comparison{
		Frame: s.frame(c, "Comparison of code in "+place.Workspace, cp.crumbs()...), Heading: "What changed in the code", Path: below,
		Sentence: "From commit `" + shortCommit(commits[0]) + "` to commit `" + shortCommit(commits[1]) + "`.", Facts: cp.facts(),
		Back: pages.Link{Text: "Back to the workspace", Href: workspaceAddress(place.Workspace, "")},
	}
	switch {
	case from.why != "":
		p.Why = from.why
	case to.why != "":
		p.Why = to.why
	default:
		if err := s.fillComparison(ctx, &p, cp); err != nil {
			return err
		}
	}
	if from.repo == to.repo {
		p.Outside = named("Compare them at the repository’s host", linkTo("", s.RepoLinks.Compare(to.repo, commits[0], commits[1])))
	}
	p.Fixed = p.Why == ""
	return s.show(c, http.StatusOK, p)
}

func (cp comparison) crumbs() []pages.Link {
	crumbs := codeCrumbs(codeAt{place: cp.place, named: cp.named[1]})
	crumbs[len(crumbs)-1] = pages.Link{Text: "Code from " + shortCommit(cp.named[0]) + " to " + shortCommit(cp.named[1]), Href: cp.address("")}
	if cp.path == "" {
		crumbs[len(crumbs)-1].Href = ""
		return crumbs
	}
	return append(crumbs, pages.Link{Text: cp.path})
}

func (cp comparison) facts() []pages.Fact {
	facts := []pages.Fact{reportedFact("Repository", cp.to.repo)}
	for i, side := range []struct {
		name string
		code code
	}{{"From", cp.from}, {"To", cp.to}} {
		commit := cp.named[i]
		if side.code.mirror != nil {
			commit = side.code.commit.ID
		}
		facts = append(facts, pages.Fact{
			Name: side.name, Text: commit, Mono: true, Href: pages.CodeAddress(cp.place.Workspace, cp.named[i], "", ""),
		})
		if side.code.commit.Subject != "" {
			facts = append(facts, pages.Fact{Name: "Message", Text: pages.Visible(side.code.commit.Subject)})
		}
	}
	return facts
}

// both finds a mirror that has both commits, and them in it. Repositories may
// share commits.
func (cp comparison) both(ctx context.Context) (m *mirrors.Mirror, from, to mirrors.Commit, err error) {
	for _, m = range []*mirrors.Mirror{cp.to.mirror, cp.from.mirror} {
		if from, err = m.Commit(ctx, cp.from.commit.ID); err == nil {
			to, err = m.Commit(ctx, cp.to.commit.ID)
		}
		if !errors.Is(err, mirrors.ErrNoCommit) {
			break
		}
	}
	return m, from, to, err
}

// fillComparison lists the files that differ, and shows one of them.
func (s *server) fillComparison(ctx context.Context, p *pages.Comparison, cp comparison) error {
	m, from, to, err := cp.both(ctx)
	if errors.Is(err, mirrors.ErrNoCommit) {
		p.Why = "The two commits are in different repositories, so they cannot be compared."
		return nil
	}
	var changes []mirrors.Change
	var more bool
	if err == nil {
		changes, more, err = m.Compare(ctx, from, to)
	}
	if err != nil {
		p.Why, err = s.noCode(ctx, err, cp.named[0])
		return err
	}
	p.Side = pages.CodeSide{Title: pages.Plural(len(changes), "file") + " changed", Empty: "The two commits have the same files."}
	if more {
		p.Side.Title = "The first " + p.Side.Title
		p.Side.More = "More files differ than are listed."
	}
	for _, change := range changes {
		p.Side.Items = append(p.Side.Items, cp.item(change))
	}
	if cp.path == "" {
		return nil
	}
	change, err := m.ChangeAt(ctx, from, to, cp.path)
	if errors.Is(err, mirrors.ErrNoFile) {
		return review.ErrNotFound
	}
	if err != nil {
		p.Diff.Why, err = s.noCode(ctx, err, cp.named[0])
		return err
	}
	return s.fillDifference(ctx, p, cp, m, change)
}

// item is a file in the list of those that differ.
func (cp comparison) item(change mirrors.Change) pages.CodeItem {
	sign := map[mirrors.What]string{mirrors.Added: "+", mirrors.Removed: "−", mirrors.Changed: "•"}[change.What]
	return pages.CodeItem{Href: cp.address(change.Path), Name: pages.CodeName(change.Path), Note: string(change.What), Sign: sign, Current: change.Path == cp.path}
}

// fillDifference shows how one file differs.
func (s *server) fillDifference(ctx context.Context, p *pages.Comparison, cp comparison, m *mirrors.Mirror, change mirrors.Change) error {
	p.What = strings.ToUpper(string(change.What[:1])) + string(change.What[1:])
	var texts [2]string
	for i, e := range []*mirrors.Entry{change.Old, change.New} {
		if e == nil {
			continue
		}
		when := [2]string{"before", "now"}[i]
		p.Whole = append(p.Whole, pages.Link{Text: "As it was at " + shortCommit(cp.named[i]), Href: pages.CodeAddress(cp.place.Workspace, cp.named[i], cp.path, "")})
		f, err := m.File(ctx, *e)
		var large *mirrors.TooLargeError
		switch {
		case errors.As(err, &large):
			p.Diff.Why = "It has " + pages.Size(large.Size) + " " + when + ": too many to be compared here."
		case err != nil:
			if p.Diff.Why, err = s.noCode(ctx, err, cp.named[i]); err != nil {
				return err
			}
		case f.Kind != mirrors.Text:
			p.Notes = append(p.Notes, "It is no text "+when+". "+inItsPlace(f))
		}
		texts[i] = string(f.Text)
	}
	switch {
	case p.Diff.Why != "":
	case len(p.Notes) > 0 && texts[0] == "" && texts[1] == "":
		p.Diff.Why = "There are no lines to be compared."
	default:
		p.Diff = pages.NewDifference(ctx, pages.LanguageOf(cp.path), texts[0], texts[1])
	}
	return nil
}
