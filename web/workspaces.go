package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sallyport/review"
)

// workspace is a workspace as it is shown.
type workspace struct {
	Name         string     `json:"name"`
	Organisation *string    `json:"organisation"`
	Project      *string    `json:"project"`
	Backend      *string    `json:"backend"`
	Ongoing      bool       `json:"ongoing"`
	Archived     bool       `json:"archived"`
	Outputs      int        `json:"outputs"`
	ReadAt       *time.Time `json:"read_at"`
	ReadError    *string    `json:"read_error"`
	ErrorAt      *time.Time `json:"error_at"`
}

func showOne(w Workspace) workspace {
	return workspace{
		Name: w.Place.Workspace, Organisation: optional(w.Place.Organisation), Project: optional(w.Place.Project),
		Backend: optional(w.Place.Backend), Ongoing: w.Place.Ongoing, Archived: w.Place.Archived, Outputs: w.Outputs,
		ReadAt: timeShown(w.ReadAt), ReadError: optional(w.ReadError), ErrorAt: timeShown(w.ErrorAt),
	}
}

// foundWorkspace is a workspace with what is wrong with what it lists.
type foundWorkspace struct {
	workspace
	Problems     []listedProblem `json:"problems"`
	MoreProblems int             `json:"more_problems"`
}

// listedProblem is something that the workspace lists and that is none of its
// outputs, by its escaped name, or an output that is in doubt.
type listedProblem struct {
	Name   string `json:"name"`
	WhyNot string `json:"why_not"`
}

// shownProblems bounds the problems of an answer; the others are counted.
const shownProblems = 500

func showFoundOne(w Workspace) foundWorkspace {
	shown := foundWorkspace{workspace: showOne(w), Problems: []listedProblem{}, MoreProblems: w.MoreProblems}
	for i, p := range w.Problems {
		if i == shownProblems {
			shown.MoreProblems += len(w.Problems) - i
			break
		}
		shown.Problems = append(shown.Problems, listedProblem{p.Name, "`" + p.Name + "` " + p.Message + "."})
	}
	return shown
}

// timeShown is a time in UTC; nil if it is not known.
func timeShown(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// listWorkspaces answers GET /workspaces.
func (s *server) listWorkspaces(c *gin.Context) error {
	cursor, limit := page(c)
	items, next, err := s.Workspaces.Workspaces(c.Request.Context(), review.VisibleWorkspaces(actorOf(c)), cursor, limit)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, showOne))
}

// known finds the workspace of the address, if the asker may know of it.
func (s *server) known(c *gin.Context) (Workspace, error) {
	return s.knownNamed(c, param(c, "workspace"))
}

// knownNamed finds a workspace by its name, if the asker may know of it.
func (s *server) knownNamed(c *gin.Context, name string) (Workspace, error) {
	w, err := s.Workspaces.Workspace(c.Request.Context(), name)
	if err == nil && !review.MaySeeWorkspace(actorOf(c), w.Place) {
		err = review.ErrNotFound
	}
	return w, err
}

// showWorkspace answers GET /workspaces/{workspace}.
func (s *server) showWorkspace(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	return send(c, showFoundOne(w))
}

// placeWorkspace answers PATCH /workspaces/{workspace}.
func (s *server) placeWorkspace(c *gin.Context) error {
	placing, err := decode[Placing](c)
	if err != nil {
		return err
	}
	if _, err := s.known(c); err != nil {
		return err
	}
	if err := review.MayAdminister(actorOf(c)); err != nil {
		return err
	}
	name := param(c, "workspace")
	return s.once(c, "", func(ctx context.Context, cmd review.Command) (answer, error) {
		if err := s.Workspaces.PlaceWorkspace(ctx, cmd, name, placing); err != nil {
			return answer{}, err
		}
		w, err := s.Workspaces.Workspace(ctx, name)
		if err != nil {
			return answer{}, errors.Join(errDoneUnseen, err)
		}
		return answerWith(http.StatusOK, "", showFoundOne(w))
	})
}

// folder is a folder of a workspace as it is shown.
type folder struct {
	Type string `json:"type"`
	Path string `json:"path"`
}

// output is an output of a workspace as it is shown.
type output struct {
	Type       string                `json:"type"`
	Path       string                `json:"path"`
	Level      string                `json:"level"`
	Size       *int64                `json:"size"`
	SHA256     *string               `json:"sha256"`
	Job        *string               `json:"job"`
	JobRequest *string               `json:"job_request"`
	JobStatus  *string               `json:"job_status"`
	Action     *string               `json:"action"`
	Commit     *string               `json:"commit"`
	Declared   bool                  `json:"declared"`
	OutOfDate  bool                  `json:"out_of_date"`
	Excluded   bool                  `json:"excluded"`
	Message    *string               `json:"message"`
	Written    *time.Time            `json:"written_at"`
	Status     string                `json:"status"`
	Standing   review.OutputStanding `json:"standing"`
	Requests   []review.RequestID    `json:"requests"`
	Released   *released             `json:"released"`
	may
}

type released struct {
	Request review.RequestID `json:"request"`
	At      time.Time        `json:"at"`
}

// listOutputs answers GET /workspaces/{workspace}/outputs.
func (s *server) listOutputs(c *gin.Context) error {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	policy, err := s.Policy(ctx, w.Place)
	if err != nil {
		return err
	}
	by := asking{actorOf(c), w.Place, policy}
	l := listingOf(c.Request.URL.Query())
	l.Workspace, l.Dir, l.Deep = w.Place.Workspace, c.Query("dir"), c.Query("deep") == "true"
	l.Cursor, l.Limit = page(c)
	items, next, err := s.Workspaces.Outputs(ctx, by.rules(), l)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, func(o OutputItem) any {
		if o.Folder {
			return folder{"dir", o.Path}
		}
		return by.showOutput(o.Candidate)
	}))
}

// listingOf is what an address says of how outputs are listed: by what they
// are narrowed and sorted.
func listingOf(query url.Values) review.OutputListing {
	l := review.OutputListing{
		Name: strings.TrimSpace(query.Get("name")), Type: strings.TrimSpace(query.Get("type")), Level: query.Get("level"),
		Action: strings.TrimSpace(query.Get("action")), Standing: review.OutputStanding(query.Get("standing")),
	}
	by, desc := strings.CutPrefix(query.Get("sort"), "-")
	l.Sort, l.Desc = review.OutputSort(by), desc
	return l
}

// showOutput shows a file. Of what is highly_sensitive only the name and where
// it comes from is shown: size and hash say something of what is in it.
func (by asking) showOutput(c Candidate) output {
	o := output{
		Type: "file", Path: c.Path, Level: c.Level, Job: optional(c.Job), JobRequest: optional(c.JobRequest),
		JobStatus: optional(c.JobStatus), Action: optional(c.Action), Commit: optional(c.Commit),
		Declared: c.Declared, OutOfDate: c.OutOfDate, Excluded: c.Excluded, Message: optional(c.Message),
		Written: timeShown(c.Written), Status: "unreleased",
	}
	st := by.rules().Stands(c)
	o.Standing, o.Requests, o.may = st.Standing, st.Requests, mayOf(st)
	if c.Level != review.HighlySensitive {
		o.Size, o.SHA256 = &c.Size, optional(c.SHA256)
	}
	if len(o.Requests) > 0 {
		o.Status = "on_request"
	}
	if c.Released != nil {
		o.Status, o.Released = "released", &released{c.Released.Request, c.Released.At.UTC()}
	}
	return o
}
