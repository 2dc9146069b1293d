package models

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// jobRequestRow is a job request as its reports amount to. Report is all that
// was reported but the project.yaml; the columns before it are copies, for
// lists.
type jobRequestRow struct {
	Identifier   string `gorm:"primaryKey"`
	Workspace    string
	At           instant // when it was created or, if nobody said, first reported
	Number       *int64
	Status       string
	CommitID     string
	Branch       string
	RequestedBy  string
	Created      instant
	Finished     instant
	Runtime      *int64 // seconds
	Report       asJSON[pipeline.JobRequest]
	ProjectYAML  *string `gorm:"column:project_yaml"`
	FirstReport  instant
	LastReport   instant // that changed something
	Reports      int64   // that changed something
	ReportSHA256 string  `gorm:"column:report_sha256"` // of the received bytes of the last report
}

func (jobRequestRow) TableName() string { return "job_requests" }

// jobRow is a job: one that was reported, or that its job request implies.
type jobRow struct {
	Identifier string `gorm:"primaryKey"`
	JobRequest string
	Workspace  string
	Action     string
	Status     string
	Derived    bool // the identifier was computed
}

func (jobRow) TableName() string { return "jobs" }

// newJobRequestRow is the row of what is known of a job request.
func newJobRequestRow(r pipeline.JobRequest) jobRequestRow {
	row := jobRequestRow{
		Identifier: r.Identifier, Workspace: r.Workspace, Status: string(r.StatusNow()),
		CommitID: r.Commit.Or(""), Branch: r.Branch.Or(""),
		Created: at(r.CreatedAt.Or(time.Time{})), Finished: at(r.FinishedAt.Or(time.Time{})),
	}
	by := r.RequestedBy.Or(pipeline.Requester{})
	row.RequestedBy = by.Name.Or(by.Username.Or(""))
	if n, ok := r.Number.Get(); ok {
		row.Number = &n
	}
	if seconds, ok := r.Runtime(); ok {
		row.Runtime = &seconds
	}
	if text, ok := r.ProjectYAML.Get(); ok {
		row.ProjectYAML = &text
	}
	r.ProjectYAML = pipeline.Optional[string]{}
	row.Report = asJSON[pipeline.JobRequest]{r}
	return row
}

// known is what the row says was reported.
func (r jobRequestRow) known() pipeline.JobRequest {
	known := r.Report.value
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

// pipelines reads project.yaml files, each text once.
type pipelines map[string]*pipeline.Pipeline

func (p pipelines) read(text *string) *pipeline.Pipeline {
	if text == nil {
		return nil
	}
	if read, ok := p[*text]; ok {
		return read
	}
	read, _ := pipeline.Read([]byte(*text))
	p[*text] = read
	return read
}

// sourceColumns are what a source is made from.
const sourceColumns = "identifier, report, project_yaml"

// sourcesByID reads job requests with their pipelines; those that were never
// reported are not among them.
func sourcesByID(ctx context.Context, tx *gorm.DB, ids []string) (map[string]pipeline.Source, error) {
	sources, read := map[string]pipeline.Source{}, pipelines{}
	for some := range slices.Chunk(ids, batch) {
		rows, err := gorm.G[jobRequestRow](tx).Select(sourceColumns).Where("identifier IN ?", some).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read job requests: %w", err)
		}
		for _, row := range rows {
			sources[row.Identifier] = pipeline.Source{JobRequest: row.Report.value, Pipeline: read.read(row.ProjectYAML)}
		}
	}
	return sources, nil
}

// Sources reads the job requests of a workspace with their pipelines, in the
// order in which they were first reported.
func (s *Store) Sources(ctx context.Context, workspace string) (outputs.Sources, error) {
	rows, err := gorm.G[jobRequestRow](s.reader).Select(sourceColumns+", reports").
		Where("workspace = ?", workspace).Order("first_report, identifier").Find(ctx)
	if err != nil {
		return outputs.Sources{}, translate(fmt.Errorf("read the job requests of %s: %w", workspace, err))
	}
	var out outputs.Sources
	read := pipelines{}
	for _, row := range rows {
		out.JobRequests = append(out.JobRequests, pipeline.Source{
			JobRequest: row.Report.value, Pipeline: read.read(row.ProjectYAML),
		})
		out.Reports += row.Reports
	}
	return out, nil
}

// linkedBefore reports whether files were linked without a report that is
// there by now.
func linkedBefore(ctx context.Context, tx *gorm.DB, workspace string, rd outputs.Reading) (bool, error) {
	if !rd.Linked {
		return false, nil
	}
	const query = "SELECT CAST(coalesce(sum(reports), 0) AS bigint) FROM job_requests WHERE workspace = ?"
	var reports int64
	if err := tx.WithContext(ctx).Raw(query, workspace).Row().Scan(&reports); err != nil {
		return false, fmt.Errorf("count the reports of %s: %w", workspace, err)
	}
	return reports != rd.Reports, nil
}

// JobRequestFilter chooses job requests for a list.
type JobRequestFilter struct {
	Reach     review.Reach // of their workspaces
	Workspace string       // "" is any
	Cursor    string
	Limit     int
}

// JobRequestSummary is a job request of a list. What is empty, zero or nil was
// not reported.
type JobRequestSummary struct {
	Identifier     string
	Place          review.Place
	Number         *int64
	Status         pipeline.Status
	Commit         string
	Branch         string
	RequestedBy    string // the name or, without one, the username
	CreatedAt      time.Time
	FinishedAt     time.Time
	RuntimeSeconds *int64
	ReportedAt     time.Time // the last report that changed something
}

// listedJobRequest is a job request of a list with its place.
type listedJobRequest struct {
	Identifier  string
	At          instant
	Number      *int64
	Status      string
	CommitID    string
	Branch      string
	RequestedBy string
	Created     instant
	Finished    instant
	Runtime     *int64
	LastReport  instant
	Workspace   workspaceRow `gorm:"embedded"`
}

const jobRequestsQuery = `
SELECT j.identifier, j.at, j.number, j.status, j.commit_id, j.branch, j.requested_by, j.created, j.finished, j.runtime,
	j.last_report, w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived
FROM job_requests j JOIN workspaces w ON w.name = j.workspace
WHERE `

// JobRequests reads a page of job requests, the newest first, and the cursor
// of the next page.
func (s *Store) JobRequests(ctx context.Context, f JobRequestFilter) ([]JobRequestSummary, string, error) {
	from, err := readCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	where := inReach(f.Reach)
	if f.Workspace != "" {
		where.add("j.workspace = ?", f.Workspace)
	}
	if from.id != "" {
		where.add("(j.at, j.identifier) < (?, ?)", at(from.since), from.id)
	}
	limit := limited(f.Limit)
	rows, err := gorm.G[listedJobRequest](s.reader).Raw(
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

func (r listedJobRequest) summary() JobRequestSummary {
	return JobRequestSummary{
		Identifier: r.Identifier, Place: r.Workspace.place(), Number: r.Number, Status: pipeline.Status(r.Status),
		Commit: r.CommitID, Branch: r.Branch, RequestedBy: r.RequestedBy,
		CreatedAt: r.Created.Time, FinishedAt: r.Finished.Time, RuntimeSeconds: r.Runtime,
		ReportedAt: r.LastReport.Time,
	}
}

// JobRequestFound is a job request with what became of it.
type JobRequestFound struct {
	Report        pipeline.JobRequest // all that was reported
	Pipeline      *pipeline.Pipeline  // nil if no project.yaml was reported, or it cannot be read
	Problems      []pipeline.Problem  // of the project.yaml
	Place         review.Place
	Written       []pipeline.Written // the workspace's present outputs of this job request, by path
	Candidates    []review.Candidate // the same, as the rules know them
	FirstReported time.Time
	LastReported  time.Time // a report that changed something
}

// JobRequest reads a job request; ErrNotFound if it was never reported.
func (s *Store) JobRequest(ctx context.Context, identifier string) (JobRequestFound, error) {
	var row jobRequestRow
	var found JobRequestFound
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		if row, err = gorm.G[jobRequestRow](tx).Where("identifier = ?", identifier).Take(ctx); err != nil {
			return fmt.Errorf("read job request: %w", err)
		}
		place, err := gorm.G[workspaceRow](tx).Where("name = ?", row.Workspace).Take(ctx)
		if err != nil {
			return fmt.Errorf("read workspace %s: %w", row.Workspace, err)
		}
		found.Place = place.place()
		return found.outputs(ctx, tx, row)
	})
	if err != nil {
		return JobRequestFound{}, err
	}
	found.Report, found.FirstReported, found.LastReported = row.known(), row.FirstReport.Time, row.LastReport.Time
	if row.ProjectYAML != nil {
		found.Pipeline, found.Problems = pipeline.Read([]byte(*row.ProjectYAML))
	}
	return found, nil
}

// outputs reads what the workspace lists of a job request.
func (f *JobRequestFound) outputs(ctx context.Context, tx *gorm.DB, row jobRequestRow) error {
	rows, err := gorm.G[foundOutput](tx).Raw("SELECT "+foundColumns+" FROM "+foundTables+
		" WHERE o.job_request = ? AND o.workspace = ? ORDER BY o.path", row.Identifier, row.Workspace).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the outputs of %s: %w", row.Identifier, err)
	}
	f.Written, f.Candidates = make([]pipeline.Written, len(rows)), make([]review.Candidate, len(rows))
	for i, o := range rows {
		f.Written[i], f.Candidates[i] = o.written(), o.candidate()
	}
	return nil
}

// contradicts turns what pipeline or the workspace refuses of a report into a
// refusal that can be shown.
func contradicts(err error) error {
	if c, ok := errors.AsType[*pipeline.Contradiction](err); ok {
		return refuse(review.ErrContradicts, "The report contradicts what was reported before, in `%s`: %s Nothing of it was kept.", c.Field, c.Message)
	}
	return err
}
