package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"sallyport/pipeline"
	"sallyport/review"
)

// ingestCommand groups what brings facts into the database by hand.
type ingestCommand struct {
	JobRequest ingestJobRequest `cmd:"" name:"job-request" help:"Record a job request, as PUT /api/v1/job-requests does. Example: sallyport ingest job-request 20394.json"`
	Workspace  ingestWorkspace  `cmd:"" help:"Read a workspace's manifest, or link its files by patterns, now. Example: sallyport ingest workspace demo-study-main"`
}

type ingestJobRequest struct {
	database
	File         string `arg:"" help:"The report; its project_yaml_file is read beside it."`
	WorkspaceDir string `name:"workspace-dir" placeholder:"DIR" help:"The workspace's directory, or the one of all workspaces, to read afterwards instead of the configured one."`
}

// Run records the report, and reads its workspace.
func (i *ingestJobRequest) Run(c *console) error {
	data, err := readBounded(i.File, pipeline.MaxReport+1)
	if err != nil {
		return err
	}
	report, err := pipeline.ReadReport(data)
	if err != nil {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	if report, err = withProjectYAML(report, filepath.Dir(i.File)); err != nil {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	if i.WorkspaceDir != "" {
		if i.Settings.WorkspacesDir, err = workspacesAt(i.WorkspaceDir, report.Workspace); err != nil {
			return err
		}
	}
	return i.use(c, func(a *app) error {
		changed, err := a.ingest(c.ctx, report)
		if err != nil {
			return err
		}
		state := "was known"
		if changed {
			state = "is recorded"
		}
		if _, err := fmt.Fprintf(c.out, "The job request %s %s.\n", report.Identifier, state); err != nil {
			return err
		}
		return a.reader.Read(c.ctx, report.Workspace)
	})
}

// workspacesAt is the directory of all workspaces that dir means: itself, if
// the workspace is in it, or where it lies, if it is the workspace's own.
func workspacesAt(dir, workspace string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	_, err = os.Stat(filepath.Join(dir, workspace))
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(dir) == workspace {
		return filepath.Dir(dir), nil
	}
	return dir, nil
}

type ingestWorkspace struct {
	database
	Name string `arg:"" help:"The workspace."`
}

// Run reads the workspace.
func (i *ingestWorkspace) Run(c *console) error {
	return i.use(c, func(a *app) error {
		if err := a.reader.Read(c.ctx, i.Name); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "The workspace %s was read.\n", i.Name)
		return err
	})
}

// withProjectYAML puts the text of the project.yaml that a report names, and
// that stands beside it, into the report.
func withProjectYAML(report pipeline.JobRequest, beside string) (pipeline.JobRequest, error) {
	name, ok := report.ProjectYAMLFile.Get()
	if !ok {
		return report, nil
	}
	if name != filepath.Base(name) {
		return report, errors.New("project_yaml_file must be the name of a file beside the report")
	}
	root, err := os.OpenRoot(beside)
	if err != nil {
		return report, err
	}
	defer root.Close()
	text, err := root.ReadFile(name)
	switch {
	case err != nil:
		return report, err
	case !utf8.Valid(text):
		return report, fmt.Errorf("%s is not UTF-8", name)
	}
	report.ProjectYAML = pipeline.Some(string(text))
	report.ProjectYAMLFile = pipeline.Optional[string]{}
	return report, nil
}

// ingest records a report that an operator brings.
func (a *app) ingest(ctx context.Context, report pipeline.JobRequest) (changed bool, err error) {
	raw, err := json.Marshal(report)
	if err != nil {
		return false, fmt.Errorf("encode a report: %w", err)
	}
	return a.report(ctx, review.Command{Actor: operatorActor()}, report, raw)
}
