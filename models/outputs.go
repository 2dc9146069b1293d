package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// outputRow is what a workspace lists at one path. Digest is of all that was
// read, so that the next reading sees what differs; Declared is not in it,
// since it follows from what was reported.
type outputRow struct {
	Workspace  string `gorm:"primaryKey"`
	Path       string `gorm:"primaryKey"`
	Dir        string // see folderKey
	Name       string
	SameName   string // see outputs.SameName
	Level      string
	Size       int64  // -1 if it was not reported
	SHA256     string `gorm:"column:sha256"`
	Job        string
	JobRequest string
	Action     string
	CommitID   string
	Repo       string // as the manifest says; "" if it does not
	OutOfDate  bool
	ActionGone bool // out of date because the project.yaml no longer has the action
	Excluded   bool
	Message    string
	Refused    string
	Declared   bool
	Written    int64 // microseconds since 1970; 0 if it was not reported
	Digest     string
}

func (outputRow) TableName() string { return "outputs" }

// foundOutput is an output with its job, as far as that was reported.
type foundOutput struct {
	Output     outputRow `gorm:"embedded"` // gorm passes over fields that are not exported
	JobStatus  *string   // NULL: the job was never reported
	JobDerived *bool
	Stale      *bool // the links of its workspace are older than a report
}

// foundColumns and foundTables read a foundOutput. A job is known if it was
// reported as the manifest has it: in this workspace, of that job request, for
// that action. Its status is that of the last report.
const (
	foundColumns = `o.workspace, o.path, o.dir, o.name, o.level, o.size, o.sha256, o.job, o.job_request, o.action,
	o.commit_id, o.out_of_date, o.action_gone, o.excluded, o.message, o.refused, o.declared, o.written,
	j.status AS job_status, j.derived AS job_derived, r.stale`
	foundTables = `outputs o
	LEFT JOIN workspace_readings r ON r.workspace = o.workspace
	LEFT JOIN jobs j ON j.identifier = o.job AND j.workspace = o.workspace
		AND j.job_request = o.job_request AND j.action = o.action`
)

// linking is why an output of a workspace without a manifest is not read while
// a report waits to be taken into account.
const linking = "is being linked to its jobs again"

// candidate is the output as the rules know it.
func (o foundOutput) candidate() review.Candidate {
	row := o.Output
	c := review.Candidate{
		Path: row.Path, Level: row.Level, Size: row.Size, SHA256: row.SHA256,
		Job: row.Job, JobRequest: row.JobRequest, Action: row.Action, Commit: row.CommitID,
		JobKnown: o.JobStatus != nil, Declared: row.Declared,
		OutOfDate: row.OutOfDate, ActionGone: row.ActionGone, Excluded: row.Excluded, Message: row.Message,
		Refused: row.Refused, Listed: true,
	}
	if row.Written != 0 {
		c.Written = time.UnixMicro(row.Written).UTC()
	}
	if o.JobStatus != nil {
		c.JobStatus = *o.JobStatus
	}
	if o.Stale != nil && *o.Stale && c.Refused == "" {
		c.Refused = linking
	}
	return c
}

// written is the output as a job request's table shows it.
func (o foundOutput) written() pipeline.Written {
	row := o.Output
	w := pipeline.Written{
		Path: row.Path, Level: pipeline.Level(row.Level), JobRequest: row.JobRequest, Job: row.Job, Action: row.Action,
		Commit: row.CommitID, JobStatus: pipeline.StatusUnknown, JobKnown: o.JobStatus != nil, Declared: row.Declared,
		Derived: o.JobDerived != nil && *o.JobDerived,
	}
	if o.JobStatus != nil {
		w.JobStatus = pipeline.Status(*o.JobStatus)
	}
	return w
}

// candidates reads the present outputs of a workspace at paths, by path; what
// is not listed is not among them.
func candidates(ctx context.Context, tx *gorm.DB, workspace string, paths []string) (map[string]review.Candidate, error) {
	found := make(map[string]review.Candidate, len(paths))
	for some := range chunks(paths) {
		err := eachOutput(tx.WithContext(ctx).Raw(
			"SELECT "+foundColumns+" FROM "+foundTables+" WHERE o.workspace = ? AND o.path IN ?", workspace, some,
		), func(o foundOutput) error {
			found[o.Output.Path] = o.candidate()
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read outputs of %s: %w", workspace, err)
		}
	}
	return found, nil
}

// eachOutput reads foundColumns. It does so by hand: gorm takes several times
// as long for a row, and a request has many.
func eachOutput(query *gorm.DB, visit func(foundOutput) error) (err error) {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var o foundOutput
		r := &o.Output
		err := rows.Scan(&r.Workspace, &r.Path, &r.Dir, &r.Name, &r.Level, &r.Size, &r.SHA256, &r.Job, &r.JobRequest, &r.Action,
			&r.CommitID, &r.OutOfDate, &r.ActionGone, &r.Excluded, &r.Message, &r.Refused, &r.Declared, &r.Written, &o.JobStatus, &o.JobDerived,
			&o.Stale)
		if err != nil {
			return err
		}
		if err := visit(o); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Candidate reads what a workspace lists at path; ErrNotFound if it lists
// nothing there.
func (s *Store) Candidate(ctx context.Context, workspace, path string) (review.Candidate, error) {
	if pipeline.ValidPath(path) != nil {
		return review.Candidate{}, review.ErrNotFound
	}
	found, err := candidates(ctx, s.reader, workspace, []string{path})
	if err != nil {
		return review.Candidate{}, translate(err)
	}
	c, ok := found[path]
	if !ok {
		return review.Candidate{}, review.ErrNotFound
	}
	return c, nil
}

// Listed reports whether a workspace lists an output at path, or at a path
// that a file system could take for it, also one that could not be read. It
// is what outputs.ViewLog and outputs.ViewPlaceholder ask.
func (s *Store) Listed(ctx context.Context, workspace, path string) (bool, error) {
	const query = `SELECT EXISTS (SELECT 1 FROM outputs WHERE workspace = @workspace AND same_name = @name)
	OR EXISTS (SELECT 1 FROM taken_names WHERE workspace = @workspace AND same_name = @name)`
	var listed bool
	err := s.reader.WithContext(ctx).Raw(query, map[string]any{
		"workspace": workspace, "name": outputs.SameName(path),
	}).Row().Scan(&listed)
	if err != nil {
		return false, translate(fmt.Errorf("ask for a name in %s: %w", workspace, err))
	}
	return listed, nil
}
