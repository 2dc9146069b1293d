package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// JobRequestFilter chooses job requests for a list.
type JobRequestFilter struct {
	Reach review.Reach // of their workspaces

	// What is not empty is what they are of, whole.
	Workspace, Project, Backend string
	RequestedBy                 string // a username or a name
	Status                      pipeline.Status
	From, To                    time.Time // created, or if nobody said when, first reported; not before From, before To

	Cursor string
	Limit  int
}

// JobRequestSummary is a job request of a list. Of what was reported it lacks
// the jobs and the project.yaml; its status and runtime are what they amount
// to.
type JobRequestSummary struct {
	Report     pipeline.JobRequest
	Place      review.Place
	LastReport time.Time // that changed something
}

// listedJobRequest is a job request of a list with its place.
type listedJobRequest struct {
	Identifier string
	At         instant
	Status     string
	Runtime    *int64
	Report     asJSON[pipeline.JobRequest]
	HasJobs    bool
	LastReport instant
	Workspace  workspaceRow `gorm:"embedded"` // gorm passes over fields that are not exported
}

const jobRequestsQuery = `
SELECT j.identifier, j.at, j.status, j.runtime, j.report, j.reported_jobs IS NOT NULL AS has_jobs, j.last_report,
	w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived
FROM job_requests j JOIN workspaces w ON w.name = j.workspace
WHERE `

// JobRequests reads a page of job requests, the newest first, and the cursor
// of the next page.
func (s *Store) JobRequests(ctx context.Context, f JobRequestFilter) ([]JobRequestSummary, string, error) {
	from, err := readCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	where := f.where()
	if from.id != "" {
		where.add("(j.at, j.identifier) < (?, ?)", at(from.since), from.id)
	}
	limit := limited(f.Limit)
	rows, err := on[listedJobRequest](s.reader).Raw(
		jobRequestsQuery+where.text()+" ORDER BY j.at DESC, j.identifier DESC LIMIT ?", append(where.values, limit+1)...,
	).Find(ctx)
	if err != nil {
		return nil, "", translate(fmt.Errorf("list job requests: %w", err))
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursor{rows[limit-1].At.Time, rows[limit-1].Identifier}.String()
	}
	list := make([]JobRequestSummary, len(rows))
	for i, row := range rows {
		list[i] = row.summary()
	}
	return list, next, nil
}

// where is what the filter asks for.
func (f JobRequestFilter) where() conditions {
	where := inReach(f.Reach)
	for _, is := range [][2]string{
		{"j.workspace", f.Workspace}, {"w.project", f.Project}, {"w.backend", f.Backend}, {"j.status", string(f.Status)},
	} {
		if is[1] != "" {
			where.add(is[0]+" = ?", is[1])
		}
	}
	if f.RequestedBy != "" {
		where.add("(j.requested_by = ? OR j.requested_by_name = ?)", f.RequestedBy, f.RequestedBy)
	}
	if !f.From.IsZero() {
		where.add("j.at >= ?", at(f.From))
	}
	if !f.To.IsZero() {
		where.add("j.at < ?", at(f.To))
	}
	return where
}

// before finds the job requests before one with which it can be compared.
func (f *JobRequestFound) before(ctx context.Context, tx *gorm.DB, row jobRequestRow) error {
	const (
		earlier   = "j.workspace = ? AND (j.at, j.identifier) < (?, ?)"
		succeeded = " AND j.status = 'succeeded' AND EXISTS (SELECT 1 FROM jobs b WHERE b.job_request = j.identifier)" +
			" AND NOT EXISTS (SELECT 1 FROM jobs b WHERE b.job_request = j.identifier AND b.status <> 'succeeded')"
	)
	for _, one := range []struct {
		where string
		into  **JobRequestSummary
	}{{earlier, &f.Previous}, {earlier + succeeded, &f.PreviousSuccess}} {
		rows, err := on[listedJobRequest](tx).Raw(jobRequestsQuery+one.where+" ORDER BY j.at DESC, j.identifier DESC LIMIT 1",
			row.Workspace, row.At, row.Identifier).Find(ctx)
		if err != nil {
			return fmt.Errorf("read what was before %s: %w", row.Identifier, err)
		}
		if len(rows) > 0 {
			sm := rows[0].summary()
			*one.into = &sm
		}
	}
	return nil
}

func (r listedJobRequest) summary() JobRequestSummary {
	sm := JobRequestSummary{Report: r.Report.value, Place: r.Workspace.place(), LastReport: r.LastReport.Time}
	if r.HasJobs || sm.Report.Status.Reported() {
		sm.Report.Status = pipeline.Some(pipeline.Status(r.Status))
	}
	if r.Runtime != nil {
		sm.Report.RuntimeSeconds = pipeline.Some(*r.Runtime)
	}
	return sm
}
