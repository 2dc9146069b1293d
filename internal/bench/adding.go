package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

const (
	tableSize    = 20 << 10 // bytes of an ordinary table
	addingRounds = 5
)

// adding measures how files are put on a request: in one transaction, and
// linear in their number.
func (b *bench) adding() error {
	for _, engine := range engines {
		if err := b.in(engine, b.addingIn); err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
}

// numbers are how many files are added: 1,000 is the most at once.
var numbers = []int{100, 400, 1000}

func (b *bench) addingIn(w *world) error {
	var all rounds
	transactions := 1
	for n := range addingRounds {
		round := make([]cost, len(numbers)+1)
		for i, number := range numbers {
			name := fmt.Sprintf("adding-%d-%d", n, number)
			paths := pathsOf(number)
			if err := w.workspace(name, tableSize, paths); err != nil {
				return err
			}
			var of int
			var err error
			if round[i], of, err = b.addAll(w, name, paths); err != nil {
				return err
			}
			transactions = max(transactions, of)
			if number == 400 {
				if round[len(numbers)], err = b.plainLoop(w, name, paths); err != nil {
					return err
				}
			}
		}
		all = append(all, round)
	}
	loop := len(numbers)
	b.add("adding 400 files of 20 KiB", w.engine, lasted(all.typical(1)), "plain loop: "+lasted(all.typical(loop)), all.ratio(1, loop), bar{})
	each := func(i int) string { return lasted(all.typical(i)/float64(numbers[i])) + " a file" }
	b.add("adding 1,000 files beside 100, for each file", w.engine, each(2), each(0),
		all.ratio(2, 0).each(float64(numbers[2])/float64(numbers[0])), atMost(1.5))
	b.addRow(row{
		work: "adding files, transactions that wrote entries", on: w.engine, measured: fmt.Sprint(transactions),
		value: float64(transactions), bar: bar{text: "1", limit: 1},
	})
	return nil
}

// addAll puts the files on a new request, and says what it cost and in how many
// transactions their entries were written.
func (b *bench) addAll(w *world, workspace string, paths []string) (c cost, transactions int, err error) {
	out, err := w.reviews.Create(w.ctx, review.Command{Actor: w.author}, workspace, "")
	if err != nil {
		return c, 0, err
	}
	by := review.Command{Key: newID(), Body: "add", Actor: w.author, On: out.Request}
	c, err = b.once(func() error {
		return added(w.reviews.AddFiles(w.ctx, by, review.AddFiles{Group: "Tables", Kind: review.Output, Paths: paths}))
	})
	if err != nil || w.engine != onPostgres {
		return c, 1, err // SQLite's rows do not say which transaction wrote them
	}
	err = connected(w.ctx, w.address, func(c *pgx.Conn) error {
		return c.QueryRow(w.ctx, "SELECT count(DISTINCT xmin::text) FROM entries WHERE request_id = $1 AND act = 'file_added'",
			string(out.Request)).Scan(&transactions)
	})
	return c, transactions, err
}

// keeping compares the part of adding that copies bytes with a plain loop.
func (b *bench) keeping() error {
	dir, paths := filepath.Join(b.dir, "workspaces"), pathsOf(400)
	views := make([]outputs.Viewable, len(paths))
	for i, p := range paths {
		bytes := content("w", i, tableSize)
		if err := write(filepath.Join(dir, "w", p), bytes); err != nil {
			return err
		}
		sum := sha256.Sum256(bytes)
		var err error
		views[i], err = outputs.ViewOutput("w", outputs.Entry{
			Path: p, Level: pipeline.ModeratelySensitive, Size: tableSize, SHA256: hex.EncodeToString(sum[:]),
		})
		if err != nil {
			return err
		}
	}
	d, err := outputs.OpenDir(outputs.Config{Path: dir, Now: now})
	if err != nil {
		return err
	}
	var all rounds
	for n := range addingRounds {
		keep, err := b.keepAll(d, views, n)
		if err != nil {
			return errors.Join(err, d.Close())
		}
		plain, err := b.plainly(filepath.Join(dir, "w"), paths, filepath.Join(b.dir, fmt.Sprintf("plain-%d", n)))
		if err != nil {
			return errors.Join(err, d.Close())
		}
		all = append(all, []cost{keep, plain})
	}
	b.add("keeping 400 files of 20 KiB", "", lasted(all.typical(0)), "plain loop: "+lasted(all.typical(1)), all.ratio(1, 0), atLeast(0.7))
	return d.Close()
}

// keepAll keeps files in a new vault.
func (b *bench) keepAll(d *outputs.Dir, views []outputs.Viewable, n int) (cost, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("kept-%d", n))
	if err := os.Mkdir(path, 0o750); err != nil {
		return cost{}, err
	}
	v, err := outputs.OpenDirVault(path, now)
	if err != nil {
		return cost{}, err
	}
	c, err := b.once(func() error {
		var errs []error
		for _, k := range d.KeepAll(b.ctx, v, views, tableSize) {
			errs = append(errs, k.Err)
		}
		return errors.Join(errs...)
	})
	return c, errors.Join(err, v.Close())
}

// plainLoop copies a workspace's files by a plain loop.
func (b *bench) plainLoop(w *world, workspace string, paths []string) (cost, error) {
	return b.plainly(filepath.Join(w.path, workspace), paths, filepath.Join(b.dir, w.engine+"-"+workspace))
}

// plainly does with files what must be done, and nothing else: it reads,
// hashes, writes, fsyncs and renames them, one after the other.
func (b *bench) plainly(from string, paths []string, to string) (cost, error) {
	if err := os.Mkdir(to, 0o750); err != nil {
		return cost{}, err
	}
	return b.once(func() error {
		for _, p := range paths {
			if err := copyPlainly(filepath.Join(from, p), to); err != nil {
				return err
			}
		}
		return nil
	})
}

func copyPlainly(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // a file that was written before
	if err != nil {
		return err
	}
	defer in.Close()
	tmp := filepath.Join(to, "tmp")
	out, err := os.Create(tmp) //nolint:gosec // a temporary directory
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(h, out), in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(to, hex.EncodeToString(h.Sum(nil))))
}
