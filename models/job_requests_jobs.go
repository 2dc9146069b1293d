package models

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sallyport/pipeline"
)

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

// keepJobs makes the rows of a job request's jobs what its reports amount to.
// A job that belongs to another job request is a contradiction.
func keepJobs(ctx context.Context, tx *gorm.DB, r pipeline.JobRequest, p *pipeline.Pipeline) error {
	there, err := on[jobRow](tx).Where("job_request = ?", r.Identifier).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the jobs of %s: %w", r.Identifier, err)
	}
	before := map[string]jobRow{}
	for _, row := range there {
		before[row.Identifier] = row
	}
	var differ []jobRow
	for _, j := range r.Ran(p) {
		row := jobRow{
			Identifier: j.Identifier, JobRequest: r.Identifier, Workspace: r.Workspace, Action: j.Action,
			Status: string(j.Status.Or(pipeline.StatusUnknown)), Derived: j.Derived,
		}
		if before[j.Identifier] != row {
			differ = append(differ, row)
			continue
		}
		delete(before, j.Identifier)
	}
	// What is left is written anew, or stood under an identifier that was only
	// computed.
	for some := range slices.Chunk(slices.Sorted(maps.Keys(before)), batch) {
		if _, err := on[jobRow](tx).Where("job_request = ? AND identifier IN ?", r.Identifier, some).Delete(ctx); err != nil {
			return fmt.Errorf("remove jobs of %s: %w", r.Identifier, err)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	err = on[jobRow](tx).CreateInBatches(ctx, &differ, batch)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return &pipeline.Contradiction{Field: "jobs", Message: "One of the jobs was reported as another job request's."}
	}
	if err != nil {
		return fmt.Errorf("write the jobs of %s: %w", r.Identifier, err)
	}
	return nil
}

// confirmOutputs marks which outputs of a job request its pipeline declares,
// and which are highly_sensitive by it, once that is reported.
func confirmOutputs(ctx context.Context, tx *gorm.DB, source pipeline.Source) error {
	r := source.JobRequest
	rows, err := on[outputRow](tx).Select("path, level, job, job_request, action, commit_id").
		Where("job_request = ? AND workspace = ?", r.Identifier, r.Workspace).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the outputs of %s: %w", r.Identifier, err)
	}
	declared := map[pipeline.Level][]string{} // by the level at which they are
	for _, w := range pipeline.LinkManifest(manifestEntries(rows), []pipeline.Source{source}) {
		if w.Declared {
			declared[w.Level] = append(declared[w.Level], w.Path)
		}
	}
	for level, paths := range declared {
		for some := range slices.Chunk(paths, batch) {
			_, err := on[outputRow](tx).Where("workspace = ? AND path IN ?", r.Workspace, some).
				Select("level", "declared").Updates(ctx, outputRow{Level: string(level), Declared: true})
			if err != nil {
				return fmt.Errorf("confirm outputs of %s: %w", r.Identifier, err)
			}
		}
	}
	return nil
}

// outdateLinks says that files which were linked by patterns may belong to
// other jobs, or be of another level, by now.
func outdateLinks(ctx context.Context, tx *gorm.DB, workspace string) error {
	_, err := on[readingRow](tx).Where("workspace = ? AND linked = ?", workspace, true).Update(ctx, "stale", true)
	if err != nil {
		return fmt.Errorf("outdate the links of %s: %w", workspace, err)
	}
	return nil
}
