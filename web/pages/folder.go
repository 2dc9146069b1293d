package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"sallyport/review"
)

// Workspace is a folder of a workspace.
type Workspace struct {
	Frame
	Name     string
	Root     string // the workspace’s address
	Folder   string // "" for the workspace itself
	Gone     string // what was asked for and is not there any more
	Facts    []Fact
	Reading  Reading
	Warnings []string
	Columns  []Column
	Items    []Item
	Empty    string
	Problems []string
	More     string // problems that are not listed
	Views    []Link
	Tree     []TreeNode
	Find     FindIn
	Filter   Filters
	Add      *AddForm // nil for those who cannot ask for files
	WhyNot   string   // why nothing can be asked for here
	Pager    Pager
	Watch    Watch
}

func (Workspace) file() string { return "workspace.html" }

// FindIn finds files of a folder by a part of their names.
type FindIn struct {
	Action string
	Name   string
	Keep   []Kept // of the address
	Clear  string // the list without the name
}

// Column is a column of a table that can be sorted by it.
type Column struct {
	Text string
	Href string // the table sorted by it or, if it is, the other way
	Sort string // ascending, descending or ""
	Num  bool
}

// Reading is what is to be known of the last readings of a workspace: nothing,
// if the last one went well.
type Reading struct {
	State  State // its Word is what is wrong, in short
	Error  string
	At     Moment // of the last good one
	Since  Moment // when one failed first
	Advice string
}

// Watch is where a page that is open asks whether what it shows has changed,
// which it says without changing anything else.
type Watch struct {
	Address string
	Version string // that was told last
}

// Moved is what became of what an open page shows.
type Moved struct {
	Watch Watch
	Text  string // "" if the page is still true
	Link  Link   // where it is as it is now
	Gone  bool   // what the page shows is not there any more
}

// Parts are what such a page gets.
func (m Moved) Parts() []Part {
	return []Part{
		Said(strings.ReplaceAll(m.Text, "`", "")),
		{Block: "moved", Data: m, Target: "moved", Inside: true},
		{Block: "watch", Data: m.Watch, Target: "watch"},
	}
}

// Rows are what a folder holds, on the page of a folder above it.
type Rows struct {
	Under string // the folder's row
	Items []Item
	Add   bool
	More  string // where the rest is; "" if this is all
}

// Rows are the rows of the page itself.
func (p Workspace) Rows() Rows { return Rows{Items: p.Items, Add: p.Add != nil} }

// Part is the rows as they are put below the row of their folder.
func (r Rows) Part() Part { return Part{Block: "rows", Data: r, Target: r.Under, Behind: true} }

// RowOf is the id of the row of a folder.
func RowOf(folder string) string {
	sum := sha256.Sum256([]byte(folder))
	return "row-" + hex.EncodeToString(sum[:8])
}

// TreeNode is a folder in the tree of a workspace; an open one has what is in
// it.
type TreeNode struct {
	Name    string
	Href    string
	Current bool
	Nodes   []TreeNode
}

// Item is a folder or a file of a workspace.
type Item struct {
	Row     string // of a folder
	Href    string
	Path    string
	Name    string
	Folder  bool
	Level   string
	Size    string
	Bytes   int64
	Action  string
	Written Moment
	Stands  State
	See     Link // the request or the release that it is on
	May     bool
	WhyNot  string
	Chosen  bool
}

// AddForm puts chosen files on a request.
type AddForm struct {
	Form     Form
	Requests []Choice // drafts, and a new one
	Kinds    []Choice
	Shown    string // how many of the page can be chosen; "" if none
	Below    Below
	Places   []Choice // where one may go on choosing
	Chosen   Chosen
	Answered bool // what is chosen is what the form sent
}

// Below chooses all files of a folder and below that match, also those that
// the page does not show.
type Below struct {
	There bool   // there may be more than the page shows
	Match bool   // the page is narrowed
	Count string // "" while nobody has counted
	Ask   string // where that is asked
	Note  string // what of them is not chosen
}

// Part is the control as it is known after counting.
func (b Below) Part() Part { return Part{Block: "below", Data: b, Target: "below", Inside: true} }

// Chosen are the files that are chosen, here and in other folders.
type Chosen struct {
	Sentence string
	Note     string // what was left out
	Files    []ChosenFile
	Gone     []ChosenFile // they were chosen and cannot be requested any more
}

// ChosenFile is a file that was chosen.
type ChosenFile struct {
	Path   string
	Href   string
	Size   string
	Bytes  int64
	WhyNot string
	Here   bool // its own box stands on the page
}

// Part are the chosen files, where a page lists them.
func (c Chosen) Part() Part { return Part{Block: "chosen", Data: c, Target: "chosen", Inside: true} }

// ChosenSentence says how many files are chosen, in how many folders, and how
// much that is.
func ChosenSentence(files []ChosenFile) string {
	folders := map[string]bool{}
	var bytes int64
	for _, f := range files {
		folders[f.Path[:max(strings.LastIndexByte(f.Path, '/'), 0)]] = true
		bytes += max(f.Bytes, 0)
	}
	if len(files) == 0 {
		return "No file is chosen"
	}
	return Count(len(files)) + " chosen in " + Plural(len(folders), "folder") + ", " + Size(bytes)
}

// standing is how a standing is shown.
var standings = map[review.OutputStanding]State{
	review.StandsOpen: {approved, "May be requested"}, review.StandsChanged: {changes, "Changed since released"},
	review.StandsOnRequest: {waiting, "On a request"}, review.StandsReleased: {approved, "Released"},
	review.StandsOutOfDate: {changes, "Out of date"}, review.StandsExcluded: {none, "Excluded"},
	review.StandsTooLarge: {none, "Too large"}, review.StandsRefused: {none, "Cannot be requested"},
}

// none is the kind of what is in no state: it stays as it is.
const none = "none"

// StandingState is where an output stands, as a tag.
func StandingState(st review.OutputStanding, released *review.Release) State {
	state := standings[st]
	if st == review.StandsReleased && released != nil {
		state.Word += " " + released.At.UTC().Format("2 January 2006")
	}
	return state
}

// StandingChoices are the standings by which a list is narrowed.
func StandingChoices() []Choice {
	list := []Choice{{Value: "", Text: "any"}}
	for _, st := range review.Standings() {
		list = append(list, Choice{Value: string(st), Text: standings[st].Word})
	}
	return list
}

// OfIt says a reason of a file beside its path, which need not stand there twice.
func OfIt(reason, path string) string {
	rest, ok := strings.CutPrefix(reason, "`"+path+"`")
	if !ok {
		return reason
	}
	return "It" + rest
}
