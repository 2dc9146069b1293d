package models

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/checking"
	"sallyport/checks"
)

// tableExtractRow is what is compared of a table in some bytes.
type tableExtractRow struct {
	SHA256   string `gorm:"column:sha256;primaryKey"`
	Position int    `gorm:"primaryKey"` // among the tables of the bytes
	Extract  string
}

func (tableExtractRow) TableName() string { return "table_extracts" }

// tableKeyRow is a key under which a table is found.
type tableKeyRow struct {
	Key      string `gorm:"primaryKey"`
	SHA256   string `gorm:"column:sha256;primaryKey"`
	Position int    `gorm:"primaryKey"`
}

func (tableKeyRow) TableName() string { return "table_keys" }

// KeepExtracts keeps what is compared of the tables in some bytes, in place of
// what was kept of them.
func (s *Store) KeepExtracts(ctx context.Context, sha256 string, tables []checks.Extract) error {
	extracts, keys, err := extractRows(sha256, tables)
	if err != nil {
		return err
	}
	same, err := s.sameExtracts(ctx, sha256, extracts)
	if same || err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		// The keys go with the tables.
		if _, err := on[tableExtractRow](tx).Where("sha256 = ?", sha256).Delete(ctx); err != nil {
			return fmt.Errorf("replace extracts: %w", err)
		}
		if len(extracts) == 0 {
			return nil
		}
		// Another worker may keep the same at the same time.
		if err := on[tableExtractRow](tx, clause.OnConflict{DoNothing: true}).CreateInBatches(ctx, &extracts, batch); err != nil {
			return fmt.Errorf("keep extracts: %w", err)
		}
		if len(keys) == 0 {
			return nil
		}
		if err := on[tableKeyRow](tx, clause.OnConflict{DoNothing: true}).CreateInBatches(ctx, &keys, batch); err != nil {
			return fmt.Errorf("keep the keys of tables: %w", err)
		}
		return nil
	})
}

func extractRows(sha256 string, tables []checks.Extract) ([]tableExtractRow, []tableKeyRow, error) {
	var extracts []tableExtractRow
	var keys []tableKeyRow
	for i, t := range tables {
		body, err := json.Marshal(t)
		if err != nil {
			return nil, nil, fmt.Errorf("keep a table's extract: %w", err)
		}
		extracts = append(extracts, tableExtractRow{sha256, i, string(body)})
		for _, k := range set(t.Keys()) {
			keys = append(keys, tableKeyRow{k, sha256, i})
		}
	}
	return extracts, keys, nil
}

// sameExtracts reports whether exactly these are kept.
func (s *Store) sameExtracts(ctx context.Context, sha256 string, want []tableExtractRow) (bool, error) {
	var have []tableExtractRow
	err := s.read(ctx, func(tx *gorm.DB) error {
		var err error
		have, err = on[tableExtractRow](tx).Where("sha256 = ?", sha256).Order("position").Find(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read extracts: %w", err)
	}
	return slices.Equal(have, want), nil
}

// maxAlike is how many tables one is compared with.
const maxAlike = 50

// alikeRow is a table that shares keys with another, and where it stands.
type alikeRow struct {
	SHA256    string `gorm:"column:sha256"`
	Position  int
	Extract   string
	Path      string
	RequestID string
}

// alikeQuery finds the tables that share most keys, of those that the two lists
// of bytes hold: what was released from the project, as projects are today, and
// is not revoked; and what stands on the request.
const alikeQuery = `
WITH near AS (
	SELECT k.sha256, k.position, COUNT(*) AS shared FROM table_keys k
	WHERE k.key IN ? AND k.sha256 <> ? AND (
		EXISTS (SELECT 1 FROM request_files o WHERE o.request_id = ? AND o.sha256 = k.sha256 AND o.kind <> 'withdrawn')
		OR EXISTS (SELECT 1 FROM released_files f JOIN requests r ON r.id = f.request_id
			JOIN workspaces w ON w.name = f.workspace JOIN workspaces here ON here.name = ?
			WHERE f.sha256 = k.sha256 AND r.status <> 'REVOKED'
			AND (w.name = here.name OR (w.project <> '' AND w.project = here.project)))
	)
	GROUP BY k.sha256, k.position ORDER BY shared DESC, k.sha256, k.position LIMIT ?
)
SELECT n.sha256, n.position, e.extract,
	coalesce((SELECT o.path FROM request_files o WHERE o.request_id = ? AND o.sha256 = n.sha256 AND o.kind <> 'withdrawn'
		ORDER BY o.path LIMIT 1), '') AS path
FROM near n JOIN table_extracts e ON e.sha256 = n.sha256 AND e.position = n.position
ORDER BY n.shared DESC, n.sha256, n.position`

// releasedPathsQuery says where bytes stand that were released from the project,
// the latest last.
const releasedPathsQuery = `
SELECT f.sha256, f.path, f.request_id FROM released_files f JOIN requests r ON r.id = f.request_id
JOIN workspaces w ON w.name = f.workspace JOIN workspaces here ON here.name = ?
WHERE f.sha256 IN ? AND r.status <> 'REVOKED' AND (w.name = here.name OR (w.project <> '' AND w.project = here.project))
ORDER BY f.at, f.request_id, f.path`

// Alike finds tables to compare with; see checking.Store. It never reaches
// beyond the project.
func (s *Store) Alike(ctx context.Context, q checking.AlikeQuery) ([]checks.Released, error) {
	if len(q.Keys) == 0 {
		return nil, nil
	}
	var rows, left []alikeRow
	err := s.read(ctx, func(tx *gorm.DB) error {
		var err error
		rows, err = on[alikeRow](tx).Raw(alikeQuery,
			q.Keys, q.SHA256, string(q.Request), q.Workspace, maxAlike, string(q.Request)).Find(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		var sha256s []string
		for _, r := range rows {
			sha256s = append(sha256s, r.SHA256)
		}
		left, err = on[alikeRow](tx).Raw(releasedPathsQuery, q.Workspace, set(sha256s)).Find(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find tables to compare with: %w", err)
	}
	released := map[string]alikeRow{}
	for _, r := range left {
		released[r.SHA256] = r
	}
	return alike(q, rows, released)
}

// alike says where each table stands: in the release, if its bytes are out.
func alike(q checking.AlikeQuery, rows []alikeRow, released map[string]alikeRow) ([]checks.Released, error) {
	list := make([]checks.Released, 0, len(rows))
	for _, r := range rows {
		out := released[r.SHA256]
		t := checks.Released{
			File: cmp.Or(out.Path, r.Path), Request: cmp.Or(out.RequestID, string(q.Request)), SHA256: r.SHA256,
		}
		if err := json.Unmarshal([]byte(r.Extract), &t.Extract); err != nil {
			return nil, fmt.Errorf("read the extract of a table in %s: %w", r.SHA256, err)
		}
		list = append(list, t)
	}
	return list, nil
}
