package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sallyport/models"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

const (
	commit  = "26ea0eb5ddb7daebff2d9da73910ee42f8491887"
	project = "version: '4.0'\nactions:\n  tables:\n    run: r:v2 tables.R\n    outputs:\n" +
		"      moderately_sensitive:\n        tables: output/*/*.csv\n        deeper: output/*/*/*.csv\n"
)

// manifestEntry is an output in a manifest, as the job runner writes it.
type manifestEntry struct {
	Level           string  `json:"level"`
	JobID           string  `json:"job_id"`
	JobRequest      string  `json:"job_request"`
	Action          string  `json:"action"`
	User            string  `json:"user"`
	Repo            *string `json:"repo"`
	Commit          string  `json:"commit"`
	Size            int     `json:"size"`
	Timestamp       float64 `json:"timestamp"`
	ContentHash     string  `json:"content_hash"`
	Excluded        bool    `json:"excluded"`
	Message         *string `json:"message"`
	RowCount        int     `json:"row_count"`
	ColCount        int     `json:"col_count"`
	OutOfDateAction bool    `json:"out_of_date_action"`
	OutOfDateOutput bool    `json:"out_of_date_output"`
}

// jobRequestOf is the job request that wrote a workspace's files.
func jobRequestOf(workspace string) string {
	sum := sha256.Sum256([]byte(workspace))
	return hex.EncodeToString(sum[:8])
}

func entryOf(workspace string, b []byte) manifestEntry {
	sum := sha256.Sum256(b)
	request := jobRequestOf(workspace)
	return manifestEntry{
		Level: review.ModeratelySensitive, JobID: pipeline.DerivedJobID(request, "tables"), JobRequest: request,
		Action: "tables", User: "researcher", Commit: commit, Size: len(b), Timestamp: 1694786400.123456,
		ContentHash: hex.EncodeToString(sum[:]), RowCount: 100, ColCount: 12,
	}
}

// content is what stands in the n-th file of a workspace: size bytes that no
// other file has.
func content(workspace string, n, size int) []byte {
	b := make([]byte, 0, size+64)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", workspace, n))
	for len(b) < size {
		b = append(hex.AppendEncode(b, sum[:]), '\n')
		sum = sha256.Sum256(sum[:])
	}
	return b[:size]
}

// workspace makes a workspace with a file of size bytes at each path, and
// reads it. With size 0 there is a manifest only.
func (w *world) workspace(name string, size int, paths []string) error {
	entries := make(map[string]manifestEntry, len(paths))
	for i, p := range paths {
		b := content(name, i, max(size, 20))
		entries[p] = entryOf(name, b)
		if size == 0 {
			continue
		}
		if err := write(filepath.Join(w.path, name, p), b); err != nil {
			return err
		}
	}
	manifest, err := json.MarshalIndent(map[string]any{"workspace": name, "repo": nil, "outputs": entries}, "", "  ")
	if err != nil {
		return err
	}
	if err := write(w.manifestOf(name), manifest); err != nil {
		return err
	}
	if err := w.report(name); err != nil {
		return err
	}
	if err := w.reader.Read(w.ctx, name); err != nil {
		return fmt.Errorf("read workspace %s: %w", name, err)
	}
	return w.settle()
}

func (w *world) manifestOf(workspace string) string {
	return filepath.Join(w.path, workspace, "metadata", "manifest.json")
}

// report places the workspace and reports that its job has succeeded.
func (w *world) report(workspace string) error {
	place := review.Place{Project: "study", Organisation: "Demo University", Backend: "tpp", Ongoing: true}
	if err := w.store.PlaceWorkspace(w.ctx, operator(), workspace, place); err != nil {
		return err
	}
	report, err := pipeline.ReadReport(fmt.Appendf(nil, `{"identifier": %q, "workspace": %q, "backend": "tpp",
		"requested_actions": ["tables"], "status": "succeeded", "jobs": [{"action": "tables", "status": "succeeded"}],
		"project_yaml": %q}`, jobRequestOf(workspace), workspace, project))
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(workspace))
	_, err = w.store.ReportJobRequest(w.ctx, models.Report{
		Actor: operator(), Request: report, ReportSHA256: hex.EncodeToString(sum[:]),
	})
	return err
}

// settle lets PostgreSQL look at the tables, as its autovacuum does in time.
func (w *world) settle() error {
	if w.engine != onPostgres {
		return nil
	}
	return execute(w.ctx, w.address, "ANALYZE")
}

// changed is the last reading of a manifest with another size for one output.
func changed(m *outputs.Manifest, n int) outputs.Reading {
	m.Outputs[len(m.Outputs)/2].Size = int64(n)
	id := m.Identity
	id.ModTime = now()
	return outputs.Reading{At: now(), Identity: id, Outputs: m.Outputs}
}

func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// pathsOf are n paths, a hundred in a folder.
func pathsOf(n int) []string {
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("output/tables/%03d/table_%05d.csv", i/100, i)
	}
	return paths
}
