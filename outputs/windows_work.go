package outputs

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"
)

// work is what reads a whole file.
type work struct {
	name  string // under which it is remembered; "" if it is everybody's own
	small bool   // it waits for nobody
}

// alone does work, a few of it at once, and each by one person at a time:
// whoever comes meanwhile waits, and then finds it done. found reports whether
// it is.
func (w *Windows) alone(ctx context.Context, of work, found func() bool, do func() error) error {
	for {
		if found() {
			return nil
		}
		mine, wait := w.begin(of.name)
		if !mine {
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return w.mine(ctx, of, do)
	}
}

func (w *Windows) mine(ctx context.Context, of work, do func() error) error {
	defer w.end(of.name)
	if of.small {
		return do()
	}
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return do()
}

// begin reports whether nobody does the work of a name; else it returns what is
// closed once they have.
func (w *Windows) begin(name string) (mine bool, wait <-chan struct{}) {
	if name == "" {
		return true, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if wait, there := w.doing[name]; there {
		return false, wait
	}
	w.doing[name] = make(chan struct{})
	return true, nil
}

func (w *Windows) end(name string) {
	if name == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.doing[name])
	delete(w.doing, name)
}

// grew notes that more is remembered, and forgets the oldest if it is too much.
func (w *Windows) grew(bytes int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kept += bytes; w.kept <= w.most {
		return nil
	}
	var err error
	w.kept, err = w.evict()
	return err
}

// evict removes the oldest files until those that are left take nine tenths of
// what they may, and returns how much that is.
func (w *Windows) evict() (int64, error) {
	type file struct {
		name string
		size int64
		at   time.Time
	}
	var files []file
	kept := int64(0)
	dir, err := w.root.Open(".")
	if err != nil {
		return 0, err
	}
	defer closeRead(dir)
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		st, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !st.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return 0, err
		}
		files = append(files, file{e.Name(), st.Size(), st.ModTime()})
		kept += st.Size()
	}
	if kept <= w.most {
		return kept, nil
	}
	slices.SortFunc(files, func(a, b file) int { return a.at.Compare(b.at) })
	for _, f := range files {
		if kept <= w.most/10*9 {
			break
		}
		if err := ignoreMissing(w.root.Remove(f.name)); err != nil {
			return 0, err
		}
		kept -= f.size
	}
	return kept, nil
}
