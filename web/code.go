package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sallyport/mirrors"
	"sallyport/pipeline"
	"sallyport/review"
)

// CodeName names code: a commit of a repository, as a workspace's outputs or
// job requests have it. Repo is "" if nobody said which repository.
type CodeName struct {
	Repo   string
	Commit string
}

// code is the code at a commit that something in a workspace names, as far as
// it is here.
type code struct {
	repo   string // "" if nobody said
	mirror *mirrors.Mirror
	commit mirrors.Commit
	why    string // why there is no mirror with it; "" if there is
}

// close lets go of the code's mirror.
func (f code) close() error {
	if f.mirror == nil {
		return nil
	}
	return f.mirror.Close()
}

// findCode finds the code at a commit, named by at least its first seven hex
// digits. A commit that nothing in the workspace names is review.ErrNotFound,
// so that a mirror shows the code that jobs ran and no other.
func (s *server) findCode(ctx context.Context, workspace, digits string) (code, error) {
	if !pipeline.ValidCommit(digits) {
		return code{}, review.ErrNotFound
	}
	named, err := s.Workspaces.Code(ctx, workspace, digits[:mirrors.ShortCommit])
	if err != nil {
		return code{}, err
	}
	named = slices.DeleteFunc(named, func(n CodeName) bool {
		return !strings.HasPrefix(n.Commit, digits) && !strings.HasPrefix(digits, n.Commit)
	})
	if len(named) == 0 {
		return code{}, review.ErrNotFound
	}
	var found code
	missing := code{why: "Nobody reported in which repository this commit is."}
	for _, repo := range reposOf(named) {
		one, err := s.codeIn(ctx, repo, digits, named)
		switch {
		case err != nil:
			return code{}, errors.Join(err, found.close())
		case one.why != "":
			if missing.repo == "" {
				missing = one
			}
		case found.mirror == nil:
			found = one
		case found.commit.ID != one.commit.ID:
			return code{repo: found.repo, why: ambiguous(digits)}, errors.Join(found.close(), one.close())
		default: // the same commit is the same code
			if err := one.close(); err != nil {
				return code{}, errors.Join(err, found.close())
			}
		}
	}
	if found.mirror == nil {
		return missing, nil
	}
	return found, nil
}

// reposOf are the repositories that are named, each once, in their order.
func reposOf(named []CodeName) []string {
	var repos []string
	for _, n := range named {
		if n.Repo != "" && !slices.Contains(repos, n.Repo) {
			repos = append(repos, n.Repo)
		}
	}
	return repos
}

func ambiguous(digits string) string {
	return fmt.Sprintf("Several commits begin with `%s`, so none of them is shown.", digits)
}

// codeIn looks for a commit that is named in the mirror of one repository.
func (s *server) codeIn(ctx context.Context, repo, digits string, named []CodeName) (code, error) {
	none := code{repo: repo, why: "There is no local mirror of this repository here, so its code cannot be read inside this environment."}
	if s.Mirrors == nil {
		return none, nil
	}
	m, err := s.Mirrors.Mirror(repo)
	if errors.Is(err, mirrors.ErrNoMirror) {
		return none, nil
	}
	if err != nil {
		return code{}, err
	}
	found := code{repo: repo, mirror: m}
	found.commit, err = m.Commit(ctx, digits)
	if err == nil && !slices.ContainsFunc(named, func(n CodeName) bool { return strings.HasPrefix(found.commit.ID, n.Commit) }) {
		err = mirrors.ErrNoCommit // another one that begins like it
	}
	if err != nil {
		why, err := s.noCode(ctx, err, digits)
		return code{repo: repo, why: why}, errors.Join(err, m.Close())
	}
	return found, nil
}

// noCode says why code cannot be shown. What is wrong with a mirror is logged,
// for whoever runs the installation.
func (s *server) noCode(ctx context.Context, err error, digits string) (string, error) {
	var large *mirrors.TooLargeError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "", err
	case errors.Is(err, mirrors.ErrNoCommit):
		return fmt.Sprintf("The local mirror of this repository does not have the commit `%s`. Whoever runs this installation brings mirrors up to date.", digits), nil
	case errors.Is(err, mirrors.ErrAmbiguous):
		return ambiguous(digits), nil
	case errors.As(err, &large):
		return "It is too large to be shown here.", nil
	}
	s.Log.WarnContext(ctx, "mirror not read", "error", err)
	return "The local mirror of this repository is damaged here, or is of a kind that cannot be read.", nil
}
