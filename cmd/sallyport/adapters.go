package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"strings"
	"time"

	"sallyport/auth"
	"sallyport/checking"
	"sallyport/models"
	"sallyport/outputs"
	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web"
)

// webConfig gives the room web what it needs of the others. measures is nil
// where nobody looks at them.
func (a *app) webConfig(measures *web.Metrics, serveMetrics bool) web.Config {
	tokens := auth.Tokens{Store: a.store, Now: now}
	return web.Config{
		Requests: a.reviews, Reports: reports{a}, Workspaces: workspaces{a}, Releases: releases{a.store},
		Ledger: log{a.store}, People: people{a.store}, Policies: a.store, Vault: a.vault, Checks: fileReports{a.store}, Windows: a.windows, Answers: a.store, Mirrors: a.mirrors,
		Authenticate: tokens.Authenticate,
		Policy:       a.store.PolicyAt,
		SignIn:       a.signIn,
		Ready:        a.readiness(),
		Now:          now, NewID: newID, Log: a.log, TrustedProxies: a.settings.proxies,
		RepoLinks: a.settings.repoLinks,
		Metrics:   measures, ServeMetrics: serveMetrics,
	}
}

// readiness is what must be usable for the program to be ready.
func (a *app) readiness() []web.Check {
	checks := []web.Check{
		{Name: "database", Check: a.store.Ready},
		{Name: "vault", Check: a.vault.Usable},
	}
	for _, d := range a.settings.destinations {
		checks = append(checks, web.Check{Name: "destination " + d.Name(), Check: d.Usable})
	}
	return checks
}

// reports is what backends report, for web.
type reports struct{ app *app }

// Report implements web.Reports.
func (r reports) Report(ctx context.Context, c review.Command, report pipeline.JobRequest, raw []byte) (bool, error) {
	return r.app.report(ctx, c, report, raw)
}

// JobRequests implements web.Reports.
func (r reports) JobRequests(ctx context.Context, f web.JobRequestFilter) ([]web.JobRequest, string, error) {
	found, next, err := r.app.store.JobRequests(ctx, models.JobRequestFilter(f))
	items := make([]web.JobRequest, 0, len(found))
	for _, j := range found {
		items = append(items, web.JobRequest{Report: j.Report, ReportedAt: j.LastReport})
	}
	return items, next, err
}

// FindJobRequests implements web.Reports.
func (r reports) FindJobRequests(ctx context.Context, reach review.Reach, text string, limit int) ([]web.JobRequest, error) {
	found, err := r.app.store.FindJobRequests(ctx, reach, text, limit)
	items := make([]web.JobRequest, 0, len(found))
	for _, j := range found {
		items = append(items, web.JobRequest{Report: j.Report, ReportedAt: j.LastReport})
	}
	return items, err
}

// JobRequest implements web.Reports.
func (r reports) JobRequest(ctx context.Context, identifier string) (web.JobRequestFound, error) {
	found, err := r.app.store.JobRequest(ctx, identifier)
	if err != nil {
		return web.JobRequestFound{}, err
	}
	out := web.JobRequestFound{
		JobRequest: web.JobRequest{Report: found.Report, ReportedAt: found.LastReport}, Place: found.Place,
		Pipeline: found.Pipeline, Problems: found.Problems, Written: found.Written,
		Outputs:  make(map[string]web.Candidate, len(found.Items)),
		Previous: listedOf(found.Previous), PreviousSuccess: listedOf(found.PreviousSuccess),
	}
	r.app.look(ctx, found.Place.Workspace, candidatesOf(found.Items))
	for _, i := range found.Items {
		out.Outputs[i.Path] = candidateOf(i)
	}
	return out, nil
}

// listedOf is a job request of a list, nil if there is none.
func listedOf(j *models.JobRequestSummary) *web.JobRequest {
	if j == nil {
		return nil
	}
	return &web.JobRequest{Report: j.Report, ReportedAt: j.LastReport}
}

// candidatesOf are the files of a list.
func candidatesOf(items []models.Item) []*review.Candidate {
	var list []*review.Candidate
	for i := range items {
		if !items[i].Folder {
			list = append(list, &items[i].Candidate)
		}
	}
	return list
}

// candidateOf is an output with what stands in the way of asking for it.
func candidateOf(i models.Item) web.Candidate {
	return i.FoundOutput
}

// workspaces is what is known of workspaces, for web.
type workspaces struct{ app *app }

func workspaceOf(s models.WorkspaceSummary) web.Workspace {
	w := web.Workspace{
		Place: s.Place, Outputs: s.Outputs, ReadAt: s.LastGoodReading, ReadError: s.ManifestError, FailedAt: s.FailedAt, Linked: s.Linked,
	}
	if w.ReadError != "" {
		w.ErrorAt = s.ManifestReadAt
	}
	return w
}

// Workspaces implements web.Workspaces.
func (w workspaces) Workspaces(ctx context.Context, reach review.Reach, cursor string, limit int) ([]web.Workspace, string, error) {
	found, next, err := w.app.store.Workspaces(ctx, reach, cursor, limit)
	items := make([]web.Workspace, 0, len(found))
	for _, s := range found {
		items = append(items, workspaceOf(s))
	}
	return items, next, err
}

// FindWorkspaces implements web.Workspaces.
func (w workspaces) FindWorkspaces(ctx context.Context, reach review.Reach, part string, limit int) ([]web.Workspace, error) {
	found, err := w.app.store.FindWorkspaces(ctx, reach, part, limit)
	items := make([]web.Workspace, 0, len(found))
	for _, s := range found {
		items = append(items, workspaceOf(s))
	}
	return items, err
}

// Workspace implements web.Workspaces. What changed in the workspace is read
// first, so that nobody looks at what is not there any more.
func (w workspaces) Workspace(ctx context.Context, name string) (web.Workspace, error) {
	found, err := w.app.store.Workspace(ctx, name)
	var after refreshed
	if err == nil {
		if after = w.app.refresh(ctx, name); after == readAgain {
			found, err = w.app.store.Workspace(ctx, name)
		}
	}
	one := workspaceOf(found.WorkspaceSummary)
	one.Behind = after == tooLong
	one.Problems, one.MoreProblems, one.Version = found.Problems, found.MoreProblems, found.Version
	return one, err
}

// PlaceWorkspace implements web.Workspaces.
func (w workspaces) PlaceWorkspace(ctx context.Context, c review.Command, name string, p web.Placing) error {
	return w.app.store.MoveWorkspace(ctx, c, name, func(to *review.Place) {
		set(&to.Organisation, p.Organisation)
		set(&to.Project, p.Project)
		set(&to.Ongoing, p.Ongoing)
		set(&to.Archived, p.Archived)
	})
}

// set gives a thing another value, if there is one.
func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

// Outputs implements web.Workspaces.
func (w workspaces) Outputs(ctx context.Context, by review.Asking, l review.OutputListing) ([]web.OutputItem, string, error) {
	found, next, err := w.app.store.Outputs(ctx, by, l)
	return w.items(ctx, l.Workspace, found), next, err
}

// Survey implements web.Workspaces.
func (w workspaces) Survey(ctx context.Context, by review.Asking, l review.OutputListing, most int) (web.OutputSurvey, error) {
	found, err := w.app.store.Survey(ctx, by, l, most)
	return web.OutputSurvey(found), err
}

// Chosen implements web.Workspaces.
func (w workspaces) Chosen(ctx context.Context, workspace string, paths []string) (map[string]web.Candidate, error) {
	found, err := w.app.store.Chosen(ctx, workspace, paths)
	w.app.look(ctx, workspace, candidatesOf(found))
	chosen := make(map[string]web.Candidate, len(found))
	for _, i := range found {
		chosen[i.Path] = i.FoundOutput
	}
	return chosen, err
}

// Tree implements web.Workspaces.
func (w workspaces) Tree(ctx context.Context, workspace, dir string) (map[string][]string, error) {
	return w.app.store.Tree(ctx, workspace, dir)
}

// items are outputs with what stands in the way of asking for them.
func (w workspaces) items(ctx context.Context, workspace string, found []models.Item) []web.OutputItem {
	w.app.look(ctx, workspace, candidatesOf(found))
	items := make([]web.OutputItem, 0, len(found))
	for _, i := range found {
		item := web.OutputItem{Folder: i.Folder, Candidate: candidateOf(i)}
		item.Path = i.Path
		items = append(items, item)
	}
	return items
}

// State implements web.Workspaces.
func (w workspaces) State(ctx context.Context, name string) (web.WorkspaceState, error) {
	found, err := w.app.store.WorkspaceState(ctx, name)
	return web.WorkspaceState(found), err
}

// Changes implements web.Workspaces.
func (w workspaces) Changes(ctx context.Context, f web.ChangeFilter) ([]review.ChangedOutput, string, error) {
	return w.app.store.Changes(ctx, models.ChangeFilter(f))
}

// JobRequestChanges implements web.Workspaces.
func (w workspaces) JobRequestChanges(ctx context.Context, workspace, jobRequest string) (time.Time, int64, error) {
	return w.app.store.JobRequestChanges(ctx, workspace, jobRequest)
}

// Nearest implements web.Workspaces.
func (w workspaces) Nearest(ctx context.Context, workspace, path string) (string, bool, error) {
	return w.app.store.Nearest(ctx, workspace, path)
}

// Output implements web.Workspaces.
func (w workspaces) Output(ctx context.Context, workspace, path string) (web.Candidate, error) {
	found, err := w.app.store.Output(ctx, workspace, path)
	if err != nil {
		return web.Candidate{}, err
	}
	w.app.look(ctx, workspace, []*review.Candidate{&found.Candidate})
	return candidateOf(found), nil
}

// OpenOutput implements web.Workspaces.
func (w workspaces) OpenOutput(ctx context.Context, workspace, path string) (web.OutputFile, error) {
	v, err := w.viewable(ctx, workspace, path)
	if err != nil {
		return nil, err
	}
	f, err := w.app.dir.Open(ctx, v)
	if err != nil {
		return nil, err // a nil *outputs.File in the interface would not be nil
	}
	return f, nil
}

// Logs implements web.Workspaces.
func (w workspaces) Logs(ctx context.Context, workspace string) ([]outputs.Log, error) {
	return w.app.dir.Logs(ctx, workspace)
}

// Code implements web.Workspaces.
func (w workspaces) Code(ctx context.Context, workspace, digits string) ([]web.CodeName, error) {
	found, err := w.app.store.CodeNamed(ctx, workspace, digits)
	names := make([]web.CodeName, 0, len(found))
	for _, n := range found {
		names = append(names, web.CodeName(n))
	}
	return names, err
}

// viewable names what may be opened at path: an output, the note that stands
// for an excluded one, or a job's log.
func (w workspaces) viewable(ctx context.Context, workspace, path string) (outputs.Viewable, error) {
	listed := func(ctx context.Context, path string) (bool, error) { return w.app.store.Listed(ctx, workspace, path) }
	c, err := w.app.store.Candidate(ctx, workspace, path)
	switch {
	case err == nil && c.Refused != "":
		return outputs.Viewable{}, &outputs.Refused{Path: path, Reason: outputs.Reason(c.Refused)}
	case err == nil:
		return viewCandidate(workspace, c)
	case !errors.Is(err, review.ErrNotFound):
		return outputs.Viewable{}, err
	}
	if excluded, ok := strings.CutSuffix(path, ".txt"); ok {
		c, err := w.app.store.Candidate(ctx, workspace, excluded)
		if err == nil && c.Excluded {
			return outputs.ViewPlaceholder(ctx, workspace, entryOf(c), listed)
		}
		if err != nil && !errors.Is(err, review.ErrNotFound) {
			return outputs.Viewable{}, err
		}
	}
	return outputs.ViewLog(ctx, workspace, path, listed)
}

// fileReports are the reports of disclosure checks, for web.
type fileReports struct{ store *models.Store }

// FileReport implements web.FileReports.
func (r fileReports) FileReport(ctx context.Context, id review.RequestID, file review.FileID, findingsHash string) (*checking.Report, error) {
	body, err := r.store.Report(ctx, id, file, findingsHash)
	if err != nil {
		return nil, err
	}
	return checking.ReadReport(body)
}

// releases is what was released, for web.
type releases struct{ store *models.Store }

// Releases implements web.Releases.
func (r releases) Releases(ctx context.Context, f web.ReleaseFilter) ([]web.Release, string, error) {
	found, next, err := r.store.Releases(ctx, models.ReleaseFilter(f))
	items := make([]web.Release, 0, len(found))
	for _, s := range found {
		items = append(items, releaseOf(s))
	}
	return items, next, err
}

func releaseOf(s models.ReleaseSummary) web.Release {
	return web.Release{
		Request: s.ID, Place: s.Place, Author: s.Author.Username, Status: s.Status,
		Begun: s.Begun, Released: s.ReleasedAt,
	}
}

// Release implements web.Releases.
func (r releases) Release(ctx context.Context, id review.RequestID) (web.Release, error) {
	found, err := r.store.Release(ctx, id)
	if err != nil {
		return web.Release{}, err
	}
	out := releaseOf(found.ReleaseSummary)
	out.Destinations = found.Destinations
	for _, f := range found.Outputs {
		if len(f.Receipts) == 0 {
			continue
		}
		file := web.ReleasedFile{ID: f.File, Path: f.Path, SHA256: f.SHA256, Size: f.Size}
		for _, x := range f.Receipts {
			file.Receipts = append(file.Receipts, web.Receipt(x))
		}
		out.Files = append(out.Files, file)
	}
	return out, nil
}

// log is the log, for web.
type log struct{ store *models.Store }

// Entries implements web.Ledger.
func (l log) Entries(ctx context.Context, f web.LogFilter) iter.Seq2[web.LogRow, error] {
	return func(yield func(web.LogRow, error) bool) {
		filter := models.EntryFilter{
			Project: f.Project, Workspace: f.Workspace, Request: f.Request, Person: f.Person,
			Act: f.Act, SHA256: f.SHA256, From: f.From, To: f.To, After: f.After, Newest: f.Newest, Limit: f.Limit,
		}
		for e, err := range l.store.Entries(ctx, filter) {
			if !yield(web.LogRow{ID: e.ID, Bytes: e.Bytes, About: e.LogEntry}, err) {
				return
			}
		}
	}
}

// people is who has an account, for web.
type people struct{ *models.Store }

// NewToken implements web.People.
func (p people) NewToken(ctx context.Context, c review.Command, t auth.NewToken) (auth.MadeToken, string, error) {
	secret, err := auth.NewSecret(rand.Reader)
	if err != nil {
		return auth.MadeToken{}, "", err
	}
	made, err := p.MakeToken(ctx, c, t, secret)
	if err != nil || made.Again {
		return made, "", err
	}
	return made, auth.Format(made.ID, secret), nil
}

// report records a job request: the received bytes go to the vault, the rows
// and the entry that names their hash to the database. changed is false if all
// of it was known.
func (a *app) report(ctx context.Context, c review.Command, report pipeline.JobRequest, raw []byte) (changed bool, err error) {
	if err := review.MayReport(c.Actor, report.Backend); err != nil {
		return false, err
	}
	sha, _, err := a.vault.Keep(ctx, bytes.NewReader(raw))
	if err != nil {
		return false, refusal(report.Identifier, err)
	}
	done, err := a.store.ReportJobRequest(ctx, models.Report{
		Actor: c.Actor, Key: c.Key, Body: c.Body, Request: report, ReportSHA256: sha,
	})
	if err != nil || !done.Changed {
		return false, err
	}
	a.refresh(ctx, report.Workspace)
	return true, nil
}

// refreshed is what became of a workspace that somebody looks at.
type refreshed int

const (
	unchanged refreshed = iota
	readAgain           // or it could not be read, which is kept with it
	tooLong             // the watcher goes on
)

// patience is how long somebody who looks at a workspace waits until it is
// read. It is long for 45,000 outputs, and short for a million.
const patience = 5 * time.Second

// refresh reads a workspace if it has changed, as far as there is patience for
// that. What cannot be read is kept with the workspace, where people see it,
// beside the last good reading.
func (a *app) refresh(ctx context.Context, workspace string) refreshed {
	if !a.reader.Changed(ctx, workspace) {
		return unchanged
	}
	short, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	err := a.reader.Read(short, workspace)
	switch {
	case err != nil && short.Err() != nil && ctx.Err() == nil:
		a.log.InfoContext(ctx, "workspace takes long to read", "workspace", workspace)
		return tooLong
	case err != nil:
		a.log.WarnContext(ctx, "read workspace", "workspace", workspace, "error", err)
	}
	return readAgain
}

// entryOf is what a manifest says of a candidate.
func entryOf(c review.Candidate) outputs.Entry {
	return outputs.Entry{
		Path: c.Path, Level: pipeline.Level(c.Level), Size: c.Size, SHA256: c.SHA256,
		Excluded: c.Excluded, Message: c.Message, OutOfDateOutput: c.OutOfDate,
	}
}
