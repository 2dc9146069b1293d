package models

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// ChangeFilter chooses what changed in a workspace: what one job request
// changed, or all that changed after a version.
type ChangeFilter struct {
	Workspace  string
	JobRequest string // its changes alone; "" for all after a version
	After      int64
	Dir        string // only of this folder and below; "" for the workspace
	Path       string // only of this output; "" for any
	Cursor     string
	Limit      int
}

// changedRow is a change with what is listed at its path today.
type changedRow struct {
	Row    changeRow `gorm:"embedded"` // gorm passes over fields that are not exported
	Today  *string   // the level there; NULL if nothing is listed
	Latest int64     // the version of the last change at the path
}

const changesQuery = `
SELECT c.path, c.version, c.at, c.change, c.level, c.action, c.job_request, c.sha256, c.before,
	(SELECT o.level FROM outputs o WHERE o.workspace = c.workspace AND o.path = c.path) AS today,
	(SELECT max(l.version) FROM output_changes l WHERE l.workspace = c.workspace AND l.path = c.path) AS latest
FROM output_changes c WHERE `

// changesOf bounds the changes of one output that are looked at on average.
const changesOf = 4

// Changes reads a page of what changed in a workspace, by path: each output
// once, as it became from before the first of the changes to the last. It is
// one statement.
func (s *Store) Changes(ctx context.Context, f ChangeFilter) ([]review.ChangedOutput, string, error) {
	f.Limit = limited(f.Limit)
	most := changesOf*f.Limit + 1
	where, err := f.where()
	if err != nil {
		return nil, "", err
	}
	rows, err := on[changedRow](s.reader).Raw(changesQuery+where.text()+" ORDER BY c.path, c.version LIMIT ?", append(where.values, most)...).Find(ctx)
	if err != nil {
		return nil, "", translate(fmt.Errorf("read what changed in %s: %w", f.Workspace, err))
	}
	var list []review.ChangedOutput
	next := ""
	for begin := 0; begin < len(rows); {
		end := begin
		for end < len(rows) && rows[end].Row.Path == rows[begin].Row.Path {
			end++
		}
		if len(list) == f.Limit || end == len(rows) && len(rows) == most && begin > 0 {
			next = outputCursor{file: true, path: rows[begin-1].Row.Path}.String() // the rest of this one may be missing
			break
		}
		if c, ok := becameOf(rows[begin:end]); ok {
			list = append(list, c)
		}
		begin = end
	}
	return list, next, nil
}

func (f ChangeFilter) where() (conditions, error) {
	var where conditions
	where.add("c.workspace = ?", f.Workspace)
	if f.JobRequest != "" {
		where.add("c.job_request = ?", f.JobRequest)
	} else {
		where.add("c.version > ?", f.After)
	}
	for _, path := range []string{f.Dir, f.Path} {
		if path != "" && pipeline.ValidPath(path) != nil {
			return where, review.ErrNotFound
		}
	}
	after, err := readOutputCursor(f.Cursor)
	if err != nil {
		return where, err
	}
	if f.Dir != "" {
		where.add("c.path > ? AND c.path < ?", f.Dir+"/", f.Dir+"0")
	}
	if f.Path != "" {
		where.add("c.path = ?", f.Path)
	}
	if after.file {
		where.add("c.path > ?", after.path)
	}
	return where, nil
}

// becameOf is what became of an output by all its changes; false if it is as
// it was.
func becameOf(rows []changedRow) (review.ChangedOutput, bool) {
	last := rows[len(rows)-1]
	steps := make([]review.OutputStep, len(rows))
	for i, row := range rows {
		steps[i] = review.OutputStep{Change: review.OutputChange(row.Row.Change), Before: row.Row.Before, SHA256: row.Row.SHA256}
	}
	became := review.Became(steps)
	for _, row := range rows {
		became = became.Of(row.Row.Level)
	}
	if last.Today != nil { // a pipeline may say more than the manifest did
		became = became.Of(*last.Today)
	}
	return review.ChangedOutput{
		Path: last.Row.Path, Level: last.Row.Level, Action: last.Row.Action, Change: became, JobRequest: last.Row.JobRequest,
		At: last.Row.At.Time, Gone: last.Today == nil, Later: last.Latest > last.Row.Version,
	}, became != ""
}

// WorkspaceState is where a workspace stands and what it has come to, in as
// little as one statement.
type WorkspaceState struct {
	Place   review.Place
	Version int64
	Error   string
}

// WorkspaceState reads it; ErrNotFound if there is no such workspace.
func (s *Store) WorkspaceState(ctx context.Context, name string) (WorkspaceState, error) {
	row, err := on[struct {
		Workspace workspaceRow `gorm:"embedded"`
		Version   *int64
		Error     *string
	}](s.reader).Raw(`
SELECT w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived, r.version, r.error
FROM workspaces w LEFT JOIN workspace_readings r ON r.workspace = w.name WHERE w.name = ?`, name).Take(ctx)
	if err != nil {
		return WorkspaceState{}, translate(fmt.Errorf("read the state of a workspace: %w", err))
	}
	state := WorkspaceState{Place: row.Workspace.place()}
	if row.Version != nil && row.Error != nil {
		state.Version, state.Error = *row.Version, *row.Error
	}
	return state, nil
}

// JobRequestChanges says since when changes of a workspace are kept, and the
// version before the first that a job request made; -1 if it made none.
func (s *Store) JobRequestChanges(ctx context.Context, workspace, jobRequest string) (since time.Time, before int64, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		reading, err := lastReading(ctx, tx, workspace)
		if err != nil {
			return err
		}
		since = reading.KeptSince.Time
		var first *int64
		err = tx.WithContext(ctx).Raw("SELECT min(version) FROM output_changes WHERE job_request = ? AND workspace = ?", jobRequest, workspace).
			Row().Scan(&first)
		if err != nil {
			return fmt.Errorf("find the first change of a job request: %w", err)
		}
		if before = -1; first != nil {
			before = *first - 1
		}
		return nil
	})
	return since, before, err
}

// Nearest finds the nearest folder above a path that is there: the one that
// the path shares with what is listed beside it. was is whether anything was
// listed at the path, or below it, before.
func (s *Store) Nearest(ctx context.Context, workspace, path string) (folder string, was bool, err error) {
	if pipeline.ValidPath(path) != nil {
		return "", false, nil
	}
	err = s.read(ctx, func(tx *gorm.DB) error {
		db := tx.WithContext(ctx)
		err := db.Raw(`SELECT EXISTS (SELECT 1 FROM output_changes WHERE workspace = @workspace AND path = @path)
	OR EXISTS (SELECT 1 FROM output_changes WHERE workspace = @workspace AND path > @from AND path < @to)`,
			map[string]any{"workspace": workspace, "path": path, "from": path + "/", "to": path + "0"}).Row().Scan(&was)
		if err != nil || !was {
			return err
		}
		var beside []string
		err = db.Raw(`SELECT path FROM (SELECT path FROM outputs WHERE workspace = @workspace AND path < @path ORDER BY path DESC LIMIT 1) AS before
	UNION ALL SELECT path FROM (SELECT path FROM outputs WHERE workspace = @workspace AND path > @path ORDER BY path LIMIT 1) AS after`,
			map[string]any{"workspace": workspace, "path": path}).Scan(&beside).Error
		for _, other := range beside {
			if shared := sharedFolder(path, other); len(shared) > len(folder) {
				folder = shared
			}
		}
		return err
	})
	return folder, was, err
}

// sharedFolder is the deepest folder that two paths share.
func sharedFolder(a, b string) string {
	shared := ""
	for i := range a {
		if a[i] == '/' && strings.HasPrefix(b, a[:i+1]) {
			shared = a[:i]
		}
	}
	return shared
}
