package outputs_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"sallyport/outputs"
)

// benchFiles is how many files are added at a time, and their size that of
// ordinary tables.
const (
	benchFiles = 400
	benchSize  = 20 << 10
)

// benchTree writes files with bytes of their own and returns them as outputs.
func benchTree(b *testing.B, dir string) []outputs.Viewable {
	b.Helper()
	views := make([]outputs.Viewable, benchFiles)
	data := make([]byte, benchSize)
	for i := range views {
		_, err := rand.Read(data)
		must(b, err)
		name := fmt.Sprintf("output/%03d.csv", i)
		writeFile(b, filepath.Join(dir, "w", name), string(data))
		views[i] = viewOf(b, name, string(data))
	}
	return views
}

// BenchmarkKeep keeps 400 files; compare with BenchmarkPlainKeep.
func BenchmarkKeep(b *testing.B) {
	d, dir := workspaces(b)
	views := benchTree(b, dir)
	for b.Loop() {
		b.StopTimer()
		v, _ := dirVault(b)
		b.StartTimer()
		for _, k := range d.KeepAll(b.Context(), v, views, benchSize) {
			must(b, k.Err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*benchFiles), "µs/file")
}

// BenchmarkPlainKeep does with 400 files what must be done, and nothing else:
// it reads, hashes, writes, fsyncs and renames them, one after the other.
func BenchmarkPlainKeep(b *testing.B) {
	_, dir := workspaces(b)
	benchTree(b, dir)
	for b.Loop() {
		b.StopTimer()
		to := b.TempDir()
		b.StartTimer()
		for i := range benchFiles {
			must(b, plainKeep(filepath.Join(dir, "w", fmt.Sprintf("output/%03d.csv", i)), to))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*benchFiles), "µs/file")
}

func plainKeep(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	tmp := filepath.Join(to, "tmp")
	out, err := os.Create(tmp)
	if err != nil {
		return err
	}
	defer out.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(h, out), in); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(to, hex.EncodeToString(h.Sum(nil))))
}

// benchManifest writes a manifest with the given number of outputs, as the
// job runner does.
func benchManifest(b *testing.B, n int) []byte {
	b.Helper()
	type manifestEntry struct {
		Level           string  `json:"level"`
		JobID           string  `json:"job_id"`
		JobRequest      string  `json:"job_request"`
		Action          string  `json:"action"`
		User            string  `json:"user"`
		Repo            string  `json:"repo"`
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
	all := make(map[string]manifestEntry, n)
	for i := range n {
		all[fmt.Sprintf("output/model_%03d/table_%05d.csv", i%300, i)] = manifestEntry{
			Level: []string{high, moderate}[i%2], JobID: fmt.Sprintf("ywrmrjb32jd%05d", i%300), JobRequest: "bswslyjxpwqix3qb",
			Action: fmt.Sprintf("model_%03d", i%300), User: "researcher1", Repo: "https://github.com/opensafely/disparities-comparison",
			Commit: "26ea0eb5ddb7daebff2d9da73910ee42f8491887", Size: i, Timestamp: 1694786400.123456 + float64(i),
			ContentHash: hash(fmt.Sprint(i)), RowCount: i % 5000, ColCount: 12,
		}
	}
	data, err := json.MarshalIndent(map[string]any{"workspace": "w", "repo": nil, "outputs": all}, "", "  ")
	must(b, err)
	return data
}

// BenchmarkManifest reads a manifest of 45,000 outputs; compare with
// BenchmarkPlainJSON.
func BenchmarkManifest(b *testing.B) {
	d, dir := workspaces(b)
	data := benchManifest(b, 45_000)
	writeFile(b, filepath.Join(dir, "w", "metadata", "manifest.json"), string(data))
	b.SetBytes(int64(len(data)))
	var m *outputs.Manifest
	for b.Loop() {
		var err error
		m, err = d.ReadManifest(b.Context(), "w")
		must(b, err)
		if len(m.Outputs) != 45_000 || len(m.Problems) != 0 {
			b.Fatalf("%d outputs, %v", len(m.Outputs), m.Problems)
		}
	}
	b.ReportMetric(heldBy(func() { runtime.KeepAlive(m); m = nil }), "MB-held")
}

// BenchmarkPlainJSON parses the same manifest into plain values.
func BenchmarkPlainJSON(b *testing.B) {
	path := filepath.Join(b.TempDir(), "manifest.json")
	data := benchManifest(b, 45_000)
	must(b, os.WriteFile(path, data, 0o600))
	b.SetBytes(int64(len(data)))
	var m any
	for b.Loop() {
		data, err := os.ReadFile(path)
		must(b, err)
		m = nil
		must(b, json.NewDecoder(bytes.NewReader(data)).Decode(&m))
	}
	b.ReportMetric(heldBy(func() { runtime.KeepAlive(m); m = nil }), "MB-held")
}

// heldBy returns how much memory is free after drop that was not before.
func heldBy(drop func()) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	drop()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return (float64(before.HeapAlloc) - float64(after.HeapAlloc)) / 1e6
}
