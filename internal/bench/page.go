package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"

	"sallyport/auth"
	"sallyport/models"
	"sallyport/review"
)

// The numbers of files of the requests that are shown, and the size of each.
const (
	few        = 10
	many       = 400
	shownBytes = 4 << 10
)

// shownRequests are the requests whose pages are measured.
type shownRequests struct {
	few      review.RequestID // submitted
	new      review.RequestID // the same of many files
	reviewed review.RequestID // of many files, with two checkers' votes on each
}

// page measures a request as a checker gets it: as a page, as the review
// screen of one of its files, and as the API answers it.
func (b *bench) page() error {
	for _, engine := range engines {
		err := b.in(engine, func(w *world) error {
			r, err := w.shownRequests()
			if err != nil {
				return err
			}
			return errors.Join(b.pages(w, r), b.answers(w, r))
		})
		if err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
}

func (w *world) shownRequests() (r shownRequests, err error) {
	paths := pathsOf(few + many + many)
	if err := w.workspace("pages", shownBytes, paths); err != nil {
		return r, err
	}
	for i := range paths { // what is added below is not kept, and the review screen shows it
		if _, _, err := w.vault.Keep(w.ctx, bytes.NewReader(content("pages", i, shownBytes))); err != nil {
			return r, err
		}
	}
	if r.few, err = w.submitted("pages", paths[:few]); err != nil {
		return r, err
	}
	if r.new, err = w.submitted("pages", paths[few:few+many]); err != nil {
		return r, err
	}
	if r.reviewed, err = w.reviewed("pages", paths[few+many:]); err != nil {
		return r, err
	}
	return r, w.settle()
}

// reviewed makes a request on which two checkers have voted.
func (w *world) reviewed(workspace string, paths []string) (review.RequestID, error) {
	id, err := w.submitted(workspace, paths)
	if err != nil {
		return "", err
	}
	for i := range 2 {
		v, err := w.voter(w.store, i, id)
		if err != nil {
			return "", err
		}
		if err := v.review(); err != nil {
			return "", err
		}
	}
	return id, nil
}

// queries counts those of showing a request of few files and one of many, with
// those that find out who asks.
func (b *bench) queries(w *world, work string, to bar, r shownRequests, shows func(*models.Store) (func(review.RequestID) error, error)) error {
	var errs []error
	for _, c := range []struct {
		name  string
		bytes int64
	}{{"warm", 0}, {"cold", 1}} {
		errs = append(errs, w.counting(c.bytes, func(s *models.Store, count func(func() error) (int, error)) error {
			show, err := shows(s)
			if err != nil {
				return err
			}
			var took [2]int
			for i, id := range []review.RequestID{r.few, r.new} {
				if err := show(id); err != nil {
					return err
				}
				if took[i], err = count(func() error { return show(id) }); err != nil {
					return err
				}
			}
			shown := row{
				work: work + ", 400 files, queries, " + c.name, on: w.engine, measured: fmt.Sprint(took[1]),
				baseline: fmt.Sprintf("10 files: %d", took[0]), value: float64(took[1]), bar: to,
			}
			if took[0] != took[1] {
				shown.value = math.Inf(1)
			}
			b.addRow(shown)
			return nil
		}))
	}
	return errors.Join(errs...)
}

// beside compares showing something, warm and cold, with making it from memory.
func (b *bench) beside(w *world, work string, warm, cold, memory func() error, bars [2]bar) error {
	all, err := b.timed(5, 21, warm, cold, memory)
	if err != nil {
		return err
	}
	base := "from memory: " + lasted(all.typical(2))
	b.add(work+", warm", w.engine, lasted(all.typical(0)), base, all.ratio(0, 2), bars[0])
	b.add(work+", cold", w.engine, lasted(all.typical(1)), base, all.ratio(1, 2), bars[1])
	return nil
}

// answers measures a request as the API answers it.
func (b *bench) answers(w *world, r shownRequests) error {
	err := b.queries(w, "request by the API", bar{text: "≤ 8, the same", limit: 8}, r,
		func(s *models.Store) (func(review.RequestID) error, error) {
			ask, err := w.asker(s)
			return func(id review.RequestID) error { return askRequest(ask, id) }, err
		})
	return errors.Join(err, b.answer(w, "request by the API, 400 files, submitted", r.new),
		b.answer(w, "request by the API, 400 files, reviewed (800 votes)", r.reviewed))
}

func askRequest(ask asker, id review.RequestID) error {
	_, err := ask("checker0", "/requests/"+string(id))
	return err
}

// answer compares a request's answer with making the same from memory.
func (b *bench) answer(w *world, work string, id review.RequestID) error {
	warm, err := w.asker(w.store)
	if err != nil {
		return err
	}
	cold, err := w.asker(w.cold)
	if err != nil {
		return err
	}
	memory, err := w.fromMemory(id)
	if err != nil {
		return err
	}
	made, err := memory()
	if err != nil {
		return err
	}
	if sent, err := warm("checker0", "/requests/"+string(id)); err != nil || !bytes.Equal(sent, made) {
		return errors.Join(err, fmt.Errorf("the answer made from memory is another one"))
	}
	return b.beside(w, work, func() error { return askRequest(warm, id) }, func() error { return askRequest(cold, id) },
		func() error { _, err := memory(); return err }, [2]bar{})
}

// fromMemory makes the answer that the first checker gets, from what was read
// before.
func (w *world) fromMemory(id review.RequestID) (func() ([]byte, error), error) {
	snap, err := w.snapshot(id)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, error) { return json.Marshal(review.View(snap)) }, nil
}

// snapshot is what the first checker's view of a request is made from.
func (w *world) snapshot(id review.RequestID) (review.Snapshot, error) {
	who := auth.Tokens{Store: w.store, Now: now}
	actor, err := who.Authenticate(w.ctx, "Bearer "+w.tokens["checker0"])
	if err != nil {
		return review.Snapshot{}, err
	}
	return w.store.Snapshot(w.ctx, id, actor)
}

// unexpected says that something else was answered.
func unexpected(path string, status int, body []byte) error {
	return fmt.Errorf("GET %s = %d %s, want %d", path, status, body[:min(len(body), 200)], http.StatusOK)
}
