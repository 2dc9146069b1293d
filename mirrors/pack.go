package mirrors

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// The bounds of reading packs.
const (
	mostPacks = 1000
	mostIndex = 64 << 20  // bytes of an index: some two million objects
	mostDepth = 4095      // deltas on deltas; git itself makes no more
	mostStep  = 32 << 20  // bytes of an object that others are made from
	mostWork  = 512 << 20 // bytes that are made on the way to one object
)

// pack is a file of many objects, with its index.
type pack struct {
	name  string // without its suffix
	index *idxfile.MemoryIndex
	file  *os.File
	scan  *packfile.Scanner
}

// list finds the packs of the mirror.
func (o *objects) list() error {
	if o.listed {
		return nil
	}
	d, err := o.root.Open(path.Join("objects", "pack"))
	if errors.Is(err, fs.ErrNotExist) {
		o.listed = true
		return nil
	}
	if err != nil {
		return broken("packs: %w", err)
	}
	names, err := d.Readdirnames(8 * mostPacks)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return broken("packs: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		if base, ok := strings.CutSuffix(name, ".idx"); ok {
			o.packs = append(o.packs, &pack{name: path.Join("objects", "pack", base)})
		}
	}
	if len(o.packs) > mostPacks {
		return broken("it has more than %d packs", mostPacks)
	}
	o.listed = true
	return nil
}

func (o *objects) closePacks() error {
	var all error
	for _, p := range o.packs {
		if p.file != nil {
			all = errors.Join(all, p.file.Close())
		}
	}
	return all
}

// load reads the index of the pack.
func (p *pack) load(o *objects) (err error) {
	if p.index != nil {
		return nil
	}
	f, err := o.open(p.name + ".idx")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mostIndex {
		return broken("an index has %d bytes", info.Size())
	}
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(f).Decode(index); err != nil {
		return broken("an index: %w", err)
	}
	p.index = index
	return nil
}

// beginning adds the objects whose hashes begin with some hex digits.
func (p *pack) beginning(digits string, found []plumbing.Hash) []plumbing.Hash {
	first, err := hex.DecodeString(digits[:2])
	if err != nil || p.bucket(first[0]) == nil {
		return found
	}
	const size = len(plumbing.ZeroHash)
	for names := p.bucket(first[0]); len(names) >= size && len(found) <= mostAlike; names = names[size:] {
		id := plumbing.Hash(names[:size])
		if strings.HasPrefix(id.String(), digits) && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}

// bucket are the hashes in the index that begin with a byte.
func (p *pack) bucket(first byte) []byte {
	count := p.index.Fanout[first]
	if first > 0 {
		count -= p.index.Fanout[first-1]
	}
	if count == 0 {
		return nil
	}
	return p.index.Names[p.index.FanoutMapping[first]]
}

// readPacked reads an object from the first pack that has it.
func (o *objects) readPacked(ctx context.Context, id plumbing.Hash, most int64) (object, error) {
	if err := o.list(); err != nil {
		return object{}, err
	}
	for _, p := range o.packs {
		if err := ctx.Err(); err != nil {
			return object{}, err
		}
		if err := p.load(o); err != nil {
			return object{}, err
		}
		offset, err := p.index.FindOffset(id)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			continue
		}
		if err != nil {
			return object{}, broken("an index: %w", err)
		}
		if p.file == nil {
			if p.file, err = o.open(p.name + ".pack"); err != nil {
				return object{}, broken("a pack: %w", err)
			}
			p.scan = packfile.NewScanner(p.file)
		}
		return p.read(ctx, offset, most)
	}
	return object{}, fs.ErrNotExist
}

// read reads the object at an offset: what stands there whole, or what comes of
// it by the deltas on the way.
func (p *pack) read(ctx context.Context, offset, most int64) (object, error) {
	var deltas [][]byte
	var work int64
	for {
		if err := ctx.Err(); err != nil {
			return object{}, err
		}
		limit := most
		if len(deltas) > 0 {
			limit = mostStep
		}
		h, body, err := p.entry(offset, limit)
		if err != nil {
			return object{}, err
		}
		work += int64(len(body))
		switch h.Type {
		case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
			body, err = apply(ctx, body, deltas, work)
			return object{h.Type, body}, err
		case plumbing.OFSDeltaObject:
			offset = h.OffsetReference
		case plumbing.REFDeltaObject:
			if offset, err = p.index.FindOffset(h.Reference); err != nil {
				return object{}, broken("a delta's base is not in its pack")
			}
		default:
			return object{}, broken("a pack has an object of no known kind")
		}
		if size := becomes(body); size > limit {
			return object{}, &TooLargeError{size}
		}
		if deltas = append(deltas, body); len(deltas) > mostDepth || work > mostWork {
			return object{}, broken("an object stands on too many others")
		}
	}
}

// entry reads what stands at an offset, a delta or a whole object, which may
// have so many bytes.
func (p *pack) entry(offset, most int64) (*packfile.ObjectHeader, []byte, error) {
	h, err := p.scan.SeekObjectHeader(offset)
	if err != nil {
		return nil, nil, broken("a pack: %w", err)
	}
	delta := h.Type.IsDelta()
	switch {
	case delta && h.Length > mostStep:
		return nil, nil, broken("a delta has %d bytes", h.Length)
	case !delta && h.Length > most:
		return nil, nil, &TooLargeError{h.Length}
	}
	var b bytes.Buffer
	n, _, err := p.scan.NextObject(&b)
	if err == nil && n != h.Length {
		err = errors.New("an object is not as long as it says")
	}
	if err != nil {
		return nil, nil, broken("a pack: %w", err)
	}
	return h, b.Bytes(), nil
}

// becomes is how long a delta says that its result is; no less than 0.
func becomes(delta []byte) int64 {
	_, n := binary.Uvarint(delta) // of what it begins with
	if n <= 0 {
		return 0 // it is refused when it is applied
	}
	size, n := binary.Uvarint(delta[n:])
	if n <= 0 || size > 1<<62 {
		return 1 << 62
	}
	return int64(size)
}

// apply makes an object from its base by deltas, the last of them first.
func apply(ctx context.Context, body []byte, deltas [][]byte, work int64) ([]byte, error) {
	for _, delta := range slices.Backward(deltas) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if body, err = packfile.PatchDelta(body, delta); err != nil {
			return nil, broken("a delta: %w", err)
		}
		if work += int64(len(body)); work > mostWork {
			return nil, broken("an object stands on too many others")
		}
	}
	return body, nil
}
