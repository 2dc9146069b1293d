package models

import (
	"fmt"
	"sync"
	"testing"

	"sallyport/review"
)

func folded(id string, version int) *review.Request {
	return &review.Request{ID: review.RequestID(id), Version: version}
}

func TestCache(t *testing.T) {
	one := sizeOf(folded("a", 1))
	c := newCache(3 * one)
	newest := func(id string, version, want int) {
		t.Helper()
		if r, got := c.newest(review.RequestID(id), version); got != want || (r != nil) != (want > 0) {
			t.Errorf("newest(%s, %d) = %d, want %d", id, version, got, want)
		}
	}
	newest("a", 9, 0)
	c.put(folded("a", 5))
	c.put(folded("a", 5))
	newest("a", 9, 5)
	newest("a", 5, 5)
	newest("a", 4, 0) // a reader whose snapshot is older
	c.put(folded("a", 6))
	newest("a", 5, 5)
	newest("a", 6, 6)
	c.put(folded("a", 7))
	newest("a", 5, 0) // only two versions are kept
	c.put(folded("a", 2))
	newest("a", 9, 7) // an older one drives none out
	newest("a", 6, 6)
	c.put(folded("b", 1))
	newest("a", 7, 7)
	c.put(folded("c", 1)) // 6 of a was not used for longest, then b, then 7
	newest("a", 6, 0)
	newest("b", 1, 1)
	if c.size != 3*one || c.used.Len() != 3 {
		t.Errorf("the cache holds %d bytes in %d parts, want %d in 3", c.size, c.used.Len(), 3*one)
	}
	large := folded("d", 1)
	for range 10 {
		large.Files = append(large.Files, &review.File{})
	}
	c.put(large)
	newest("d", 1, 0)
	newest("b", 1, 1)
}

func TestCacheAtOnce(t *testing.T) {
	c := newCache(10 * sizeOf(folded("a", 1)))
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for n := range 500 {
				id := fmt.Sprint((n + g) % 20)
				c.put(folded(id, n))
				if r, version := c.newest(review.RequestID(id), n); r != nil && (version > n || string(r.ID) != id) {
					t.Errorf("newest(%s, %d) = %s %d", id, n, r.ID, version)
				}
			}
		})
	}
	group.Wait()
	if c.size > c.limit || c.size < 0 {
		t.Errorf("the cache holds %d bytes, its limit is %d", c.size, c.limit)
	}
}
