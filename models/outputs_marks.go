package models

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/review"
)

// Item is a folder or a file in a folder of a workspace. Of a folder only its
// path is known.
type Item struct {
	Folder bool
	Path   string
	review.FoundOutput
}

// item is the output as lists have it, not marked yet.
func (o foundOutput) item() Item {
	return Item{Path: o.Output.Path, FoundOutput: review.FoundOutput{Candidate: o.candidate()}}
}

// markRow says that a request holds a path or bytes, or that bytes left.
type markRow struct {
	RequestID string
	Status    string
	Path      string  // of bytes that left: "" if it is about the bytes wherever they were
	SHA256    string  `gorm:"column:sha256"`
	At        instant // when the bytes left; NULL of what is held
}

// The parts of a statement that finds who holds paths or bytes, which bytes
// left the project before, and what left from paths. While a project is not
// known, only the workspace itself counts.
const (
	heldQuery = `
SELECT f.request_id, r.status, f.path, f.sha256, CAST(NULL AS timestamptz) AS at
FROM request_files f JOIN requests r ON r.id = f.request_id
WHERE f.workspace = @workspace AND f.active`
	leftQuery = `
SELECT f.request_id, '', '', f.sha256, f.at
FROM released_files f
JOIN requests r ON r.id = f.request_id AND r.status <> 'REVOKED'
JOIN workspaces there ON there.name = f.workspace
JOIN workspaces here ON here.name = @workspace
	AND (here.name = there.name OR here.project = there.project AND here.project <> '')
WHERE f.sha256 IN `
	beforeQuery = `
SELECT f.request_id, '', f.path, f.sha256, f.at
FROM released_files f JOIN requests r ON r.id = f.request_id AND r.status <> 'REVOKED'
WHERE f.workspace = @workspace`
	// markQuery is about some paths and bytes.
	markQuery = heldQuery + " AND f.path IN @paths UNION " + heldQuery + " AND f.sha256 IN @sums UNION " +
		leftQuery + "@sums UNION " + beforeQuery + " AND f.path IN @paths ORDER BY 5, 1"
	// allMarksQuery is about all that the workspace lists.
	allMarksQuery = heldQuery + " UNION ALL " + leftQuery +
		"(SELECT o.sha256 FROM outputs o WHERE o.workspace = @workspace) UNION ALL " + beforeQuery + " ORDER BY 5, 1"
)

// marked bounds the files of one markQuery, which names a file's path and its
// bytes twice: SQLite takes 32,766 parameters.
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
		m := newMarks(rows)
		for n := range some {
			m.put(&some[n])
		}
	}
	return nil
}

// allMarks reads what is known of all that a workspace lists.
func allMarks(ctx context.Context, tx *gorm.DB, workspace string) (marks, error) {
	rows, err := on[markRow](tx).Raw(allMarksQuery, map[string]any{"workspace": workspace}).Find(ctx)
	if err != nil {
		return marks{}, fmt.Errorf("read which requests hold outputs of %s: %w", workspace, err)
	}
	return newMarks(rows), nil
}

// marks are what is known of paths and bytes.
type marks struct {
	held map[string][]review.Holder // by path, and by hash
	left map[string]review.Release  // by hash; the latest
	from map[string]leaving         // by path; the latest
}

// leaving is a release of bytes from a path.
type leaving struct {
	review.Release
	sha256 string
}

func newMarks(rows []markRow) marks {
	m := marks{held: map[string][]review.Holder{}, left: map[string]review.Release{}, from: map[string]leaving{}}
	for _, row := range rows { // the latest comes last
		id := review.RequestID(row.RequestID)
		left := review.Release{Request: id, At: row.At.Time}
		switch {
		case row.At.IsZero():
			h := review.Holder{Request: id, Status: review.Status(row.Status), Path: row.Path, SHA256: row.SHA256}
			m.held[h.Path] = append(m.held[h.Path], h)
			m.held[h.SHA256] = append(m.held[h.SHA256], h)
		case row.Path == "":
			m.left[row.SHA256] = left
		default:
			m.from[row.Path] = leaving{left, row.SHA256}
		}
	}
	return m
}

// put adds to a file what concerns it. A path may look like a hash, so that
// what was found is compared.
func (m marks) put(i *Item) {
	sum := i.Candidate.SHA256
	for _, h := range m.held[i.Path] {
		if h.Path == i.Path {
			i.Holders = append(i.Holders, h)
		}
	}
	if i.Folder {
		return
	}
	if before, ok := m.from[i.Path]; ok && before.sha256 != sum {
		i.Before = &before.Release
	}
	if sum == "" || i.Level == review.HighlySensitive { // whose bytes it has says what is in it
		return
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
