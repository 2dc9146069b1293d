package main

import (
	"math"
	"strings"
	"testing"
)

func TestMet(t *testing.T) {
	for name, test := range map[string]struct {
		value float64
		bar   bar
		want  string
	}{
		"at the least":       {0.25, atLeast(0.25), "met"},
		"below the least":    {0.249, atLeast(0.25), "missed"},
		"at the most":        {2, atMost(2), "met"},
		"above the most":     {2.01, atMost(2), "missed"},
		"not to be compared": {math.Inf(1), atMost(2), "missed"},
		"no figure":          {math.NaN(), atMost(2), "missed"},
		"no bar":             {7, bar{}, "–"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (row{value: test.value, bar: test.bar}).met(); got != test.want {
				t.Errorf("met of %v, bar %q = %q, want %q", test.value, test.bar.text, got, test.want)
			}
		})
	}
}

// A round in which the machine was busy moves neither the medians nor the
// ratio, which is that of the rounds and not that of the medians.
func TestRounds(t *testing.T) {
	r := rounds{{{2, 4}, {1, 1}}, {{90, 4}, {30, 1}}, {{4, 8}, {2, 2}}}
	if got := r.typical(0); got != 4 {
		t.Errorf("typical(0) = %v, want 4", got)
	}
	if got, want := r.ratio(0, 1), (cost{2, 4}); got != want {
		t.Errorf("ratio(0, 1) = %v, want %v", got, want)
	}
	if got, want := r.ratio(0, 1).inverse(), (cost{0.5, 0.25}); got != want {
		t.Errorf("inverse = %v, want %v", got, want)
	}
	if got, want := (cost{6, 3}).each(3), (cost{2, 1}); got != want {
		t.Errorf("each(3) = %v, want %v", got, want)
	}
}

func TestShow(t *testing.T) {
	var b strings.Builder
	if err := show(&b, []row{{work: "a vote", on: onSQLite, measured: lasted(0.0012), value: 1, bar: atMost(2)}}); err != nil {
		t.Fatal(err)
	}
	want := "| work   | database | measured | baseline | ratio | by CPU | bar   | result |\n" +
		"| ------ | -------- | -------- | -------- | ----- | ------ | ----- | ------ |\n" +
		"| a vote | SQLite   | 1.20 ms  | –        | –     | –      | ≤ 2 × | met    |\n"
	if b.String() != want {
		t.Errorf("show =\n%swant\n%s", b.String(), want)
	}
}
