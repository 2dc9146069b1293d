package pages

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/pipeline"
)

// Code is a folder or a file of a repository at a commit.
type Code struct {
	Frame
	Heading  string // the path, or what is shown
	Sentence string // at which commit of what
	Why      string // why there is no code
	Side     CodeSide
	File     *CodeFile // nil for a folder without one
	Action   *CodeAction
	Facts    []Fact
	Outside  []Link // to the repository's host
	Else     Link   // where something of the code is all the same
	Back     Link
}

func (Code) file() string { return "code.html" }

// CodeSide lists the names of a folder, or the files of a comparison.
type CodeSide struct {
	Title  string
	Up     string
	Items  []CodeItem
	Empty  string
	More   string
	Window *Window
}

// CodeItem is a name in that list.
type CodeItem struct {
	Href    string // "" for what cannot be opened
	Name    string
	Note    string
	Sign    string
	Current bool
}

// CodeFile is a file of a repository as its text, or why it is not shown.
type CodeFile struct {
	Name   string
	Shown  string
	Why    string
	Notes  []string
	Lines  []CodeLine
	Window *Window
	Marked Link // to the lines that are marked
}

// CodeName is a name in a repository, in which line ends and tabs are named too.
func CodeName(name string) string {
	return strings.NewReplacer("\n", "⟨U+000A⟩", "\t", "⟨U+0009⟩").Replace(name)
}

// CodeLine is a line of a program.
type CodeLine struct {
	Number string
	ID     string
	First  bool // of those that are marked
	Marked bool
	Spans  []Span
}

// CodeAction is the action that somebody came from.
type CodeAction struct {
	Name    string
	Why     string // why it is not known
	Run     string
	Lines   Link
	Scripts []Link
}

// CodeAddress is where code of a workspace is: at a commit, or from one to
// another with two dots between them.
func CodeAddress(workspace, commits, path, action string) string {
	address := "/code/" + url.PathEscape(workspace) + "/" + url.PathEscape(commits)
	if path != "" {
		for part := range strings.SplitSeq(path, "/") {
			address += "/" + url.PathEscape(part)
		}
	}
	if action != "" {
		address += "?action=" + url.QueryEscape(action)
	}
	return address
}

// AddCode puts the way to the code that made a file after its commit, if the
// commit can be one.
func (c *Chain) AddCode(workspace, commit, action string) {
	href := CodeLink(workspace, commit, action)
	i := slices.IndexFunc(c.Facts, func(f Fact) bool { return f.Name == "Commit" })
	if href != "" && i >= 0 {
		c.Facts = slices.Insert(c.Facts, i+1, Fact{Name: "Code", Text: "what its job ran", Href: href})
	}
}

// CodeLink leads to the code at a commit, at the lines of the action that ran;
// "" if that can be no commit.
func CodeLink(workspace, commit, action string) string {
	switch {
	case !pipeline.ValidCommit(commit):
		return ""
	case action == "":
		return CodeAddress(workspace, commit, "", "")
	}
	return CodeAddress(workspace, commit, "", action) + "#action"
}

// longestLine is how many bytes of a line of a program are shown.
const longestLine = 2000

// FillCode shows a window of a program's text that begins with line from,
// counted from 0, with the lines from first to last, counted from 1, marked. to
// is the address of the window that begins somewhere.
func (f *CodeFile) FillCode(ctx context.Context, language Language, text string, from, first, last int, to func(from int64) string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	f.Shown += " · " + Plural(len(lines), "line")
	if len(lines) == 0 {
		f.Why = "The file is empty."
		return
	}
	if from >= len(lines) {
		from = 0
	}
	until := min(from+TextLines, len(lines))
	var spans [][]Span
	if cut := clipLines(lines); cut {
		f.Notes = append(f.Notes, "Of lines of more than "+Count(longestLine)+" bytes only the beginning is shown.")
		language, text = Plain, strings.Join(lines[from:until], "")
	} else if len(text) > mostHighlighted {
		language, text = Plain, strings.Join(lines[from:until], "")
	}
	if spans = Highlight(ctx, language, text); len(spans) == len(lines) {
		spans = spans[from:until]
	}
	for i, line := range spans {
		n := from + i + 1
		id := "L" + strconv.Itoa(n)
		f.Lines = append(f.Lines, CodeLine{
			Number: Count(n), ID: id, First: n == first, Marked: first > 0 && n >= first && n <= last, Spans: line,
		})
	}
	f.Window = NewWindow("Lines", int64(from), int64(until-from), TextLines, int64(len(lines)), to)
}

// clipLines cuts lines that are too long, and reports whether there was one.
func clipLines(lines []string) bool {
	some := false
	for i, line := range lines {
		if len(line) > longestLine {
			short, _ := clip(line, longestLine)
			lines[i], some = short+"…\n", true
		}
	}
	return some
}
