package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"sallyport/auth"
	"sallyport/models"
	"sallyport/review"
	"sallyport/web"
	"sallyport/web/pages"
	"sallyport/web/static"
)

// visitor is the first checker in a browser, signed in.
type visitor struct {
	world  *world
	cookie *http.Cookie
	at     time.Time  // at which pages are shown
	set    *pages.Set // as the program has it
}

// pageKey stands on a shown page where a new id stands otherwise.
const pageKey = "01K00000000000000000000000"

func (w *world) visitor() (*visitor, error) {
	sessions := auth.Sessions{Store: w.store, Now: now, Random: rand.Reader}
	who := auth.Identity{Issuer: "https://provider.test", Subject: "0", Username: "checker0"}
	_, value, err := sessions.Begin(w.ctx, who, nil, "", "")
	if err != nil {
		return nil, err
	}
	files, err := static.Read()
	if err != nil {
		return nil, err
	}
	set, err := pages.Read(files.Address)
	return &visitor{world: w, cookie: auth.SessionCookie(value), at: now(), set: set}, err
}

// get is how pages of a store's state are got, put together as the program
// does it.
func (v *visitor) get(store *models.Store) (func(path string) ([]byte, error), error) {
	config := v.world.config(store)
	config.Now, config.NewID = func() time.Time { return v.at }, func() string { return pageKey }
	config.SignIn = &web.SignIn{
		Provider: struct{ web.Provider }{}, Held: store, Roles: auth.Mapping{}.Roles,
		Sessions: browserSessions{auth.Sessions{Store: store, Now: now, Random: rand.Reader}},
	}
	handler, err := web.NewHandler(config)
	return func(path string) ([]byte, error) {
		r := httptest.NewRequestWithContext(v.world.ctx, http.MethodGet, path, nil)
		r.AddCookie(v.cookie)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			return nil, unexpected(path, answer.Code, answer.Body.Bytes())
		}
		return answer.Body.Bytes(), nil
	}, err
}

// browserSessions are the program's, of which only Authenticate is used.
type browserSessions struct{ auth.Sessions }

// Refused implements web.Sessions.
func (browserSessions) Refused(context.Context, string) error { return nil }

// pages measures a request's page, and the review screen of one of its files.
func (b *bench) pages(w *world, r shownRequests) error {
	v, err := w.visitor()
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name    string
		queries bar
		address func(review.RequestID) (string, error)
		made    func(pages.Build, *review.RequestView) (pages.Shown, error)
	}{
		{"request page", bar{text: "≤ 8, the same", limit: 8}, v.overview, v.newOverview},
		{"review screen", bar{}, v.screen, v.newScreen},
	} {
		err := b.queries(w, p.name, p.queries, r, func(s *models.Store) (func(review.RequestID) error, error) {
			get, err := v.get(s)
			return func(id review.RequestID) error {
				address, err := p.address(id)
				if err == nil {
					_, err = get(address)
				}
				return err
			}, err
		})
		if err != nil {
			return err
		}
		for _, of := range []struct {
			name string
			id   review.RequestID
		}{{"10 files, submitted", r.few}, {"400 files, submitted", r.new}, {"400 files, reviewed (800 votes)", r.reviewed}} {
			address, err := p.address(of.id)
			if err != nil {
				return err
			}
			bars := [2]bar{atMost(2), atMost(5)}
			if of.id == r.few {
				bars = [2]bar{}
			}
			if err := b.onePage(v, p.name+", "+of.name, address, of.id, p.made, bars); err != nil {
				return err
			}
		}
	}
	return nil
}

// onePage compares a page with rendering the same from memory.
func (b *bench) onePage(v *visitor, work, address string, id review.RequestID,
	made func(pages.Build, *review.RequestView) (pages.Shown, error), bars [2]bar,
) error {
	warm, err := v.get(v.world.store)
	if err != nil {
		return err
	}
	cold, err := v.get(v.world.cold)
	if err != nil {
		return err
	}
	page, err := v.fromMemory(id, made)
	if err != nil {
		return err
	}
	rendered, err := v.set.Render(page)
	if err != nil {
		return err
	}
	sent, err := warm(address)
	if err != nil {
		return err
	}
	if n := len(sent) - len(rendered); max(n, -n) > len(sent)/20 { // what stands around a page is the handler's own
		return fmt.Errorf("%s has %d bytes, and %d when it is made from memory", address, len(sent), len(rendered))
	}
	get := func(get func(string) ([]byte, error)) func() error {
		return func() error { _, err := get(address); return err }
	}
	b.addRow(row{work: work + ", bytes", on: v.world.engine, measured: fmt.Sprintf("%d KiB", len(sent)>>10)})
	return b.beside(v.world, work, get(warm), get(cold), func() error { _, err := v.set.Render(page); return err }, bars)
}

// fromMemory is a page that is ready to be rendered.
func (v *visitor) fromMemory(id review.RequestID, made func(pages.Build, *review.RequestView) (pages.Shown, error)) (pages.Shown, error) {
	snap, err := v.world.snapshot(id)
	if err != nil {
		return nil, err
	}
	snap.Actor.Scopes = nil // a browser's session has none
	places := []pages.Link{{Text: "Queue", Href: "/queue"}, {Text: "Workspaces", Href: "/workspaces"}, {Text: "Releases", Href: "/releases"}}
	return made(pages.Build{
		Frame: pages.Frame{Person: "checker0", Places: places}, Now: v.at, Workspaces: true,
		Forms: pages.Forms{Key: pageKey, Back: pages.RequestAddress(id)},
	}, review.View(snap))
}

func (v *visitor) overview(id review.RequestID) (string, error) { return pages.RequestAddress(id), nil }

func (v *visitor) newOverview(b pages.Build, r *review.RequestView) (pages.Shown, error) {
	return pages.NewRequest(b, r), nil
}

// file is the file that the review screen shows: one from the middle.
func (v *visitor) file(r *review.RequestView) review.FileView {
	files := r.Groups[len(r.Groups)/2].Files
	return files[len(files)/2]
}

// screen is the address of the review screen of a file whose copy is kept.
func (v *visitor) screen(id review.RequestID) (string, error) {
	snap, err := v.world.snapshot(id)
	if err != nil {
		return "", err
	}
	return pages.RequestAddress(id, "files", string(v.file(review.View(snap)).ID)), nil
}

func (v *visitor) newScreen(b pages.Build, r *review.RequestView) (pages.Shown, error) {
	f := v.file(r)
	blob, err := v.world.vault.Open(v.world.ctx, f.SHA256)
	if err != nil {
		return nil, err
	}
	b.Forms.Back = pages.RequestAddress(r.ID, "files", string(f.ID))
	look := pages.Look{Page: b.Forms.Back, Bytes: "/content/requests/" + string(r.ID) + "/" + string(f.ID), Row: -1}
	content, err := pages.Show(v.world.ctx, v.world.windows, pages.Source{Bytes: blob, Path: f.Path, SHA256: f.SHA256}, look)
	return pages.NewRequestFile(b, r, f.ID, content, pages.Checked{}), errors.Join(err, blob.Close())
}
