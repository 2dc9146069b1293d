package main

import (
	"context"
	"errors"
	"fmt"

	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
)

// keeper copies outputs of workspaces into the vault, for review.
type keeper struct {
	dir   *outputs.Dir
	vault outputs.Vault
}

// Keep implements review.Keeper.
func (k keeper) Keep(ctx context.Context, workspace string, candidates []review.Candidate, limit int64) []review.Kept {
	kept := make([]review.Kept, len(candidates))
	var views []outputs.Viewable
	var places []int
	for i, c := range candidates {
		v, err := viewCandidate(workspace, c)
		if err != nil {
			kept[i].Err = refusal(c.Path, err)
			continue
		}
		views, places = append(views, v), append(places, i)
	}
	for n, r := range k.dir.KeepAll(ctx, k.vault, views, limit) {
		kept[places[n]] = review.Kept{SHA256: r.SHA256, Size: r.Size, Err: refusal(views[n].Path(), r.Err)}
	}
	return kept
}

// viewCandidate names an output as one that may be opened. A highly_sensitive
// one cannot be named.
func viewCandidate(workspace string, c review.Candidate) (outputs.Viewable, error) {
	if c.SHA256 == "" {
		return outputs.ViewLinked(workspace, c.Path, pipeline.Level(c.Level))
	}
	return outputs.ViewOutput(workspace, entryOf(c))
}

// refusal turns what outputs refuses into what review says of it. What is no
// refusal stays as it is.
func refusal(path string, err error) error {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*outputs.Refused](err); ok {
		e := *review.ErrRequestable
		e.Message = fmt.Sprintf("`%s` %s.", outputs.Escape(path), r.Reason)
		return &e
	}
	if errors.Is(err, outputs.ErrFull) {
		e := *review.ErrUnavailable
		e.Message = "The vault has no room left. Nothing was added; tell an administrator."
		return &e
	}
	return err
}
