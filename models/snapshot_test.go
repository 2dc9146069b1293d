package models

import (
	"slices"
	"testing"

	"sallyport/review"
)

// A caller may ask for some of its paths: the others stay as they are.
func TestSnapshotLeavesItsCallersPaths(t *testing.T) {
	s := newScene(t, openForTest(t, sqliteURL(t)), 3)
	paths := []string{"a", "b", "c", "d"}
	must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.checker, paths[:1]...))
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(paths, want) {
		t.Errorf("after Snapshot the caller's paths are %q, want %q", paths, want)
	}
}
