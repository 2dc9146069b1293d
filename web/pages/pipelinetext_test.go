package pages

import (
	"strings"
	"testing"
	"time"
)

// A window that begins behind the end costs no more than one within.
func TestPipelineTextBeyond(t *testing.T) {
	text := strings.Repeat("a: 1\n", 10)
	for from, want := range map[int]int{0: 4, 8: 2, 10: 0, 11: 0, 1<<31 - 1: 0} {
		begun := time.Now()
		c, total := NewPipelineText(t.Context(), text, from, 4)
		if len(c.Lines) != want || total != 10 {
			t.Errorf("from %d: %d lines of %d, want %d of 10", from, len(c.Lines), total, want)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("from %d took %v", from, took)
		}
	}
}
