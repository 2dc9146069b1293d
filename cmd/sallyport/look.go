package main

import (
	"context"
	"errors"

	"sallyport/outputs"
	"sallyport/review"
)

// look refuses the candidates of a workspace whose files are not fit to be
// read today, as adding them would: lists say so before anybody asks. Nothing
// is opened. What cannot be opened whatever its file is, such as a
// highly_sensitive output, is not looked at; nor is what cannot be looked at
// for a fault of the server, which adding will tell.
func (a *app) look(ctx context.Context, workspace string, candidates []*review.Candidate) {
	var views []outputs.Viewable
	var of []*review.Candidate
	for _, c := range candidates {
		if v, err := viewCandidate(workspace, *c); err == nil && c.Refused == "" {
			views, of = append(views, v), append(of, c)
		}
	}
	for i, err := range a.dir.Look(ctx, workspace, views) {
		if refused, ok := errors.AsType[*outputs.Refused](err); ok {
			of[i].Refused = string(refused.Reason)
		}
	}
}
