package web

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/mirrors"
	"sallyport/web/pages"
)

// The repositories that the workspace of a study's tests names: of the first
// two there are mirrors.
const (
	repoOne, repoTwo, repoNone = "https://github.com/opensafely/one", "https://github.com/opensafely/two", "https://github.com/opensafely/none"
	absent                     = "0123456789012345678901234567890123456789"
)

// commitAll makes a repository of these files, in each of its commits others
// put over them, and the mirror of it.
func commitAll(t *testing.T, dir, name string, commits ...map[string]string) (ids []string) {
	t.Helper()
	work := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org",
			"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_AUTHOR_DATE=2026-05-01T12:00:00Z", "GIT_COMMITTER_DATE=2026-05-01T12:00:00Z")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "--quiet", "--initial-branch=main")
	for i, files := range commits {
		for at, text := range files {
			if err := os.MkdirAll(filepath.Join(work, filepath.Dir(at)), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(work, at), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		git("add", "--all")
		git("commit", "--quiet", "--message", fmt.Sprintf("<em>Commit</em> %d", i+1))
		ids = append(ids, git("rev-parse", "HEAD"))
	}
	git("clone", "--quiet", "--mirror", work, filepath.Join(dir, "github.com", "opensafely", name+".git"))
	return ids
}

const codeYAML = "version: '4.0'\nactions:\n\n  first:\n    run: python:v2 analysis/first.py\n\n  model:\n    run: r:v2 analysis/model.R --config=\"analysis/config.json\" ../x no.R\n    needs: [first]\n"

// newCodeSite has a workspace whose outputs are of two repositories.
func newCodeSite(t *testing.T) (s *site, one, two []string) {
	t.Helper()
	dir := t.TempDir()
	first := map[string]string{
		"project.yaml": codeYAML, "analysis/model.R": "x <- 1 # <em>one</em>\ny <- 2\n", "analysis/config.json": "{}\n", "analysis/gone.R": "gone\n",
		"page.html": "<script>alert(1)</script>\n", "notes.md": "# A [link](https://example.org)\n", "picture.png": "\x89PNG\x00", "empty.txt": "",
		"two\nlines.R": "", "<em>\u202e.R": "odd \u202e\x1b[31m\n", "long.R": strings.Repeat("line\n", 1200), "wide.R": strings.Repeat("x", 5000) + "\nend\n",
	}
	for i := range 600 {
		first[fmt.Sprintf("many/%03d.R", i)] = "many\n"
	}
	one = commitAll(t, dir, "one", first, map[string]string{
		"analysis/model.R": "x <- 1 # <em>one</em>\ny <- 3\n", "analysis/new.R": "new\n", "long.R": strings.Repeat("line\n", 1199) + "last\n",
	}, map[string]string{"secret.R": "never run\n"})
	two = commitAll(t, dir, "two", map[string]string{"README.md": "of the second\n"})
	d, err := mirrors.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s = newSite(t, func(c *Config) { c.Mirrors = d })
	s.code = []CodeName{
		{repoOne, one[0]}, {repoOne, one[1]}, {repoTwo, two[0]}, {repoNone, "abcdef0"}, {repoOne, absent}, {"", "fedcba9"}, {repoTwo, one[0]},
	}
	return s, one, two
}

func codeOf(commits, path string) string { return "/code/ws/" + commits + path }

func TestCodePage(t *testing.T) {
	s, one, two := newCodeSite(t)
	page := codeOf(one[0], "")
	s.get("checker1", page).want(200, "project.yaml", "9 lines", "&lt;em&gt;Commit&lt;/em&gt; 1", one[0], repoOne, "analysis/", "two⟨U&#43;000A⟩lines.R", `id="L4"`).without("<em>", "marked", "never run")
	s.get("checker1", codeOf(one[0][:7], "")).want(200, one[0])
	s.get("checker1", codeOf(two[0], "/README.md")).want(200, "of the second", repoTwo)

	// The action that made a file, and what its command names.
	marked := s.get("checker1", page+"?action=model").want(200, "Lines 7–9 of project.yaml", `<tr id="L7" class="marked">`, `<tr id="L9" class="marked">`, `id="action"`,
		`href="`+page+`/analysis/model.R?action=model"`, `href="`+page+`/analysis/config.json?action=model"`)
	marked.without(`<tr id="L6" class="marked">`, "no.R?action")
	s.get("checker1", page+"/analysis/model.R?action=model").want(200, "y", `aria-current="page">analysis/model.R`, "Lines 7–9", "&lt;em&gt;one").without("<em>", "marked")
	s.get("checker1", page+"?action=first").want(200, "Its command names no file").without(">analysis/first.py</a>")
	s.get("checker1", page+"?action=none%3Cem%3E").want(200, "has no action of this name").without("<em>", "marked")

	// Text is all that is shown of anything.
	s.get("checker1", page+"/page.html").want(200, "alert(1)").without("<script>alert", "<iframe")
	s.get("checker1", page+"/notes.md").want(200, "# A [link](https://example.org)").without(`href="https://example.org`)
	s.get("checker1", page+"/picture.png").want(200, "This file is no text").without("<img")
	s.get("checker1", page+"/empty.txt").want(200, "The file is empty")
	s.get("checker1", page+"/wide.R").want(200, "only the beginning is shown", "end")
	s.get("checker1", page+"/%3Cem%3E%E2%80%AE.R").want(200, "202E⟩", "001B⟩").without("<em>", "\u202e", "\x1b")
	s.get("checker1", page+"/analysis").want(200, "Choose a file", "model.R", "The folder above")

	// A long folder is shown where the file is.
	s.get("checker1", page+"/many/550.R").want(200, "Names 501–600 of 600", "names=1", `aria-current="page" title="550.R"`)
	s.get("checker1", page+"/many/550.R?names=1").want(200, "Names 1–500 of 600", "names=501").without(`title="550.R"`)
	s.get("checker1", page+"/many?names=9999").want(200, "Names 1–500")

	// Long files come in windows.
	s.get("checker1", page+"/long.R").want(200, "Lines 1–500 of 1,200", "from=501", `id="L500"`).without(`id="L501"`)
	s.get("checker1", page+"/long.R?from=1001&action=model").want(200, "Lines 1,001–1,200 of 1,200", `id="L1200"`, "action=model")
	s.get("checker1", page+"/long.R?from=99999").want(200, "Lines 1–500")
	s.get("checker1", page+"/long.R?from=-1&names=x").want(200, "Lines 1–500")
	if len(s.opened) > 0 {
		t.Errorf("looking at code was recorded: %+v", s.opened)
	}
}

// TestCodeOfOthers: code is shown to those who may see the workspace, and only
// what something in it names.
func TestCodeOfOthers(t *testing.T) {
	s, one, _ := newCodeSite(t)
	for who, status := range map[string]int{
		"author": 200, "observer": 200, "checker1": 200, "admin": 200, "auditor": 404, "outsider": 404, "": http.StatusSeeOther,
	} {
		s.get(who, codeOf(one[0], "")).want(status)
		s.get(who, codeOf(one[0]+".."+one[1], "/analysis/model.R")).want(status)
	}
	for _, no := range []string{
		one[2], one[2][:7], one[0][:6], strings.ToUpper(one[0]), "main", "HEAD", one[0] + "^", "..", one[0] + "..", ".." + one[0], one[0] + ".." + one[2],
		one[0] + "..." + one[1], "1111111", "%2e%2e", one[0] + "/none.R", one[0] + "/..%2f..%2fHEAD", one[0] + "/analysis/none", one[0] + "/" + strings.Repeat("x", 5000),
		one[0] + ".." + one[1] + "/none.R", one[0] + ".." + one[1] + "/analysis", one[0] + "/project.yaml/x", one[0] + "/%FF%FE",
	} {
		s.get("checker1", "/code/ws/"+no).want(404).without("never run")
	}
	s.get("checker1", "/code/other/"+one[0]).want(404)
}

// TestWaysToCode: what names a commit leads to its code.
func TestWaysToCode(t *testing.T) {
	s, one, _ := newCodeSite(t)
	report := fmt.Sprintf(`{"identifier": "bswslyjxpwqix3qb", "workspace": "ws", "backend": "tpp", "commit": %q, "jobs": [{"action": "model", "status": "succeeded"}]}`, one[0])
	s.do("tpp", "PUT", "/job-requests/bswslyjxpwqix3qb", report).want(200)
	s.get("author", "/job-requests/bswslyjxpwqix3qb").want(200, `href="`+codeOf(one[0], "")+`"`, `href="`+codeOf(one[0], "")+`?action=model#action"`)
	s.get("author", "/workspaces/ws/out/a.csv").want(200, `href="`+codeOf("26ea0eb", "")+`?action=act#action">what its job ran</a>`)
	chain := pages.Chain{Facts: []pages.Fact{{Name: "Job"}, {Name: "Commit"}, {Name: "SHA-256"}}}
	chain.AddCode("ws", "main", "model")
	chain.AddCode("ws", one[0], "model")
	if len(chain.Facts) != 4 || chain.Facts[2].Name != "Code" || chain.Facts[2].Href != codeOf(one[0], "")+"?action=model#action" {
		t.Errorf("where a file comes from %+v", chain.Facts)
	}
	for commit, want := range map[string]string{
		one[0]: codeOf(one[0], "") + "?action=a+%26b#action", "abcdef": "", "": "", "main": "", "../../x": "", strings.ToUpper(one[0]): "",
	} {
		if got := pages.CodeLink("ws", commit, "a &b"); got != want {
			t.Errorf("CodeLink(%q) = %q, want %q", commit, got, want)
		}
	}
}

// TestNoCode says why there is none.
func TestNoCode(t *testing.T) {
	s, one, _ := newCodeSite(t)
	s.get("checker1", codeOf("abcdef0", "/any")).want(200, "The code is not shown", "no local mirror", repoNone)
	s.get("checker1", codeOf(absent, "")).want(200, "does not have the commit", repoOne)
	s.get("checker1", codeOf("fedcba9", "")).want(200, "Nobody reported in which repository")
	s.get("checker1", codeOf(one[0]+"..abcdef0", "")).want(200, "The code is not compared", "no local mirror")
	s.get("checker1", codeOf("abcdef0.."+one[0], "/x")).want(200, "no local mirror")

	without := newSite(t)
	without.code = s.code
	without.get("checker1", codeOf(one[0], "")).want(200, "no local mirror", repoOne)
}

func TestCodeComparison(t *testing.T) {
	s, one, two := newCodeSite(t)
	page := codeOf(one[0]+".."+one[1], "")
	s.get("checker1", page).want(200, "3 files changed", "analysis/new.R", "added", "long.R", "Choose a file", `href="`+page+`/analysis/model.R"`).without("secret.R")
	s.get("checker1", page+"/analysis/model.R").want(200, "removed", "added", "y", "&lt;em&gt;one", "As it was at "+one[0][:12], codeOf(one[1], "/analysis/model.R")).without("<em>")
	s.get("checker1", page+"/analysis/new.R").want(200, "new")
	s.get("checker1", page+"/long.R").want(200, "1197", "last").without(">900<")
	s.get("checker1", codeOf(one[1]+".."+one[0], "/analysis/new.R")).want(200, "Removed")
	s.get("checker1", codeOf(one[0]+".."+one[0], "")).want(200, "Nothing differs")
	s.get("checker1", codeOf(one[0]+".."+two[0], "")).want(200, "different repositories")
	if links := s.server.compareLinks("ws", repoOne, one[0], one[1]); len(links) != 1 || links[0].Href != page {
		t.Errorf("links to a comparison %+v", links)
	}
	if links := s.server.compareLinks("ws", repoNone, one[0], one[1]); len(links) != 0 {
		t.Errorf("links to a comparison without a mirror %+v", links)
	}
}

// TestDamagedMirror: what is damaged is said, and logged without being shown.
func TestDamagedMirror(t *testing.T) {
	dir := t.TempDir()
	ids := commitAll(t, dir, "one", map[string]string{"project.yaml": codeYAML})
	d, err := mirrors.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s := newSite(t, func(c *Config) { c.Mirrors = d })
	s.code = []CodeName{{repoOne, ids[0]}}
	objects := filepath.Join(dir, "github.com", "opensafely", "one.git", "objects")
	for _, glob := range []string{"??/*", "pack/*.pack"} {
		files, err := filepath.Glob(filepath.Join(objects, glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.Chmod(f, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f, bytes.Repeat([]byte("x"), 100), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.get("checker1", codeOf(ids[0], "")).want(200, "is damaged here").without(dir)
	if !strings.Contains(s.world.log.String(), "mirror not read") {
		t.Error("a damaged mirror is not logged")
	}
}

// TestCodeByAPI gets code as a program does.
func TestCodeByAPI(t *testing.T) {
	s, one, _ := newCodeSite(t)
	at := func(commit, path string) string { return "/workspaces/ws/code?commit=" + commit + "&path=" + path }
	root := decoded[codeShown](s.do("checker1", "GET", "/workspaces/ws/code?commit="+one[0][:7], nil).want(200))
	if root.Commit != one[0] || *root.Repo != repoOne || *root.Kind != "folder" || root.Entries[0] != (codeEntry{"analysis", "folder"}) || root.Text != nil || root.WhyNot != nil {
		t.Errorf("the repository %+v", root)
	}
	got := decoded[codeShown](s.do("checker1", "GET", at(one[1], "analysis/model.R"), nil).want(200))
	if *got.Kind != "text" || *got.Text != "x <- 1 # <em>one</em>\ny <- 3\n" || *got.Size != 29 || got.Entries != nil || got.CommittedAt.IsZero() {
		t.Errorf("a file %+v", got)
	}
	none := decoded[codeShown](s.do("author", "GET", at("abcdef0", "x"), nil).want(200))
	if none.WhyNot == nil || none.Commit != "abcdef0" || none.Kind != nil || none.Text != nil {
		t.Errorf("without a mirror %+v", none)
	}
	if got := decoded[codeShown](s.do("checker1", "GET", at(one[0], "picture.png"), nil).want(200)); *got.Kind != "binary" || got.Text != nil {
		t.Errorf("a picture %+v", got)
	}
	if got := decoded[codeShown](s.do("checker1", "GET", at(one[0], "empty.txt"), nil).want(200)); *got.Kind != "text" || *got.Text != "" {
		t.Errorf("an empty file %+v", got)
	}
	s.do("checker1", "GET", at(one[0], "none"), nil).want(404, "not_found")
	s.do("checker1", "GET", at(one[2], ""), nil).want(404, "not_found")
	s.do("checker1", "GET", at("main", ""), nil).want(422, "invalid")
	s.do("outsider", "GET", at(one[0], ""), nil).want(404, "not_found")
	s.do("auditor", "GET", at(one[0], ""), nil).want(404, "not_found")
	s.do("", "GET", at(one[0], ""), nil).want(401)
}
