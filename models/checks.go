package models

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/checking"
	"sallyport/review"
)

// fileCheckRow is what disclosure checks say of a file, beside the log. A row is
// named by the hash of its findings, which the log has: one that nothing in the
// log names is of a check that was not recorded.
type fileCheckRow struct {
	RequestID    string `gorm:"primaryKey"`
	FileID       string `gorm:"primaryKey"`
	FindingsHash string `gorm:"primaryKey"`
	SHA256       string `gorm:"column:sha256"`
	Found        string // []review.Found as JSON
	Report       string
	At           instant
}

func (fileCheckRow) TableName() string { return "file_checks" }

// KeepReports keeps what checks say, before it is recorded that they were made.
func (s *Store) KeepReports(ctx context.Context, kept []checking.Kept) error {
	rows := make([]fileCheckRow, 0, len(kept))
	for _, k := range kept {
		found, err := json.Marshal(k.Found)
		if err != nil {
			return fmt.Errorf("keep a report: %w", err)
		}
		rows = append(rows, fileCheckRow{
			RequestID: string(k.Request), FileID: string(k.File), FindingsHash: k.FindingsHash, SHA256: k.SHA256,
			Found: string(found), Report: string(k.Report), At: at(s.now()),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		return on[fileCheckRow](tx, clause.OnConflict{UpdateAll: true}).CreateInBatches(ctx, &rows, batch)
	})
}

// reportAge is how old a report is before another takes its place: until then a
// worker that kept it may be about to record it, in this process or another.
const reportAge = 10 * time.Minute

// dropOldReports removes what earlier checks said of the files that events say
// were checked.
func (s *Store) dropOldReports(ctx context.Context, tx *gorm.DB, id review.RequestID, events []review.Event) error {
	var files, hashes []string
	for _, e := range events {
		if e, ok := e.(*review.FileChecked); ok {
			files, hashes = append(files, string(e.File)), append(hashes, e.FindingsHash)
		}
	}
	if len(files) == 0 {
		return nil
	}
	_, err := on[fileCheckRow](tx).Where("request_id = ? AND file_id IN ? AND findings_hash NOT IN ? AND at < ?",
		string(id), files, hashes, at(s.now().Add(-reportAge))).Delete(ctx)
	if err != nil {
		return fmt.Errorf("remove old reports: %w", err)
	}
	return nil
}

// Report reads what checks say of a file. ErrNotFound if it is not kept.
func (s *Store) Report(ctx context.Context, id review.RequestID, file review.FileID, findingsHash string) ([]byte, error) {
	var report string
	err := s.read(ctx, func(tx *gorm.DB) error {
		row, err := on[fileCheckRow](tx).Select("report").
			Where("request_id = ? AND file_id = ? AND findings_hash = ?", string(id), string(file), findingsHash).Take(ctx)
		report = row.Report
		if err != nil {
			return fmt.Errorf("read a report: %w", err)
		}
		return nil
	})
	return []byte(report), err
}

// foundOf reads what the findings of a request say, by the hash that the log
// names. A hash says what is behind it, so that all is kept that was read once.
func (s *Store) foundOf(ctx context.Context, tx *gorm.DB, r *review.Request) (map[string][]review.Found, error) {
	found, missing := map[string][]review.Found{}, false
	for _, hash := range r.FindingsHashes() {
		list, ok := s.found.get(hash)
		if ok {
			found[hash] = list
		}
		missing = missing || !ok
	}
	if !missing {
		return found, nil
	}
	rows, err := on[fileCheckRow](tx).Select("findings_hash, found").Where("request_id = ?", string(r.ID)).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what findings say: %w", err)
	}
	for _, row := range rows {
		var list []review.Found
		if err := json.Unmarshal([]byte(row.Found), &list); err != nil {
			return nil, fmt.Errorf("read the findings %s: %w", row.FindingsHash, err)
		}
		s.found.put(row.FindingsHash, list, len(row.Found))
		found[row.FindingsHash] = list
	}
	return found, nil
}

// foundCache keeps findings by their hash, up to a number of bytes; then it
// begins anew.
type foundCache struct {
	mu    sync.Mutex
	lists map[string][]review.Found
	bytes int
}

// maxFound bounds the JSON of the findings that are kept in memory.
const maxFound = 16 << 20

func newFoundCache() *foundCache { return &foundCache{lists: map[string][]review.Found{}} }

func (c *foundCache) get(hash string) ([]review.Found, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, ok := c.lists[hash]
	return list, ok
}

func (c *foundCache) put(hash string, list []review.Found, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.lists[hash]; ok {
		return
	}
	if c.bytes += size; c.bytes > maxFound {
		clear(c.lists)
		c.bytes = size
	}
	c.lists[hash] = list
}

// AskForChecks has all requests looked at that wait for somebody and have files:
// rules, or the installation's policy, may have changed.
func (s *Store) AskForChecks(ctx context.Context) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO work (kind, subject, due, attempts, last_error, worker, stuck, made)
			SELECT ?, r.id, ?, 0, '', '', ?, ? FROM requests r
			WHERE r.status IN ('PENDING', 'RETURNED', 'SUBMITTED', 'PARTIALLY_REVIEWED', 'REVIEWED')
			AND NOT EXISTS (SELECT 1 FROM work w WHERE w.kind = ? AND w.subject = r.id)`,
			review.WorkCheck, at(s.now()), false, at(s.now()), review.WorkCheck).Error
		if err != nil {
			return fmt.Errorf("ask for checks: %w", err)
		}
		return nil
	})
}

// AskedBefore finds, for each of the bytes that one asked for, the latest request
// of a workspace that was rejected or revoked.
func (s *Store) AskedBefore(ctx context.Context, workspace string, sha256s []string) (map[string]review.RequestID, error) {
	found := map[string]review.RequestID{}
	err := s.read(ctx, func(tx *gorm.DB) error {
		for some := range chunks(set(sha256s)) {
			rows, err := on[requestFileRow](tx).Raw(`SELECT f.sha256, f.request_id FROM request_files f
				JOIN requests r ON r.id = f.request_id
				WHERE f.sha256 IN ? AND f.workspace = ? AND f.kind = 'output' AND r.status IN ('REJECTED', 'REVOKED')
				ORDER BY r.since, r.id`, some, workspace).Find(ctx)
			if err != nil {
				return fmt.Errorf("read which requests were refused: %w", err)
			}
			for _, row := range rows {
				found[row.SHA256] = review.RequestID(row.RequestID)
			}
		}
		return nil
	})
	return found, err
}
