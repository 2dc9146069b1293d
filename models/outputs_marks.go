package models

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/review"
)

// Item is a folder or a file in a folder of a workspace.
type Item struct {
	Folder    bool
	Path      string
	Candidate review.Candidate // of a file
	Holders   []Holder         // active requests that hold the path, or the bytes, as an output
	Released  *review.Release  // when the bytes left the project; nil if they did not
}

// Holder is an active request that has a path or its bytes as an output.
// Whether somebody may know of the request is for the caller to ask.
type Holder struct {
	Request review.RequestID
	Status  review.Status
	Path    string // where the request has it
	SHA256  string // the bytes that it has there
}

// item is the output as lists have it, not marked yet.
func (o foundOutput) item() Item { return Item{Path: o.Output.Path, Candidate: o.candidate()} }

// markRow says that a request holds a path or bytes, or that bytes left.
type markRow struct {
	RequestID string
	Status    string
	Path      string
	SHA256    string  `gorm:"column:sha256"`
	At        instant // when the bytes left; NULL of what is held
}

// markQuery finds who holds one of some paths or bytes, and which bytes left
// the project before. While a project is not known, only the workspace itself
// counts.
const markQuery = `
SELECT f.request_id, r.status, f.path, f.sha256, CAST(NULL AS timestamptz) AS at
FROM request_files f JOIN requests r ON r.id = f.request_id
WHERE f.workspace = @workspace AND f.active AND f.path IN @paths
UNION
SELECT f.request_id, r.status, f.path, f.sha256, CAST(NULL AS timestamptz)
FROM request_files f JOIN requests r ON r.id = f.request_id
WHERE f.workspace = @workspace AND f.active AND f.sha256 IN @sums
UNION
SELECT f.request_id, '', '', f.sha256, f.at
FROM released_files f
JOIN requests r ON r.id = f.request_id AND r.status <> 'REVOKED'
JOIN workspaces there ON there.name = f.workspace
JOIN workspaces here ON here.name = @workspace
	AND (here.name = there.name OR here.project = there.project AND here.project <> '')
WHERE f.sha256 IN @sums
ORDER BY 5, 1`

// marked bounds the files of one markQuery, which names a file's path once and
// its bytes twice: SQLite takes 32,766 parameters.
const marked = 8_000

// mark adds to files which requests hold them and when their bytes left.
func mark(ctx context.Context, tx *gorm.DB, workspace string, items []Item) error {
	for some := range slices.Chunk(items, marked) {
		paths, sums := []string{}, []string{}
		for _, item := range some {
			if !item.Folder {
				paths, sums = append(paths, item.Path), append(sums, item.Candidate.SHA256)
			}
		}
		if len(paths) == 0 {
			continue
		}
		rows, err := on[markRow](tx).Raw(markQuery, map[string]any{
			"workspace": workspace, "paths": paths, "sums": set(sums),
		}).Find(ctx)
		if err != nil {
			return fmt.Errorf("read which requests hold outputs of %s: %w", workspace, err)
		}
		newMarks(rows).put(some)
	}
	return nil
}

// marks are what is known of paths and bytes.
type marks struct {
	held map[string][]Holder       // by path, and by hash
	left map[string]review.Release // by hash; the latest
}

func newMarks(rows []markRow) marks {
	m := marks{held: map[string][]Holder{}, left: map[string]review.Release{}}
	for _, row := range rows {
		id := review.RequestID(row.RequestID)
		if !row.At.IsZero() {
			m.left[row.SHA256] = review.Release{Request: id, At: row.At.Time} // the latest comes last
			continue
		}
		h := Holder{Request: id, Status: review.Status(row.Status), Path: row.Path, SHA256: row.SHA256}
		m.held[h.Path] = append(m.held[h.Path], h)
		m.held[h.SHA256] = append(m.held[h.SHA256], h)
	}
	return m
}

// put adds to each file what concerns it. A path may look like a hash, so that
// what was found is compared.
func (m marks) put(items []Item) {
	for n := range items {
		i := &items[n]
		sum := i.Candidate.SHA256
		for _, h := range m.held[i.Path] {
			if h.Path == i.Path {
				i.Holders = append(i.Holders, h)
			}
		}
		if sum == "" || i.Folder {
			continue
		}
		for _, h := range m.held[sum] {
			if h.SHA256 == sum && h.Path != i.Path {
				i.Holders = append(i.Holders, h)
			}
		}
		if r, ok := m.left[sum]; ok {
			i.Released = &r
		}
	}
}
