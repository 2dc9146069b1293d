package models

import (
	"context"
	"fmt"
	"slices"

	"sallyport/pipeline"
	"sallyport/review"
)

// CodeName names code: a commit of a repository, as a manifest or a report has
// it. Repo is "" if nobody said which repository.
type CodeName struct {
	Repo   string
	Commit string
}

// mostCode bounds how many names of code are read.
const mostCode = 200

// CodeNamed reads which code a workspace's outputs and job requests name by
// commits that begin with some hex digits. Where a repository was not reported,
// it is each that the workspace's job requests have, the latest first.
func (s *Store) CodeNamed(ctx context.Context, workspace, digits string) ([]CodeName, error) {
	if !pipeline.ValidCommit(digits) {
		return nil, review.ErrNotFound
	}
	const query = "SELECT DISTINCT repo, commit_id AS \"commit\" FROM outputs WHERE workspace = ? AND commit_id >= ? AND commit_id < ? LIMIT ?"
	named, err := on[CodeName](s.reader).Raw(query, workspace, digits, digits+"g", mostCode).Find(ctx)
	if err != nil {
		return nil, translate(fmt.Errorf("read the code of %s: %w", workspace, err))
	}
	reported, err := s.codeReported(ctx, workspace, `%"commit":"`+digits+`%`)
	if err != nil {
		return nil, err
	}
	named = append(named, reported...)
	if !slices.ContainsFunc(named, func(c CodeName) bool { return c.Repo == "" }) {
		return distinct(named), nil
	}
	all, err := s.codeReported(ctx, workspace, `%"repo":"%`)
	if err != nil {
		return nil, err
	}
	return distinct(withRepos(named, all)), nil
}

// codeReported reads the code of a workspace's job requests whose reports are
// like a pattern, the latest first.
func (s *Store) codeReported(ctx context.Context, workspace, like string) ([]CodeName, error) {
	rows, err := on[jobRequestRow](s.reader).Select("identifier, report").Where("workspace = ? AND report LIKE ?", workspace, like).
		Order("at DESC, identifier DESC").Limit(mostCode).Find(ctx)
	if err != nil {
		return nil, translate(fmt.Errorf("read the code of the job requests of %s: %w", workspace, err))
	}
	list := make([]CodeName, 0, len(rows))
	for _, row := range rows {
		r := row.Report.value
		list = append(list, CodeName{Repo: r.Repo.Or(""), Commit: r.Commit.Or("")})
	}
	return list, nil
}

// withRepos puts known repositories in the place of those that nobody named; a
// name stays as it is if none is known.
func withRepos(named, known []CodeName) []CodeName {
	var list []CodeName
	for _, c := range named {
		if c.Repo != "" || len(known) == 0 {
			list = append(list, c)
			continue
		}
		for _, k := range known {
			list = append(list, CodeName{Repo: k.Repo, Commit: c.Commit})
		}
	}
	return list
}

// distinct leaves out what came before.
func distinct(list []CodeName) []CodeName {
	seen := map[CodeName]bool{}
	return slices.DeleteFunc(list, func(c CodeName) bool {
		before := seen[c]
		seen[c] = true
		return before
	})
}
