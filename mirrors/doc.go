// Package mirrors reads the code that jobs ran, from local bare mirrors of git
// repositories: a tree or a file at a commit, and what differs between two
// commits. It only reads objects, named by their hashes. Nothing else of a
// mirror is looked at: no configuration, no references, no alternates, no
// hooks; and nothing is run.
//
// What stands in a repository is hostile until shown: everything is bounded by
// size, depth and count, links are never followed, and every object is hashed
// after it was read. docs/code.md says where mirrors lie.
package mirrors

import (
	"errors"
	"fmt"
)

// What can be in the way of reading code.
var (
	ErrNoMirror  = errors.New("there is no mirror of this repository")
	ErrNoCommit  = errors.New("the mirror does not have this commit")
	ErrAmbiguous = errors.New("several commits begin like this")
	ErrNoFile    = errors.New("there is no such file or folder at this commit")
	ErrBroken    = errors.New("the mirror cannot be read here")
)

// TooLargeError is about what is not read because of its size.
type TooLargeError struct{ Size int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d bytes are too many to be read", e.Size)
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrBroken, fmt.Errorf(format, args...))
}
