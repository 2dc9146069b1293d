package pages

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
	Stands  State
	Reading Reading
	Watch   Watch
}

func (Output) file() string { return "output.html" }
