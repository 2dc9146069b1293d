package mirrors

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// File is a file as far as it is shown. What is neither text nor a link has no
// Text.
type File struct {
	Kind   Kind
	Size   int64 // of the file, also where a pointer stands in its place; -1 if it is not known
	Text   []byte
	Target string // where a link leads, the commit of a submodule, the hash of a large file
}

// The most bytes of what is read.
const (
	MostFile = 8 << 20
	mostLink = 4096
)

// File reads what stands under a name: a file, or what stands in its place. A
// file of more than MostFile is a *TooLargeError.
func (m *Mirror) File(ctx context.Context, e Entry) (File, error) {
	switch e.Kind {
	case Folder:
		return File{}, ErrNoFile
	case Submodule:
		return File{Kind: Submodule, Size: -1, Target: e.id.String()}, nil
	}
	most := int64(MostFile)
	if e.Kind == Link {
		most = mostLink
	}
	body, err := m.objects.readAs(ctx, plumbing.BlobObject, e.id, most)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return File{}, broken("file %s is missing", e.id)
	case err != nil:
		return File{}, err
	case e.Kind == Link:
		return File{Kind: Link, Size: int64(len(body)), Target: string(body)}, nil
	}
	if f, ok := pointer(body); ok {
		return f, nil
	}
	if isBinary(body) {
		return File{Kind: Binary, Size: int64(len(body))}, nil
	}
	return File{Kind: Text, Size: int64(len(body)), Text: body}, nil
}

// isBinary reports whether bytes are no text, by git's rule: there is a NUL
// near the beginning.
func isBinary(body []byte) bool {
	const near = 8000
	return bytes.IndexByte(body[:min(len(body), near)], 0) >= 0
}

// pointer reads what Git LFS leaves in the place of a file.
func pointer(body []byte) (File, bool) {
	const first, most = "version https://git-lfs.github.com/spec/v1\n", 1024
	rest, ok := strings.CutPrefix(string(body[:min(len(body), most)]), first)
	if !ok || len(body) >= most {
		return File{}, false
	}
	f := File{Kind: LargeFile, Size: -1}
	for line := range strings.Lines(rest) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch name {
		case "oid":
			f.Target = value
		case "size":
			if size, err := strconv.ParseInt(value, 10, 64); err == nil && size >= 0 {
				f.Size = size
			}
		}
	}
	return f, f.Target != ""
}
