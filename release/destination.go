package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"sallyport/review"
)

// Destination is a place outside to which approved bytes go.
type Destination interface {
	// Name is how the destination is called, in approvals and receipts.
	Name() string
	// Open begins or goes on with the delivery of one request.
	Open(ctx context.Context, of Release) (Delivery, error)
	// Usable reports why nothing can be delivered now, or nil.
	Usable(ctx context.Context) error
}

// Delivery is one request's delivery to one destination. Everything in it may
// be done again, after a crash at any moment too, and by two workers at a time.
type Delivery interface {
	// Carry brings a file to the destination and reads it back there. It
	// returns where it is, as the destination names places, and the SHA-256 of
	// what was read back. A file that is there already is read back and not
	// written again. Other bytes in its place are ErrOtherBytes and stay as they
	// are. An error of bytes means that they are not to be delivered: nothing of
	// them gets the file's name. Several goroutines may call it at once.
	Carry(ctx context.Context, f File, bytes io.Reader) (location, sha256 string, err error)
	// Finish says at the destination that all files are there, and which they
	// are. It is called when all have arrived, and before that is recorded.
	Finish(ctx context.Context, files []File) error
	// Close gives back what the delivery holds. It undoes nothing.
	Close() error
}

// Release names what is delivered: the output files of one request, which are
// of one workspace.
type Release struct {
	Request   review.RequestID
	Workspace string
}

// File is a file as it was approved.
type File struct {
	Path   string // in its workspace
	SHA256 string // 64 digits of lower-case hexadecimal
	Size   int64
}

// The errors of deliveries that callers tell apart.
var (
	// ErrOtherBytes says that the destination has other bytes where a file
	// belongs. They are never overwritten.
	ErrOtherBytes = errors.New("other bytes are there already")
	// ErrInTheWay says that the destination has something that is no file, or
	// no directory, where one belongs.
	ErrInTheWay = errors.New("something else is in the way")
	// ErrReadBack says that what was read back is not what was approved.
	ErrReadBack = errors.New("what was read back is not what was approved")
	// ErrDamaged says that the copy in the vault is not what was approved.
	ErrDamaged = errors.New("the copy in the vault is not what was approved")
	// ErrBusy says that another worker is carrying the same file.
	ErrBusy = errors.New("another worker is carrying this file")
	// ErrName says that a name cannot be part of a place at a destination.
	ErrName = errors.New("this name cannot be delivered")
)

// The bounds of names at destinations; file systems have them.
const (
	maxPath = 1024
	maxPart = 255
)

// check refuses what cannot be the name of a release's place: it becomes two
// directories.
func (r Release) check() error {
	for _, name := range []string{r.Workspace, string(r.Request)} {
		if !plain(name) {
			return fmt.Errorf("%w: %q", ErrName, shorten(name))
		}
	}
	return nil
}

// plain reports whether a name is 1 to 255 ASCII letters, digits, hyphens and
// underscores, as the names of workspaces and ids are.
func plain(name string) bool {
	return name != "" && len(name) <= maxPart && !strings.ContainsFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}

// checkPath refuses what cannot be a file's place below a release's. Such a
// path was refused before it could be requested; this is the last look.
func checkPath(path string) error {
	bad := path == "" || len(path) > maxPath || !utf8.ValidString(path) ||
		strings.ContainsFunc(path, unicode.IsControl) || strings.Contains(path, `\`)
	for part := range strings.SplitSeq(path, "/") {
		bad = bad || part == "" || part == "." || part == ".." || len(part) > maxPart
	}
	if bad {
		return fmt.Errorf("%w: %q", ErrName, shorten(path))
	}
	return nil
}

// shorten keeps a name that somebody made up from filling a page.
func shorten(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
