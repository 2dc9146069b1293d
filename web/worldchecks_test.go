package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"sallyport/checking"
	"sallyport/checks"
	"sallyport/review"
)

// settle checks the files of a request as a worker does; what is found in the
// file at a path, w.finds says. While w.unchecked, nobody checks.
func (w *world) settle(ctx context.Context, id review.RequestID) {
	if w.unchecked {
		return
	}
	in, err := w.service.Inspection(ctx, id)
	if err != nil {
		return // broken on purpose, or there is nothing to check
	}
	var done []review.CheckedFile
	for _, f := range in.Files {
		if !f.Fresh {
			done = append(done, w.checked(in, f))
		}
	}
	if err := w.service.RecordChecks(ctx, id, done); err != nil && w.broken == nil {
		w.t.Errorf("record checks: %v", err)
	}
}

func (w *world) checked(in review.Inspection, f review.Inspected) review.CheckedFile {
	found := []review.Found{}
	c := review.CheckedFile{File: f.ID, SHA256: f.SHA256, Basis: f.Basis, Profile: in.Profile, Rules: []string{"low-counts/1"}, NotExamined: 1}
	for _, x := range w.finds[f.Path] {
		x.ID += "-" + f.SHA256[:8]
		found = append(found, x)
		if x.Weight.Weighty() {
			c.Findings = append(c.Findings, review.CheckedFinding{ID: x.ID, Rule: x.Rule, Weight: x.Weight})
		} else {
			c.Lesser++
		}
	}
	body, err := json.Marshal(found)
	if err != nil {
		w.t.Error(err)
	}
	sum := sha256.Sum256(body)
	c.FindingsHash = hex.EncodeToString(sum[:])
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.found == nil {
		w.found = map[string][]review.Found{}
	}
	w.found[c.FindingsHash] = found
	return c
}

// FileReport implements FileReports, from what was found.
func (w *world) FileReport(_ context.Context, _ review.RequestID, _ review.FileID, hash string) (*checking.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, ok := w.found[hash]
	if !ok {
		return nil, review.ErrNotFound
	}
	r := &checks.Report{
		Examined:    checks.Examined{Kind: "table", Rules: []string{"low-counts"}, Limits: checks.Limits{LowCount: 7, Declared: []checks.Control{}}},
		NotExamined: []string{"everything else"}, Findings: []checks.Finding{},
	}
	for _, x := range list {
		at := checks.Place{Column: x.Where.Column, Line: x.Where.Line}
		if x.Where.Row != nil {
			at.Row = *x.Where.Row
		}
		r.Findings = append(r.Findings, checks.Finding{
			ID: x.ID, Rule: x.Rule, Weight: checks.Weight(x.Weight), Where: at, Column: x.Column, Message: x.Message,
			Places: []checks.Place{at}, Count: x.Count, Derived: w.derived[x.ID],
		})
	}
	return &checking.Report{Report: *r, ACRO: w.acro}, w.broken
}
