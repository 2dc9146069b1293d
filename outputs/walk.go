package outputs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The bounds of a walk. Workspaces in use are a few directories deep and hold
// about 45,000 files.
const (
	maxDepth = 64
	maxFiles = 1_000_000
)

// metadataFolder holds what the job runner writes about a workspace: its
// manifest and the logs of its jobs. It holds no outputs.
const metadataFolder = "metadata"

// Walk calls visit for each regular file of a workspace outside metadata/,
// with its path and size, a directory's files in the order of their names. It
// opens none of them. What is not a regular file with one name, and what has
// no valid path, is a problem of the answer; links are not followed. An error
// of visit ends the walk and is returned. A workspace with more than a million
// names is refused as [TooMany].
func (d *Dir) Walk(ctx context.Context, workspace string, visit func(path string, size int64) error) ([]Problem, error) {
	fd, err := d.openFolder(workspace, nil)
	if err != nil {
		return nil, refusal(workspace, err)
	}
	w := &walk{ctx: ctx, workspace: workspace, limit: maxFiles, depth: maxDepth}
	w.visit = func(path string, st stat) error { return visit(path, st.size) }
	err = w.folder(fd, "", 1)
	return w.problems.list, err
}

// Log is a job's log in a workspace.
type Log struct {
	Path    string // "metadata/<action>.log"
	Size    int64
	ModTime time.Time
}

// Logs returns the logs of a workspace's jobs, sorted by path. A workspace
// without any has an empty list. What [ViewLog] or [Dir.Open] refuses for what
// it is on disk is not in it.
func (d *Dir) Logs(ctx context.Context, workspace string) ([]Log, error) {
	fd, err := d.openFolder(workspace, []string{metadataFolder})
	if err != nil {
		err = refusal(metadataFolder, err)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	var logs []Log
	w := &walk{ctx: ctx, workspace: workspace, limit: maxFiles, depth: 1}
	w.visit = func(path string, st stat) error {
		if isLog(path) {
			logs = append(logs, Log{path, st.size, time.Unix(0, st.mtime).UTC()})
		}
		return nil
	}
	if err := w.folder(fd, metadataFolder+"/", 1); err != nil {
		return nil, err
	}
	return logs, nil
}

// walk is one walk through a workspace.
type walk struct {
	ctx       context.Context // for the length of one call
	workspace string
	visit     func(path string, st stat) error
	limit     int // of names
	depth     int // of directories
	seen      int
	problems  problems
}

// folder walks an open directory, which it closes. The prefix of its files'
// paths is "" or ends in a slash.
func (w *walk) folder(fd int, prefix string, depth int) error {
	folder := os.NewFile(uintptr(fd), prefix)
	defer closeRead(folder)
	names, err := w.names(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if prefix == "" && strings.EqualFold(name, metadataFolder) {
			continue
		}
		if err := w.entry(fd, prefix, name, depth); err != nil {
			return err
		}
	}
	return nil
}

// names lists a directory, as long as the walk has not seen too much.
func (w *walk) names(folder *os.File) ([]string, error) {
	var all []string
	for {
		some, err := folder.Readdirnames(1000)
		all = append(all, some...)
		if w.seen += len(some); w.seen > w.limit {
			return nil, &Refused{w.workspace, TooMany}
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(all)
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list a directory of %s: %w", w.workspace, err)
		}
		if err := w.ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// entry visits one name of a directory.
func (w *walk) entry(parent int, prefix, name string, depth int) error {
	path := prefix + name
	if err := checkPath(path); err != nil {
		w.problems.add(path, pathFault(err))
		return nil
	}
	st, err := statAt(parent, name)
	if errors.Is(err, unix.ENOENT) {
		return nil // removed since it was listed
	}
	if err != nil {
		return refusal(path, err)
	}
	if st.kind() == unix.S_IFDIR {
		return w.enter(parent, path, name, depth)
	}
	if reason := st.refusal(); reason != "" {
		w.problems.add(path, string(reason))
		return nil
	}
	return w.visit(path, st)
}

func (w *walk) enter(parent int, path, name string, depth int) error {
	if depth >= w.depth {
		w.problems.add(path, string(TooDeep))
		return nil
	}
	fd, err := enter(parent, name)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		if refused, ok := errors.AsType[*Refused](refusal(path, err)); ok {
			w.problems.add(path, string(refused.Reason))
			return nil
		}
		return err
	}
	return w.folder(fd, path+"/", depth+1)
}
