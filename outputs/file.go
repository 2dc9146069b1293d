package outputs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is an opened file whose bytes are known. It gives no byte that was read
// after the file changed: such a read is refused as [Changed].
type File struct {
	file   *os.File
	path   string
	st     stat
	sha256 string
	at     int64 // where Read goes on
}

// Open opens what v names. It hashes the file first, or remembers its hash, so
// that where the manifest names bytes, only these are served: a file with
// others is refused as [OtherBytes]. Whatever is not a plain file with one
// name is refused unread.
func (d *Dir) Open(ctx context.Context, v Viewable) (*File, error) {
	f, st, err := d.openViewable(ctx, v)
	if err != nil {
		return nil, err
	}
	sum, err := d.sum(ctx, f, st, v.path)
	if err == nil && v.sha256 != "" && sum != v.sha256 {
		err = &Refused{v.path, OtherBytes}
	}
	if err != nil {
		closeRead(f)
		return nil, err
	}
	return &File{file: f, path: v.path, st: st, sha256: sum}, nil
}

// openViewable opens what v names, if it has the size that it should.
func (d *Dir) openViewable(ctx context.Context, v Viewable) (*os.File, stat, error) {
	f, st, err := d.openFile(ctx, v.workspace, v.path)
	if err != nil {
		return nil, stat{}, err
	}
	if reason := v.misfit(st); reason != "" {
		closeRead(f)
		return nil, stat{}, &Refused{v.path, reason}
	}
	return f, st, nil
}

// Size returns the number of bytes.
func (f *File) Size() int64 { return f.st.size }

// SHA256 returns the hash of the bytes, in lower-case hex.
func (f *File) SHA256() string { return f.sha256 }

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Read reads on from where the last Read ended.
func (f *File) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.at)
	f.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt reads from offset, as [io.ReaderAt] says.
func (f *File) ReadAt(p []byte, offset int64) (int, error) {
	n, err := io.NewSectionReader(f.file, 0, f.st.size).ReadAt(p, offset)
	if changed := f.changed(); changed != nil {
		clear(p[:n])
		return 0, changed
	}
	return n, err
}

// changed reports a change since the file was hashed. Asked after each read
// and before its bytes are handed over, it covers those bytes.
func (f *File) changed() error {
	st, err := statFile(f.file)
	if err != nil {
		return fmt.Errorf("read %s: %w", Escape(f.path), err)
	}
	if st.key() != f.st.key() {
		return &Refused{f.path, Changed}
	}
	return nil
}
