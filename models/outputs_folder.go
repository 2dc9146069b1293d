package models

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sallyport/review"
)

// Outputs reads a page of what a workspace lists: the folders of a folder, then
// its files; with Deep, or where a name is looked for, all files below. The
// folder "" is the workspace itself; one that is not there is empty. It takes
// at most three statements, whatever the size of the workspace. Where it
// matters how files stand, that is judged for the asker file by file, since
// the rules are not the database's.
func (s *Store) Outputs(ctx context.Context, by review.Asking, l review.OutputListing) ([]Item, string, error) {
	page, err := newOutputPage(l)
	if err != nil {
		return nil, "", err
	}
	err = s.read(ctx, func(tx *gorm.DB) error {
		if page.judged() {
			err = page.judge(ctx, tx, s.dialect, by)
		} else {
			err = page.list(ctx, tx, s.dialect)
		}
		if err != nil {
			return fmt.Errorf("list a folder of %s: %w", l.Workspace, err)
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return page.items, page.next, nil
}

// folderKey is a folder as the column dir has it: its slashes are U+0001,
// which no path holds and which sorts before all that paths hold, so that a
// folder is followed at once by what is below it.
func folderKey(dir string) string { return strings.ReplaceAll(dir, "/", "\x01") }

// pastFolder sorts after a folder's key and all keys below it, and before any
// other: U+0002.
const pastFolder = "\x02"

// foldersQuery steps through the index from one folder to the next, past all
// that is below it: one step for a folder, whatever it holds. %[1]s takes the
// name out of a key, %[2]s bounds the keys.
const foldersQuery = `
WITH RECURSIVE folder (name) AS (
	SELECT * FROM (SELECT %[1]s AS name FROM outputs
		WHERE workspace = @workspace AND dir >= @from %[2]s ORDER BY dir LIMIT 1) AS first
	UNION ALL
	SELECT (SELECT %[1]s FROM outputs
		WHERE workspace = @workspace AND dir >= @prefix || folder.name || @past %[2]s ORDER BY dir LIMIT 1)
	FROM folder WHERE folder.name IS NOT NULL
)
SELECT name FROM folder WHERE name IS NOT NULL LIMIT @limit`

// firstName takes a folder's name out of the key of something in or below it.
func (d dialect) firstName() string {
	if d.postgres {
		return "split_part(substr(dir, @skip), chr(1), 1)"
	}
	return "substr(dir, @skip, instr(substr(dir, @skip) || char(1), char(1)) - 1)"
}

// folders reads the folder's own folders.
func (p *outputPage) folders(ctx context.Context, tx *gorm.DB, d dialect) error {
	prefix, bound := "", ""
	if p.Dir != "" {
		prefix, bound = folderKey(p.Dir)+"\x01", "AND dir < @end"
	}
	var names []string
	err := tx.WithContext(ctx).Raw(fmt.Sprintf(foldersQuery, d.firstName(), bound), map[string]any{
		"workspace": p.Workspace, "prefix": prefix, "past": pastFolder,
		"from": prefix + p.after.path + pastFolder, "end": folderKey(p.Dir) + pastFolder,
		"skip": utf8.RuneCountInString(prefix) + 1, "limit": p.Limit + 1,
	}).Scan(&names).Error
	if err != nil {
		return err
	}
	for _, name := range names {
		if p.Dir != "" {
			name = p.Dir + "/" + name
		}
		p.items = append(p.items, Item{Folder: true, Path: name})
	}
	return nil
}
