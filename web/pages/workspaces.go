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
	Code    string
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
