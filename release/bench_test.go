package release_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sallyport/release"
	"sallyport/review"
)

// What the benchmarks carry: 1,000 files of 1 MiB.
const (
	benchFiles = 1000
	benchSize  = 1 << 20
)

func benchVault(b *testing.B) (vault, []review.Source) {
	b.Helper()
	v := vault(b.TempDir())
	content := make([]byte, benchSize)
	if _, err := rand.Read(content); err != nil {
		b.Fatal(err)
	}
	var files []review.Source
	for i := range benchFiles {
		copy(content, fmt.Sprintf("%08d", i))
		files = append(files, v.keep(b, fmt.Sprintf("output/%d/table.csv", i), content))
	}
	return v, files
}

// BenchmarkDeliver delivers to a directory, with reading back. Its megabytes a
// second are to be at least half of BenchmarkPlainLoop's.
func BenchmarkDeliver(b *testing.B) {
	v, files := benchVault(b)
	b.SetBytes(benchFiles * benchSize)
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		r := approved(b, files, "one")
		b.StartTimer()
		if err := worker(r, v, release.NewDirectory("one", dir)).Deliver(b.Context(), item); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if !r.released() {
			b.Fatal("not everything arrived")
		}
		if err := os.RemoveAll(dir); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkPlainLoop is what the same costs without any care beyond the disk's:
// read, hash, write, fsync, rename, one file after the other.
func BenchmarkPlainLoop(b *testing.B) {
	v, files := benchVault(b)
	b.SetBytes(benchFiles * benchSize)
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		b.StartTimer()
		for i, f := range files {
			if err := plainly(b.Context(), v, f, filepath.Join(dir, fmt.Sprint(i))); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		if err := os.RemoveAll(dir); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func plainly(ctx context.Context, v vault, f review.Source, to string) error {
	from, err := v.open(ctx, f.SHA256)
	if err != nil {
		return err
	}
	defer from.Close()
	w, err := os.Create(to + ".tmp")
	if err != nil {
		return err
	}
	defer w.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, h), io.NewSectionReader(from, 0, from.Size())); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return release.ErrDamaged
	}
	if err := w.Sync(); err != nil {
		return err
	}
	return os.Rename(to+".tmp", to)
}
