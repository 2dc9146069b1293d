package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Workspaces lists workspaces.
type Workspaces struct {
	Frame
	Rows  []WorkspaceRow
	Pager Pager
}

func (Workspaces) file() string { return "workspaces.html" }

// WorkspaceRow is a workspace in a list.
type WorkspaceRow struct {
	Href         string
	Name         string
	Project      string
	Organisation string
	Outputs      string
	Read         Moment
	Wrong        string // what is to be known first
}

// Workspace is a folder of a workspace.
type Workspace struct {
	Frame
	Name     string
	Root     string // the workspace’s address
	Folder   string // "" for the workspace itself
	Facts    []Fact
	Warnings []string
	Items    []Item
	Problems []string
	More     string // problems that are not listed
	Views    []Link
	Tree     []TreeNode
	Find     FindFiles
	Add      *AddForm // nil for those who cannot ask for files
	Below    *Rows    // of a folder that is unfolded on the page of another one
	WhyNot   string   // why nothing can be asked for here
	Pager    Pager
}

func (Workspace) file() string { return "workspace.html" }

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
	Row    string // of a folder
	Href   string
	Path   string
	Name   string
	Folder bool
	Level  string
	Size   string
	Action string
	See    Link // the request or the release that it is on
	May    bool
	WhyNot string
	Chosen bool
}

// AddForm puts chosen files on a request.
type AddForm struct {
	Form     Form
	Requests []Choice // drafts, and a new one
	Also     []string // chosen files that stand in other folders
	Kinds    []Choice
}

// Output is one output of a workspace.
type Output struct {
	Frame
	Name    string
	Path    string
	Level   string
	Size    string
	Content Content
	Chain   Chain
	Facts   []Fact
	May     bool
	WhyNot  string
	Folder  string // its address
	Held    []Link
}

func (Output) file() string { return "output.html" }

// JobRequests lists job requests.
type JobRequests struct {
	Frame
	Workspace string
	Rows      []JobRequestRow
	Empty     string
	Pager     Pager
}

func (JobRequests) file() string { return "jobrequests.html" }

// JobRequestRow is a job request in a list.
type JobRequestRow struct {
	Href      string
	Name      string
	Workspace string
	By        Fact
	State     State
	Created   Fact
	Runtime   Fact
}

// JobRequest is one job request: its fields, its jobs, what its actions
// declare and what of it may be requested.
type JobRequest struct {
	Frame
	Heading  string
	ID       string
	State    State
	Sentence string
	Poll     Poll
	Outputs  []DeclaredRow
	Jobs     []JobRow
	NoJobs   string
	Logs     string // what is to be known of logs
	Timeline []Fact
	Facts    []Fact
	Actions  []ActionRow
	Pipeline string // the text of project.yaml
	NoText   string
	Problems []PipelineProblem
}

func (JobRequest) file() string { return "jobrequest.html" }

// DeclaredRow is a declared output of an action.
type DeclaredRow struct {
	Action  string
	Job     State
	Pattern string
	Level   string
	WhyNot  string
	Files   []DeclaredFile
}

// DeclaredFile is a file that an action wrote.
type DeclaredFile struct {
	Href   string
	Path   string
	May    bool
	WhyNot string
}

// JobRow is a job.
type JobRow struct {
	ID      string
	Derived bool
	Action  string
	State   State
	Message string
	Started Fact
	Ended   Fact
	Log     Link // of the action's last job
}

// ActionRow is an action of the pipeline.
type ActionRow struct {
	Name  string
	Run   string
	Needs string
}

// PipelineProblem is something that is wrong with a project.yaml.
type PipelineProblem struct {
	State State
	Where string
	Text  string
}

// OfIt says a reason of a file beside its path, which need not stand there twice.
func OfIt(reason, path string) string {
	rest, ok := strings.CutPrefix(reason, "`"+path+"`")
	if !ok {
		return reason
	}
	return "It" + rest
}
