package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"gorm.io/gorm"

	"sallyport/ledger"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// Report is what a backend says of a job request.
type Report struct {
	Actor   review.Actor
	Key     string // the idempotency key; "" if there is none
	Body    string // hash of what was sent, so that a reused key is noticed
	Request pipeline.JobRequest
	// ProjectYAML is the text of a project.yaml that came beside the report;
	// nil if there was none, or it stands in Request.
	ProjectYAML []byte
	// ReportSHA256 names the received bytes, which the caller has kept.
	ReportSHA256 string
}

// Reported is what became of a report.
type Reported struct {
	Replayed bool // its key had done it before
	Changed  bool // something in it was new
}

// jobRequestReported is the entry of a report that changed something.
type jobRequestReported struct {
	V           int    `json:"v"`
	Report      string `json:"report"`                 // SHA-256 of the received bytes
	ProjectYAML string `json:"project_yaml,omitempty"` // SHA-256 of the text; "" if none was ever reported
	Workspace   string `json:"workspace"`
	Status      string `json:"status"`
	Jobs        int    `json:"jobs"`
}

// ReportJobRequest takes a backend's report of a job request. A workspace that
// is new is made; one whose project, organisation or backend is not known yet
// is placed by the report. What contradicts an earlier report is
// ErrContradicts and nothing of it is kept. A report that says nothing new
// changes nothing and makes no entry.
func (s *Store) ReportJobRequest(ctx context.Context, r Report) (Reported, error) {
	if err := r.complete(); err != nil {
		return Reported{}, err
	}
	var done Reported
	err := s.write(ctx, func(tx *gorm.DB) error {
		command := review.Command{Key: r.Key, Body: r.Body, Actor: r.Actor}
		replayed, err := s.claimKey(ctx, tx, command)
		if err != nil {
			return err
		}
		if replayed.Replayed {
			done = Reported{Replayed: true}
			return errReplayed
		}
		changed, err := s.report(ctx, tx, r)
		if err != nil {
			return contradicts(err)
		}
		done = Reported{Changed: changed}
		return nil
	})
	if err != nil && !errors.Is(err, errReplayed) {
		return Reported{}, err
	}
	return done, nil
}

// contradicts turns what pipeline or the workspace refuses of a report into a
// refusal that can be shown.
func contradicts(err error) error {
	if c, ok := errors.AsType[*pipeline.Contradiction](err); ok {
		return refuse(review.ErrContradicts, "The report contradicts what was reported before, in `%s`: %s Nothing of it was kept.", c.Field, c.Message)
	}
	return err
}

// complete puts a project.yaml that came beside the report into it, and checks
// what ReadReport could not.
func (r *Report) complete() error {
	if r.ProjectYAML != nil {
		switch {
		case len(r.ProjectYAML) > pipeline.MaxFileSize:
			return refuse(review.ErrTooLarge, "The project.yaml has %d bytes; at most %d are read.", len(r.ProjectYAML), pipeline.MaxFileSize)
		case !utf8.Valid(r.ProjectYAML) || slices.Contains(r.ProjectYAML, 0):
			return refuse(review.ErrInvalid, "The project.yaml is not text (UTF-8).")
		}
		r.Request.ProjectYAML = pipeline.Some(string(r.ProjectYAML))
	}
	if len(r.ReportSHA256) != sha256.Size*2 {
		return errors.New("report a job request: the received bytes were not kept")
	}
	r.Request.ProjectYAMLFile = pipeline.Optional[string]{}
	if !outputs.ValidWorkspace(r.Request.Workspace) {
		return refuse(review.ErrInvalid, "%q cannot be the name of a workspace.", outputs.Escape(r.Request.Workspace))
	}
	return review.MayReport(r.Actor, r.Request.Backend)
}

// report does the work of ReportJobRequest in its transaction.
func (s *Store) report(ctx context.Context, tx *gorm.DB, r Report) (changed bool, err error) {
	place, moved, err := s.placeByReport(ctx, tx, r)
	if err != nil {
		return false, err
	}
	before, err := on[jobRequestRow](tx).Where("identifier = ?", r.Request.Identifier).Take(ctx)
	fresh := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !fresh {
		return false, fmt.Errorf("read job request: %w", err)
	}
	now := r.Request
	if !fresh {
		if now, err = pipeline.Update(before.known(), r.Request); err != nil {
			return false, err
		}
	}
	row := newJobRequestRow(now)
	if !fresh {
		if same, err := row.says(before); same || err != nil {
			return moved, err
		}
	}
	if err := s.keepReport(ctx, tx, r, before, row); err != nil {
		return false, err
	}
	p := pipelines{}.read(row.ProjectYAML)
	if err := keepJobs(ctx, tx, now, p); err != nil {
		return false, err
	}
	if p != nil && before.ProjectYAML == nil {
		if err := confirmOutputs(ctx, tx, pipeline.Source{JobRequest: now, Pipeline: p}); err != nil {
			return false, err
		}
	}
	if err := outdateLinks(ctx, tx, row.Workspace); err != nil {
		return false, err
	}
	return true, s.recordReport(ctx, tx, r, place, row, now)
}

// says reports whether both rows say the same of the job request.
func (r jobRequestRow) says(before jobRequestRow) (bool, error) {
	one, err := json.Marshal(r.known())
	if err != nil {
		return false, err
	}
	other, err := json.Marshal(before.known())
	return string(one) == string(other), err
}

// keepReport writes the row of the job request; before is the zero row for a
// new one.
func (s *Store) keepReport(ctx context.Context, tx *gorm.DB, r Report, before, row jobRequestRow) error {
	now := at(s.now())
	row.FirstReport, row.LastReport, row.ReportSHA256 = before.FirstReport, now, r.ReportSHA256
	row.Reports = before.Reports + 1
	if row.FirstReport.IsZero() {
		row.FirstReport = now
	}
	row.At = at(row.Report.value.CreatedAt.Or(row.FirstReport.Time))
	if before.Identifier == "" {
		err := on[jobRequestRow](tx).Create(ctx, &row)
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			// Reported at the same moment for another workspace: this one is locked.
			return refuse(review.ErrContradicts, "The job request %s was reported for another workspace before. Nothing of this report was kept.", row.Identifier)
		}
		if err != nil {
			return fmt.Errorf("keep job request %s: %w", row.Identifier, err)
		}
		return nil
	}
	n, err := on[jobRequestRow](tx).Where("identifier = ? AND workspace = ?", row.Identifier, row.Workspace).
		Select("*").Omit("identifier", "workspace").Updates(ctx, row)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return fmt.Errorf("keep job request %s: %w", row.Identifier, err)
	}
	return nil
}

// placeByReport locks the report's workspace, which is made if it is new, and
// takes from the report where the workspace stands as far as that is not known
// yet. Another project or backend is a contradiction.
func (s *Store) placeByReport(ctx context.Context, tx *gorm.DB, r Report) (place review.Place, moved bool, err error) {
	place, err = s.ensureWorkspace(ctx, tx, r.Actor, r.Request.Workspace)
	if err != nil {
		return place, false, err
	}
	before := place
	project := r.Request.Project.Or("")
	switch {
	case place.Backend != "" && place.Backend != r.Request.Backend:
		return place, false, &pipeline.Contradiction{Field: "backend", Message: fmt.Sprintf(
			"The workspace %s is of the backend `%s`.", place.Workspace, place.Backend)}
	case place.Project != "" && project != "" && place.Project != project:
		return place, false, &pipeline.Contradiction{Field: "project", Message: fmt.Sprintf(
			"The workspace %s is of another project.", place.Workspace)}
	}
	place.Backend = r.Request.Backend
	if place.Project == "" {
		place.Project = project
	}
	if place.Organisation == "" {
		place.Organisation = r.Request.Organisation.Or("")
	}
	if place == before {
		return place, false, nil
	}
	return place, true, s.placeWorkspace(ctx, tx, r.Actor, reportsAs(r.Actor), place)
}

// reportsAs is the role in which an actor reports job requests.
func reportsAs(a review.Actor) review.Role {
	if a.Kind == review.IsService {
		return review.BackendService
	}
	return ""
}

func (s *Store) recordReport(ctx context.Context, tx *gorm.DB, r Report, place review.Place, row jobRequestRow, now pipeline.JobRequest) error {
	jobs, _ := now.Jobs.Get()
	fields := jobRequestReported{
		V: 1, Report: r.ReportSHA256, Workspace: row.Workspace, Status: row.Status, Jobs: len(jobs),
	}
	if row.ProjectYAML != nil {
		sum := sha256.Sum256([]byte(*row.ProjectYAML))
		fields.ProjectYAML = hex.EncodeToString(sum[:])
	}
	event, err := fact(fields)
	if err != nil {
		return err
	}
	t, err := s.tailOf(ctx, tx, "job_request/"+row.Identifier)
	if err != nil {
		return err
	}
	err = s.record(ctx, tx, t, draft{
		Act: "job_request_reported", Actor: r.Actor, Role: reportsAs(r.Actor), Place: place,
		Subject: ledger.Subject{JobRequest: row.Identifier, SHA256: r.ReportSHA256}, Event: event,
	})
	return err
}
