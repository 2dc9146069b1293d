package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
)

// ReleaseSummary is a release of a list: a request whose delivery has begun.
// Its id is the request's.
type ReleaseSummary struct {
	ID         review.RequestID
	Place      review.Place
	Author     review.Person
	Status     review.Status // APPROVED while it is delivered
	Begun      time.Time     // when delivery began
	ReleasedAt time.Time     // zero until every file is delivered everywhere
	Files      int           // that are to be delivered
}

// ReleaseFound is one release with its files.
type ReleaseFound struct {
	ReleaseSummary
	Destinations []string // that files were delivered to, in the order of their names
	Outputs      []ReleasedFile
}

// ReleasedFile is a file of a release. Its Size is -1 until it was delivered
// to one destination.
type ReleasedFile struct {
	File     review.FileID
	Path     string
	SHA256   string
	Size     int64
	Receipts []Receipt // by destination
}

// Receipt says that a file arrived.
type Receipt struct {
	Destination string
	Location    string
	At          time.Time
}

// releaseRow is a release with its place.
type releaseRow struct {
	ID        string
	AuthorID  string
	Author    string
	Status    string
	Since     instant
	Begun     instant
	Files     int
	Workspace workspaceRow `gorm:"embedded"`
}

const releasesQuery = `
SELECT r.id, r.author_id, r.author, r.status, r.since, r.begun, r.files,
	w.name, w.project, w.organisation, w.backend, w.ongoing, w.archived
FROM requests r JOIN workspaces w ON w.name = r.workspace
WHERE r.begun IS NOT NULL AND `

func (r releaseRow) summary() ReleaseSummary {
	sm := ReleaseSummary{
		ID: review.RequestID(r.ID), Place: r.Workspace.place(),
		Author: review.Person{ID: review.PersonID(r.AuthorID), Username: r.Author},
		Status: review.Status(r.Status), Begun: r.Begun.Time, Files: r.Files,
	}
	if sm.Status == review.Released {
		sm.ReleasedAt = r.Since.Time
	}
	return sm
}

// ReleaseFilter says which releases are listed: those from workspaces within
// Reach and, where a text is not empty, of that project, workspace or author.
type ReleaseFilter struct {
	Reach     review.Reach
	Project   string
	Workspace string
	Author    string
	Cursor    string
	Limit     int
}

// Releases reads a page of releases, the newest first, and the cursor of the
// next page.
func (s *Store) Releases(ctx context.Context, f ReleaseFilter) ([]ReleaseSummary, string, error) {
	from, err := readCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	where := inReach(f.Reach)
	for _, narrow := range []struct{ condition, value string }{
		{"w.project = ?", f.Project}, {"r.workspace = ?", f.Workspace}, {"r.author = ?", f.Author},
	} {
		if narrow.value != "" {
			where.add(narrow.condition, narrow.value)
		}
	}
	if from.id != "" {
		where.add("(r.begun, r.id) < (?, ?)", at(from.since), from.id)
	}
	limit := limited(f.Limit)
	rows, err := on[releaseRow](s.reader).Raw(
		releasesQuery+where.text()+" ORDER BY r.begun DESC, r.id DESC LIMIT ?", append(where.values, limit+1)...,
	).Find(ctx)
	if err != nil {
		return nil, "", translate(fmt.Errorf("list releases: %w", err))
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursor{rows[limit-1].Begun.Time, rows[limit-1].ID}.String()
	}
	list := make([]ReleaseSummary, len(rows))
	for i, row := range rows {
		list[i] = row.summary()
	}
	return list, next, nil
}

// Release reads one release; ErrNotFound if there is no request of that id, or
// its delivery has not begun.
func (s *Store) Release(ctx context.Context, id review.RequestID) (ReleaseFound, error) {
	var found ReleaseFound
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[releaseRow](tx).Raw(releasesQuery+"r.id = ?", string(id)).Take(ctx)
		if err != nil {
			return fmt.Errorf("read release: %w", err)
		}
		files, err := on[requestFileRow](tx).
			Where("request_id = ? AND kind = ?", string(id), string(review.Output)).Order("path, file_id").Find(ctx)
		if err != nil {
			return fmt.Errorf("read the files of release %s: %w", id, err)
		}
		delivered, err := on[releasedRow](tx).
			Where("request_id = ?", string(id)).Order("destination, file_id").Find(ctx)
		if err != nil {
			return fmt.Errorf("read the receipts of release %s: %w", id, err)
		}
		found = newRelease(row, files, delivered)
		return nil
	})
	return found, err
}

// newRelease joins a release's rows.
func newRelease(row releaseRow, files []requestFileRow, delivered []releasedRow) ReleaseFound {
	found := ReleaseFound{ReleaseSummary: row.summary(), Outputs: make([]ReleasedFile, len(files))}
	place := make(map[string]int, len(files))
	for i, f := range files {
		place[f.FileID] = i
		found.Outputs[i] = ReleasedFile{File: review.FileID(f.FileID), Path: f.Path, SHA256: f.SHA256, Size: -1}
	}
	var destinations []string
	for _, d := range delivered {
		destinations = append(destinations, d.Destination)
		i, ok := place[d.FileID]
		if !ok {
			continue // it is an output no more: cannot be, once delivery has begun
		}
		f := &found.Outputs[i]
		f.Size = d.Size
		f.Receipts = append(f.Receipts, Receipt{Destination: d.Destination, Location: d.Location, At: d.At.Time})
	}
	found.Destinations = set(destinations)
	return found
}
