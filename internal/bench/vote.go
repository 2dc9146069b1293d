package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3/driver"
)

const (
	voteRounds = 5
	voteTime   = 3 * time.Second // of each throughput in a round
)

// vote measures votes, many at once and one after the other.
func (b *bench) vote() error {
	for _, engine := range engines {
		if err := b.in(engine, func(w *world) error { return errors.Join(b.votesAtOnce(w), b.votesAlone(w)) }); err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
}

// votesAtOnce: 16 clients vote on 16 requests of one workspace, beside as many
// clients who do the database's simplest update.
func (b *bench) votesAtOnce(w *world) (err error) {
	few, err := w.voters("few", 12)
	if err != nil {
		return err
	}
	many, err := w.voters("many", 400)
	if err != nil {
		return err
	}
	baseline, name, done, err := b.simpleUpdate(w.engine)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	var all rounds
	for range voteRounds {
		round := make([]cost, 3)
		for i, measure := range []func() (cost, error){
			baseline, func() (cost, error) { return b.throughput(few) }, func() (cost, error) { return b.throughput(many) },
		} {
			if round[i], err = measure(); err != nil {
				return err
			}
		}
		all = append(all, round)
	}
	bars := []bar{atLeast(0.25), atLeast(0.2)}
	if w.engine == onSQLite {
		bars = make([]bar, 2)
	}
	for i, files := range []int{12, 400} {
		b.add(fmt.Sprintf("vote, %d clients on %d requests of %d files", clients, clients, files), w.engine,
			fmt.Sprintf("%.0f votes/s", 1/all.typical(i+1)), fmt.Sprintf("%s: %.0f/s", name, 1/all.typical(0)),
			all.ratio(i+1, 0).inverse(), bars[i])
	}
	return nil
}

// voters are 16 checkers, each with a request of n files of their own.
func (w *world) voters(workspace string, n int) ([]*voter, error) {
	paths := pathsOf(clients * n)
	if err := w.workspace(workspace, 0, paths); err != nil {
		return nil, err
	}
	var all []*voter
	for i := range clients {
		id, err := w.submitted(workspace, paths[i*n:(i+1)*n])
		if err != nil {
			return nil, err
		}
		v, err := w.voter(w.store, i, id)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, w.settle()
}

// throughput lets them all vote for a while, and says what one vote costs.
func (b *bench) throughput(all []*voter) (cost, error) {
	acts := make([]func() error, len(all))
	for i, v := range all {
		acts[i] = v.vote
	}
	return b.repeated(acts)
}

// repeated does all acts at once, each again and again, for a while, and says
// what one costs.
func (b *bench) repeated(acts []func() error) (cost, error) {
	done, errs := make([]int, len(acts)), make([]error, len(acts))
	c, err := b.once(func() error {
		var clients sync.WaitGroup
		began := time.Now()
		for i, act := range acts {
			clients.Go(func() {
				for errs[i] == nil && time.Since(began) < voteTime {
					errs[i] = act()
					done[i]++
				}
			})
		}
		clients.Wait()
		return errors.Join(errs...)
	})
	total := 0
	for _, n := range done {
		total += n
	}
	return c.each(float64(total)), err
}

var transactions = regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`)

// simpleUpdate is the baseline of votes at once: pgbench's simple-update on
// PostgreSQL, the same statements on SQLite. done takes it away.
func (b *bench) simpleUpdate(engine string) (measure func() (cost, error), name string, done func() error, err error) {
	if engine == onSQLite {
		measure, done, err = b.simpleUpdateSQLite()
		return measure, "simple update", done, err
	}
	address := make(chan string)
	ended, result := make(chan struct{}), make(chan error, 1)
	go func() {
		result <- b.on(onPostgres, func(a string) error {
			if _, err := client(b.ctx, "pgbench", "-i", "-q", "-s", "16", a); err != nil {
				return err
			}
			address <- a
			<-ended
			return nil
		})
	}()
	select {
	case err := <-result:
		return nil, "", nil, err
	case at := <-address:
		measure = func() (cost, error) { return b.pgbench(at) }
		return measure, "pgbench -N", func() error { close(ended); return <-result }, nil
	}
}

// pgbench says what one of pgbench's transactions costs.
func (b *bench) pgbench(address string) (cost, error) {
	var out string
	c, err := b.once(func() (err error) {
		out, err = client(b.ctx, "pgbench", "-n", "-N", "-c", strconv.Itoa(clients), "-j", "2",
			"-T", strconv.Itoa(int(voteTime.Seconds())), address)
		return err
	})
	if err != nil {
		return cost{}, err
	}
	found := transactions.FindStringSubmatch(out)
	if found == nil {
		return cost{}, fmt.Errorf("pgbench did not say how much it did: %s", out)
	}
	n, err := strconv.ParseFloat(found[1], 64)
	return c.each(n), err
}

// accounts is how many rows SQLite's simple update chooses from.
const accounts = 100_000

// simpleUpdateSQLite does what pgbench -N does, with the durability that the
// program asks for.
func (b *bench) simpleUpdateSQLite() (measure func() (cost, error), done func() error, err error) {
	db, err := driver.Open("file:" + filepath.Join(b.dir, "simple.db") +
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"CREATE TABLE accounts (aid INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler TEXT NOT NULL) STRICT",
		"CREATE TABLE history (aid INTEGER NOT NULL, delta INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
		fmt.Sprintf(`INSERT INTO accounts WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT i, 0, printf('%%84s', '') FROM n`, accounts),
	} {
		if _, err := db.ExecContext(b.ctx, statement); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
	}
	acts := make([]func() error, clients)
	for i := range acts {
		n := i
		acts[i] = func() error {
			n = (n + 7919) % accounts
			return simpleUpdate(b.ctx, db, n+1)
		}
	}
	return func() (cost, error) { return b.repeated(acts) }, db.Close, nil
}

func simpleUpdate(ctx context.Context, db *sql.DB, account int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE accounts SET balance = balance + 1 WHERE aid = ?", account)
	var balance int
	if err == nil {
		err = tx.QueryRowContext(ctx, "SELECT balance FROM accounts WHERE aid = ?", account).Scan(&balance)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "INSERT INTO history VALUES (?, 1, ?)", account, time.Now().Unix())
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// votesAlone: one client, with and without what the cache holds.
func (b *bench) votesAlone(w *world) error {
	paths := pathsOf(4 + 400 + 400)
	if err := w.workspace("alone", 0, paths); err != nil {
		return err
	}
	var acts []func() error
	for i, some := range [][]string{paths[:4], paths[4:404], paths[404:]} {
		id, err := w.submitted("alone", some)
		if err != nil {
			return err
		}
		store := w.store
		if i == 2 {
			store = w.cold
		}
		v, err := w.voter(store, i, id)
		if err != nil {
			return err
		}
		acts = append(acts, v.vote)
	}
	if err := w.settle(); err != nil {
		return err
	}
	all, err := b.timed(5, 21, acts...)
	if err != nil {
		return err
	}
	few := lasted(all.typical(0))
	b.add("vote, 400 files, warm, beside 4 files", w.engine, lasted(all.typical(1)), few, all.ratio(1, 0), atMost(2))
	b.add("vote, 400 files, cold, beside 4 files warm", w.engine, lasted(all.typical(2)), few, all.ratio(2, 0), atMost(12))
	return nil
}
