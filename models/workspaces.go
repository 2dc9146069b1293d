package models

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/review"
)

// WorkspaceSummary is a workspace of a list: where it stands, and how its last
// reading went. LastGoodReading is zero if it was never read.
type WorkspaceSummary struct {
	Place           review.Place
	JobRequests     int       // that were reported
	Outputs         int       // that it lists, whatever their level
	ManifestReadAt  time.Time // the last try, good or not
	ManifestError   string    // why that failed; "" if it did not
	LastGoodReading time.Time
	Linked          bool      // it has no manifest: files are linked by patterns
	FailedAt        time.Time // since when ManifestError stands
}

// WorkspaceFound is one workspace, with what was wrong with what it lists.
type WorkspaceFound struct {
	WorkspaceSummary
	Problems     []outputs.Problem
	MoreProblems int    // that are not listed
	Version      int64  // rises with all that changes
	Manifest     string // SHA-256 of the manifest that was read; "" without one
}

// listedWorkspace is a workspace with its last reading.
type listedWorkspace struct {
	Workspace   workspaceRow `gorm:"embedded"`
	JobRequests int
	TriedAt     instant
	ReadAt      instant
	Outputs     *int
	Linked      *bool
	Error       *string
	FailedAt    instant
}

const workspacesQuery = `
SELECT w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived,
	r.tried_at, r.read_at, r.outputs, r.linked, r.error, r.failed_at,
	(SELECT count(*) FROM job_requests j WHERE j.workspace = w.name) AS job_requests
FROM workspaces w LEFT JOIN workspace_readings r ON r.workspace = w.name
WHERE `

func (w listedWorkspace) summary() WorkspaceSummary {
	sm := WorkspaceSummary{
		Place: w.Workspace.place(), JobRequests: w.JobRequests, ManifestReadAt: w.TriedAt.Time, LastGoodReading: w.ReadAt.Time, FailedAt: w.FailedAt.Time,
	}
	if w.Outputs != nil && w.Linked != nil && w.Error != nil {
		sm.Outputs, sm.Linked, sm.ManifestError = *w.Outputs, *w.Linked, *w.Error
	}
	return sm
}

// Workspaces reads a page of the workspaces within reach, by name, and the
// cursor of the next page.
func (s *Store) Workspaces(ctx context.Context, reach review.Reach, cursor string, limit int) ([]WorkspaceSummary, string, error) {
	after, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || cursor != "" && !outputs.ValidWorkspace(string(after)) {
		return nil, "", refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	where := inReach(reach)
	where.add("w.name > ?", string(after))
	limit = limited(limit)
	rows, err := on[listedWorkspace](s.reader).Raw(
		workspacesQuery+where.text()+" ORDER BY w.name LIMIT ?", append(where.values, limit+1)...,
	).Find(ctx)
	if err != nil {
		return nil, "", translate(fmt.Errorf("list workspaces: %w", err))
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(rows[limit-1].Workspace.Name))
	}
	list := make([]WorkspaceSummary, len(rows))
	for i, row := range rows {
		list[i] = row.summary()
	}
	return list, next, nil
}

// Workspace reads one workspace; ErrNotFound if there is none of that name.
func (s *Store) Workspace(ctx context.Context, name string) (WorkspaceFound, error) {
	var found WorkspaceFound
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[listedWorkspace](tx).Raw(workspacesQuery+"w.name = ?", name).Take(ctx)
		if err != nil {
			return fmt.Errorf("read workspace: %w", err)
		}
		reading, err := lastReading(ctx, tx, name)
		if err != nil {
			return err
		}
		found = WorkspaceFound{
			WorkspaceSummary: row.summary(), Problems: reading.Problems.value,
			MoreProblems: reading.MoreProblems, Version: reading.Version, Manifest: reading.SHA256,
		}
		return nil
	})
	return found, err
}
