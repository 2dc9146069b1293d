package models

import (
	"maps"
	"slices"
	"testing"

	"sallyport/outputs"
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

// A snapshot, and a command that was decided on a view, know which files have
// other bytes in the workspace now, or none; what only has no hash there, and
// what other workspaces list, is no difference.
func TestFilesThatChanged(t *testing.T) {
	eachScene(t, 4, func(t *testing.T, s scene) {
		entry := func(n int, sha256 string) outputs.Entry {
			e := listed(pathOf(n))
			e.SHA256 = sha256
			return e
		}
		apply(t, s.testDB, "ws", s.manifest(entry(1, sha(1)), entry(2, sha(22)), entry(3, "")), 3) // and no fourth
		apply(t, s.testDB, "study", s.manifest(entry(1, sha(11)), entry(2, sha(2)), entry(4, sha(4))), 3)
		want := []review.FileID{fileID(2), fileID(4)}
		check := func(who string, f review.Facts, outputs int) {
			t.Helper()
			if got := slices.Sorted(maps.Keys(f.Changed)); !slices.Equal(got, want) || len(f.Outputs) != outputs {
				t.Errorf("%s: %v changed, and %d outputs were read; want %v and %d", who, got, len(f.Outputs), want, outputs)
			}
		}
		check("a snapshot", must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.checker)).Facts, 0)
		check("a snapshot with paths", must[review.Snapshot](t)(s.Snapshot(t.Context(), s.id, s.checker, pathOf(1), "none")).Facts, 1)
		change := review.Change{Command: review.Command{Actor: s.checker, On: s.id, BasedOn: "etag"}, Files: []review.FileID{fileID(3)}}
		must[review.Outcome](t)(s.Change(t.Context(), change, func(in review.In) (review.Decision, error) {
			check("an act on a view", in.Facts, 1)
			return review.Decision{}, nil
		}))
	})
}
