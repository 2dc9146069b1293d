package main

import (
	"strings"
	"testing"

	"sallyport/models"
	"sallyport/pipeline"
	"sallyport/review"
)

// TestStaleLinks opens a file that is linked by patterns. A report may change
// what it is, so that until the workspace is read again it can neither be
// opened nor asked for.
func TestStaleLinks(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		p := startIdle(t, url)
		p.tokens["tpp"] = p.serviceToken("tpp")
		p.measuresBecomeRequestable()
		open := call{method: "GET", path: "/workspaces/digital-access-to-primary-care/outputs/content?path=" + measures}
		p.want("researcher1", open, 200)

		// As another replica records it, which has not read the workspace yet.
		report, err := sampleReport("21492")
		must(t, err)
		report.Identifier, report.Jobs = strings.Repeat("n", 16), pipeline.Optional[[]pipeline.Job]{}
		done, err := p.app.store.ReportJobRequest(t.Context(), models.Report{
			Actor: operatorActor(), Request: report, ReportSHA256: strings.Repeat("0", 64),
		})
		if err != nil || !done.Changed {
			t.Fatalf("ReportJobRequest = %+v, %v", done, err)
		}
		p.refused("researcher1", open, 403, "role")
		c, err := p.app.store.Candidate(t.Context(), "digital-access-to-primary-care", measures)
		if err != nil || review.Requestable(c, review.DefaultPolicy()) == nil {
			t.Errorf("the stale output is requestable, or lost: %+v, %v", c, err)
		}

		p.app.refresh(t.Context(), "digital-access-to-primary-care")
		p.want("researcher1", open, 200)
	})
}
