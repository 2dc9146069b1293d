package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

var errFull = errors.New("the disk is full")

// bench is a pool on a memory that runs in a bubble of synctest, where time
// passes only when all wait.
type bench struct {
	*testing.T
	*memory
	pool  *Pool
	stop  func()
	ended chan error
	log   *bytes.Buffer

	mu       sync.Mutex
	outcomes []string
}

// start runs a pool with handler for items of kind "k"; change may be nil.
func start(t *testing.T, m *memory, handler Handler, change func(*Config)) *bench {
	t.Helper()
	b := &bench{T: t, memory: m, ended: make(chan error, 1), log: &bytes.Buffer{}}
	c := Config{
		Store: m, Handlers: map[string]Handler{"k": handler}, Worker: "w", Now: time.Now,
		Jitter: func(int64) int64 { return 0 }, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		OnDone: func(kind string, o Outcome, took time.Duration) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.outcomes = append(b.outcomes, fmt.Sprint(kind, " ", o, " ", took))
		},
	}
	if change != nil {
		change(&c)
	}
	var err error
	if b.pool, err = New(c); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	go func() { b.ended <- b.pool.Run(ctx) }()
	t.Cleanup(stop)
	synctest.Wait()
	return b
}

// pass lets d pass and then all that is due happen.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble's clock
	synctest.Wait()
}

// wantOutcomes compares what OnDone was told.
func (b *bench) wantOutcomes(want ...string) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.outcomes, want) {
		b.Errorf("outcomes are %q, want %q", b.outcomes, want)
	}
}

// end ends the pool and returns how long that took, and Run's error.
func (b *bench) end() (time.Duration, error) {
	from := time.Now()
	b.stop()
	err := <-b.ended
	return time.Since(from), err
}

func item(id int64) Item { return Item{ID: id, Kind: "k", Subject: "s"} }

func TestPoolDoesWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1), Item{ID: 2, Kind: "other"}, Item{ID: 3, Kind: "k", Due: time.Now().Add(time.Hour)})
		ran := make(chan Item, 10)
		b := start(t, m, func(_ context.Context, it Item) error { ran <- it; return nil }, nil)
		if got := <-ran; got != item(1) || len(ran) != 0 {
			t.Errorf("at first %+v and %d more are run, want item 1 alone", got, len(ran))
		}
		pass(time.Hour)
		if got := <-ran; got.ID != 3 || len(ran) != 0 {
			t.Errorf("after an hour %+v and %d more are run, want item 3", got, len(ran))
		}
		if m.look(1).ID != 0 || m.look(3).ID != 0 || m.look(2).worker != "" {
			t.Errorf("items 1 to 3 are %+v, %+v, %+v, want only 2, untouched", m.look(1), m.look(2), m.look(3))
		}
		b.wantOutcomes("k done 0s", "k done 0s")
		if took, err := b.end(); err != nil || took != 0 {
			t.Errorf("Run = %v after %v, want nil at once", err, took)
		}
		if b.log.Len() > 0 {
			t.Errorf("the log has %s", b.log)
		}
	})
}

func TestPoolRunsSoManyAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		for id := range int64(10) {
			m.add(item(id))
		}
		var now, most atomic.Int64
		b := start(t, m, func(context.Context, Item) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return nil
		}, func(c *Config) { c.Workers = 3; c.Poll = time.Hour })
		pass(4 * time.Second)
		if len(m.rows) != 0 || most.Load() != 3 {
			t.Errorf("after 4 s %d of 10 are left, %d ran at a time, want 0 and 3", len(m.rows), most.Load())
		}
		if claims, _ := m.counts(); claims > 11 {
			t.Errorf("%d claims for 10 items", claims)
		}
		b.stop()
	})
}

func TestPoolWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := start(t, m, func(context.Context, Item) error { return nil }, func(c *Config) { c.Poll = time.Minute })
		m.add(item(1))
		pass(59 * time.Second)
		if m.look(1).ID == 0 {
			t.Error("the item is run before the poll, and nobody said that it is there")
		}
		pass(time.Second)
		if m.look(1).ID != 0 {
			t.Error("the item is not run at the poll")
		}
		m.add(item(2))
		b.pool.Wake()
		b.pool.Wake()
		synctest.Wait()
		if m.look(2).ID != 0 {
			t.Error("the item is not run when the pool is woken")
		}
		b.stop()
	})
}

// A wake while all are busy is remembered.
func TestPoolWakesWhenBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1))
		b := start(t, m, func(context.Context, Item) error { time.Sleep(time.Minute); return nil },
			func(c *Config) { c.Workers = 1; c.Poll = time.Hour })
		m.add(item(2))
		b.pool.Wake()
		pass(2 * time.Minute)
		if len(m.rows) != 0 {
			t.Errorf("%d items are left", len(m.rows))
		}
		b.stop()
	})
}

func TestPoolTriesAgainUntilStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1))
		var at []time.Duration
		from := time.Now()
		b := start(t, m, func(context.Context, Item) error {
			at = append(at, time.Since(from))
			return errFull
		}, func(c *Config) { c.Limit = 4; c.Poll = time.Second })
		if r := m.look(1); r.Attempts != 1 || r.LastError != errFull.Error() || r.worker != "" {
			t.Errorf("after a failure the item is %+v", r)
		}
		pass(time.Hour)
		if want := []time.Duration{0, 1e9, 3e9, 7e9}; !slices.Equal(at, want) {
			t.Errorf("it ran at %v, want %v", at, want)
		}
		if r := m.look(1); r.Attempts != 4 || !r.stuck || r.LastError != errFull.Error() {
			t.Errorf("at the limit the item is %+v", r)
		}
		b.wantOutcomes("k failed 0s", "k failed 0s", "k failed 0s", "k stuck 0s")
		b.stop()
		if got := b.log.String(); strings.Count(got, errFull.Error()) != 4 || !strings.Contains(got, "level=ERROR msg=\"work stuck\" kind=k item=1") {
			t.Errorf("the log has %s", got)
		}
	})
}

func TestPoolOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noon := time.Now().Add(12 * time.Hour)
		for _, tt := range []struct {
			name    string
			handler Handler
			outcome string
			want    row
			log     string
		}{
			{"a permanent error", func(context.Context, Item) error { return fmt.Errorf("deliver: %w", Permanent(errFull)) },
				"k stuck 0s", row{Item: Item{Attempts: 3, LastError: "deliver: the disk is full"}, stuck: true}, "the disk is full"},
			{"not due", func(context.Context, Item) error { return fmt.Errorf("held: %w", &Later{noon}) },
				"k postponed 0s", row{Item: Item{Attempts: 2, LastError: "x", Due: noon}}, ""},
			{"not due, but it is", func(context.Context, Item) error { return &Later{} },
				"k postponed 0s", row{Item: Item{Attempts: 2, LastError: "x", Due: time.Now().Add(time.Second)}}, ""},
			{"a panic", func(context.Context, Item) error { panic("secret") },
				"k failed 0s", row{Item: Item{Attempts: 3, LastError: "the handler panicked", Due: time.Now().Add(4 * time.Second)}}, "panic=secret stack="},
		} {
			it := item(1)
			it.Attempts, it.LastError = 2, "x"
			m := newMemory(it)
			b := start(t, m, tt.handler, nil)
			tt.want.ID, tt.want.Kind, tt.want.Subject = 1, "k", "s"
			if got := m.look(1); got != tt.want {
				t.Errorf("%s: the item is %+v, want %+v", tt.name, got, tt.want)
			}
			b.wantOutcomes(tt.outcome)
			if _, err := b.end(); err != nil || !strings.Contains(b.log.String(), tt.log) || tt.log == "" && b.log.Len() > 0 {
				t.Errorf("%s: Run = %v, the log has %q, want %q", tt.name, err, b.log, tt.log)
			}
		}
	})
}

func TestPoolKeepsTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1))
		runs := 0
		handler := func(context.Context, Item) error { runs++; time.Sleep(10 * time.Minute); return nil }
		one := start(t, m, handler, nil)
		two := start(t, m, handler, func(c *Config) { c.Worker = "v" })
		pass(10 * time.Minute)
		if runs != 1 || m.look(1).ID != 0 {
			t.Errorf("a long item ran %d times, want once, and is %+v", runs, m.look(1))
		}
		if _, extends := m.counts(); extends < 29 || extends > 30 {
			t.Errorf("a lease of a minute was extended %d times in ten, want three times a minute", extends)
		}
		one.stop()
		two.stop()
	})
}

// The worker of a killed process does nothing more: its item comes to another
// when the lease ends, and no attempt is counted.
func TestPoolTakesOverFromTheKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1))
		if items, err := m.Claim(t.Context(), "killed", []string{"k"}, time.Now(), time.Minute, 1); err != nil || len(items) != 1 {
			t.Fatalf("Claim = %v, %v", items, err)
		}
		var at time.Duration
		from := time.Now()
		b := start(t, m, func(_ context.Context, it Item) error {
			at = time.Since(from)
			if it.Attempts != 0 {
				t.Errorf("it has %d attempts", it.Attempts)
			}
			return nil
		}, nil)
		pass(2 * time.Minute)
		if at != time.Minute {
			t.Errorf("it ran after %v, want 1m", at)
		}
		b.stop()
	})
}

func TestPoolLosesTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, answer := range map[string]error{"an error": errFull, "nothing": nil, "later": &Later{time.Now()}} {
			m := newMemory(item(1))
			b := start(t, m, func(ctx context.Context, _ Item) error {
				<-ctx.Done()
				if !errors.Is(context.Cause(ctx), ErrLeaseLost) {
					t.Errorf("the context ended for %v, want ErrLeaseLost", context.Cause(ctx))
				}
				return answer
			}, nil)
			until := time.Now().Add(time.Hour)
			m.steal(1, until)
			pass(20 * time.Second)
			if got, want := m.look(1), (row{Item: item(1), worker: "another", until: until}); got != want {
				t.Errorf("after %s the item is %+v, want %+v", name, got, want)
			}
			b.wantOutcomes("k lost 20s")
			b.stop()
		}
	})
}

func TestPoolWithoutStore(t *testing.T) {
	for _, tt := range []struct {
		gone    time.Duration
		outcome string
	}{
		{10 * time.Second, "k done 2m0s"}, // no handler notices
		{15 * time.Second, "k done 2m0s"}, // one extension fails, the next does not
		{2 * time.Minute, "k lost 40s"},   // it must stop before another may start
	} {
		t.Run(tt.gone.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(item(1))
				b := start(t, m, func(ctx context.Context, _ Item) error {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-time.After(2 * time.Minute):
						return nil
					}
				}, nil)
				pass(6 * time.Second)
				m.setGone(true)
				pass(tt.gone)
				m.setGone(false)
				pass(2*time.Minute - tt.gone - 6*time.Second)
				b.mu.Lock()
				first := append(b.outcomes, "none")[0]
				b.mu.Unlock()
				if first != tt.outcome {
					t.Errorf("with the store gone for %v the outcome is %s, want %s", tt.gone, first, tt.outcome)
				}
				b.stop()
			})
		})
	}
}

// What came of an item is recorded when the store is back, if that is within
// the lease. What could not be recorded is done again.
func TestPoolCannotRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			gone     time.Duration
			outcomes []string
		}{
			{10 * time.Second, []string{"k done 0s"}},
			{58 * time.Second, []string{"k done 0s"}},
			{2 * time.Minute, []string{"k lost 0s", "k done 0s"}},
		} {
			m := newMemory(item(1))
			runs := 0
			b := start(t, m, func(context.Context, Item) error { runs++; m.setGone(runs == 1); return nil }, nil)
			pass(tt.gone)
			m.setGone(false)
			pass(10 * time.Second)
			if b.wantOutcomes(tt.outcomes...); runs != len(tt.outcomes) || m.look(1).ID != 0 {
				t.Errorf("with the store gone for %v it ran %d times and is %+v", tt.gone, runs, m.look(1))
			}
			_, err := b.end()
			if lost := strings.Contains(b.log.String(), "record that it is done: the database is gone"); err != nil || lost != (runs == 2) {
				t.Errorf("with the store gone for %v: Run = %v, the log has %s", tt.gone, err, b.log)
			}
		}
	})
}

// A process that ends does not wait for a store that is gone longer than its
// handlers have to finish.
func TestPoolEndsWithoutRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(item(1))
		b := start(t, m, func(context.Context, Item) error { m.setGone(true); return nil }, nil)
		if took, err := b.end(); err != nil || took != 10*time.Second {
			t.Errorf("Run = %v after %v, want 10s", err, took)
		}
		b.wantOutcomes("k lost 0s")
	})
}

func TestPoolEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name    string
			handler Handler
			took    time.Duration
			outcome string
			stuck   bool
			left    string
		}{
			{"finishing in time", func(ctx context.Context, _ Item) error {
				time.Sleep(9 * time.Second)
				return ctx.Err()
			}, 9 * time.Second, "k done 9s", false, ""},
			{"failing in time", func(context.Context, Item) error {
				time.Sleep(9 * time.Second)
				return errFull
			}, 9 * time.Second, "k failed 9s", false, ""},
			{"when told to", func(ctx context.Context, _ Item) error { <-ctx.Done(); return errFull },
				10 * time.Second, "k released 10s", false, ""},
			{"when told to, done", func(ctx context.Context, _ Item) error { <-ctx.Done(); return nil },
				10 * time.Second, "k done 10s", false, ""},
			{"when told to, for good", func(ctx context.Context, _ Item) error { <-ctx.Done(); return Permanent(errFull) },
				10 * time.Second, "k stuck 10s", true, ""},
			{"never", func(context.Context, Item) error { time.Sleep(time.Hour); return nil },
				30 * time.Second, "", false, "work: 1 handlers did not return"},
		} {
			m := newMemory(item(1))
			b := start(t, m, tt.handler, nil)
			took, err := b.end()
			if took != tt.took || tt.left == "" && err != nil || tt.left != "" && (err == nil || err.Error() != tt.left) {
				t.Errorf("%s: Run = %v after %v, want %q after %v", tt.name, err, took, tt.left, tt.took)
			}
			if tt.outcome != "" {
				b.wantOutcomes(tt.outcome)
			}
			r := m.look(1)
			if strings.Contains(tt.outcome, "released") && (r.Attempts != 0 || r.worker != "" || !r.Due.Equal(time.Now())) {
				t.Errorf("%s: the item is %+v, want it given back, no attempt counted", tt.name, r)
			}
			if r.stuck != tt.stuck {
				t.Errorf("%s: the item is %+v", tt.name, r)
			}
			pass(time.Hour) // for the handler that never ends
		}
	})
}

// After the end nothing is claimed.
func TestPoolEndsClaiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := start(t, m, func(context.Context, Item) error { return nil }, nil)
		if _, err := b.end(); err != nil {
			t.Fatal(err)
		}
		m.add(item(1))
		b.pool.Wake()
		pass(time.Hour)
		if claims, _ := m.counts(); claims != 1 || m.look(1).ID == 0 {
			t.Errorf("%d claims, want the one before the end", claims)
		}
	})
}

// Pools that run together do everything, and nothing twice.
func TestPoolsShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		for id := range int64(500) {
			m.add(item(id + 1))
		}
		var runs [501]atomic.Int64
		handler := func(_ context.Context, it Item) error {
			time.Sleep(time.Duration(it.ID%7) * time.Millisecond)
			if runs[it.ID].Add(1) == 1 && it.ID%5 == 0 {
				return errFull
			}
			return nil
		}
		var pools []*bench
		for i := range 4 {
			pools = append(pools, start(t, m, handler, func(c *Config) { c.Worker = fmt.Sprint("w", i) }))
		}
		pass(time.Minute)
		for id := int64(1); id <= 500; id++ {
			want := int64(1)
			if id%5 == 0 {
				want = 2
			}
			if got := runs[id].Load(); got != want {
				t.Errorf("item %d ran %d times, want %d", id, got, want)
			}
		}
		if len(m.rows) != 0 {
			t.Errorf("%d items are left", len(m.rows))
		}
		for _, b := range pools {
			b.stop()
		}
	})
}

func TestNewRefuses(t *testing.T) {
	good := func() Config {
		return Config{
			Store: newMemory(), Handlers: map[string]Handler{"k": func(context.Context, Item) error { return nil }}, Worker: "w",
			Now: time.Now, Jitter: func(int64) int64 { return 0 }, Log: slog.New(slog.DiscardHandler),
		}
	}
	if _, err := New(good()); err != nil {
		t.Errorf("New(what is needed) = %v", err)
	}
	for name, change := range map[string]func(*Config){
		"no store":         func(c *Config) { c.Store = nil },
		"no handlers":      func(c *Config) { c.Handlers = nil },
		"no worker":        func(c *Config) { c.Worker = "" },
		"no clock":         func(c *Config) { c.Now = nil },
		"no jitter":        func(c *Config) { c.Jitter = nil },
		"no log":           func(c *Config) { c.Log = nil },
		"a nil handler":    func(c *Config) { c.Handlers["k"] = nil },
		"an empty kind":    func(c *Config) { c.Handlers[""] = c.Handlers["k"] },
		"negative workers": func(c *Config) { c.Workers = -1 },
		"negative lease":   func(c *Config) { c.Lease = -1 },
		"negative poll":    func(c *Config) { c.Poll = -1 },
		"negative grace":   func(c *Config) { c.Grace = -1 },
		"negative limit":   func(c *Config) { c.Limit = -1 },
		"negative backoff": func(c *Config) { c.Backoff = Backoff{-1, 1} },
		"backoff reversed": func(c *Config) { c.Backoff = Backoff{2, 1} },
	} {
		c := good()
		change(&c)
		if p, err := New(c); err == nil || p != nil {
			t.Errorf("New with %s = %v, %v, want an error", name, p, err)
		}
	}
}

func TestBackoffWait(t *testing.T) {
	b := Backoff{First: time.Second, Most: 10 * time.Minute}
	for _, tt := range []struct {
		attempts    int
		least, most time.Duration
	}{
		{1, time.Second, 2 * time.Second},
		{2, 2 * time.Second, 4 * time.Second},
		{3, 4 * time.Second, 8 * time.Second},
		{9, 256 * time.Second, 512 * time.Second},
		{10, 5 * time.Minute, 10 * time.Minute},
		{1000000, 5 * time.Minute, 10 * time.Minute},
	} {
		least := b.Wait(tt.attempts, func(int64) int64 { return 0 })
		most := b.Wait(tt.attempts, func(n int64) int64 { return n - 1 })
		if least != tt.least || most != tt.most {
			t.Errorf("Wait(%d) = %v to %v, want %v to %v", tt.attempts, least, most, tt.least, tt.most)
		}
	}
	if got := (Backoff{First: time.Second, Most: time.Second}).Wait(1, func(int64) int64 { return 0 }); got != time.Second {
		t.Errorf("Wait of a constant backoff = %v", got)
	}
}

func TestPermanent(t *testing.T) {
	if Permanent(nil) != nil {
		t.Error("Permanent(nil) is an error")
	}
	if err := Permanent(errFull); !errors.Is(err, errFull) || err.Error() != errFull.Error() {
		t.Errorf("Permanent(err) = %v, want it to be err", err)
	}
}

func TestCause(t *testing.T) {
	for in, want := range map[string]string{
		"short":                        "short",
		"a\x00b\xff":                   "ab\uFFFD",
		strings.Repeat("x", 1000):      strings.Repeat("x", 1000),
		strings.Repeat("x", 1001):      strings.Repeat("x", 1000) + "…",
		strings.Repeat("é", 600):       strings.Repeat("é", 500) + "…",
		"x" + strings.Repeat("é", 600): "x" + strings.Repeat("é", 499) + "…",
	} {
		if got := cause(errors.New(in)); got != want || !utf8.ValidString(got) {
			t.Errorf("cause(%.20q) = %q", in, got)
		}
	}
}
