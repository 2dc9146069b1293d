package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/review"
)

func TestPolicyCheck(t *testing.T) {
	s := shell{t: t}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{
		"organisation.yaml": "reviews_needed: 3\n", "project.yaml": "reviews_needed: 4\n", "loose.yaml": "hold: 5m\nreviews_needed: 2\n",
		"wrong.yaml": "hold: 600\nreviews: 2\n",
	} {
		must(t, os.WriteFile(in(name), []byte(text), 0o600))
	}
	r := s.want(exitDone, "policy", "check", "--json", "--organisation", in("organisation.yaml"), in("project.yaml"))
	var got checkedPolicy
	must(t, json.Unmarshal([]byte(r.out), &got))
	if got.Policy == nil || got.Policy.ReviewsNeeded != 4 || got.Policy.Checks.Threshold != 7 || got.Hash != got.Policy.Hash() || len(got.Problems) != 0 {
		t.Errorf("a policy of a project: %s", r.out)
	}
	if r := s.want(exitDone, "policy", "check", in("loose.yaml")); !strings.Contains(r.out, "can be used") {
		t.Errorf("a policy of an organisation: %s", r.out)
	}
	r = s.want(exitRefused, "policy", "check", "--organisation", in("organisation.yaml"), in("loose.yaml"))
	for _, want := range []string{"loose.yaml:2:17: reviews_needed: A project may only tighten", "loose.yaml:1:7: hold: "} {
		if !strings.Contains(r.out, want) {
			t.Errorf("a policy that loosens: %s, want %q", r.out, want)
		}
	}
	r = s.want(exitRefused, "policy", "check", in("wrong.yaml"))
	if !strings.Contains(r.out, "wrong.yaml:1:7: hold: ") || !strings.Contains(r.out, `wrong.yaml:2:1: There is no key "reviews"`) {
		t.Errorf("a wrong policy: %s", r.out)
	}
	r = s.want(exitRefused, "policy", "check", "--json", in("wrong.yaml"))
	if !strings.Contains(r.out, `"line":2,"column":1`) || !strings.Contains(r.out, `"policy":null`) {
		t.Errorf("a wrong policy as JSON: %s", r.out)
	}
	s.want(exitRefused, "policy", "check", in("not-there.yaml"))
	s.want(exitUsage, "policy", "check", "--organisation", in("wrong.yaml"), in("project.yaml"))
}

// What holds in the installation: the defaults, over them the hold of the
// settings, over it a document.
func TestInstallationPolicy(t *testing.T) {
	dir := t.TempDir()
	p, err := installationPolicy(dir, time.Minute)
	if want := heldFor(time.Minute); err != nil || p.Hash() != want.Hash() {
		t.Errorf("without a document: %+v, %v", p, err)
	}
	file := filepath.Join(dir, defaultPolicyFile)
	must(t, os.WriteFile(file, []byte("hold: 2m\nchecks: {threshold: 9}\n"), 0o600))
	p, err = installationPolicy(dir, time.Minute)
	if err != nil || p.HoldSeconds != 120 || p.Checks.Threshold != 9 || p.ReviewsNeeded != review.DefaultPolicy().ReviewsNeeded {
		t.Errorf("with a document: %+v, %v", p, err)
	}
	must(t, os.WriteFile(file, []byte("hold: 2\n"), 0o600))
	if _, err := installationPolicy(dir, 0); err == nil || !strings.Contains(err.Error(), "line 1, column 7") {
		t.Errorf("with a wrong document: %v", err)
	}
	if _, err := installationPolicy(filepath.Join(dir, "none"), 0); err == nil {
		t.Error("a directory that is not there was taken")
	}
}
