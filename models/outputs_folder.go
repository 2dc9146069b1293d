package models

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// Outputs reads a page of one folder of a workspace: its folders, then its
// files, each by name. With deep it is all files below, by path. The folder ""
// is the workspace itself; one that is not there is empty. It takes at most
// three statements, whatever the size of the workspace.
func (s *Store) Outputs(ctx context.Context, workspace, dir string, deep bool, cursor string, limit int) ([]Item, string, error) {
	if dir != "" && pipeline.ValidPath(dir) != nil {
		return nil, "", review.ErrNotFound
	}
	after, err := readFolderCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	page := folderPage{workspace: workspace, dir: dir, after: after, limit: limited(limit)}
	err = s.read(ctx, func(tx *gorm.DB) error {
		if deep {
			err = page.below(ctx, tx)
		} else {
			err = page.in(ctx, tx, s.dialect)
		}
		if err != nil {
			return fmt.Errorf("list a folder of %s: %w", workspace, err)
		}
		return mark(ctx, tx, workspace, page.items)
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

// folderCursor is the last item of a page.
type folderCursor struct {
	file bool
	name string // its name, or its path where all below is listed
}

// String is the cursor as it leaves the program.
func (c folderCursor) String() string {
	kind := "d"
	if c.file {
		kind = "f"
	}
	return base64.RawURLEncoding.EncodeToString([]byte(kind + c.name))
}

// readFolderCursor reads what String made; "" is the beginning.
func readFolderCursor(text string) (folderCursor, error) {
	if text == "" {
		return folderCursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < 2 || b[0] != 'd' && b[0] != 'f' || pipeline.ValidPath(string(b[1:])) != nil {
		return folderCursor{}, refuse(review.ErrInvalid, "This cursor is not one that a list gave.")
	}
	return folderCursor{file: b[0] == 'f', name: string(b[1:])}, nil
}

// folderPage is a page of a folder while it is read.
type folderPage struct {
	workspace string
	dir       string
	after     folderCursor
	limit     int
	like      string // what names of files contain; "" for any

	items []Item
	next  string
}

// in reads the folder's own folders and files.
func (p *folderPage) in(ctx context.Context, tx *gorm.DB, d dialect) error {
	if !p.after.file {
		if err := p.folders(ctx, tx, d); err != nil {
			return err
		}
	}
	if p.full() {
		return nil
	}
	from := ""
	if p.after.file {
		from = p.after.name
	}
	rows, err := on[foundOutput](tx).Raw(
		"SELECT "+foundColumns+" FROM "+foundTables+
			" WHERE o.workspace = ? AND o.dir = ? AND o.name > ? ORDER BY o.name LIMIT ?",
		p.workspace, folderKey(p.dir), from, p.limit+1-len(p.items),
	).Find(ctx)
	if err != nil {
		return err
	}
	p.files(rows)
	p.full()
	return nil
}

// below reads all files under the folder.
func (p *folderPage) below(ctx context.Context, tx *gorm.DB) error {
	query := "SELECT " + foundColumns + " FROM " + foundTables + " WHERE o.workspace = ? AND o.path > ?"
	args := []any{p.workspace, p.after.name}
	if p.dir != "" {
		query += " AND o.path > ? AND o.path < ?"
		args = append(args, p.dir+"/", p.dir+"0") // "0" is what follows "/"
	}
	if p.like != "" {
		query += ` AND lower(o.name) LIKE ? ESCAPE '\'`
		args = append(args, likeText(p.like))
	}
	rows, err := on[foundOutput](tx).Raw(query+" ORDER BY o.path LIMIT ?", append(args, p.limit+1)...).Find(ctx)
	if err != nil {
		return err
	}
	p.files(rows)
	if p.full() {
		p.next = folderCursor{file: true, name: p.items[p.limit-1].Path}.String()
	}
	return nil
}

func (p *folderPage) files(rows []foundOutput) {
	for _, row := range rows {
		p.items = append(p.items, row.item())
	}
}

// full cuts the page where the next one begins, if there is more.
func (p *folderPage) full() bool {
	if len(p.items) <= p.limit {
		return false
	}
	p.items = p.items[:p.limit]
	last := p.items[p.limit-1]
	p.next = folderCursor{file: !last.Folder, name: last.Path[strings.LastIndexByte(last.Path, '/')+1:]}.String()
	return true
}

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

func (p *folderPage) folders(ctx context.Context, tx *gorm.DB, d dialect) error {
	prefix, bound := "", ""
	if p.dir != "" {
		prefix, bound = folderKey(p.dir)+"\x01", "AND dir < @end"
	}
	var names []string
	err := tx.WithContext(ctx).Raw(fmt.Sprintf(foldersQuery, d.firstName(), bound), map[string]any{
		"workspace": p.workspace, "prefix": prefix, "past": pastFolder,
		"from": prefix + p.after.name + pastFolder, "end": folderKey(p.dir) + pastFolder,
		"skip": utf8.RuneCountInString(prefix) + 1, "limit": p.limit + 1,
	}).Scan(&names).Error
	if err != nil {
		return err
	}
	for _, name := range names {
		if p.dir != "" {
			name = p.dir + "/" + name
		}
		p.items = append(p.items, Item{Folder: true, Path: name})
	}
	return nil
}
