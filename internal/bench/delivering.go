package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"

	"sallyport/outputs"
	"sallyport/release"
	"sallyport/review"
	"sallyport/work"
)

// What is released: 1,000 files of 1 MiB.
const (
	releasedFiles = 1000
	releasedSize  = 1 << 20
)

// delivering measures a release to a directory, with reading back.
func (b *bench) delivering() (err error) {
	path, from := filepath.Join(b.dir, "vault"), filepath.Join(b.dir, "from")
	if err := os.Mkdir(path, 0o750); err != nil {
		return err
	}
	vault, err := outputs.OpenDirVault(path, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, vault.Close()) }()
	paths := pathsOf(releasedFiles)
	files, err := b.approved(vault, from, paths)
	if err != nil {
		return err
	}
	var all rounds
	for n := range 3 {
		ours, err := b.deliver(vault, files, n)
		if err != nil {
			return err
		}
		to := filepath.Join(b.dir, fmt.Sprintf("plain-%d", n))
		plain, err := b.plainly(from, paths, to)
		if err != nil {
			return err
		}
		if err := os.RemoveAll(to); err != nil {
			return err
		}
		all = append(all, []cost{ours, plain})
	}
	b.add("release of 1,000 files of 1 MiB to a directory", "", lasted(all.typical(0)), "plain loop: "+lasted(all.typical(1)), all.ratio(1, 0), atLeast(0.5))
	return nil
}

// approved keeps files in the vault, and writes the same to a directory.
func (b *bench) approved(vault *outputs.DirVault, from string, paths []string) ([]review.Source, error) {
	bytes := content("released", 0, releasedSize)
	files := make([]review.Source, len(paths))
	for i, p := range paths {
		copy(bytes, fmt.Sprintf("%08d", i))
		if err := write(filepath.Join(from, p), bytes); err != nil {
			return nil, err
		}
		f, err := os.Open(filepath.Join(from, p)) //nolint:gosec // just written
		if err != nil {
			return nil, err
		}
		sha, size, err := vault.Keep(b.ctx, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(bytes); hex.EncodeToString(sum[:]) != sha {
			return nil, fmt.Errorf("%s was kept as %s", p, sha)
		}
		files[i] = review.Source{Path: p, SHA256: sha, Size: size}
	}
	return files, nil
}

// deliver delivers the files to a new directory, which is removed afterwards.
func (b *bench) deliver(vault *outputs.DirVault, files []review.Source, n int) (cost, error) {
	dir := filepath.Join(b.dir, fmt.Sprintf("released-%d", n))
	if err := os.Mkdir(dir, 0o750); err != nil {
		return cost{}, err
	}
	what := &consignment{files: files}
	w := &release.Worker{
		Requests: what, Destinations: []release.Destination{release.NewDirectory("directory", dir)}, Log: slog.New(slog.DiscardHandler),
		Copy: func(ctx context.Context, sha string) (release.Blob, error) {
			blob, err := vault.Open(ctx, sha)
			if err != nil {
				return nil, err // a nil of another type in the interface would not be nil
			}
			return blob, nil
		},
	}
	c, err := b.once(func() error {
		return w.Deliver(b.ctx, work.Item{Kind: review.WorkDeliver, Subject: "REQUEST"})
	})
	if err == nil && int(what.arrived.Load()) != len(files) {
		err = fmt.Errorf("%d files arrived", what.arrived.Load())
	}
	return c, errors.Join(err, os.RemoveAll(dir))
}

// consignment is what a worker asks for, without a database.
type consignment struct {
	files   []review.Source
	arrived atomic.Int64
}

// BeginDelivery implements release.Requests.
func (*consignment) BeginDelivery(context.Context, review.RequestID) error { return nil }

// Consignment implements release.Requests.
func (c *consignment) Consignment(_ context.Context, id review.RequestID) (review.Consignment, error) {
	ids := make([]review.FileID, len(c.files))
	for i := range ids {
		ids[i] = review.FileID(fmt.Sprintf("FILE%d", i))
	}
	return review.Consignment{
		Request: id, Workspace: "study", Begun: true, Files: c.files, IDs: ids, Destinations: []string{"directory"},
	}, nil
}

// RecordDeliveries implements release.Requests.
func (c *consignment) RecordDeliveries(_ context.Context, _ review.RequestID, arrived []review.Delivered) error {
	c.arrived.Add(int64(len(arrived)))
	return nil
}
