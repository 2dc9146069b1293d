package models

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/review"
)

// wanted is what facts are wanted of: outputs at paths, and who else holds or
// has released what.
type wanted struct {
	paths   []string // of which present outputs and holders are wanted
	sha256s []string // of which holders and earlier releases are wanted
	view    bool     // all that a view of the request shows
}

// wantedBy says which facts a command's rule may ask for: those of what the
// act names, and, if it was decided on a view, all that the view shows.
func wantedBy(c review.Change, r *review.Request) wanted {
	named := map[review.FileID]bool{}
	for _, id := range c.Files {
		named[id] = true
	}
	paths, sha256s := slices.Clip(c.Paths), slices.Clip(c.SHA256s) // what stands behind them is the caller's
	if r != nil {
		for _, f := range r.Files {
			if named[f.ID] {
				paths, sha256s = append(paths, f.Path), append(sha256s, f.SHA256)
			}
		}
	}
	return wanted{paths: set(paths), sha256s: set(sha256s), view: r != nil && c.BasedOn != ""}
}

// set returns the texts without repetition, in their order.
func set(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		if t != "" && !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// facts reads what lies outside a request; r is nil for one that is made. It
// takes the same number of queries however much is wanted, up to maxTerms.
func (s *Store) facts(ctx context.Context, tx *gorm.DB, r *review.Request, place review.Place, w wanted) (review.Facts, error) {
	f := review.Facts{Destinations: s.config.Destinations, Rules: s.config.Rules}
	var err error
	if f.Reviewers, err = reviewers(ctx, tx, r, nil); err != nil {
		return f, err
	}
	if f.Outputs, err = candidates(ctx, tx, place.Workspace, w.paths); err != nil {
		return f, err
	}
	var self review.RequestID
	if r != nil {
		self = r.ID
	}
	if f.PathHolders, f.ByteHolders, err = holders(ctx, tx, place.Workspace, self, w); err != nil {
		return f, err
	}
	f.Released = map[string]review.Release{}
	for some := range chunks(w.sha256s) {
		if err := releasedFrom(ctx, tx, place, f.Released, "?", some); err != nil {
			return f, err
		}
	}
	if w.view {
		if err := viewed(ctx, tx, r.ID, place, &f); err != nil {
			return f, err
		}
		f.Found, err = s.foundOf(ctx, tx, r)
	}
	return f, err
}

// viewed adds what a view of a request shows of the world outside: which of
// its files changed in the workspace, and which of its bytes left before. The
// request's rows say what its files are, so that only what is found is sent.
func viewed(ctx context.Context, tx *gorm.DB, id review.RequestID, place review.Place, f *review.Facts) error {
	changed, err := on[string](tx).Raw(`SELECT f.file_id FROM request_files f
		LEFT JOIN outputs o ON o.workspace = f.workspace AND o.path = f.path
		WHERE f.request_id = ? AND (o.path IS NULL OR (o.sha256 <> '' AND o.sha256 <> f.sha256))`, string(id)).Find(ctx)
	if err != nil {
		return fmt.Errorf("read which files changed: %w", err)
	}
	f.Changed = make(map[review.FileID]bool, len(changed))
	for _, file := range changed {
		f.Changed[review.FileID(file)] = true
	}
	if f.Released == nil {
		f.Released = map[string]review.Release{}
	}
	return releasedFrom(ctx, tx, place, f.Released, "(SELECT sha256 FROM request_files WHERE request_id = ?)", string(id))
}

// reviewers reads the grants of those who submitted a review in the present
// turn. With also it reads that person's grants in the same query.
func reviewers(ctx context.Context, tx *gorm.DB, r *review.Request, also *review.Actor) (map[review.PersonID]review.Actor, error) {
	var ids []review.PersonID
	if r != nil {
		for _, rv := range r.Reviews {
			ids = append(ids, rv.By.ID)
		}
	}
	wanted := ids
	if also != nil && hasGrants(*also) {
		wanted = append(wanted[:len(wanted):len(wanted)], also.ID)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	grants, err := grantsOf(ctx, tx, wanted...)
	if err != nil {
		return nil, err
	}
	if also != nil && hasGrants(*also) {
		also.Grants = grants[also.ID]
	}
	people := make(map[review.PersonID]review.Actor, len(ids))
	for i, id := range ids {
		people[id] = review.Actor{Person: r.Reviews[i].By, Kind: review.IsPerson, Grants: grants[id]}
	}
	return people, nil
}

// maxTerms bounds the terms of one IN list; SQLite takes 32,766 parameters.
const maxTerms = 10_000

// holders finds the other active requests of a workspace that hold paths or
// bytes as outputs.
func holders(ctx context.Context, tx *gorm.DB, workspace string, self review.RequestID, w wanted) (paths, sha256s map[string]review.RequestID, err error) {
	paths, sha256s = map[string]review.RequestID{}, map[string]review.RequestID{}
	for len(w.paths)+len(w.sha256s) > 0 {
		p, b := min(len(w.paths), maxTerms), min(len(w.sha256s), maxTerms)
		rows, err := on[activeOutputRow](tx).
			// Each kind by itself: so that the key is used for both.
			Where("(workspace = ? AND kind = ? AND value IN ? OR workspace = ? AND kind = ? AND value IN ?) AND request_id <> ?",
				workspace, holdsPath, w.paths[:p], workspace, holdsBytes, w.sha256s[:b], string(self)).Find(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read what active requests hold: %w", err)
		}
		for _, row := range rows {
			found := paths
			if row.Kind == holdsBytes {
				found = sha256s
			}
			found[row.Value] = review.RequestID(row.RequestID)
		}
		w.paths, w.sha256s = w.paths[p:], w.sha256s[b:]
	}
	return paths, sha256s, nil
}

// releasedFrom finds which bytes left before: the latest release from any
// workspace of the place's project, as projects are today. While the project
// is not known, only the workspace itself counts. The bytes are those in a
// list, as SQL with one value.
func releasedFrom(ctx context.Context, tx *gorm.DB, place review.Place, found map[string]review.Release, list string, value any) error {
	rows, err := on[releasedRow](tx).Raw(`SELECT f.sha256, f.request_id, f.at FROM released_files f
		JOIN requests r ON r.id = f.request_id JOIN workspaces w ON w.name = f.workspace
		WHERE f.sha256 IN `+list+` AND r.status <> 'REVOKED' AND (w.name = ? OR (w.project <> '' AND w.project = ?))
		ORDER BY f.at, f.request_id`, value, place.Workspace, place.Project).Find(ctx)
	if err != nil {
		return fmt.Errorf("read what was released: %w", err)
	}
	for _, row := range rows {
		found[row.SHA256] = review.Release{Request: review.RequestID(row.RequestID), At: row.At.Time}
	}
	return nil
}

// chunks yields the values in pieces that one statement takes.
func chunks(values []string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for len(values) > 0 {
			n := min(len(values), maxTerms)
			if !yield(values[:n]) {
				return
			}
			values = values[n:]
		}
	}
}
