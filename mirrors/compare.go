package mirrors

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
)

// Change is a file that differs between two commits.
type Change struct {
	Path string
	What What
	Old  *Entry // nil if it was added
	New  *Entry // nil if it was removed
}

// What happened to a file between two commits.
type What string

// The changes.
const (
	Added   What = "added"
	Removed What = "removed"
	Changed What = "changed"
)

// The bounds of a comparison.
const (
	mostChanges = 2_000
	mostFolders = 20_000 // folders that are read for one
)

// Compare lists the files that differ between two commits, by path. more says
// that there are more than are listed.
func (m *Mirror) Compare(ctx context.Context, from, to Commit) (changes []Change, more bool, err error) {
	w := &walk{mirror: m}
	err = w.folders(ctx, "", &Entry{Kind: Folder, id: from.tree}, &Entry{Kind: Folder, id: to.tree}, 0)
	if errors.Is(err, errEnough) {
		more, err = true, nil
	}
	slices.SortFunc(w.changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return w.changes, more, err
}

// ChangeAt is how one path differs between two commits: what stands there in
// each, nil for nothing.
func (m *Mirror) ChangeAt(ctx context.Context, from, to Commit, at string) (Change, error) {
	c := Change{Path: at, What: Changed}
	for _, side := range []struct {
		commit Commit
		into   **Entry
	}{{from, &c.Old}, {to, &c.New}} {
		e, err := m.Entry(ctx, side.commit, at)
		switch {
		case errors.Is(err, ErrNoFile), err == nil && e.Kind == Folder:
		case err != nil:
			return c, err
		default:
			*side.into = &e
		}
	}
	switch {
	case c.Old == nil && c.New == nil:
		return c, ErrNoFile
	case c.Old == nil:
		c.What = Added
	case c.New == nil:
		c.What = Removed
	}
	return c, nil
}

// errEnough ends a comparison of which enough is known.
var errEnough = errors.New("enough")

// walk is a comparison on its way through two trees.
type walk struct {
	mirror  *Mirror
	changes []Change
	read    int // folders
}

// folders compares two folders, either of which may not be there.
func (w *walk) folders(ctx context.Context, at string, from, to *Entry, down int) error {
	if from != nil && to != nil && from.id == to.id {
		return nil
	}
	if down > mostDown || w.read > mostFolders {
		return errEnough
	}
	old, err := w.entries(ctx, from)
	if err != nil {
		return err
	}
	now, err := w.entries(ctx, to)
	if err != nil {
		return err
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(now))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := w.entry(ctx, path.Join(at, name), old[name], now[name], down); err != nil {
			return err
		}
	}
	return nil
}

// entries are what a folder holds, by name.
func (w *walk) entries(ctx context.Context, folder *Entry) (map[string]*Entry, error) {
	if folder == nil {
		return nil, nil
	}
	w.read++
	list, err := w.mirror.tree(ctx, folder.id)
	byName := make(map[string]*Entry, len(list))
	for i := range list {
		byName[list[i].Name] = &list[i]
	}
	return byName, err
}

// apart tells a folder from what is none.
func apart(e *Entry) (folder, file *Entry) {
	if e != nil && e.Kind == Folder {
		return e, nil
	}
	return nil, e
}

// entry compares what stands under one name.
func (w *walk) entry(ctx context.Context, at string, from, to *Entry, down int) error {
	oldFolder, old := apart(from)
	newFolder, now := apart(to)
	if oldFolder != nil || newFolder != nil {
		if err := w.folders(ctx, at, oldFolder, newFolder, down+1); err != nil {
			return err
		}
	}
	c := Change{Path: at, What: Changed, Old: old, New: now}
	switch {
	case old == nil && now == nil, old != nil && now != nil && *old == *now:
		return nil
	case old == nil:
		c.What = Added
	case now == nil:
		c.What = Removed
	}
	if len(w.changes) == mostChanges {
		return errEnough
	}
	w.changes = append(w.changes, c)
	return nil
}
