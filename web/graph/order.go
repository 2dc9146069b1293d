package graph

import (
	"cmp"
	"slices"
	"sort"
)

// sweeps is how often the columns are gone through, there and back.
const sweeps = 12

// order orders the nodes of each column so that few needs cross: each stands
// where the middle of its neighbours stands, in turns to the left and to the
// right, and the best of these orders counts.
func (l *layered) order() {
	left, right := make([][]int, len(l.column)), make([][]int, len(l.column))
	for _, s := range l.segments() {
		left[s.To] = append(left[s.To], s.From)
		right[s.From] = append(right[s.From], s.To)
	}
	l.begin(right)
	place := make([]int, len(l.column))
	best, fewest := l.copied(), l.crossings(right, place)
	for turn := 0; turn < sweeps && fewest > 0; turn++ {
		for i := range l.layers {
			if turn%2 == 0 {
				l.sort(l.layers[i], left, place)
			} else {
				l.sort(l.layers[len(l.layers)-1-i], right, place)
			}
		}
		if n := l.crossings(right, place); n < fewest {
			best, fewest = l.copied(), n
		}
	}
	l.layers = best
}

// begin orders the columns as one comes to their nodes when one follows the
// needs, one after the other.
func (l *layered) begin(right [][]int) {
	seen, count := make([]int, len(l.column)), 0
	for _, layer := range l.layers {
		for _, node := range layer {
			for way := []int{node}; len(way) > 0; {
				n := way[len(way)-1]
				way = way[:len(way)-1]
				if seen[n] == 0 {
					count++
					seen[n] = count
					for _, r := range slices.Backward(right[n]) {
						way = append(way, r)
					}
				}
			}
		}
	}
	for _, layer := range l.layers {
		slices.SortFunc(layer, func(a, b int) int { return seen[a] - seen[b] })
	}
}

func (l *layered) copied() [][]int {
	layers := make([][]int, len(l.layers))
	for i, layer := range l.layers {
		layers[i] = slices.Clone(layer)
	}
	return layers
}

// sort orders a column by where its neighbours in the one beside it stand. One
// without neighbours stays where it is, as far as it can.
func (l *layered) sort(layer []int, beside [][]int, place []int) {
	middle := make(map[int]float64, len(layer))
	for i, node := range layer {
		middle[node] = float64(i)
		if n := beside[node]; len(n) > 0 {
			places := make([]int, len(n))
			for i, other := range n {
				places[i] = place[other]
			}
			slices.Sort(places)
			middle[node] = float64(places[(len(places)-1)/2]+places[len(places)/2]) / 2
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
	for i, node := range layer {
		place[node] = i
	}
}

// crossings counts how often needs cross, and says where nodes stand.
func (l *layered) crossings(right [][]int, place []int) int {
	for _, layer := range l.layers {
		for i, node := range layer {
			place[node] = i
		}
	}
	total := 0
	for _, layer := range l.layers {
		var ends []int
		for _, node := range layer {
			from := len(ends)
			for _, r := range right[node] {
				ends = append(ends, place[r])
			}
			slices.Sort(ends[from:])
		}
		total += inversions(ends)
	}
	return total
}

// inversions counts the pairs that stand in the wrong order, and sorts.
func inversions(list []int) int {
	if len(list) < 2 {
		return 0
	}
	a, b := slices.Clone(list[:len(list)/2]), slices.Clone(list[len(list)/2:])
	n := inversions(a) + inversions(b)
	for _, v := range b {
		n += len(a) - sort.SearchInts(a, v+1)
	}
	i := copy(list, a)
	copy(list[i:], b)
	slices.Sort(list)
	return n
}
