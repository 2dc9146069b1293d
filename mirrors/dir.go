package mirrors

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Dir is a directory of bare mirrors.
type Dir struct{ root *os.Root }

// Open opens the directory of mirrors. The directory itself may be reached
// through a link; below it no link leads out.
func Open(dir string) (*Dir, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the mirrors: %w", err)
	}
	return &Dir{root}, nil
}

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }

// Mirror opens the mirror of the repository at an address; ErrNoMirror if there
// is none. It is to be closed.
func (d *Dir) Mirror(repository string) (*Mirror, error) {
	for _, place := range places(repository) {
		root, err := d.root.OpenRoot(place)
		if err != nil {
			continue // not there, or not to be reached: the next place may have it
		}
		if info, err := root.Lstat("objects"); err == nil && info.IsDir() {
			return &Mirror{objects: objects{root: root}, folders: map[plumbing.Hash][]Entry{}}, nil
		}
		if err := root.Close(); err != nil {
			return nil, err
		}
	}
	return nil, ErrNoMirror
}

// Mirror is the bare mirror of one repository. It is for one use at a time.
type Mirror struct {
	objects objects
	folders map[plumbing.Hash][]Entry // that were read before
	kept    int                       // names in them
}

// Close closes the mirror.
func (m *Mirror) Close() error {
	return errors.Join(m.objects.closePacks(), m.objects.root.Close())
}

// places are where the mirror of a repository may lie, the most telling first;
// none if its address is not one of a repository.
func places(repository string) []string {
	host, names := takeApart(repository)
	if host == "" || len(names) == 0 || len(names) > mostNames {
		return nil
	}
	for _, n := range append([]string{host}, names...) {
		if !placeName.MatchString(n) || len(n) > mostName {
			return nil
		}
	}
	name := names[len(names)-1] + ".git"
	owned := path.Join(append(names[:len(names)-1:len(names)-1], name)...)
	list := []string{path.Join(host, owned), owned}
	if owned != name {
		list = append(list, name)
	}
	return list
}

// The bounds of a repository's address.
const (
	mostAddress = 500
	mostNames   = 8
	mostName    = 100
)

// placeName is a name in the address of a repository that may be one of a
// directory.
var placeName = regexp.MustCompile(`^[A-Za-z0-9_][-A-Za-z0-9_.]*$`)

// takeApart takes the address of a repository apart, as people write them:
// https://host/owner/name, ssh://git@host/owner/name.git, git@host:owner/name.
func takeApart(repository string) (host string, names []string) {
	if len(repository) > mostAddress {
		return "", nil
	}
	if user, rest, ok := strings.Cut(repository, "@"); ok && placeName.MatchString(user) && !strings.Contains(repository, "://") {
		var below string
		host, below, _ = strings.Cut(rest, ":")
		repository = "ssh://" + host + "/" + below
	}
	u, err := url.Parse(repository)
	if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", nil
	}
	switch u.Scheme {
	case "https", "http", "ssh", "git":
	default:
		return "", nil
	}
	below := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	if below == "" {
		return "", nil
	}
	return strings.ToLower(u.Hostname()), strings.Split(below, "/")
}
