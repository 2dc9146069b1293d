package house

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// repository is the top of the repository, seen from this package.
const repository = "../.."

func TestRepository(t *testing.T) {
	wrong, seen, err := checkTree(os.DirFS(repository))
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Errorf("only %d Go files seen: is %s the top of the repository?", seen, repository)
	}
	for _, w := range wrong {
		t.Error(w)
	}
}

// Imports go down only: a room may import rooms of lower floors.
func TestRoomsImportDownwards(t *testing.T) {
	for name, r := range rooms {
		for _, other := range r.ours {
			lower, ok := rooms[other]
			switch {
			case !ok:
				t.Errorf("%s may import %s, which is no room", name, other)
			case lower.floor >= r.floor && r.floor < edge:
				t.Errorf("%s (floor %d) may import %s (floor %d)", name, r.floor, other, lower.floor)
			}
		}
	}
}

// The README names every room that is there.
func TestReadmeNamesRooms(t *testing.T) {
	text, err := os.ReadFile(repository + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range rooms {
		if _, err := os.Stat(path.Join(repository, name)); err != nil {
			continue
		}
		if name == "cmd" {
			name = "cmd/sallyport"
		}
		if !strings.Contains(string(text), "| `"+name+"` |") {
			t.Errorf("README.md has no row for room %s", name)
		}
	}
}

func TestCheck(t *testing.T) {
	const head = "package p\n"
	for name, test := range map[string]struct {
		path, source string
		want         []string // in the order of the file; nil if nothing is wrong
	}{
		"review imports the standard library": {"review/a.go", head + `import "slices"`, nil},
		"review imports a library":            {"review/a.go", head + `import "gopkg.in/yaml.v3"`, []string{"review may not import gopkg.in/yaml.v3"}},
		"a floor above":                       {"review/a.go", head + `import "sallyport/models"`, []string{"review may not import sallyport/models"}},
		"sideways":                            {"outputs/a.go", head + `import "sallyport/release"`, []string{"outputs may not import sallyport/release"}},
		"down":                                {"outputs/a.go", head + `import "sallyport/pipeline"`, nil},
		"down, but not in the table":          {"outputs/a.go", head + `import "sallyport/review"`, []string{"outputs may not import sallyport/review"}},
		"a part of one's own room":            {"web/pages/a.go", head + `import "sallyport/web/parts"`, nil},
		"web imports models":                  {"web/a.go", head + `import "sallyport/models"`, []string{"web may not import sallyport/models"}},
		"web's tests import models":           {"web/a_test.go", head + `import "sallyport/models"`, []string{"web may not import sallyport/models"}},
		"cmd imports all":                     {"cmd/sallyport/a.go", head + `import ("sallyport/models"; "sallyport/web")`, nil},
		"cmd is imported":                     {"web/a.go", head + `import "sallyport/cmd/sallyport"`, []string{"web may not import sallyport/cmd/sallyport"}},
		"the module itself":                   {"web/a.go", head + `import "sallyport"`, []string{"web may not import sallyport"}},
		"no such room":                        {"web/a.go", head + `import "sallyport/util"`, []string{"web may not import sallyport/util"}},
		"code in no room":                     {"util/a.go", head, []string{"this folder is no room"}},
		"code at the top":                     {"a.go", head, []string{"this folder is no room"}},
		"internal has rooms":                  {"internal/util/a.go", head, []string{"this folder is no room"}},

		"gorm in models":                     {"models/a.go", head + `import "gorm.io/gorm"`, nil},
		"gorm's drivers in models":           {"models/a.go", head + `import "gorm.io/driver/postgres"`, nil},
		"gorm in cmd":                        {"cmd/sallyport/a.go", head + `import "gorm.io/gorm"`, []string{"cmd may not import gorm.io/gorm"}},
		"gorm under another name":            {"web/a.go", head + `import db "gorm.io/gorm/clause"`, []string{"web may not import gorm.io/gorm/clause"}},
		"a name that only starts like it":    {"models/a.go", head + `import "gorm.iou/gorm"`, []string{"models may not import gorm.iou/gorm"}},
		"gin in web":                         {"web/a.go", head + `import "github.com/gin-gonic/gin"`, nil},
		"gin in cmd":                         {"cmd/sallyport/a.go", head + `import "github.com/gin-gonic/gin"`, []string{"cmd may not import"}},
		"YAML in pipeline":                   {"pipeline/a.go", head + `import "gopkg.in/yaml.v3"`, nil},
		"YAML in outputs":                    {"outputs/a.go", head + `import "gopkg.in/yaml.v3"`, []string{"outputs may not import"}},
		"cgo":                                {"work/a.go", head + `import "C"`, []string{"work may not import C"}},
		"a dot import":                       {"work/a.go", head + `import . "strings"`, []string{"dot import"}},
		"dbtest in a test":                   {"models/a_test.go", head + `import "sallyport/internal/dbtest"`, nil},
		"dbtest outside tests":               {"models/a.go", head + `import "sallyport/internal/dbtest"`, []string{"models may not import sallyport/internal/dbtest"}},
		"a library for tests in a test":      {"review/a_test.go", head + `import "pgregory.net/rapid"`, nil},
		"a library for tests elsewhere":      {"review/a.go", head + `import "pgregory.net/rapid"`, []string{"review may not import pgregory.net/rapid"}},
		"a library above one's own, in test": {"review/a_test.go", head + `import "gorm.io/gorm"`, []string{"review may not import gorm.io/gorm"}},

		"the clock in a rule":          {"review/a.go", head + "import \"time\"\nvar t = time.Now()", []string{"review/a.go:3: time.Now stands only in cmd"}},
		"the clock, not called":        {"review/a.go", head + "import \"time\"\nvar now = time.Now", []string{"time.Now stands only"}},
		"the clock under another name": {"review/a.go", head + "import clock \"time\"\nvar t = clock.Since(x)", []string{"time.Since stands only"}},
		"the clock in cmd":             {"cmd/sallyport/a.go", head + "import \"time\"\nvar t = time.Now()", nil},
		"the clock in internal":        {"internal/dbtest/a.go", head + "import \"time\"\nvar t = time.Now()", nil},
		"the clock in a test":          {"review/a_test.go", head + "import \"time\"\nvar t = time.Now()", nil},
		"a field named Now":            {"work/a.go", head + "func f(time struct{ Now func() }) { time.Now() }", nil},
		"the rest of time":             {"review/a.go", head + "import \"time\"\nvar t time.Time", nil},
		"the environment":              {"web/a.go", head + "import \"os\"\nvar e, _ = os.LookupEnv(\"A\")", []string{"os.LookupEnv stands only"}},
		"the end of the program":       {"web/a.go", head + "import (\"log\"; \"os\")\nfunc f() { os.Exit(1); log.Fatalf(\"\") }", []string{"os.Exit", "log.Fatalf"}},
		"a context from nowhere":       {"models/a.go", head + "import \"context\"\nvar c = context.Background()", []string{"context.Background stands only"}},
		"randomness":                   {"review/a.go", head + `import ("crypto/rand"; r "math/rand/v2")`, []string{"crypto/rand is imported only", "math/rand/v2 is imported only"}},
		"randomness in a test":         {"review/a_test.go", head + `import "math/rand/v2"`, nil},
		"sleeping in a test":           {"web/a_test.go", head + "import \"time\"\nfunc f() { time.Sleep(1) }", []string{"time.Sleep"}},
		"sleeping in fake time":        {"work/a_test.go", head + "import (\"time\"; \"testing/synctest\")\nfunc f() { time.Sleep(1); synctest.Wait() }", nil},
		"init":                         {"web/a.go", head + "func init() {}", []string{"no init outside tests"}},
		"a method named init":          {"web/a.go", head + "func (s S) init() {}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := check(test.path, []byte(test.source))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, test.want, strings.Contains) {
				t.Errorf("check(%q, %q) = %q, want %q", test.path, test.source, got, test.want)
			}
		})
	}
	t.Run("not Go", func(t *testing.T) {
		if _, err := check("web/a.go", []byte("pack")); err == nil {
			t.Error("check = nil error, want one")
		}
	})
}

func TestCheckTree(t *testing.T) {
	bad := &fstest.MapFile{Data: []byte("package p\nimport \"gorm.io/gorm\"\n")}
	wrong, seen, err := checkTree(fstest.MapFS{
		"web/a.go":          bad,
		"web/parts/a.go":    bad,
		"web/a.html":        bad,
		"web/testdata/a.go": bad,
		"bin/a.go":          bad,
		".ci/a.go":          bad,
		"_old/a.go":         bad,
		"tools/lint/go.mod": {},
		"tools/lint/a.go":   bad,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"web/a.go:2", "web/parts/a.go:2"}
	if seen != 2 || !slices.EqualFunc(wrong, want, strings.Contains) {
		t.Errorf("checkTree = %q, %d; want %q, 2", wrong, seen, want)
	}
}
