package main

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/models"
	"sallyport/outputs"
)

// slowStore keeps no reading while it is held, until its caller goes.
type slowStore struct {
	*models.Store
	held *atomic.Bool
}

func (s slowStore) ApplyReading(ctx context.Context, workspace string, rd outputs.Reading) (int, error) {
	if s.held.Load() {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return s.Store.ApplyReading(ctx, workspace, rd)
}

// TestSlowReading looks at a workspace that takes long to read: the page shows
// the last reading and says so, and the new one when it is done.
func TestSlowReading(t *testing.T) {
	p := seeded(t, databaseURL(t, "sqlite"), 0)
	slow := slowStore{p.app.store, new(atomic.Bool)}
	reader, err := outputs.NewReader(outputs.ReaderConfig{Dir: p.app.dir, Vault: p.app.vault, Store: slow, Now: now, Every: walkEvery})
	must(t, err)
	p.app.reader, p.app.patience = reader, 2*time.Second
	p.serve()
	b := p.signsIn("researcher1")
	look := func() seenPage { return b.ask("GET", "/workspaces/slow-main?deep=1", nil) }
	l := p.layOut("slow-main", "slowslowslowslow")
	l.good("output/before.csv", "a\n1\n")
	l.write()
	look().says("output/before.csv")

	slow.held.Store(true)
	l.good("output/after.csv", "a\n2\n")
	l.write()
	look().says("output/before.csv", "has changed and is being read")
	if _, there := p.outputs("researcher1", "slow-main")["output/after.csv"]; there {
		t.Error("an output is listed before its reading was kept")
	}
	slow.held.Store(false)
	look().says("output/after.csv")
}
