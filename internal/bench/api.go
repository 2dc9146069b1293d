package main

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"sallyport/auth"
	"sallyport/checking"
	"sallyport/models"
	"sallyport/review"
	"sallyport/web"
)

// asker asks the API for a path as somebody, and demands that it is answered.
type asker func(username, path string) ([]byte, error)

// asker serves the API from a store, put together as the program does it.
func (w *world) asker(store *models.Store) (asker, error) {
	handler, err := w.handler(store)
	if err != nil {
		return nil, err
	}
	return func(username, path string) ([]byte, error) {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, w.get(username, path))
		if answer.Code != http.StatusOK {
			return nil, unexpected(path, answer.Code, answer.Body.Bytes())
		}
		return answer.Body.Bytes(), nil
	}, nil
}

func (w *world) get(username, path string) *http.Request {
	r := httptest.NewRequestWithContext(w.ctx, http.MethodGet, "/api/v1"+path, nil)
	r.Header.Set("Authorization", "Bearer "+w.tokens[username])
	return r
}

func (w *world) handler(store *models.Store) (http.Handler, error) {
	return web.NewHandler(w.config(store))
}

// config is how the rooms are put together over a store.
func (w *world) config(store *models.Store) web.Config {
	tokens := auth.Tokens{Store: store, Now: now}
	return web.Config{
		Requests: review.NewService(store, trusting{}, newID), Workspaces: workspaces{world: w, store: store},
		Ledger: entries{store}, Answers: store, Checks: reports{store},
		Reports: struct{ web.Reports }{}, Releases: struct{ otherReleases }{}, People: struct{ web.People }{}, Policies: struct{ web.Policies }{},
		Vault: w.vault, Windows: w.windows, Authenticate: tokens.Authenticate,
		Policy: store.PolicyAt,
		Now:    now, NewID: newID, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), //nolint:sloglint // writing the lines is part of the work
	}
}

// reports are the reports of disclosure checks, as the program reads them.
type reports struct{ store *models.Store }

func (r reports) FileReport(ctx context.Context, id review.RequestID, file review.FileID, findingsHash string) (*checking.Report, error) {
	body, err := r.store.Report(ctx, id, file, findingsHash)
	if err != nil {
		return nil, err
	}
	return checking.ReadReport(body)
}

// What is not measured is not there. The names keep the embedded interfaces
// apart from methods that are called like them.
type (
	otherWorkspaces = web.Workspaces
	otherReleases   = web.Releases
)

// workspaces is what web asks of workspaces, as far as it is measured.
type workspaces struct {
	otherWorkspaces
	world *world
	store *models.Store
}

// Workspace implements web.Workspaces.
func (w workspaces) Workspace(ctx context.Context, name string) (web.Workspace, error) {
	found, err := w.store.Workspace(ctx, name)
	return web.Workspace{Place: found.Place, Outputs: found.Outputs, ReadAt: found.LastGoodReading}, err
}

// Outputs implements web.Workspaces: the manifest is looked at first.
func (w workspaces) Outputs(ctx context.Context, by review.Asking, l review.OutputListing) ([]web.OutputItem, string, error) {
	if w.world.reader.Changed(ctx, l.Workspace) {
		if err := w.world.reader.Read(ctx, l.Workspace); err != nil {
			return nil, "", err
		}
	}
	found, next, err := w.store.Outputs(ctx, by, l)
	items := make([]web.OutputItem, 0, len(found))
	for _, i := range found {
		item := web.OutputItem{Folder: i.Folder, Candidate: i.FoundOutput}
		item.Path = i.Path
		items = append(items, item)
	}
	return items, next, err
}

// entries is the log, for web.
type entries struct{ store *models.Store }

// Entries implements web.Ledger.
func (l entries) Entries(ctx context.Context, f web.LogFilter) iter.Seq2[web.LogRow, error] {
	return func(yield func(web.LogRow, error) bool) {
		for e, err := range l.store.Entries(ctx, models.EntryFilter{After: f.After, Limit: f.Limit}) {
			if !yield(web.LogRow{ID: e.ID, Bytes: e.Bytes, About: e.LogEntry}, err) {
				return
			}
		}
	}
}
