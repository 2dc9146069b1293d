package models

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
	"sallyport/work"
)

// todo writes work of the kind "a", due at noon and every second after it.
func (db testDB) todo(t *testing.T, n int) {
	t.Helper()
	var list []review.Work
	for i := range n {
		list = append(list, review.Work{Kind: "a", Subject: fmt.Sprint(i), Due: noon.Add(time.Duration(i) * time.Second)})
	}
	if err := db.write(t.Context(), func(tx *gorm.DB) error { return db.addWork(t.Context(), tx, list) }); err != nil {
		t.Fatal(err)
	}
}

func TestWork(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		ctx := t.Context()
		db.todo(t, 3)
		claim := func(worker string, now time.Time, n int) []work.Item {
			t.Helper()
			return must[[]work.Item](t)(db.Claim(ctx, worker, []string{"a", "b"}, now, time.Minute, n))
		}
		if got := claim("w1", noon.Add(-time.Second), 9); len(got) != 0 {
			t.Errorf("before it is due: %+v", got)
		}
		if got, err := db.Claim(ctx, "w1", []string{"b"}, noon, time.Minute, 9); err != nil || len(got) != 0 {
			t.Errorf("of another kind: %+v, %v", got, err)
		}
		first := claim("w1", noon.Add(time.Second), 1)
		if len(first) != 1 || first[0].Subject != "0" || first[0].Kind != "a" || !first[0].Due.Equal(noon) {
			t.Fatalf("the longest due is %+v", first)
		}
		second := claim("w2", noon.Add(time.Second), 9)
		if len(second) != 1 || second[0].Subject != "1" {
			t.Fatalf("the next is %+v", second)
		}
		id := first[0].ID
		for name, err := range map[string]error{
			"Extend": db.Extend(ctx, id, "w2", noon), "Done": db.Done(ctx, id, "w2"), "Fail": db.Fail(ctx, id, "w2", "x", noon),
			"Later": db.Later(ctx, id, "w2", noon), "Stuck": db.Stuck(ctx, id, "w2", "x"), "Done of none": db.Done(ctx, 9999, "w1"),
		} {
			if !errors.Is(err, work.ErrLeaseLost) {
				t.Errorf("%s by another = %v, want ErrLeaseLost", name, err)
			}
		}
		if err := db.Extend(ctx, id, "w1", noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := claim("w3", noon.Add(30*time.Minute), 9); len(got) != 2 { // 1, whose lease ended, and 2
			t.Errorf("while a lease lasts: %+v", got)
		}
		if err := db.Done(ctx, second[0].ID, "w2"); !errors.Is(err, work.ErrLeaseLost) {
			t.Errorf("Done after another took it = %v, want ErrLeaseLost", err)
		}
		if err := db.Fail(ctx, id, "w1", "no\x00room"+strings.Repeat("ü", 3000), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		again := claim("w1", noon.Add(2*time.Hour), 1)
		for again[0].ID != id {
			again = claim("w1", noon.Add(2*time.Hour), 1)
		}
		if again[0].Attempts != 1 || !strings.HasPrefix(again[0].LastError, "noroom") {
			t.Errorf("after a failure: %+v", again[0])
		}
		if err := db.Later(ctx, id, "w1", noon.Add(3*time.Hour)); err != nil {
			t.Fatal(err)
		}
		last := claim("w1", noon.Add(3*time.Hour), 9)
		var it work.Item
		for _, l := range last {
			if l.ID == id {
				it = l
			}
		}
		if it.Attempts != 1 {
			t.Errorf("after later: %+v", it)
		}
		if err := db.Stuck(ctx, id, "w1", "for good"); err != nil {
			t.Fatal(err)
		}
		for _, l := range last {
			if l.ID != id {
				if err := db.Done(ctx, l.ID, "w1"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := claim("w1", noon.Add(99*time.Hour), 9); len(got) != 0 {
			t.Errorf("what is stuck or done was claimed: %+v", got)
		}
	})
}

// Eight workers at once: everything is claimed once.
func TestWorkAtOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		db.todo(t, 40)
		var mu sync.Mutex
		var group sync.WaitGroup
		claimed := map[int64]int{}
		for n := range 8 {
			group.Go(func() {
				for range 5 {
					items, err := db.Claim(t.Context(), fmt.Sprint(n), []string{"a"}, noon.Add(time.Hour), time.Hour, 3)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					for _, it := range items {
						claimed[it.ID]++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		for id, n := range claimed {
			if n != 1 {
				t.Errorf("item %d was claimed %d times", id, n)
			}
		}
		if len(claimed) != 40 {
			t.Errorf("%d items were claimed, want 40", len(claimed))
		}
	})
}
