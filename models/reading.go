package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/ledger"
	"sallyport/outputs"
	"sallyport/review"
)

// readingRow is the last reading of a workspace. The identity is that of the
// manifest that was tried last; the hash that of the one that was read.
type readingRow struct {
	Workspace    string `gorm:"primaryKey"`
	TriedAt      instant
	ReadAt       instant // NULL until one succeeded
	Linked       bool    // by patterns: there was no manifest
	Stale        bool    // linked before a report that may change the links
	Inode        int64
	Size         int64
	Modified     int64  // nanoseconds since 1970
	SHA256       string `gorm:"column:sha256"`
	Outputs      int
	Problems     asJSON[[]outputs.Problem]
	MoreProblems int
	Error        string // why the last try failed; "" if it did not
	Lasting      bool   // the manifest must change before another try
	Version      int64  // rises with all that changes of the workspace
	KeptSince    instant
	FailedAt     instant // since when Error stands; NULL without one
}

func (readingRow) TableName() string { return "workspace_readings" }

// identify keeps which manifest was tried.
func (r *readingRow) identify(id outputs.Identity) {
	r.Inode, r.Size, r.Modified = int64(id.Inode), id.Size, 0 //nolint:gosec // an opaque number, read back as it was
	if !id.ModTime.IsZero() {
		r.Modified = id.ModTime.UnixNano()
	}
}

func (r readingRow) last() outputs.LastReading {
	last := outputs.LastReading{
		Tried: r.TriedAt.Time, Read: r.ReadAt.Time, Linked: r.Linked, Stale: r.Stale, Outputs: r.Outputs,
		Error: r.Error, Lasting: r.Lasting,
		Identity: outputs.Identity{Inode: uint64(r.Inode), Size: r.Size, SHA256: r.SHA256}, //nolint:gosec // see identify
	}
	if r.Modified != 0 {
		last.Identity.ModTime = time.Unix(0, r.Modified).UTC()
	}
	return last
}

var _ outputs.ReaderStore = (*Store)(nil)

// LastReading says what is kept of a workspace's last reading; the zero value
// if it was never read.
func (s *Store) LastReading(ctx context.Context, workspace string) (outputs.LastReading, error) {
	row, err := lastReading(ctx, s.reader, workspace)
	return row.last(), translate(err)
}

// readingColumns are those of LastReading: without the problems, which may be
// many.
const readingColumns = "workspace, tried_at, read_at, linked, stale, inode, size, modified, sha256, outputs, error, lasting"

// LastReadings says what is kept of the last readings of the workspaces whose
// names come after a name, by name.
func (s *Store) LastReadings(ctx context.Context, after string, limit int) ([]outputs.NamedReading, error) {
	rows, err := on[readingRow](s.reader).Select(readingColumns).Where("workspace > ?", after).Order("workspace").Limit(limit).Find(ctx)
	if err != nil {
		return nil, translate(fmt.Errorf("read the last readings: %w", err))
	}
	list := make([]outputs.NamedReading, len(rows))
	for i, row := range rows {
		list[i] = outputs.NamedReading{Workspace: row.Workspace, LastReading: row.last()}
	}
	return list, nil
}

// lastReading reads a workspace's row; the zero row if there is none.
func lastReading(ctx context.Context, tx *gorm.DB, workspace string) (readingRow, error) {
	row, err := on[readingRow](tx).Where("workspace = ?", workspace).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return readingRow{}, nil
	}
	if err != nil {
		return readingRow{}, fmt.Errorf("read the last reading of %s: %w", workspace, err)
	}
	return row, nil
}

// keepReading writes a workspace's row.
func keepReading(ctx context.Context, tx *gorm.DB, row readingRow) error {
	if err := on[readingRow](tx, clause.OnConflict{UpdateAll: true}).Create(ctx, &row); err != nil {
		return fmt.Errorf("keep the reading of %s: %w", row.Workspace, err)
	}
	return nil
}

// workspaceRead is the entry of a reading that changed what is listed.
type workspaceRead struct {
	V        int    `json:"v"`
	Manifest string `json:"manifest,omitempty"` // SHA-256; "" if files were linked by patterns
	Outputs  int    `json:"outputs"`
	Changed  int    `json:"changed"`
	Problems int    `json:"problems"`
}

// ApplyReading makes a workspace list what was read, and says how many outputs
// came, went or changed: only their rows are written. A workspace that is new
// is made. If neither the manifest nor what is listed changed there is no
// entry. A reading that began before another one that was applied changes
// nothing.
func (s *Store) ApplyReading(ctx context.Context, workspace string, rd outputs.Reading) (int, error) {
	if !outputs.ValidWorkspace(workspace) {
		return 0, refuse(review.ErrInvalid, "%q cannot be the name of a workspace.", outputs.Escape(workspace))
	}
	d := newDifference(workspace, rd)
	if err := d.prepare(ctx, s.reader); err != nil {
		return 0, translate(err)
	}
	changes := 0
	err := s.write(ctx, func(tx *gorm.DB) error {
		changes = 0
		place, err := s.ensureWorkspace(ctx, tx, review.System(), workspace)
		if err != nil {
			return err
		}
		before, err := lastReading(ctx, tx, workspace)
		if err != nil || before.TriedAt.After(rd.At) {
			return err
		}
		if changes, err = d.apply(ctx, tx, before); err != nil {
			return err
		}
		row := d.row(before, changes)
		if changes > 0 {
			if row.KeptSince, err = forgetChanges(ctx, tx, row, s.config.KeepChanges); err != nil {
				return err
			}
		}
		if row.Stale, err = linkedBefore(ctx, tx, workspace, rd); err != nil {
			return err
		}
		if err := keepReading(ctx, tx, row); err != nil {
			return err
		}
		if changes == 0 && (rd.Linked || before.SHA256 == rd.Identity.SHA256) {
			return nil
		}
		return s.recordReading(ctx, tx, place, rd, changes)
	})
	return changes, err
}

func (s *Store) recordReading(ctx context.Context, tx *gorm.DB, place review.Place, rd outputs.Reading, changes int) error {
	event, err := fact(workspaceRead{
		V: 1, Manifest: rd.Identity.SHA256, Outputs: len(rd.Outputs),
		Changed: changes, Problems: len(rd.Problems) + rd.MoreProblems,
	})
	if err != nil {
		return err
	}
	t, err := s.tailOf(ctx, tx, workspaceStream(place.Workspace))
	if err != nil {
		return err
	}
	err = s.record(ctx, tx, t, draft{
		Act: "workspace_read", Actor: review.System(), Place: place,
		Subject: ledger.Subject{SHA256: rd.Identity.SHA256}, Event: event,
	})
	return err
}

// RecordReadingError keeps why a workspace could not be read, beside the last
// good reading. A lasting error stands until the manifest that was tried
// changes.
func (s *Store) RecordReadingError(ctx context.Context, workspace string, failed outputs.FailedReading) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if _, err := s.ensureWorkspace(ctx, tx, review.System(), workspace); err != nil {
			return err
		}
		row, err := lastReading(ctx, tx, workspace)
		if err != nil || row.TriedAt.After(failed.At) {
			return err
		}
		if row.Error != failed.Message {
			row.Version, row.FailedAt = row.Version+1, at(failed.At)
		}
		row.Workspace, row.TriedAt, row.Error, row.Lasting = workspace, at(failed.At), failed.Message, failed.Lasting
		if failed.Lasting {
			row.identify(failed.Identity)
		}
		return keepReading(ctx, tx, row)
	})
}
