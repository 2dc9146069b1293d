package main

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPITour runs the script in docs/api-tour.md as a reader would, against
// the built program.
func TestAPITour(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the tour needs %s: apt-get install -y %s", tool, tool)
		}
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "sallyport"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	must(t, l.Close())
	tour := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", scriptOf(t, "../../docs/api-tour.md"))
	tour.Dir = t.TempDir()
	tour.Env = append(os.Environ(), "LISTEN="+address, "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := tour.CombinedOutput()
	if err != nil {
		demo, _ := os.ReadFile(filepath.Join(tour.Dir, "demo.log"))
		t.Fatalf("the tour: %v\n%s\n%s", err, out, demo)
	}
	for _, want := range []string{
		"The job `report` failed, so its outputs cannot be requested.",
		"403 own_side:", "409 status:", "first_dose.csv: OK",
		"The database is what the log amounts to",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the tour does not show %q; it shows\n%s", want, out)
		}
	}
}

// scriptOf takes the sh blocks out of a page.
func scriptOf(t *testing.T, page string) string {
	t.Helper()
	b, err := os.ReadFile(page)
	must(t, err)
	var script strings.Builder
	inside := false
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "```sh":
			inside = true
		case line == "```":
			inside = false
		case inside:
			script.WriteString(line + "\n")
		}
	}
	return script.String()
}
