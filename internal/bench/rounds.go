package main

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"slices"
)

// rounds are what several pieces of work cost, measured in turn in each of
// several rounds: the machine may be busy with other things, and is then busy
// for all of them.
type rounds [][]cost

// typical is how many seconds the i-th piece of work took, the median of the
// rounds.
func (r rounds) typical(i int) float64 {
	return median(r, func(round []cost) float64 { return round[i].seconds })
}

// ratio is the median of the rounds' ratios of the i-th to the j-th piece of
// work.
func (r rounds) ratio(i, j int) cost {
	return cost{
		seconds: median(r, func(round []cost) float64 { return round[i].seconds / round[j].seconds }),
		cpu:     median(r, func(round []cost) float64 { return round[i].cpu / round[j].cpu }),
	}
}

func median[T any, N cmp.Ordered](all []T, of func(T) N) N {
	figures := make([]N, len(all))
	for i, v := range all {
		figures[i] = of(v)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// timed does each piece of work so many times in each of a number of rounds, in
// turn, and keeps the medians of what each cost. The pieces are done once
// before.
func (b *bench) timed(number, times int, work ...func() error) (rounds, error) {
	for _, do := range work {
		if err := do(); err != nil {
			return nil, err
		}
	}
	var all rounds
	for range number {
		runtime.GC()
		costs := make([][]cost, len(work))
		for range times {
			for _, i := range rand.Perm(len(work)) { //nolint:gosec // so that each finds what any other leaves behind
				c, err := b.measure(work[i])
				if err != nil {
					return nil, err
				}
				costs[i] = append(costs[i], c)
			}
		}
		round := make([]cost, len(work))
		for i, some := range costs {
			round[i] = cost{
				seconds: median(some, func(c cost) float64 { return c.seconds }), cpu: median(some, func(c cost) float64 { return c.cpu }),
			}
		}
		all = append(all, round)
	}
	return all, nil
}

// once measures what something costs that is done once in a round.
func (b *bench) once(do func() error) (cost, error) {
	runtime.GC()
	return b.measure(do)
}
