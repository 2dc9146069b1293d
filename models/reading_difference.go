package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/outputs"
	"sallyport/pipeline"
)

// difference is what a reading changes in the rows of a workspace.
type difference struct {
	workspace string
	reading   outputs.Reading
	sources   map[string]pipeline.Source // job requests that are needed to confirm what differs
	aside     int                        // how many are compared at once
}

// The longest texts of a manifest that are kept. A longer identifier or action
// belongs to nothing that can be reported.
const (
	maxNamed   = 1000
	maxMessage = 4000
)

func newDifference(workspace string, rd outputs.Reading) *difference {
	byPath := func(a, b outputs.Entry) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(rd.Outputs, byPath) {
		rd.Outputs = slices.SortedFunc(slices.Values(rd.Outputs), byPath)
	}
	return &difference{workspace: workspace, reading: rd, aside: aside}
}

func newOutputRow(workspace string, e outputs.Entry, refused string) outputRow {
	slash := strings.LastIndexByte(e.Path, '/')
	row := outputRow{
		Workspace: workspace, Path: e.Path, Dir: folderKey(e.Path[:max(slash, 0)]), Name: e.Path[slash+1:],
		SameName: outputs.SameName(e.Path), Level: string(e.Level), Size: e.Size, SHA256: e.SHA256,
		Job: storable(e.JobID, maxNamed), JobRequest: storable(e.JobRequest, maxNamed),
		Action: storable(e.Action, maxNamed), CommitID: storable(e.Commit, maxNamed), Repo: storable(e.Repo, maxNamed),
		OutOfDate: e.OutOfDate(), ActionGone: e.OutOfDateAction, Excluded: e.Excluded, Message: storable(e.Message, maxMessage),
		Refused: refused, Written: micros(e.Written),
	}
	row.Digest = row.digest()
	return row
}

// digest is a hash of all that was read of an output.
func (r outputRow) digest() string {
	all := strings.Join([]string{
		r.Level, strconv.FormatInt(r.Size, 10), r.SHA256, r.Job, r.JobRequest, r.Action, r.CommitID, r.Repo,
		strconv.FormatBool(r.OutOfDate), strconv.FormatBool(r.ActionGone), strconv.FormatBool(r.Excluded), r.Message, r.Refused,
		strconv.FormatInt(r.Written, 10),
	}, "\x00")
	sum := sha256.Sum256([]byte(all))
	return hex.EncodeToString(sum[:16])
}

// storable is a text of a manifest as both databases take it: no NUL, UTF-8,
// and not too long.
func storable(s string, most int) string {
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
	}
	return s
}

// micros is a time in microseconds since 1970; 0 if it is not known.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// row is the reading's own row, after the one before it.
func (d *difference) row(before readingRow, changes int) readingRow {
	rd := d.reading
	const most = 1000 // problems that are kept; nobody reads more
	row := readingRow{
		Workspace: d.workspace, TriedAt: at(rd.At), ReadAt: at(rd.At), Linked: rd.Linked,
		SHA256: rd.Identity.SHA256, Outputs: len(rd.Outputs), MoreProblems: rd.MoreProblems,
		Version: before.Version, KeptSince: before.KeptSince,
	}
	if changes > 0 || before.Error != "" || before.ReadAt.IsZero() {
		row.Version++
	}
	if row.KeptSince.IsZero() {
		row.KeptSince = row.ReadAt
	}
	row.identify(rd.Identity)
	kept := rd.Problems[:min(len(rd.Problems), most)]
	row.Problems = asJSON[[]outputs.Problem]{kept}
	row.MoreProblems += len(rd.Problems) - len(kept)
	return row
}

// prepare reads the pipelines that will probably be needed. It is done before
// the workspace is locked, since large ones take a while to read.
func (d *difference) prepare(ctx context.Context, db *gorm.DB) error {
	named := map[string]bool{}
	err := d.each(ctx, db, func(differ []outputRow, _ []string) error {
		for _, row := range differ {
			named[row.JobRequest] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.sources, err = sourcesByID(ctx, db, slices.Sorted(maps.Keys(named)))
	return err
}

// apply writes what differs, and says how many outputs that are.
func (d *difference) apply(ctx context.Context, tx *gorm.DB, before readingRow) (int, error) {
	changes := 0
	err := d.each(ctx, tx, func(differ []outputRow, gone []string) error {
		changes += len(differ) + len(gone)
		if err := d.keepChanges(ctx, tx, before, differ, gone); err != nil {
			return err
		}
		if err := d.remove(ctx, tx, gone); err != nil || len(differ) == 0 {
			return err
		}
		if err := d.confirm(ctx, tx, differ); err != nil {
			return err
		}
		if err := on[outputRow](tx, clause.OnConflict{UpdateAll: true}).CreateInBatches(ctx, &differ, batch); err != nil {
			return fmt.Errorf("write outputs of %s: %w", d.workspace, err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return changes, d.takeNames(ctx, tx)
}

func (d *difference) remove(ctx context.Context, tx *gorm.DB, gone []string) error {
	for some := range slices.Chunk(gone, batch) {
		n, err := on[outputRow](tx).Where("workspace = ? AND path IN ?", d.workspace, some).Delete(ctx)
		if err == nil && n != len(some) {
			err = fmt.Errorf("%d of %d rows removed", n, len(some))
		}
		if err != nil {
			return fmt.Errorf("remove outputs of %s: %w", d.workspace, err)
		}
	}
	return nil
}

// confirm sets Declared, and what is highly_sensitive after all, from the pipelines of the job requests that the rows
// name. A pipeline is reported once and stays; one that was not there before
// the lock is looked for again.
func (d *difference) confirm(ctx context.Context, tx *gorm.DB, rows []outputRow) error {
	missing := slices.DeleteFunc(jobRequestsOf(rows), func(id string) bool { return d.sources[id].Pipeline != nil })
	late, err := sourcesByID(ctx, tx, missing)
	if err != nil {
		return err
	}
	for id, source := range late {
		d.sources[id] = source
	}
	sources := make([]pipeline.Source, 0, len(d.sources))
	for _, source := range d.sources {
		sources = append(sources, source)
	}
	for i, w := range pipeline.LinkManifest(manifestEntries(rows), sources) {
		rows[i].Level, rows[i].Declared = string(w.Level), w.Declared
	}
	return nil
}

// manifestEntries are rows as pipeline confirms them.
func manifestEntries(rows []outputRow) []pipeline.Entry {
	entries := make([]pipeline.Entry, len(rows))
	for i, row := range rows {
		entries[i] = pipeline.Entry{
			Path: row.Path, Level: pipeline.Level(row.Level), JobRequest: row.JobRequest,
			Job: row.Job, Action: row.Action, Commit: row.CommitID,
		}
	}
	return entries
}

// jobRequestsOf are the job requests that rows name, each once.
func jobRequestsOf(rows []outputRow) []string {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.JobRequest)
	}
	return set(ids)
}

// takenRow is a name that a workspace lists though nothing is listed there.
type takenRow struct {
	Workspace string `gorm:"primaryKey"`
	SameName  string `gorm:"primaryKey"`
}

func (takenRow) TableName() string { return "taken_names" }

// takeNames makes the workspace's taken names those of the reading.
func (d *difference) takeNames(ctx context.Context, tx *gorm.DB) error {
	rows, err := on[takenRow](tx).Where("workspace = ?", d.workspace).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the taken names of %s: %w", d.workspace, err)
	}
	there := make(map[string]bool, len(rows))
	for _, row := range rows {
		there[row.SameName] = true
	}
	var add []takenRow
	for _, name := range set(d.reading.Taken) {
		if !there[name] {
			add = append(add, takenRow{d.workspace, name})
		}
		delete(there, name)
	}
	if len(add) > 0 {
		if err := on[takenRow](tx).CreateInBatches(ctx, &add, batch); err != nil {
			return fmt.Errorf("write the taken names of %s: %w", d.workspace, err)
		}
	}
	var gone []string
	for name := range there {
		gone = append(gone, name)
	}
	for some := range slices.Chunk(gone, batch) {
		if _, err := on[takenRow](tx).Where("workspace = ? AND same_name IN ?", d.workspace, some).Delete(ctx); err != nil {
			return fmt.Errorf("remove taken names of %s: %w", d.workspace, err)
		}
	}
	return nil
}
