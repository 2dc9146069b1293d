package models

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// jobRequestRow is a job request as its reports amount to. Report is what was
// reported but for the jobs and the project.yaml, which may be large.
type jobRequestRow struct {
	Identifier   string `gorm:"primaryKey"`
	Workspace    string
	At           instant // when it was created or, if nobody said, first reported
	Status       string
	Runtime      *int64 // seconds; NULL: not known
	Report       asJSON[pipeline.JobRequest]
	ReportedJobs *asJSON[[]pipeline.Job] // NULL: not reported
	ProjectYAML  *string                 `gorm:"column:project_yaml"`
	FirstReport  instant
	LastReport   instant // that changed something
	Reports      int64   // that changed something
	ReportSHA256 string  `gorm:"column:report_sha256"` // of the received bytes of the last report

	// Who asked for the jobs, "" if nobody said: of Report, for lists.
	RequestedBy     string
	RequestedByName string
}

func (jobRequestRow) TableName() string { return "job_requests" }

// newJobRequestRow is the row of what is known of a job request.
func newJobRequestRow(r pipeline.JobRequest) jobRequestRow {
	row := jobRequestRow{Identifier: r.Identifier, Workspace: r.Workspace, Status: string(r.StatusNow())}
	if seconds, ok := r.Runtime(); ok {
		row.Runtime = &seconds
	}
	if by, ok := r.RequestedBy.Get(); ok {
		row.RequestedBy, row.RequestedByName = by.Username.Or(""), by.Name.Or("")
	}
	if jobs, ok := r.Jobs.Get(); ok {
		row.ReportedJobs = &asJSON[[]pipeline.Job]{jobs}
		r.Jobs = pipeline.Optional[[]pipeline.Job]{}
	}
	if text, ok := r.ProjectYAML.Get(); ok {
		row.ProjectYAML = &text
		r.ProjectYAML = pipeline.Optional[string]{}
	}
	row.Report = asJSON[pipeline.JobRequest]{r}
	return row
}

// known is what was reported, as far as the row was read.
func (r jobRequestRow) known() pipeline.JobRequest {
	known := r.Report.value
	if r.ReportedJobs != nil {
		known.Jobs = pipeline.Some(r.ReportedJobs.value)
	}
	if r.ProjectYAML != nil {
		known.ProjectYAML = pipeline.Some(*r.ProjectYAML)
	}
	return known
}

// asJSON is a value in one column, as JSON.
type asJSON[T any] struct{ value T }

// Value is what the database keeps.
func (j asJSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.value)
	return string(b), err
}

// Scan reads what either database returns.
func (j *asJSON[T]) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), &j.value)
	case []byte:
		return json.Unmarshal(v, &j.value)
	}
	return fmt.Errorf("JSON cannot be read from %T", v)
}

// JobRequestFound is a job request with what became of it.
type JobRequestFound struct {
	Report      pipeline.JobRequest // all that was reported
	Pipeline    *pipeline.Pipeline  // nil if no project.yaml was reported, or it cannot be read
	Problems    []pipeline.Problem  // of the project.yaml
	Place       review.Place
	Written     []pipeline.Written // the workspace's present outputs of this job request, by path
	Items       []Item             // the same, with who holds them
	FirstReport time.Time
	LastReport  time.Time // that changed something

	// The newest before it of its workspace, and the newest before it all of
	// whose jobs succeeded; nil if there is none. A workspace has one backend.
	Previous, PreviousSuccess *JobRequestSummary
}

// JobRequest reads a job request; ErrNotFound if it was never reported.
func (s *Store) JobRequest(ctx context.Context, identifier string) (JobRequestFound, error) {
	var row jobRequestRow
	var found JobRequestFound
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		if row, err = on[jobRequestRow](tx).Where("identifier = ?", identifier).Take(ctx); err != nil {
			return fmt.Errorf("read job request: %w", err)
		}
		place, err := on[workspaceRow](tx).Where("name = ?", row.Workspace).Take(ctx)
		if err != nil {
			return fmt.Errorf("read workspace %s: %w", row.Workspace, err)
		}
		found.Place = place.place()
		if err := found.before(ctx, tx, row); err != nil {
			return err
		}
		return found.outputs(ctx, tx, row)
	})
	if err != nil {
		return JobRequestFound{}, err
	}
	found.Report, found.FirstReport, found.LastReport = row.known(), row.FirstReport.Time, row.LastReport.Time
	if row.ProjectYAML != nil {
		found.Pipeline, found.Problems = pipeline.Read([]byte(*row.ProjectYAML))
	}
	return found, nil
}

// outputs reads what the workspace lists of a job request.
func (f *JobRequestFound) outputs(ctx context.Context, tx *gorm.DB, row jobRequestRow) error {
	rows, err := on[foundOutput](tx).Raw("SELECT "+foundColumns+" FROM "+foundTables+
		" WHERE o.job_request = ? AND o.workspace = ? ORDER BY o.path", row.Identifier, row.Workspace).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the outputs of %s: %w", row.Identifier, err)
	}
	f.Written, f.Items = make([]pipeline.Written, len(rows)), make([]Item, len(rows))
	for i, o := range rows {
		f.Written[i], f.Items[i] = o.written(), o.item()
	}
	return mark(ctx, tx, row.Workspace, f.Items)
}
