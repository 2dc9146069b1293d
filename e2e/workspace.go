package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// SampleWorkspace is the demo's workspace with outputs.
const SampleWorkspace = "demo-study-main"

type object = map[string]any

// Report records a job request of one action whose job wrote everything in a
// workspace of the sample's project, as a backend does. Everything in it that
// is free text is words.
func (p *Program) Report(workspace, words string) {
	p.t.Helper()
	request, job := jobOf(workspace)
	const commit, at = "9c1f0d2b7a3e48c5d6f10b2a4c6e8d0f1a3b5c7d", "2026-10-05T10:11:02Z"
	report, err := json.Marshal(object{
		"number": 7, "identifier": request, "organisation": words, "project": "demo-study", "workspace": workspace,
		"repo": nil, "branch": words, "commit": commit, "backend": "tpp", "requested_by": object{"username": "researcher1", "name": words},
		"requested_actions": []string{"describe"}, "status": "succeeded", "status_message": words, "created_at": at,
		"jobs": []object{{
			"action": "describe", "identifier": job, "status": "succeeded", "status_code": "succeeded", "status_message": words, "created_at": at,
		}},
		"project_yaml": "# " + words + "\nversion: '4.0'\nactions:\n  describe:\n    run: r:v2 analysis/describe.R\n" +
			"    outputs:\n      moderately_sensitive:\n        tables: output/*\n        below: output/*/*\n",
	})
	if err != nil {
		p.t.Fatalf("make a report: %v", err)
	}
	file := filepath.Join(p.dir, request+".json")
	p.write(file, report)
	p.write(filepath.Join(p.Workspaces, workspace, "metadata/manifest.json"), []byte(`{"outputs": {}}`))
	p.Run("ingest", "job-request", file)
}

// jobOf are the identifiers of a workspace's job request and of its job.
func jobOf(workspace string) (request, job string) {
	sum := sha256.Sum256([]byte(workspace))
	return hex.EncodeToString(sum[:8]), hex.EncodeToString(sum[8:16])
}

// Rewrite changes outputs of a workspace, or makes some, as a job that ran again
// does: the files, and what the manifest says of them. The program is told to
// read the workspace.
func (p *Program) Rewrite(workspace string, files map[string][]byte) {
	p.t.Helper()
	manifest := object{}
	text, err := os.ReadFile(p.manifest(workspace))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatalf("read the manifest: %v", err)
	}
	outputs, _ := manifest["outputs"].(object)
	p.writes(workspace, outputs, files)
	p.Run("ingest", "workspace", workspace)
}

// Becomes makes a workspace have these outputs and no others, and tells nobody.
func (p *Program) Becomes(workspace string, files map[string][]byte) {
	p.t.Helper()
	p.writes(workspace, object{}, files)
}

func (p *Program) manifest(workspace string) string {
	return filepath.Join(p.Workspaces, workspace, "metadata/manifest.json")
}

// writes writes files, and a manifest with them beside other outputs.
func (p *Program) writes(workspace string, outputs object, files map[string][]byte) {
	p.t.Helper()
	request, job := jobOf(workspace)
	for path, bytes := range files {
		entry, ok := outputs[path].(object)
		if !ok {
			entry = object{
				"level": "moderately_sensitive", "action": "describe", "job_request": request, "job_id": job, "user": "researcher1",
				"commit": "9c1f0d2b7a3e48c5d6f10b2a4c6e8d0f1a3b5c7d", "timestamp": 1759745731,
			}
			outputs[path] = entry
		}
		sum := sha256.Sum256(bytes)
		entry["size"], entry["content_hash"] = len(bytes), hex.EncodeToString(sum[:])
		p.write(filepath.Join(p.Workspaces, workspace, path), bytes)
	}
	text, err := json.Marshal(object{"workspace": workspace, "outputs": outputs})
	if err != nil {
		p.t.Fatalf("write the manifest: %v", err)
	}
	p.write(p.manifest(workspace), text)
}

// write puts a file in place at once, as whoever reads it meanwhile needs it.
func (p *Program) write(file string, bytes []byte) {
	p.t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o750)
	if err == nil {
		err = os.WriteFile(file+".new", bytes, 0o600)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		p.t.Fatalf("write %s: %v", file, err)
	}
}
