package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSampleMirror makes the demo study's mirror, which git takes for one, with
// the commit that its job request names.
func TestSampleMirror(t *testing.T) {
	dir := t.TempDir()
	commits, err := writeMirror(dir)
	if err != nil {
		t.Fatal(err)
	}
	report, err := sampleReport("demo-study")
	if err != nil {
		t.Fatal(err)
	}
	if commits[0] != earlierCommit {
		t.Errorf("the earlier commit is %s, want %s", commits[0], earlierCommit)
	}
	if got := report.Commit.Or(""); got != commits[1] {
		t.Errorf("the demo's job request names commit %s, want %s", got, commits[1])
	}
	if got := report.Repo.Or("") + ".git"; got != "https://"+sampleMirror {
		t.Errorf("its repository is %s", got)
	}
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = filepath.Join(dir, filepath.FromSlash(sampleMirror))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if out := git("-c", "safe.directory=*", "fsck", "--full", "--strict"); strings.Contains(out, "error") {
		t.Errorf("git fsck: %s", out)
	}
	if out := git("-c", "safe.directory=*", "diff", "--name-only", commits[0], commits[1]); out != "analysis/count.R\n" {
		t.Errorf("what differs: %s", out)
	}
	if out := git("-c", "safe.directory=*", "show", "main:project.yaml"); strings.TrimSpace(out) != strings.TrimSpace(report.ProjectYAML.Or("")) {
		t.Errorf("project.yaml is another one:\n%s", out)
	}
}
