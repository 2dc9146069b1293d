package main

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// rounds are figures of several pieces of work, measured in turn in each of
// several rounds: the machine may be busy with other things, and is then busy
// for all of them.
type rounds [][]float64

// typical is the median of the rounds' figures of the i-th piece of work.
func (r rounds) typical(i int) float64 {
	var all []float64
	for _, round := range r {
		all = append(all, round[i])
	}
	return median(all)
}

// ratio is the median of the rounds' ratios of the i-th to the j-th piece of
// work.
func (r rounds) ratio(i, j int) float64 {
	var all []float64
	for _, round := range r {
		all = append(all, round[i]/round[j])
	}
	return median(all)
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	middle := len(all) / 2
	if len(all)%2 == 0 {
		return (all[middle-1] + all[middle]) / 2
	}
	return all[middle]
}

// timed does each piece of work so many times in each of a number of rounds, in turn, and keeps the
// median of what each took, in seconds. The pieces are done once before.
func timed(number, times int, work ...func() error) (rounds, error) {
	for _, do := range work {
		if err := do(); err != nil {
			return nil, err
		}
	}
	var all rounds
	for range number {
		runtime.GC()
		took := make([][]float64, len(work))
		for range times {
			for _, i := range rand.Perm(len(work)) { //nolint:gosec // so that each finds what any other leaves behind
				began := time.Now()
				if err := work[i](); err != nil {
					return nil, err
				}
				took[i] = append(took[i], time.Since(began).Seconds())
			}
		}
		round := make([]float64, len(work))
		for i := range work {
			round[i] = median(took[i])
		}
		all = append(all, round)
	}
	return all, nil
}

// took says how long something takes, in seconds.
func took(do func() error) (float64, error) {
	runtime.GC()
	began := time.Now()
	err := do()
	return time.Since(began).Seconds(), err
}
