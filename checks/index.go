package checks

import (
	"cmp"
	"slices"
	"strconv"
)

// Earlier is what was released before from the same project, and the other
// files of the same request.
type Earlier interface {
	// Alike returns the tables that share the most of these keys, the best
	// first and of equal ones the latest; fifty are enough. Tables of the
	// same bytes may be left out: they say nothing new.
	Alike(keys []string) ([]Released, error)
}

// Released is a table that is out already, or is asked for with this one.
type Released struct {
	File    string  `json:"file"`              // how a message calls it
	Request string  `json:"request,omitempty"` // of which it is or was a part
	SHA256  string  `json:"sha256,omitempty"`
	Extract Extract `json:"extract"`
}

// maxKeys bounds the keys of a table.
const maxKeys = 16

// Keys are short texts by which tables to compare with this one are found: a
// few of its labels, always the same few, as hashes, and one for all of them.
// Tables that share half of their labels share some of their keys.
func (x *Extract) Keys() []string {
	var hashes []uint64
	all := uint64(0)
	for _, l := range x.Labels {
		h := labelHash(l)
		all += h
		hashes = append(hashes, mix(h))
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	out := []string{keyText(mix(all))}
	for _, h := range hashes[:min(len(hashes), maxKeys-1)] {
		out = append(out, keyText(h))
	}
	return out
}

func keyText(h uint64) string { return strconv.FormatUint(h, 36) }

// labelHash is the same for a label in every program and at every time.
func labelHash(l string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(l) {
		h = (h ^ uint64(l[i])) * 1099511628211
	}
	return mix(h)
}

// mix spreads the bits of a hash.
func mix(h uint64) uint64 {
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}

// maxIndexed bounds the cells of the tables that an index holds.
const maxIndexed = 4_000_000

// mostAlike is how many tables one is compared with.
const mostAlike = 50

// Index holds tables in memory: the simplest [Earlier].
type Index struct {
	tables []Released
	byKey  map[string][]int
	cells  int
	left   int
}

// Add adds the tables of a file, as long as there is room.
func (x *Index) Add(file, sha256 string, tables []Extract) {
	if x.byKey == nil {
		x.byKey = map[string][]int{}
	}
	for _, t := range tables {
		cells := len(t.Rows) * (len(t.Columns) + len(t.Dimensions))
		if x.cells+cells > maxIndexed {
			x.left++
			continue
		}
		x.cells += cells
		for _, k := range t.Keys() {
			x.byKey[k] = append(x.byKey[k], len(x.tables))
		}
		x.tables = append(x.tables, Released{File: file, SHA256: sha256, Extract: t})
	}
}

// Left is how many tables there was no room for.
func (x *Index) Left() int { return x.left }

// Alike returns the tables that share the most keys. It never fails.
func (x *Index) Alike(keys []string) ([]Released, error) {
	shared := map[int]int{}
	for _, k := range keys {
		for _, at := range x.byKey[k] {
			shared[at]++
		}
	}
	var order []int
	for at := range shared {
		order = append(order, at)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(b, a))
	})
	var out []Released
	for _, at := range order[:min(len(order), mostAlike)] {
		out = append(out, x.tables[at])
	}
	return out, nil
}
