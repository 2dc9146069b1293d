package mirrors

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// objects reads the objects of a mirror: those that stand alone, and those in
// packs.
type objects struct {
	root   *os.Root
	listed bool // packs are all there are
	packs  []*pack
}

// object is what a hash names.
type object struct {
	kind plumbing.ObjectType
	body []byte
}

// read reads an object of at most so many bytes, and makes sure that it is the
// one that the hash names. What is not there is fs.ErrNotExist; what is larger
// is a *TooLargeError.
func (o *objects) read(ctx context.Context, id plumbing.Hash, most int64) (object, error) {
	if err := ctx.Err(); err != nil {
		return object{}, err
	}
	found, err := o.readLoose(id, most)
	if errors.Is(err, fs.ErrNotExist) {
		found, err = o.readPacked(ctx, id, most)
	}
	if err != nil {
		return object{}, err
	}
	if plumbing.ComputeHash(found.kind, found.body) != id {
		return object{}, broken("object %s has other bytes", id)
	}
	return found, nil
}

// readAs reads an object that must be of a kind.
func (o *objects) readAs(ctx context.Context, kind plumbing.ObjectType, id plumbing.Hash, most int64) ([]byte, error) {
	found, err := o.read(ctx, id, most)
	if err == nil && found.kind != kind {
		err = broken("object %s is a %s and no %s", id, found.kind, kind)
	}
	return found.body, err
}

// readLoose reads an object that stands alone.
func (o *objects) readLoose(id plumbing.Hash, most int64) (found object, err error) {
	f, err := o.open(path.Join("objects", id.String()[:2], id.String()[2:]))
	if err != nil {
		return object{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zlib.NewReader(bufio.NewReader(f))
	if err != nil {
		return object{}, broken("object %s: %w", id, err)
	}
	in := bufio.NewReaderSize(z, looseHeader)
	header, err := in.ReadSlice(0)
	if err != nil {
		return object{}, broken("object %s has no header", id)
	}
	word, digits, _ := strings.Cut(string(header[:len(header)-1]), " ")
	kind, err := plumbing.ParseObjectType(word)
	if err != nil {
		return object{}, broken("object %s is of no known kind", id)
	}
	size, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil || size < 0:
		return object{}, broken("object %s has no size", id)
	case size > most:
		return object{}, &TooLargeError{size}
	}
	body, err := readExactly(in, size)
	if err != nil {
		return object{}, broken("object %s: %w", id, err)
	}
	return object{kind, body}, nil
}

// looseHeader is more than the longest header of an object: its kind and its
// size.
const looseHeader = 64

// readExactly reads so many bytes, and memory is taken only for what is there.
func readExactly(r io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, size+1))
	if err == nil && n != size {
		err = errors.New("it is not as long as it says")
	}
	return b.Bytes(), err
}

// open opens a regular file of the mirror. Links are not followed, and nothing
// else is opened, since reading it could wait for ever.
func (o *objects) open(name string) (*os.File, error) {
	info, err := o.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, broken("%s is no file", name)
	}
	return o.root.Open(name)
}

// mostAlike is how many objects may begin alike before it is given up to look
// for a commit among them.
const mostAlike = 64

// beginning lists the objects whose hashes begin with some hex digits, at most
// mostAlike+1.
func (o *objects) beginning(ctx context.Context, digits string) ([]plumbing.Hash, error) {
	found, err := o.looseBeginning(digits)
	if err != nil {
		return nil, err
	}
	if err := o.list(); err != nil {
		return nil, err
	}
	for _, p := range o.packs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.load(o); err != nil {
			return nil, err
		}
		found = p.beginning(digits, found)
	}
	return found, nil
}

// mostLoose is how many loose objects are looked at that begin with the same
// two digits.
const mostLoose = 50_000

func (o *objects) looseBeginning(digits string) (found []plumbing.Hash, err error) {
	d, err := o.root.Open(path.Join("objects", digits[:2]))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, broken("loose objects: %w", err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	names, err := d.Readdirnames(mostLoose)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, broken("loose objects: %w", err)
	}
	for _, name := range names {
		whole := digits[:2] + name
		if !strings.HasPrefix(whole, digits) || !isHash(whole) || len(found) > mostAlike {
			continue
		}
		found = append(found, plumbing.NewHash(whole))
	}
	return found, nil
}

// isHash reports whether a text is a whole hash.
func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*len(plumbing.ZeroHash)
}
