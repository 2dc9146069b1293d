package web

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"sallyport/pipeline"
	"sallyport/web/pages"
)

// RepoLinks makes links to the hosts of repositories. Without hosts it makes
// none.
type RepoLinks struct{ hosts []repoHost }

// repoHost is how links to the repositories below an address are made; a
// pattern that is empty makes none.
type repoHost struct {
	below                 string
	commit, file, compare string
}

// GitHubLinks are the links to the repositories of github.com, which there are
// if nothing else is set.
func GitHubLinks() RepoLinks {
	return RepoLinks{hosts: []repoHost{{
		below:   "https://github.com/",
		commit:  "{repo}/commit/{commit}",
		file:    "{repo}/blob/{commit}/{path}",
		compare: "{repo}/compare/{from}..{to}",
	}}}
}

// ReadRepoLinks reads hosts and their patterns: words with white space
// between. A word that is an address begins a host: the patterns that follow
// it, as commit=…, file=… and compare=…, are for repositories below it. The
// word none, alone, makes no links.
func ReadRepoLinks(text string) (RepoLinks, error) {
	var l RepoLinks
	words := strings.Fields(text)
	if len(words) == 1 && words[0] == "none" {
		return l, nil
	}
	for _, word := range words {
		name, pattern, isPattern := strings.Cut(word, "=")
		if !isPattern || strings.Contains(name, "/") {
			if _, ok := webAddress(word); !ok {
				return RepoLinks{}, fmt.Errorf("%q is no address of a host, such as https://github.com/", word)
			}
			l.hosts = append(l.hosts, repoHost{below: strings.TrimSuffix(word, "/") + "/"})
			continue
		}
		if len(l.hosts) == 0 {
			return RepoLinks{}, errors.New("the first word is the address of a host, such as https://github.com/")
		}
		if err := l.hosts[len(l.hosts)-1].set(name, pattern); err != nil {
			return RepoLinks{}, err
		}
	}
	return l, nil
}

// placeholders are what a pattern may have.
var placeholders = map[string][]string{
	"commit":  {"{repo}", "{commit}"},
	"file":    {"{repo}", "{commit}", "{path}"},
	"compare": {"{repo}", "{from}", "{to}"},
}

func (h *repoHost) set(name, pattern string) error {
	may, ok := placeholders[name]
	if !ok {
		return fmt.Errorf("%q is no pattern: there are commit, file and compare", name)
	}
	plain := pattern
	for _, p := range may {
		plain = strings.ReplaceAll(plain, p, "x")
	}
	if strings.ContainsAny(plain, "{}") {
		return fmt.Errorf("the pattern %s= may have %s and no others", name, strings.Join(may, ", "))
	}
	if rest, ok := strings.CutPrefix(pattern, "{repo}"); !ok || rest != "" && !strings.HasPrefix(rest, "/") {
		return fmt.Errorf("the pattern %s= begins with {repo}/, so that it stays on its host", name)
	}
	into := map[string]*string{"commit": &h.commit, "file": &h.file, "compare": &h.compare}[name]
	if *into != "" {
		return fmt.Errorf("the pattern %s= is there twice for %s", name, h.below)
	}
	*into = pattern
	return nil
}

// Repo is the address of a repository, if its host is known; "" if it is not.
func (l RepoLinks) Repo(repo string) string {
	_, repo, ok := l.host(repo)
	if !ok {
		return ""
	}
	return repo
}

// commitID is what a commit is named by in an address.
var commitID = regexp.MustCompile(`^[0-9a-f]{6,64}$`)

// Commit is the address of a commit; "" if there is none to be known.
func (l RepoLinks) Commit(repo, commit string) string {
	h, repo, ok := l.host(repo)
	if !ok || !commitID.MatchString(commit) {
		return ""
	}
	return filled(h.commit, "{repo}", repo, "{commit}", commit)
}

// File is the address of a file at a commit; "" if there is none to be known.
func (l RepoLinks) File(repo, commit, path string) string {
	h, repo, ok := l.host(repo)
	if !ok || !commitID.MatchString(commit) || path == "" {
		return ""
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part == "" || part == "." || part == ".." {
			return ""
		}
		parts[i] = url.PathEscape(part)
	}
	return filled(h.file, "{repo}", repo, "{commit}", commit, "{path}", strings.Join(parts, "/"))
}

// Compare is the address of what changed between two commits; "" if there is
// none to be known.
func (l RepoLinks) Compare(repo, from, to string) string {
	h, repo, ok := l.host(repo)
	if !ok || !commitID.MatchString(from) || !commitID.MatchString(to) {
		return ""
	}
	return filled(h.compare, "{repo}", repo, "{from}", from, "{to}", to)
}

// host finds how links to a repository are made, and its address as they have
// it.
func (l RepoLinks) host(repo string) (repoHost, string, bool) {
	u, ok := webAddress(repo)
	if !ok || strings.Contains(u.Path, "/../") || strings.HasSuffix(u.Path, "/..") {
		return repoHost{}, "", false
	}
	address := strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), ".git")
	for _, h := range l.hosts {
		if strings.HasPrefix(address, h.below) && len(address) > len(h.below) {
			return h, address, true
		}
	}
	return repoHost{}, "", false
}

// webAddress reads an address of the web that says nothing but where.
func webAddress(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.ForceQuery || u.Fragment != "" || strings.ContainsAny(text, "{}\\") {
		return nil, false
	}
	return u, true
}

func filled(pattern string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(pattern)
}

// codeLinks is where a file of a workspace's repository at a commit can be
// looked at, or with an empty path the commit: here, and at the repository's
// host where that is known.
func (s *server) codeLinks(workspace, repo, commit, path string) []pages.Link {
	var local []pages.Link
	if pipeline.ValidCommit(commit) {
		local = []pages.Link{{Text: "the code", Href: pages.CodeAddress(workspace, commit, path, "")}}
	}
	return append(local, s.hostLinks(repo, commit, path)...)
}

// hostLinks is where code is at the repository's host; none if that is not
// known.
func (s *server) hostLinks(repo, commit, path string) []pages.Link {
	href := s.RepoLinks.Commit(repo, commit)
	if path != "" {
		href = s.RepoLinks.File(repo, commit, path)
	}
	return linkTo("at its host", href)
}

// compareLinks is where two commits of a workspace's repository can be
// compared: here if there is a mirror of it, and at its host where that is
// known.
func (s *server) compareLinks(workspace, repo, from, to string) []pages.Link {
	var local []pages.Link
	if s.mirrored(repo) && pipeline.ValidCommit(from) && pipeline.ValidCommit(to) {
		local = []pages.Link{{Text: "what changed in the code", Href: pages.CodeAddress(workspace, from+".."+to, "", "")}}
	}
	return append(local, linkTo("at its host", s.RepoLinks.Compare(repo, from, to))...)
}

// mirrored reports whether there is a local mirror of a repository.
func (s *server) mirrored(repo string) bool {
	if s.Mirrors == nil {
		return false
	}
	m, err := s.Mirrors.Mirror(repo)
	return err == nil && m.Close() == nil
}

func linkTo(text, href string) []pages.Link {
	if href == "" {
		return nil
	}
	return []pages.Link{{Text: text, Href: href}}
}
