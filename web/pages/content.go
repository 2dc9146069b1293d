package pages

import (
	"path"
	"strings"

	"sallyport/outputs"
)

// Content is a file as far as it is shown on a page.
type Content struct {
	Name    string
	Kind    ContentKind
	Address string // of its bytes
	Frame   string // of what a picture or a frame shows
	Full    bool   // a picture at its own size, or larger
	Width   int    // of a picture that is larger; 0 for its own
	Height  int
	Zooms   []Link   // to other sizes of a picture
	Why     string   // why nothing is shown
	Shown   string   // how large it is
	Notes   []string // what is to be known of it
	Views   []Link   // the ways to look at it
	Window  *Window  // of a table or a text
	Columns *Window  // of a wide table
	Ordered *Ordered // of a table that is sorted or filtered
	Tools   *TableTools
	Sums    *TableSummary
	Header  []HeaderCell
	Rows    []Row
	More    string // where the rows after these are fetched as one scrolls
	Lines   []Line
	AtEnd   bool       // its end is shown
	Summary []Line     // of a job's log
	Words   *FindWords // where one looks for words in it
	Tree    *Node
	Branch  *branch // the part of a tree that is shown
	Cell    *WholeCell
	Hex     []HexRow
	Found   *FoundBar // nil for a file without findings
	Inside  *Inside

	Carries     string      // what it carries and does not show, in a sentence
	CarriesAt   string      // where that is listed
	Place       *TablePlace // of a row that is marked
	CarriesMuch bool        // more than what is usual
}

// ContentKind is how a file is shown.
type ContentKind string

// The ways of showing a file.
const (
	AsTable   ContentKind = "table"
	AsText    ContentKind = "text"
	AsTree    ContentKind = "tree"
	AsPicture ContentKind = "picture"
	AsFrame   ContentKind = "frame"
	AsCell    ContentKind = "cell"
	AsBytes   ContentKind = "bytes"
	AsInside  ContentKind = "inside"
	AsNothing ContentKind = "nothing"
)

// Picture reports whether the file is shown by an img.
func (c Content) Picture() bool { return c.Kind == AsPicture }

// Framed reports whether the file is shown in a sandboxed frame.
func (c Content) Framed() bool { return c.Kind == AsFrame }

// Window is the part of something long that is shown, and the way to others.
type Window struct {
	Text                        string
	From                        int64  // the place of the first row of a table, which may be scrolled in
	Follows                     string // how many there are
	First, Previous, Next, Last string // "" where one is
}

// NewWindow is a window of count things, of total, that begins with from,
// counted from 0. to is the address of the window that begins somewhere.
func NewWindow(things string, from, count, size, total int64, to func(from int64) string) *Window {
	w := &Window{Text: things + " " + Count(int(from+1)) + "–" + Count(int(from+count)) + " of " + Count(int(total))}
	if count == 1 {
		w.Text = strings.TrimSuffix(things, "s") + " " + Count(int(from+1)) + " of " + Count(int(total))
	}
	if from > 0 {
		w.First, w.Previous = to(0), to(max(from-size, 0))
	}
	if from+count < total {
		w.Next, w.Last = to(from+count), to((total-1)/size*size)
	}
	return w
}

// Steps are the ways to other windows; none if this is all there is.
func (w *Window) Steps() []Link {
	if w.First == "" && w.Next == "" {
		return nil
	}
	return []Link{{Text: "First", Href: w.First}, {Text: "Previous", Href: w.Previous}, {Text: "Next", Href: w.Next}, {Text: "Last", Href: w.Last}}
}

// Cell is one field of a table.
type Cell struct {
	Spans  []Span
	Number bool
	Quiet  bool   // it says what is not there
	Whole  string // where all of it is shown, if this is its beginning
	Mark   *Mark  // of the findings that stand in it; nil for none
}

// Row is a record of a table, counted from 1 below the header.
type Row struct {
	ID      string // of the row on the page
	Href    string // where it always stands
	Marked  bool
	Number  string
	Note    string // in what it differs from the others
	Cells   []Cell
	Missing int // columns that it has no fields for
}

// Line is a line of a text, or a part of a long one.
type Line struct {
	ID     string // "" for a later part
	Number string // the same
	Spans  []Span
	Found  bool  // it has the place that one came to
	Mark   *Mark // of the findings that stand in it; nil for none
}

// WholeCell is one field of a table that is too long for its cell.
type WholeCell struct {
	Where string
	Back  string
	Spans []Span
}

// The ways to look at a file, as addresses name them.
const (
	ViewTable  = "table"
	ViewText   = "text"
	ViewTree   = "tree"
	ViewPage   = "page"
	ViewFit    = "fit"
	ViewFull   = "full"
	ViewSource = "source"
	ViewRaw    = "raw"
	ViewInside = "inside"

	ViewTwice     = "200"
	ViewFourTimes = "400"
)

// View is a way to look at a file.
type View struct{ Name, Text string }

// ViewsOf are the ways to look at a file of that name, the usual one first.
// What a file is, its suffix says: what it says of itself does not count. Of a
// type that is not known there are the raw bytes.
func ViewsOf(name string) []View {
	raw, source, carried := View{ViewRaw, "Raw"}, View{ViewSource, "Source"}, View{ViewInside, "Inside"}
	switch suffix(name) {
	case ".csv":
		return []View{{ViewTable, "Table"}, raw}
	case ".txt", ".log":
		return []View{{ViewText, "Text"}, raw}
	case ".json":
		return []View{{ViewTree, "Tree"}, raw}
	case ".md":
		return []View{{ViewPage, "Rendered"}, source, carried}
	case ".html":
		return []View{{ViewPage, "Page"}, source, carried}
	case ".svg":
		return []View{{ViewPage, "Picture"}, source, carried}
	case ".svgz":
		return []View{{ViewPage, "Picture"}, source, carried, raw}
	case ".png", ".jpg", ".jpeg":
		var views []View
		for _, z := range zoomViews {
			views = append(views, View{z.view, z.text})
		}
		return append(views, carried, raw)
	}
	return []View{raw}
}

func suffix(name string) string { return strings.ToLower(path.Ext(name)) }

// NewContent is a file of that name, whose bytes are at address.
func NewContent(name, address string) Content {
	return Content{Name: baseOf(name), Address: address, Kind: AsNothing}
}

// Refuse shows why the file is not shown.
func (c *Content) Refuse(why string) {
	c.Kind, c.Why = AsNothing, why
}

// Note says something of the file.
func (c *Content) Note(text string) { c.Notes = append(c.Notes, text) }

// noteEncoding says how characters were read, unless it goes without saying.
func (c *Content) noteEncoding(e outputs.Encoding, wrong int64) {
	switch {
	case e != outputs.UTF8:
		c.Note("It is not in UTF-8. Its characters are read as " + string(e) + ".")
	case wrong > 0:
		c.Note(Plural(int(wrong), "byte") + " in it " + isAre(wrong) + " no UTF-8 and stand as ⟨byte …⟩.")
	}
}

func isAre(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
