package mirrors

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Commit is a state of a repository.
type Commit struct {
	ID      string // 40 hex digits
	Subject string // the first line of what its author said
	At      time.Time
	tree    plumbing.Hash
}

// ShortCommit is how many hex digits a commit is named by at least.
const ShortCommit = 7

// mostCommit is the most bytes that a commit may have.
const mostCommit = 1 << 20

var commitID = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// IsCommitID reports whether a text can name a commit: 7 to 40 hex digits in
// lower case.
func IsCommitID(s string) bool { return commitID.MatchString(s) }

// Commit finds the commit whose hash is id, or begins with it.
func (m *Mirror) Commit(ctx context.Context, id string) (Commit, error) {
	if !IsCommitID(id) {
		return Commit{}, ErrNoCommit
	}
	if isHash(id) {
		return m.commit(ctx, plumbing.NewHash(id))
	}
	alike, err := m.objects.beginning(ctx, id)
	if err != nil {
		return Commit{}, err
	}
	if len(alike) > mostAlike {
		return Commit{}, ErrAmbiguous
	}
	var found []Commit
	for _, one := range alike {
		c, err := m.commit(ctx, one)
		if errors.Is(err, ErrNoCommit) {
			continue
		}
		if err != nil {
			return Commit{}, err
		}
		found = append(found, c)
	}
	switch len(found) {
	case 0:
		return Commit{}, ErrNoCommit
	case 1:
		return found[0], nil
	}
	return Commit{}, ErrAmbiguous
}

// commit reads a commit. Another kind of object is none.
func (m *Mirror) commit(ctx context.Context, id plumbing.Hash) (Commit, error) {
	found, err := m.objects.read(ctx, id, mostCommit)
	var large *TooLargeError
	if errors.Is(err, fs.ErrNotExist) || errors.As(err, &large) || err == nil && found.kind != plumbing.CommitObject {
		return Commit{}, ErrNoCommit
	}
	if err != nil {
		return Commit{}, err
	}
	return readCommit(id, string(found.body))
}

// readCommit reads what a commit says: lines of facts, an empty line, words.
func readCommit(id plumbing.Hash, body string) (Commit, error) {
	c := Commit{ID: id.String()}
	facts, words, _ := strings.Cut(body, "\n\n")
	for line := range strings.Lines(facts) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case name == "tree" && isHash(value) && c.tree.IsZero():
			c.tree = plumbing.NewHash(value)
		case name == "committer":
			c.At = committed(value)
		}
	}
	if c.tree.IsZero() {
		return Commit{}, broken("commit %s has no tree", c.ID)
	}
	c.Subject, _, _ = strings.Cut(strings.TrimLeft(words, "\n"), "\n")
	const most = 200
	if len(c.Subject) > most {
		c.Subject = strings.ToValidUTF8(c.Subject[:most], "") + "…"
	}
	return c, nil
}

// committed is the time at the end of a committer's line; zero if there is none
// that can be.
func committed(line string) time.Time {
	words := strings.Fields(line)
	if len(words) < 2 {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(words[len(words)-2], 10, 64)
	const year10000 = 253402300800
	if err != nil || seconds < 0 || seconds >= year10000 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
