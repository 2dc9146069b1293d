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

// page measures a request as the API answers it to a checker.
func (b *bench) page() error {
	for _, engine := range engines {
		err := b.in(engine, func(w *world) error {
			paths := pathsOf(10 + 400 + 400)
			if err := w.workspace("pages", 0, paths); err != nil {
				return err
			}
			few, err := w.submitted("pages", paths[:10])
			if err != nil {
				return err
			}
			new, err := w.submitted("pages", paths[10:410])
			if err != nil {
				return err
			}
			reviewed, err := w.reviewed("pages", paths[410:])
			if err != nil {
				return err
			}
			return errors.Join(w.settle(), b.queries(w, few, new),
				b.answer(w, "request page, 400 files, submitted", new),
				b.answer(w, "request page, 400 files, reviewed (800 votes)", reviewed))
		})
		if err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
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

// queries counts those of an answer, with the one that finds out who asks.
func (b *bench) queries(w *world, few, many review.RequestID) error {
	var errs []error
	for cacheBytes, name := range map[int64]string{0: "warm", 1: "cold"} {
		errs = append(errs, w.counting(cacheBytes, func(s *models.Store, count func(func() error) (int, error)) error {
			ask, err := w.asker(s)
			if err != nil {
				return err
			}
			var took [2]int
			for i, id := range []review.RequestID{few, many} {
				show := func() error { return showRequest(ask, id) }
				if err := show(); err != nil {
					return err
				}
				if took[i], err = count(show); err != nil {
					return err
				}
			}
			r := row{
				work: "request page, 400 files, queries, " + name, on: w.engine, measured: fmt.Sprint(took[1]),
				baseline: fmt.Sprintf("10 files: %d", took[0]), value: float64(took[1]), bar: bar{text: "≤ 8, the same", limit: 8},
			}
			if took[0] != took[1] {
				r.value = math.Inf(1)
			}
			b.addRow(r)
			return nil
		}))
	}
	return errors.Join(errs...)
}

func showRequest(ask asker, id review.RequestID) error {
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
	all, err := b.timed(5, 21, func() error { return showRequest(warm, id) }, func() error { return showRequest(cold, id) },
		func() error { _, err := memory(); return err })
	if err != nil {
		return err
	}
	base := "from memory: " + lasted(all.typical(2))
	b.add(work+", warm", w.engine, lasted(all.typical(0)), base, all.ratio(0, 2), atMost(2))
	b.add(work+", cold", w.engine, lasted(all.typical(1)), base, all.ratio(1, 2), atMost(5))
	return nil
}

// fromMemory makes the answer that the first checker gets, from what was read
// before.
func (w *world) fromMemory(id review.RequestID) (func() ([]byte, error), error) {
	who := auth.Tokens{Store: w.store, Now: now}
	actor, err := who.Authenticate(w.ctx, "Bearer "+w.tokens["checker0"])
	if err != nil {
		return nil, err
	}
	snap, err := w.store.Snapshot(w.ctx, id, actor)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, error) { return json.Marshal(review.View(snap)) }, nil
}

// unexpected says that the API answered something else.
func unexpected(path string, status int, body []byte) error {
	return fmt.Errorf("GET %s = %d %s, want %d", path, status, body[:min(len(body), 200)], http.StatusOK)
}
