package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
)

// SampleWorkspace is the demo's workspace with outputs.
const SampleWorkspace = "demo-study-main"

// Rewrite changes an output of a workspace, or makes one, as a job that ran
// again does: the file, and what the manifest says of it. The program is told
// to read the workspace.
func (p *Program) Rewrite(workspace string, files map[string][]byte) {
	p.t.Helper()
	dir := filepath.Join(p.Workspaces, workspace)
	file := filepath.Join(dir, "metadata/manifest.json")
	manifest := map[string]any{"workspace": workspace, "outputs": map[string]any{}}
	text, err := os.ReadFile(file) //nolint:gosec // a folder of the test
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	} else if os.IsNotExist(err) {
		err = nil
	}
	if err != nil {
		p.t.Fatalf("read the manifest: %v", err)
	}
	outputs, _ := manifest["outputs"].(map[string]any)
	for path, bytes := range files {
		entry, ok := outputs[path].(map[string]any)
		if !ok {
			entry = map[string]any{
				"level": "moderately_sensitive", "action": "describe", "job_request": "demostudy2mainjr", "user": "researcher1",
				"commit": "9c1f0d2b7a3e48c5d6f10b2a4c6e8d0f1a3b5c7d", "timestamp": 1759745731,
			}
			outputs[path] = entry
		}
		sum := sha256.Sum256(bytes)
		entry["size"], entry["content_hash"] = len(bytes), hex.EncodeToString(sum[:])
		p.write(filepath.Join(dir, path), bytes)
	}
	if text, err = json.Marshal(manifest); err != nil {
		p.t.Fatalf("write the manifest: %v", err)
	}
	p.write(file, text)
	p.Run("ingest", "workspace", workspace)
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
