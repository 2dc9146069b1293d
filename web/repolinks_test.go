package web

import (
	"reflect"
	"strings"
	"testing"
)

// github is what GitHubLinks are, in words.
const github = "https://github.com/ commit={repo}/commit/{commit} file={repo}/blob/{commit}/{path} compare={repo}/compare/{from}..{to}"

func TestGitHubLinks(t *testing.T) {
	read, err := ReadRepoLinks(github)
	if err != nil || !reflect.DeepEqual(read, GitHubLinks()) {
		t.Errorf("GitHubLinks are %+v, want %+v (%v)", GitHubLinks(), read, err)
	}
}

func TestRepoLinks(t *testing.T) {
	links, err := ReadRepoLinks(github + " http://git.example:3000/of/ file={repo}/src/commit/{commit}/{path}")
	if err != nil {
		t.Fatal(err)
	}
	const repo, commit = "https://github.com/opensafely/x", "26ea0eb"
	for _, test := range []struct{ name, got, want string }{
		{"commit", links.Commit(repo, commit), repo + "/commit/26ea0eb"},
		{"commit of .git", links.Commit(repo+".git", commit), repo + "/commit/26ea0eb"},
		{"commit of /", links.Commit(repo+"/", commit), repo + "/commit/26ea0eb"},
		{"file", links.File(repo, commit, "analysis/a b#?.R"), repo + "/blob/26ea0eb/analysis/a%20b%23%3F.R"},
		{"compare", links.Compare(repo, "aaaaaaa", "bbbbbbb"), repo + "/compare/aaaaaaa..bbbbbbb"},
		{"another host", links.File("http://git.example:3000/of/y", commit, "p"), "http://git.example:3000/of/y/src/commit/26ea0eb/p"},
		{"no pattern", links.Commit("http://git.example:3000/of/y", commit), ""},
		{"a host that only begins alike", links.Commit("https://github.com.evil.example/x", commit), ""},
		{"the host alone", links.Commit("https://github.com/", commit), ""},
		{"no repository", links.Commit("", commit), ""},
		{"javascript", links.Commit("javascript:alert(1)//https://github.com/x", commit), ""},
		{"user", links.Commit("https://github.com@evil.example/x", commit), ""},
		{"query", links.Commit("https://github.com/x?y", commit), ""},
		{"up", links.Commit("https://github.com/../x", commit), ""},
		{"placeholder in the repository", links.Commit("https://github.com/{commit}", commit), ""},
		{"no commit", links.Commit(repo, "main"), ""},
		{"a path that leads up", links.File(repo, commit, "a/../../b"), ""},
		{"no path", links.File(repo, commit, ""), ""},
		{"hostile commits", links.Compare(repo, "aaaaaaa", "../../evil"), ""},
		{"none", RepoLinks{}.Commit(repo, commit), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
	if got := links.File(repo, commit, "a\"onx='<b>"); strings.ContainsAny(got, `"'<> `) && strings.Contains(got, `"`) {
		t.Errorf("a hostile path came out as %s", got)
	}
}

func TestReadRepoLinks(t *testing.T) {
	for text, want := range map[string]string{
		"none": "", "": "", github: "",
		"github.com":                                         "no address",
		"ftp://x.example/":                                   "no address",
		"https://u:p@x.example/":                             "no address",
		"commit={repo}/c":                                    "first word",
		"https://x.example/ tree={repo}/t":                   "no pattern",
		"https://x.example/ commit={repo}/{path}":            "no others",
		"https://x.example/ commit=//evil/{commit}":          "begins with {repo}",
		"https://x.example/ commit={repo}.evil/":             "begins with {repo}",
		"https://x.example/ commit={repo}/a commit={repo}/b": "twice",
	} {
		_, err := ReadRepoLinks(text)
		if got := errText(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("ReadRepoLinks(%q) = %v, want %q", text, err, want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
