package pages

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"

	"sallyport/outputs"
)

// Windows finds the rows and lines of files; *outputs.Windows.
type Windows interface {
	// Table finds the records of a table; *outputs.NotText says why not. The
	// table is closed by the caller, as the lines are.
	Table(ctx context.Context, sha256 string, f outputs.Bytes, delimiter byte) (*outputs.Table, error)
	// Lines finds the lines of a text; *outputs.NotText says why not.
	Lines(ctx context.Context, sha256 string, f outputs.Bytes) (*outputs.Lines, error)
	// Find counts the places of words in a text.
	Find(ctx context.Context, l *outputs.Lines, s outputs.Sought) (outputs.Hits, error)
}

// Look is at what of a file somebody looks, as the address of a page says.
type Look struct {
	Page   string // the address of the page, without what is looked at
	Bytes  string // the address of the bytes
	View   string // the usual one if there is none of that name
	From   int64  // the first row or line, counted from 0
	Column int    // the first column, counted from 0
	Row    int64  // of a cell that is shown whole, counted from 0, the header; -1 for none
	Cell   int    // its column, counted from 0
	Line   int64  // of a text, counted from 1; 0 for none
	Find   string // words that are looked for
	Hit    int64  // which of their places, counted from 1
	Begin  bool   // from its beginning, also what is shown from its end
	At     string // a value in a tree

	Sort      string   // what a table is sorted by
	Filters   []string // that its rows pass
	Delimiter string   // what divides its fields; "" for what is found
	Summary   bool     // of its columns
	Marked    int64    // a row, counted from 1; 0 for none

	Finding string // that is opened; "" for none
	Marks   *Marks // where findings stand; nil for files that are shown without
}

// found is the address of a finding that stands in what is looked at, which
// stays as it is. place is its row or its line.
func (l Look) found(id, place string, more ...string) string {
	l.Finding = id
	if l.View != ViewTable && l.From == 0 {
		more = append(more, "from", "1") // also of what is shown from its end
	}
	return l.at(map[bool]string{true: "", false: l.View}[l.View == ViewTable], l.From, l.Column, more...) + "#" + place
}

// at is the address of what is looked at now, but for some of it.
func (l Look) at(view string, from int64, column int, more ...string) string {
	query := url.Values{}
	if view != "" {
		query.Set("view", view)
	} else {
		l.ordered(query)
	}
	if from > 0 {
		query.Set("from", strconv.FormatInt(from+1, 10))
	}
	if column > 0 {
		query.Set("column", strconv.Itoa(column+1))
	}
	if l.Finding != "" {
		query.Set("finding", l.Finding)
	}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	if len(query) == 0 {
		return l.Page
	}
	return l.Page + "?" + query.Encode()
}

// Source is a file that is looked at.
type Source struct {
	outputs.Bytes
	Path   string
	SHA256 string // "" for bytes that are not remembered
}

// Show is what a page shows of a file.
func Show(ctx context.Context, w Windows, f Source, l Look) (Content, error) {
	c := NewContent(f.Path, l.Bytes)
	views := ViewsOf(f.Path)
	if l.View = viewOf(views, l.View); l.View != ViewTable {
		l.Sort, l.Filters, l.Delimiter = "", nil, "" // they are of tables, and every address would have them
	}
	for i, v := range views {
		link := Link{Text: v.Text, Href: l.at(v.Name, 0, 0), Current: v.Name == l.View}
		if i == 0 {
			link.Href = l.Page
		}
		c.Views = append(c.Views, link)
	}
	err := c.fill(ctx, w, f, l)
	c.Found = l.Marks.bar(l)
	if no, ok := errors.AsType[*outputs.NotText](err); ok {
		return c, c.fillNoText(f, l, no.Reason)
	}
	return c, err
}

// fillNoText shows what is no text byte by byte; what could not be made of a
// file, not at all.
func (c *Content) fillNoText(f Source, l Look, reason string) error {
	if l.View == ViewPage || l.View == ViewInside || l.View == ViewSource && suffix(f.Path) == ".svgz" {
		c.Refuse("The file " + reason)
		return nil
	}
	c.Notes = []string{"It is shown byte by byte, since it " + reason}
	return c.fillHex(f, l)
}

// viewOf is the view of a name, or the usual one.
func viewOf(views []View, name string) string {
	for _, v := range views {
		if v.Name == name {
			return name
		}
	}
	return views[0].Name
}

// fill reads what is shown in a view.
func (c *Content) fill(ctx context.Context, w Windows, f Source, l Look) error {
	switch l.View {
	case ViewTable:
		return c.fillTable(ctx, w, f, l)
	case ViewTree:
		return c.fillTree(ctx, w, f, l)
	case ViewPage, ViewFit, ViewFull, ViewTwice, ViewFourTimes:
		if err := c.fillFrame(ctx, w, f, l); err != nil || f.Size() == 0 {
			return err
		}
		return c.fillCarried(ctx, f, l)
	case ViewInside:
		return c.fillCarried(ctx, f, l)
	case ViewRaw:
		return c.fillRaw(ctx, w, f, l)
	case ViewSource:
		return c.fillSource(ctx, w, f, l)
	}
	return c.fillLines(ctx, w, f, l)
}

// fillTree shows JSON as a tree; what is none, as text.
func (c *Content) fillTree(ctx context.Context, w Windows, f Source, l Look) error {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, min(f.Size(), MostTree+1)))
	if err != nil {
		return err
	}
	if why := c.FillTree(b); why != "" {
		c.Note(why)
		return c.fillLines(ctx, w, f, l)
	}
	c.lookInTree(l)
	return nil
}
