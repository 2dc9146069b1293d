package e2e

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
)

// The client that is registered with Dex, and everybody's password there.
const (
	dexClient   = "sallyport"
	dexSecret   = "a secret for tests: 2c91e07d"
	dexPassword = "password"
)

// dexPasswordHash is bcrypt of dexPassword, at the least cost that Dex takes.
const dexPasswordHash = "$2a$10$rwloUmUw3ZblB4QsWoOdfOvMWWoDIJ1Ns7J24cYwSO6H8v42e/v5q" //nolint:gosec // it opens nothing but a test's Dex

// dexVersion finds the version of Dex in its module's go.mod.
var dexVersion = regexp.MustCompile(`github\.com/dexidp/dex (v[-.0-9a-zA-Z]+)`)

// buildDex builds the Dex of tools/dex, once for each version of it and of Go.
var buildDex = sync.OnceValues(func() (string, error) {
	dir, err := top()
	if err != nil {
		return "", err
	}
	module, err := os.ReadFile(filepath.Join(dir, "tools/dex/go.mod")) //nolint:gosec // our own file
	if err != nil {
		return "", err
	}
	name := "dex-" + string(dexVersion.FindSubmatch(module)[1]) + "-" + runtime.Version()
	if path := filepath.Join(dir, "bin", name); isThere(path) {
		return path, nil
	}
	return goBuild("tools/dex", name, "github.com/dexidp/dex/cmd/dex")
})

func isThere(path string) bool {
	_, err := os.Stat(path) //nolint:gosec // a name of our own
	return err == nil
}

// startDex starts a Dex, an OpenID provider that others use in production, which
// sends people back to callback, and returns its issuer.
func startDex(t T, callback string) string {
	t.Helper()
	binary, err := buildDex()
	if err != nil {
		t.Fatalf("%v", err)
	}
	address := freeAddress(t)
	issuer := "http://" + address + "/dex"
	type object map[string]any
	var people []object
	for username := range roles {
		people = append(people, object{
			"email": username + "@example.org", "hash": dexPasswordHash, "username": username, "userID": "id-of-" + username,
			"preferredUsername": username, "name": "Name of " + username, "emailVerified": true,
		})
	}
	config, err := json.Marshal(object{ // JSON is YAML
		"issuer": issuer, "storage": object{"type": "memory"}, "web": object{"http": address},
		"telemetry": object{"http": ""}, "logger": object{"level": "warn"},
		"oauth2":           object{"skipApprovalScreen": true},
		"enablePasswordDB": true, "staticPasswords": people,
		"staticClients": []object{{"id": dexClient, "secret": dexSecret, "name": "Sallyport", "redirectURIs": []string{callback}}},
	})
	if err != nil {
		t.Fatalf("settings of Dex: %v", err)
	}
	file := filepath.Join(t.TempDir(), "dex.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatalf("settings of Dex: %v", err)
	}
	startProcess(t, os.Stderr, nil, binary, "serve", file)
	Until(t, "Dex answers", func(ctx context.Context) error {
		return fetch(ctx, issuer+"/.well-known/openid-configuration", `"`+issuer+`"`)
	})
	return issuer
}
