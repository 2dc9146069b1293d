package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"sallyport/pipeline"
)

// manifest measures reading a manifest of 45,000 outputs.
func (b *bench) manifest() error {
	for i, engine := range engines {
		err := b.in(engine, func(w *world) error {
			if err := w.workspace("large", 0, folderPaths(largeNumber)); err != nil {
				return err
			}
			if i == 0 {
				if err := b.readManifest(w); err != nil {
					return err
				}
			}
			return b.applyManifest(w)
		})
		if err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
}

func parseManifest(w *world) error {
	data, err := os.ReadFile(w.manifestOf("large"))
	if err != nil {
		return err
	}
	var all any
	return json.NewDecoder(bytes.NewReader(data)).Decode(&all)
}

func (b *bench) readManifest(w *world) error {
	all, err := b.timed(5, 3, func() error {
		m, err := w.dir.ReadManifest(w.ctx, "large")
		if err == nil && (len(m.Outputs) != largeNumber || len(m.Problems) > 0) {
			err = fmt.Errorf("%d outputs, problems %v", len(m.Outputs), m.Problems)
		}
		return err
	}, func() error { return parseManifest(w) })
	if err != nil {
		return err
	}
	b.add("reading a manifest of 45,000 outputs", "", lasted(all.typical(0)), "its JSON: "+lasted(all.typical(1)), all.ratio(0, 1), atMost(4))
	return nil
}

// applyManifest: one changed output is one changed row.
func (b *bench) applyManifest(w *world) error {
	size, rows := 1000, 0
	all, err := b.timed(3, 3, func() error {
		m, err := w.dir.ReadManifest(w.ctx, "large")
		if err != nil {
			return err
		}
		size++
		n, err := w.store.ApplyReading(w.ctx, "large", changed(m, size))
		rows = max(rows, n)
		return err
	}, func() error { return parseManifest(w) })
	if err != nil {
		return err
	}
	b.add("reading it and applying one changed output", w.engine, lasted(all.typical(0)), "its JSON: "+lasted(all.typical(1)), all.ratio(0, 1), bar{})
	b.addRow(row{
		work: "one changed output, changed rows", on: w.engine, measured: fmt.Sprint(rows), value: float64(rows), bar: bar{text: "1", limit: 1},
	})
	return nil
}

// largestPipeline is the project.yaml of the most actions among the examples.
const largestPipeline = "pipeline/testdata/project-yaml/opensafely__disparities-comparison.yaml.gz"

// linking measures linking 45,000 paths to 2,191 actions.
func (b *bench) linking() error {
	data, err := unzipped(filepath.Join(b.root, largestPipeline))
	if err != nil {
		return err
	}
	p, _ := pipeline.Read(data)
	if p == nil {
		return fmt.Errorf("%s cannot be read", largestPipeline)
	}
	sources := []pipeline.Source{{JobRequest: ranAll(p), Pipeline: p}}
	paths := matching(p, largeNumber)
	all, err := b.timed(5, 3, func() error {
		if written := pipeline.Link(paths, sources); len(written) < 10_000 {
			return fmt.Errorf("%d paths are linked", len(written))
		}
		return nil
	}, func() error { var n yaml.Node; return yaml.Unmarshal(data, &n) })
	if err != nil {
		return err
	}
	b.add("linking 45,000 paths to 2,191 actions", "", lasted(all.typical(0)), "yaml.v3: "+lasted(all.typical(1)), all.ratio(0, 1), atMost(5))
	return nil
}

func unzipped(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// ranAll is a job request that ran every action.
func ranAll(p *pipeline.Pipeline) pipeline.JobRequest {
	var jobs []pipeline.Job
	for _, a := range p.Actions {
		jobs = append(jobs, pipeline.Job{
			Identifier: pipeline.DerivedJobID("bswslyjxpwqix3qb", a.Name), Action: a.Name, Status: pipeline.Some(pipeline.StatusSucceeded),
		})
	}
	return pipeline.JobRequest{Identifier: "bswslyjxpwqix3qb", Jobs: pipeline.Some(jobs)}
}

// matching are n paths, of which most match a pattern.
func matching(p *pipeline.Pipeline, n int) []string {
	var patterns []string
	for _, a := range p.Actions {
		for _, d := range a.Outputs {
			patterns = append(patterns, d.Pattern)
		}
	}
	var paths []string
	for i := range n {
		pattern := patterns[i%len(patterns)]
		switch {
		case strings.Contains(pattern, "*"):
			pattern = strings.ReplaceAll(pattern, "*", fmt.Sprintf("_%d", i))
		case i >= len(patterns):
			pattern = strings.TrimSuffix(pattern, ".csv") + fmt.Sprintf("_%d.csv", i)
		}
		paths = append(paths, pattern)
	}
	return paths
}
