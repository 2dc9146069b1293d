package models

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// outputPage is a page of a list of outputs while it is read.
type outputPage struct {
	review.OutputListing
	after outputCursor
	items []Item
	next  string
}

func newOutputPage(l review.OutputListing) (*outputPage, error) {
	if l.Dir != "" && pipeline.ValidPath(l.Dir) != nil {
		return nil, review.ErrNotFound
	}
	if err := l.Valid(); err != nil {
		return nil, err
	}
	l.Deep = l.Deep || l.Name != ""
	l.Limit = limited(l.Limit)
	if l.Sort == "" {
		l.Sort = review.ByName
	}
	after, err := readOutputCursor(l.Cursor)
	if err == nil && after.file {
		_, err = sortValue(l.Sort, after.key)
	}
	return &outputPage{OutputListing: l, after: after}, err
}

// judged reports whether how files stand decides what is listed, or in which
// order.
func (p *outputPage) judged() bool { return p.Standing != "" || p.Sort == review.ByStanding }

// list reads the page, where the database alone can say what is on it.
func (p *outputPage) list(ctx context.Context, tx *gorm.DB, d dialect) error {
	if err := p.begin(ctx, tx, d); err != nil || p.full() {
		return err
	}
	where := p.scope()
	p.past(&where)
	most := p.Limit + 1 - len(p.items)
	query := "SELECT " + foundColumns + " FROM " + foundTables + " WHERE " + where.text() + p.order() + " LIMIT ?"
	values := append(where.values, most)
	if p.Sort != review.ByName { // sorts first, and joins what is on the page
		query = "SELECT " + foundColumns + " FROM " + foundTables +
			" WHERE o.workspace = ? AND o.path IN (SELECT o.path FROM outputs o WHERE " + where.text() + p.order() + " LIMIT ?)" + p.order()
		values = append([]any{p.Workspace}, values...)
	}
	rows, err := on[foundOutput](tx).Raw(query, values...).Find(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.items = append(p.items, row.item())
	}
	p.full()
	return mark(ctx, tx, p.Workspace, p.items)
}

// begin reads the folders, unless they are on an earlier page.
func (p *outputPage) begin(ctx context.Context, tx *gorm.DB, d dialect) error {
	if p.Deep || p.after.file {
		return nil
	}
	return p.folders(ctx, tx, d)
}

// scope are the conditions of the files that may be listed.
func (p *outputPage) scope() conditions {
	var where conditions
	where.add("o.workspace = ?", p.Workspace)
	switch {
	case !p.Deep:
		where.add("o.dir = ?", folderKey(p.Dir))
	case p.Dir != "":
		where.add("o.path > ? AND o.path < ?", p.Dir+"/", p.Dir+"0") // "0" is what follows "/"
	}
	if p.Name != "" {
		where.add(`lower(o.name) LIKE ? ESCAPE '\'`, likeText(p.Name))
	}
	if p.Type != "" {
		where.add(`lower(o.name) LIKE ? ESCAPE '\'`, strings.TrimSuffix(likeText(p.Type), "%"))
	}
	if p.Level != "" {
		where.add("o.level = ?", p.Level)
	}
	if p.Action != "" {
		where.add("o.action = ?", p.Action)
	}
	return where
}

// sortKey is what the database sorts files by.
func (p *outputPage) sortKey() string {
	switch p.Sort {
	case review.ByLevel:
		return "CASE o.level WHEN 'highly_sensitive' THEN 0 WHEN 'moderately_sensitive' THEN 1 ELSE 2 END"
	case review.BySize:
		return "CASE o.level WHEN 'highly_sensitive' THEN -1 ELSE o.size END"
	case review.ByAction:
		return "o.action"
	case review.ByWritten:
		return "o.written"
	case review.ByName, review.ByStanding:
	}
	if p.Deep {
		return "o.path"
	}
	return "o.name"
}

// order is the order of the files; those that are equal are in that of their
// paths.
func (p *outputPage) order() string {
	way := ""
	if p.Desc {
		way = " DESC"
	}
	order := " ORDER BY " + p.sortKey() + way
	if p.Sort != review.ByName {
		order += ", o.path" + way
	}
	return order
}

// past leaves out the files of earlier pages.
func (p *outputPage) past(where *conditions) {
	if !p.after.file {
		return
	}
	than := " > "
	if p.Desc {
		than = " < "
	}
	if p.Sort == review.ByName {
		where.add(p.sortKey()+than+"?", p.after.path)
		return
	}
	value, err := sortValue(p.Sort, p.after.key)
	if err != nil {
		panic(fmt.Sprintf("a cursor that was read: %v", err)) // newOutputPage refused it
	}
	where.add("("+p.sortKey()+", o.path)"+than+"(?, ?)", value, p.afterPath())
}

// afterPath is the path of the last file of the page before.
func (p *outputPage) afterPath() string {
	if p.Deep || p.Dir == "" {
		return p.after.path
	}
	return p.Dir + "/" + p.after.path
}

// full cuts the page where the next one begins, if there is more.
func (p *outputPage) full() bool {
	if len(p.items) <= p.Limit {
		return false
	}
	p.items = p.items[:p.Limit]
	last := p.items[p.Limit-1]
	p.next = p.cursorAt(last).String()
	return true
}

// cursorAt is the place behind an item.
func (p *outputPage) cursorAt(i Item) outputCursor {
	c := outputCursor{file: !i.Folder, path: i.Path}
	if !p.Deep {
		c.path = i.Path[strings.LastIndexByte(i.Path, '/')+1:]
	}
	if c.file {
		c.key = sortText(p.Sort, i)
	}
	return c
}
