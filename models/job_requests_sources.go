package models

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/outputs"
	"sallyport/pipeline"
)

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
const sourceColumns = "identifier, report, reported_jobs, project_yaml"

// sourcesByID reads job requests with their pipelines; those that were never
// reported are not among them.
func sourcesByID(ctx context.Context, tx *gorm.DB, ids []string) (map[string]pipeline.Source, error) {
	sources, read := map[string]pipeline.Source{}, pipelines{}
	for some := range slices.Chunk(ids, batch) {
		rows, err := on[jobRequestRow](tx).Select(sourceColumns).Where("identifier IN ?", some).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read job requests: %w", err)
		}
		for _, row := range rows {
			sources[row.Identifier] = pipeline.Source{JobRequest: row.known(), Pipeline: read.read(row.ProjectYAML)}
		}
	}
	return sources, nil
}

// Sources reads the job requests of a workspace with their pipelines, in the
// order in which they were first reported.
func (s *Store) Sources(ctx context.Context, workspace string) (outputs.Sources, error) {
	rows, err := on[jobRequestRow](s.reader).Select(sourceColumns+", reports").
		Where("workspace = ?", workspace).Order("first_report, identifier").Find(ctx)
	if err != nil {
		return outputs.Sources{}, translate(fmt.Errorf("read the job requests of %s: %w", workspace, err))
	}
	var out outputs.Sources
	read := pipelines{}
	for _, row := range rows {
		out.JobRequests = append(out.JobRequests, pipeline.Source{
			JobRequest: row.known(), Pipeline: read.read(row.ProjectYAML),
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
