package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/review"
)

// changeRow is what became of an output from one reading to the next. The job
// request is the one that wrote it or, of what went out of date, the one that
// made it so; "" where neither is known.
type changeRow struct {
	Workspace  string `gorm:"primaryKey"`
	Path       string `gorm:"primaryKey"`
	Version    int64  `gorm:"primaryKey;autoIncrement:false"`
	Dir        string // see folderKey
	At         instant
	Change     string
	Level      string
	Action     string
	JobRequest string
	SHA256     string `gorm:"column:sha256"`
	Before     string // the SHA-256 before
}

func (changeRow) TableName() string { return "output_changes" }

// keepChanges writes what becomes of the outputs that differ. A first reading
// is compared with nothing: nobody knows what was there before.
func (d *difference) keepChanges(ctx context.Context, tx *gorm.DB, before readingRow, differ []outputRow, gone []string) error {
	if before.ReadAt.IsZero() || len(differ)+len(gone) == 0 {
		return nil
	}
	paths := gone
	for _, row := range differ {
		paths = append(paths[:len(paths):len(paths)], row.Path)
	}
	old, err := d.old(ctx, tx, paths)
	if err != nil {
		return err
	}
	makers, err := d.madeOutOfDate(ctx, tx, differ, old)
	if err != nil {
		return err
	}
	rows := make([]changeRow, 0, len(paths))
	for _, path := range gone {
		rows = append(rows, d.change(old[path], before.Version+1, review.ChangeWent))
	}
	for _, now := range differ {
		change := review.ChangeCame
		if was, ok := old[now.Path]; ok {
			change = review.ChangeOf(was.before(), now.before())
		}
		row := d.change(now, before.Version+1, change)
		row.Before = old[now.Path].SHA256
		if change == review.ChangeOutOfDate {
			row.JobRequest = makers[now.Path]
		}
		rows = append(rows, row)
	}
	if err := on[changeRow](tx).CreateInBatches(ctx, &rows, batch); err != nil {
		return fmt.Errorf("keep what changed in %s: %w", d.workspace, err)
	}
	return nil
}

// change is a row for an output as it is or, of one that went, as it was.
func (d *difference) change(of outputRow, version int64, change review.OutputChange) changeRow {
	row := changeRow{
		Workspace: d.workspace, Path: of.Path, Version: version, Dir: of.Dir, At: at(d.reading.At), Change: string(change),
		Level: of.Level, Action: of.Action, JobRequest: of.JobRequest, SHA256: of.SHA256,
	}
	if change == review.ChangeWent {
		row.JobRequest, row.SHA256, row.Before = "", "", of.SHA256
	}
	return row
}

func (r outputRow) before() review.OutputBefore {
	return review.OutputBefore{SHA256: r.SHA256, Size: r.Size, JobRequest: r.JobRequest, Job: r.Job, OutOfDate: r.OutOfDate}
}

// old reads what is listed at paths until now.
func (d *difference) old(ctx context.Context, tx *gorm.DB, paths []string) (map[string]outputRow, error) {
	old := make(map[string]outputRow, len(paths))
	for some := range chunks(paths) {
		rows, err := on[outputRow](tx).Where("workspace = ? AND path IN ?", d.workspace, some).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read what %s listed: %w", d.workspace, err)
		}
		for _, row := range rows {
			old[row.Path] = row
		}
	}
	return old, nil
}

// madeOutOfDate finds by path the job requests that made outputs out of date:
// the last that ran the action again or, where the action is gone, the last of
// the workspace. The one that wrote the output did not.
func (d *difference) madeOutOfDate(ctx context.Context, tx *gorm.DB, differ []outputRow, old map[string]outputRow) (map[string]string, error) {
	actions, rows := []string{}, []outputRow{}
	for _, row := range differ {
		if row.OutOfDate && !old[row.Path].OutOfDate {
			rows, actions = append(rows, row), append(actions, row.Action)
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	last, err := lastRuns(ctx, tx, d.workspace, set(actions))
	if err != nil {
		return nil, err
	}
	makers := map[string]string{}
	for _, row := range rows {
		action := ""
		if !row.ActionGone {
			action = row.Action
		}
		if maker := last[action]; maker != row.JobRequest {
			makers[row.Path] = maker
		}
	}
	return makers, nil
}

// lastRuns finds for each action the last job request of a workspace that has a
// job for it, and under "" the last of all.
func lastRuns(ctx context.Context, tx *gorm.DB, workspace string, actions []string) (map[string]string, error) {
	last := map[string]string{}
	for some := range chunks(actions) {
		var rows []struct{ Action, Identifier string }
		err := tx.WithContext(ctx).Raw(`
SELECT j.action, r.identifier FROM job_requests r JOIN jobs j ON j.job_request = r.identifier
WHERE r.workspace = ? AND j.action IN ? ORDER BY r.at, r.identifier`, workspace, some).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("find who ran actions of %s: %w", workspace, err)
		}
		for _, row := range rows {
			last[row.Action] = row.Identifier
		}
	}
	var newest []string
	err := tx.WithContext(ctx).Raw(
		"SELECT identifier FROM job_requests WHERE workspace = ? ORDER BY at DESC, identifier DESC LIMIT 1", workspace).Scan(&newest).Error
	if err != nil {
		return nil, fmt.Errorf("find the last job request of %s: %w", workspace, err)
	}
	if len(newest) > 0 {
		last[""] = newest[0]
	}
	return last, nil
}

// forgetChanges removes the oldest changes of a workspace beyond some number,
// all of a reading at once and never those of the last, and says since when
// all are kept.
func forgetChanges(ctx context.Context, tx *gorm.DB, reading readingRow, keep int) (instant, error) {
	db, workspace := tx.WithContext(ctx), reading.Workspace
	var beyond []int64
	err := db.Raw("SELECT version FROM output_changes WHERE workspace = ? ORDER BY version DESC LIMIT 1 OFFSET ?", workspace, keep).Scan(&beyond).Error
	if err != nil {
		return instant{}, fmt.Errorf("count what changed in %s: %w", workspace, err)
	}
	if len(beyond) == 0 {
		return reading.KeptSince, nil
	}
	cut := min(beyond[0], reading.Version-1)
	last, err := on[changeRow](tx).Where("workspace = ? AND version <= ?", workspace, cut).Order("version DESC").Limit(1).Find(ctx)
	if err != nil || len(last) == 0 {
		return reading.KeptSince, err
	}
	if _, err := on[changeRow](tx).Where("workspace = ? AND version <= ?", workspace, cut).Delete(ctx); err != nil {
		return instant{}, fmt.Errorf("forget what changed in %s: %w", workspace, err)
	}
	return last[0].At, nil
}
