package pages

import "strings"

// JobRequests lists job requests.
type JobRequests struct {
	Frame
	Filters Filters
	Rows    []JobRequestRow
	Empty   string
	Pager   Pager
}

func (JobRequests) file() string { return "jobrequests.html" }

// JobRequestRow is a job request in a list.
type JobRequestRow struct {
	Href      string
	Name      string
	ID        string
	Workspace string
	Project   string
	Backend   string
	By        Fact
	State     State
	Created   Fact
	Runtime   Fact
}

// JobRequest is one job request: its fields, its jobs, what its actions
// declare and what of it may be requested.
type JobRequest struct {
	Frame
	Heading   string
	ID        string
	State     State
	Sentence  string
	Poll      Poll
	Filters   Filters // of actions; without fields where there are few
	Outputs   Outputs
	Jobs      Jobs
	Timeline  []Fact
	Facts     []Fact
	Compared  []Compared
	CodeLinks []Link // to the code at its commit
	Graph     Graph
	About     string // what the graph shows
	Views     []Link // the graph and the text on pages of their own
	Actions   []ActionRow
	Code      PipelineText
	NoText    string
	Problems  []PipelineProblem
	More      string // problems that are not listed
}

func (JobRequest) file() string { return "jobrequest.html" }

// Parts are what of the page may change while jobs run.
func (p JobRequest) Parts(said string) []Part {
	return []Part{
		Said(said), {Block: "job-outputs", Target: "outputs"}, {Block: "job-jobs", Target: "jobs"},
		{Block: "job-graph", Target: "graph"}, {Block: "job-about", Target: "about"},
		{Block: "job-head", Target: "head"}, // what asks stands in it: without it nothing after it would find its place
	}
}

// Outputs is what actions declare, and what became of it.
type Outputs struct {
	Actions []OutputAction
	Shown   string // which of them; "" for all
	None    string // why there are none
	Pager   Pager
	Back    Link // to all actions, where one is shown alone
}

// OutputAction is an action with what it declares.
type OutputAction struct {
	ID    string // of its row
	Name  string
	Line  Link // to where it stands in project.yaml
	Job   State
	First DeclaredRow
	Rest  []DeclaredRow
	More  Link // to those that are not shown
}

// Rows is how many rows it has.
func (a OutputAction) Rows() int { return 1 + len(a.Rest) }

// DeclaredRow is a declared output of an action.
type DeclaredRow struct {
	Pattern string
	Level   string
	WhyNot  string
	Files   []DeclaredFile
	More    Link // to those that are not shown
}

// DeclaredFile is a file that an action wrote.
type DeclaredFile struct {
	Href   string
	Path   string
	May    bool
	WhyNot string
}

// Jobs are the jobs of a job request.
type Jobs struct {
	Rows  []JobRow
	Shown string // which of them; "" for all
	None  string // why there are none
	Logs  string // what is to be known of logs
	Pager Pager
}

// JobRow is a job.
type JobRow struct {
	ID      string
	Derived bool
	Action  string
	State   State
	Message string
	Created Fact
	Started Fact
	Ended   Fact
	Runtime Fact
	Log     Link // of the action's last job
	Code    string
}

// ActionRow is an action of the pipeline.
type ActionRow struct {
	Name  string
	Line  string // where it stands in project.yaml
	Run   string
	Needs []Link
	More  string // needs that are not listed
}

// Compared is the job request that one is compared with.
type Compared struct {
	With  string
	Href  string // of that job request; "" if there is none
	Name  string
	None  string // why there is nothing to compare
	Links []Link
}

// PipelineProblem is something that is wrong with a project.yaml.
type PipelineProblem struct {
	State State
	Where string
	Href  string // of the line; "" if it has none
	Text  string
}

// jobCodes are what codes of job runners mean, where nobody said more.
var jobCodes = map[string]string{
	"created": "Created", "paused": "The backend is paused for maintenance",
	"waiting_db_maintenance":  "Waiting for the database's maintenance",
	"waiting_on_dependencies": "Waiting for jobs that it needs", "waiting_on_workers": "Waiting for a free worker",
	"waiting_on_db_workers": "Waiting for a free database worker", "waiting_on_reboot": "Waiting for a restart of the backend",
	"waiting_on_new_task": "Waiting to be started again", "initiated": "Starting", "preparing": "Being prepared",
	"prepared": "Prepared", "executing": "Running on the backend", "executed": "It ran", "finalizing": "Its outputs are being collected",
	"finalized": "Its outputs are collected", "succeeded": "Completed successfully",
	"dependency_failed": "Not started, as a job that it needs failed", "nonzero_exit": "It exited with an error",
	"cancelled_by_user": "Cancelled by the user", "unmatched_patterns": "No outputs matched a declared pattern: its log says which",
	"internal_error": "An internal error, usually of the platform", "job_error": "It returned a fatal error",
	"killed_by_admin": "Stopped by an administrator", "stale_codelists": "Its codelists are out of date",
}

// JobMessage is what is said of a job by a code and a message, of which either
// may not have been reported.
func JobMessage(code, message string) string {
	if message == "" {
		message = jobCodes[code]
	}
	if code == "" || message == "" {
		return code + message
	}
	return code + ": " + message
}

// JobNumbers says how many jobs are in which state, by the words that were
// reported.
func JobNumbers(statuses []string) string {
	if len(statuses) == 0 {
		return ""
	}
	count := map[string]int{}
	for _, s := range statuses {
		count[s]++
	}
	said := []string{Count(count["succeeded"]) + " of " + Plural(len(statuses), "job") + " succeeded"}
	for _, s := range []string{"failed", "running", "pending"} {
		if count[s] > 0 {
			said = append(said, Count(count[s])+" "+s)
		}
		delete(count, s)
	}
	delete(count, "succeeded")
	rest := 0
	for _, n := range count {
		rest += n
	}
	if rest > 0 {
		said = append(said, Count(rest)+" in no known state")
	}
	return strings.Join(said, ", ")
}
