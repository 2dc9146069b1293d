package main

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"

	"github.com/jackc/pgx/v5"
)

// export measures the whole log as JSON Lines, as an auditor gets it, on
// PostgreSQL.
func (b *bench) export() error {
	return b.in(onPostgres, func(w *world) error {
		if err := w.fillLog(b.entries); err != nil {
			return err
		}
		handler, err := w.handler(w.store)
		if err != nil {
			return err
		}
		sent := &counted{header: http.Header{}}
		var all rounds
		for range 3 {
			*sent = counted{header: http.Header{}}
			ours, err := b.once(func() error {
				handler.ServeHTTP(sent, w.get("auditor", "/ledger/entries?format=jsonl"))
				return nil
			})
			if err == nil && sent.lines < b.entries {
				err = fmt.Errorf("%d entries were exported, status %d", sent.lines, sent.status)
			}
			if err != nil {
				return err
			}
			copied, err := b.once(func() error {
				_, err := client(b.ctx, "psql", "-q", "-c", `\copy entries TO '/dev/null'`, w.address)
				return err
			})
			if err != nil {
				return err
			}
			all = append(all, []cost{ours, copied})
		}
		b.add(fmt.Sprintf("export of %d entries", sent.lines), w.engine, lasted(all.typical(0)),
			`psql \copy: `+lasted(all.typical(1)), all.ratio(1, 0), atLeast(0.7))
		more := float64(sent.most-sent.least) / (1 << 20)
		b.addRow(row{
			work: "export, memory in use at most", on: w.engine, measured: fmt.Sprintf("%.0f MiB more", more),
			value: more, bar: bar{text: "≤ 64 MiB", limit: 64},
		})
		return nil
	})
}

// fillLog makes a log of so many votes, all of one request, as the program
// writes them.
func (w *world) fillLog(n int) error {
	paths := pathsOf(12)
	if err := w.workspace("logged", 0, paths); err != nil {
		return err
	}
	id, err := w.submitted("logged", paths)
	if err != nil {
		return err
	}
	v, err := w.voter(w.store, 0, id)
	if err != nil {
		return err
	}
	if err := v.vote(); err != nil {
		return err
	}
	err = connected(w.ctx, w.address, func(c *pgx.Conn) error {
		_, err := c.Exec(w.ctx, `INSERT INTO entries (stream, version, act, at, actor_id, actor, actor_kind, automated, role, grant_id, side, turn,
			project, workspace, organisation, backend, request_id, file_id, path, sha256, person_id, policy, program, bytes)
		SELECT stream, 1000 + i, act, at, actor_id, actor, actor_kind, automated, role, grant_id, side, turn,
			project, workspace, organisation, backend, request_id, file_id, path, sha256, person_id, policy, program, bytes
		FROM entries, generate_series(1, $1::int) i WHERE act = 'vote_cast' ORDER BY i`, n)
		return err
	})
	if err != nil {
		return fmt.Errorf("fill the log: %w", err)
	}
	return w.settle()
}

// counted is an answer of which only the lines are counted, with the memory
// that is in use while it is written.
type counted struct {
	header      http.Header
	status      int
	lines       int
	writes      int
	least, most uint64
}

// Header implements http.ResponseWriter.
func (c *counted) Header() http.Header { return c.header }

// WriteHeader implements http.ResponseWriter.
func (c *counted) WriteHeader(status int) { c.status = status }

// Write implements http.ResponseWriter.
func (c *counted) Write(b []byte) (int, error) {
	c.lines += bytes.Count(b, []byte("\n"))
	if c.writes%100 == 0 { // asking stops everything for a moment
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if c.least == 0 || m.HeapInuse < c.least {
			c.least = m.HeapInuse
		}
		c.most = max(c.most, m.HeapInuse)
	}
	c.writes++
	return len(b), nil
}
