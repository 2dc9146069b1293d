// Package house checks that the repository is built as docs/develop.md says:
// which room may import what, and what may stand only at the edge of the
// program. Its tests are its only use.
package house

import (
	"slices"
	"strings"
)

// module is the path of the module, which all our own imports start with.
const module = "sallyport"

// room is one of the top folders, and what its code may import beside the
// standard library and itself.
type room struct {
	floor     int      // 0 is the lowest; cmd and internal stand beside the floors, at the edge
	ours      []string // rooms
	libraries []string // import paths; each allows what is below it too
}

// edge is the floor of the rooms that touch the world: the clock, the
// environment, randomness.
const edge = 3

// rooms is the table of docs/develop.md. A folder that is not in it may hold no
// code.
var rooms = map[string]room{
	"review": {floor: 0},
	"docs":   {floor: 0}, // what of the documents the help shows
	"pipeline": {
		floor:     0,
		libraries: []string{"gopkg.in/yaml.v3", "github.com/bmatcuk/doublestar/v4"},
	},
	"checks": {floor: 0, libraries: []string{"golang.org/x/net/html"}},
	"ledger": {floor: 0, libraries: []string{"golang.org/x/mod/sumdb"}},
	"work":   {floor: 0},
	"policy": {floor: 1, ours: []string{"review", "checks"}, libraries: []string{"gopkg.in/yaml.v3"}},
	"outputs": {
		floor:     1,
		ours:      []string{"pipeline"},
		libraries: []string{"golang.org/x/sys/unix"},
	},
	"mirrors": { // of git, the formats alone: no transport, no configuration
		floor: 1,
		libraries: []string{
			"github.com/go-git/go-git/v5/plumbing",
		},
	},
	"checking": {floor: 1, ours: []string{"review", "checks", "ledger", "work"}},
	"auth": {
		floor:     1,
		ours:      []string{"review"},
		libraries: []string{"github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"},
	},
	"release": {floor: 1, ours: []string{"review", "work"}, libraries: []string{"golang.org/x/sys/unix"}},
	"notify":  {floor: 1, ours: []string{"review", "work"}, libraries: []string{"github.com/wneessen/go-mail"}},
	"models": {
		floor: 2,
		ours:  []string{"review", "pipeline", "checks", "ledger", "work", "policy", "outputs", "checking", "auth", "release", "notify"},
		libraries: []string{
			"gorm.io", "github.com/jackc/pgx/v5", "github.com/ncruces/go-sqlite3",
			"github.com/pressly/goose/v3",
		},
	},
	"web": {
		floor: 2,
		ours:  []string{"review", "docs", "pipeline", "checks", "ledger", "work", "policy", "outputs", "checking", "mirrors", "auth", "release", "notify"},
		libraries: []string{
			"github.com/gin-gonic/gin", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/runtime",
			"github.com/prometheus/client_golang", "golang.org/x/time/rate", "github.com/yuin/goldmark",
			"github.com/alecthomas/chroma/v2",                 // the languages of code
			"github.com/nikolaydubina/go-graph-layout/layout", // the graph of a pipeline
			"github.com/aymanbagabas/go-udiff",                // what differs in code
		},
	},
	"cmd": {
		floor: edge,
		ours: []string{
			"review", "pipeline", "checks", "ledger", "work",
			"policy", "outputs", "checking", "mirrors", "auth", "release", "notify", "models", "web",
		},
		libraries: []string{
			"github.com/alecthomas/kong", "github.com/caarlos0/env/v11", "gopkg.in/yaml.v3",
			"github.com/oklog/ulid/v2", "github.com/prometheus/client_golang", "golang.org/x/sync/errgroup",
			"github.com/go-jose/go-jose/v4", // the demo's sign-in provider
		},
	},
	"internal/dbtest": {floor: edge, ours: []string{"models"}, libraries: []string{"github.com/jackc/pgx/v5"}},
	"internal/dex":    {floor: edge},
	"internal/house":  {floor: edge},
	"internal/bench": {
		floor: edge,
		ours: []string{
			"review", "pipeline", "checks", "ledger", "work",
			"policy", "outputs", "checking", "auth", "release", "notify", "models", "web", "cmd", "internal/dbtest",
		},
		libraries: []string{"gorm.io", "github.com/jackc/pgx/v5", "github.com/ncruces/go-sqlite3", "gopkg.in/yaml.v3", "github.com/oklog/ulid/v2"},
	},
}

// inTests is what every room's tests may import as well.
var inTests = room{
	ours:      []string{"internal/dbtest", "internal/dex"},
	libraries: []string{"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/santhosh-tekuri/jsonschema/v6"},
}

// roomOf is the name of the room that a slash-separated path in the repository,
// or below the module's path, belongs to; "" if it is in none.
func roomOf(path string) string {
	first, rest, _ := strings.Cut(path, "/")
	if first == "internal" {
		second, _, _ := strings.Cut(rest, "/")
		first += "/" + second
	}
	if _, ok := rooms[first]; !ok {
		return ""
	}
	return first
}

// mayImport reports whether code of this room, in a test or not, may import path.
func mayImport(name, path string, test bool) bool {
	own := rooms[name]
	if path == module || strings.HasPrefix(path, module+"/") {
		other := roomOf(strings.TrimPrefix(path, module+"/"))
		return other == name || slices.Contains(own.ours, other) || test && slices.Contains(inTests.ours, other)
	}
	if isStandard(path) {
		return true
	}
	return allows(own.libraries, path) || test && allows(inTests.libraries, path)
}

// isStandard reports whether path is in Go's standard library, whose paths have
// no dot in their first element. Cgo's "C" is not.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && path != "C"
}

func allows(libraries []string, path string) bool {
	return slices.ContainsFunc(libraries, func(l string) bool {
		return path == l || strings.HasPrefix(path, l+"/")
	})
}
