package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/pipeline"
	"sallyport/review"
)

// reported is what a backend is told of its report.
type reported struct {
	Identifier string `json:"identifier"`
	Workspace  string `json:"workspace"`
	Changed    bool   `json:"changed"`
}

// reportJobRequest answers PUT /job-requests/{identifier}.
func (s *server) reportJobRequest(c *gin.Context) error {
	report, err := readReport(bodyOf(c))
	if err != nil {
		return err
	}
	if report.Identifier != param(c, "identifier") {
		return invalid("The report is of the job request `%s`, not of the one in the address.", report.Identifier)
	}
	if err := review.MayReport(actorOf(c), report.Backend); err != nil {
		return err
	}
	return s.once(c, "", func(ctx context.Context, cmd review.Command) (answer, error) {
		changed, err := s.Reports.Report(ctx, cmd, report, bodyOf(c))
		if err != nil {
			return answer{}, err
		}
		return answerWith(http.StatusOK, "", reported{report.Identifier, report.Workspace, changed})
	})
}

// readReport reads a report. Its project.yaml stands inline: the name of a
// file beside the report says nothing here.
func readReport(body []byte) (pipeline.JobRequest, error) {
	const beside = "project_yaml_file"
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return pipeline.JobRequest{}, invalid("The report is not an object.")
	}
	if _, ok := fields[beside]; ok {
		delete(fields, beside)
		if _, inline := fields["project_yaml"]; !inline {
			return pipeline.JobRequest{}, invalid("Send the text of project.yaml as `project_yaml`.")
		}
		var err error
		if body, err = json.Marshal(fields); err != nil {
			return pipeline.JobRequest{}, err
		}
	}
	report, err := pipeline.ReadReport(body)
	if e, ok := errors.AsType[*pipeline.ReportError](err); ok {
		if e.Field == "" {
			return report, invalid("%s", e.Message)
		}
		return report, invalid("`%s`: %s", readable(e.Field), e.Message)
	}
	return report, err
}

// listJobRequests answers GET /job-requests.
func (s *server) listJobRequests(c *gin.Context) error {
	f, err := jobRequestFilter(c)
	if err != nil {
		return err
	}
	f.Cursor, f.Limit = page(c)
	items, next, err := s.Reports.JobRequests(c.Request.Context(), f)
	if err != nil {
		return err
	}
	return send(c, listOf(items, next, showJobRequest))
}

// showJobRequest answers GET /job-requests/{identifier}.
func (s *server) showJobRequest(c *gin.Context) error {
	ctx, actor := c.Request.Context(), actorOf(c)
	found, err := s.Reports.JobRequest(ctx, param(c, "identifier"))
	if err != nil {
		return err
	}
	if !review.MaySeeWorkspace(actor, found.Place) {
		return review.ErrNotFound
	}
	policy, err := s.Policy(ctx, found.Place)
	if err != nil {
		return err
	}
	return send(c, showFound(found, asking{actor, found.Place, policy}))
}
