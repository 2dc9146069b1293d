package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// sampleLate are the outputs of the demo's workspace that its last jobs wrote
// after it was read for the first time; sampleAgain is one that they wrote
// again, with other bytes.
var sampleLate = []string{
	"output/figures/hazard_ratios.svg", "output/figures/strata_deciles.jpg", "output/report/incidence_rate_ratios.html",
}

const sampleAgain = "output/counts/admissions_midpoint6.csv"

// readEarlier has the demo's workspace read as it was while its job request
// ran, so that there is something to see of what changed since. The manifest
// is afterwards what it was.
func (a *app) readEarlier(ctx context.Context) error {
	root, err := os.OpenRoot(filepath.Join(a.settings.workspaces, demoWorkspace))
	if err != nil {
		return err
	}
	const name = "metadata/manifest.json"
	now, err := root.ReadFile(name)
	if err == nil {
		var before []byte
		if before, err = manifestBefore(now); err == nil {
			err = writeSample(root, name, before)
		}
	}
	if err == nil {
		err = errors.Join(a.reader.Read(ctx, demoWorkspace), writeSample(root, name, now))
	}
	return errors.Join(err, root.Close())
}

// manifestBefore is the manifest without what was written late, and with other
// bytes of what was written again.
func manifestBefore(now []byte) ([]byte, error) {
	var manifest struct {
		Workspace string                   `json:"workspace"`
		Repo      *string                  `json:"repo"`
		Outputs   map[string]manifestEntry `json:"outputs"`
	}
	if err := json.Unmarshal(now, &manifest); err != nil {
		return nil, err
	}
	for _, path := range sampleLate {
		delete(manifest.Outputs, path)
	}
	sum := sha256.Sum256([]byte("what stood there before"))
	again := manifest.Outputs[sampleAgain]
	again.ContentHash, again.Commit = hex.EncodeToString(sum[:]), earlierCommit
	manifest.Outputs[sampleAgain] = again
	return json.MarshalIndent(manifest, "", "  ")
}
