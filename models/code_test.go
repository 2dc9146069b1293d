package models

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/outputs"
	"sallyport/review"
)

// TestCodeNamed names code by outputs of several repositories, and by job
// requests of which one has no repository.
func TestCodeNamed(t *testing.T) {
	const one, two = "https://github.com/opensafely/one", "https://github.com/opensafely/two"
	full := "abcdef0" + strings.Repeat("1", 33)
	eachDB(t, func(t *testing.T, db testDB) {
		report := func(identifier, repo, commit string) {
			t.Helper()
			text := fmt.Sprintf(`{"identifier": %q, "workspace": "study", "backend": "tpp", "commit": %q`, identifier, commit)
			if repo != "" {
				text += fmt.Sprintf(`, "repo": %q`, repo)
			}
			db.report(t, reportOf(t, text+"}"), true)
		}
		code := func(digits string, want ...CodeName) {
			t.Helper()
			got := must[[]CodeName](t)(db.CodeNamed(t.Context(), "study", digits))
			if diff := cmp.Diff(append([]CodeName{}, want...), got); diff != "" {
				t.Errorf("CodeNamed(%s) (-want +got):\n%s", digits, diff)
			}
		}
		report("aaaaaaaaaaaaaaa1", "", "3333333")
		code("3333333", CodeName{"", "3333333"})
		report("aaaaaaaaaaaaaaa2", one, "2222222")
		report("aaaaaaaaaaaaaaa3", two, "4444444")
		code("3333333", CodeName{two, "3333333"}, CodeName{one, "3333333"})
		code("2222222", CodeName{one, "2222222"})
		code("5555555")

		entry := func(path, repo, commit string) outputs.Entry {
			e := listed(path)
			e.Repo, e.Commit = repo, commit
			return e
		}
		first := entry("output/c.csv", one, "abcdef1"+full[7:])
		apply(t, db, "study", db.manifest(entry("output/a.csv", one, full), entry("output/b.csv", two, full), first), 3)
		code("abcdef0", CodeName{one, full}, CodeName{two, full})
		code(full, CodeName{one, full}, CodeName{two, full})
		first.Repo = two
		apply(t, db, "study", db.manifest(entry("output/a.csv", one, full), first), 2)
		code("abcdef0", CodeName{one, full})
		code("abcdef1", CodeName{two, first.Commit})

		for _, no := range []string{"", "abcdef", "%", "abcdef_", "ABCDEF0", `abcdef0"%`} {
			if got, err := db.CodeNamed(t.Context(), "study", no); !errors.Is(err, review.ErrNotFound) {
				t.Errorf("CodeNamed(%q) = %+v, %v, want ErrNotFound", no, got, err)
			}
		}
		if got := must[[]CodeName](t)(db.CodeNamed(t.Context(), "other", "abcdef0")); len(got) > 0 {
			t.Errorf("CodeNamed of another workspace = %+v", got)
		}
	})
}
