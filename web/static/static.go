// Package static holds what pages load beside themselves: the stylesheet, the
// icon and the scripts. They are built in, and their addresses carry a hash of
// all their bytes, so that a browser may keep them for as long as it likes and
// one script finds another beside it.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
)

//go:embed *.css *.svg *.js
var embedded embed.FS

// types says as what each kind of file is served.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8",
}

// Base begins the addresses of the files.
const Base = "/static/"

// File is one file as it is served.
type File struct {
	Type    string
	Body    []byte
	Gzipped []byte // the same, compressed
}

// Files are all files, by their names and by their addresses.
type Files struct {
	addresses map[string]string
	files     map[string]File
}

// Read reads the files that are built in, and compresses them.
func Read() (*Files, error) {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	all, read := sha256.New(), map[string]File{}
	for _, e := range entries {
		f := File{Type: types[path.Ext(e.Name())]}
		if f.Body, err = embedded.ReadFile(e.Name()); err == nil {
			f.Gzipped, err = compressed(f.Body)
		}
		if err == nil {
			_, err = fmt.Fprintf(all, "%s %d\n%s", e.Name(), len(f.Body), f.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("static: %s: %w", e.Name(), err)
		}
		read[e.Name()] = f
	}
	f := &Files{addresses: map[string]string{}, files: map[string]File{}}
	hash := hex.EncodeToString(all.Sum(nil)[:8])
	for name, file := range read {
		f.addresses[name] = Base + hash + "/" + name
		f.files[hash+"/"+name] = file
	}
	return f, nil
}

func compressed(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Address is where the file of a name is; an error for a name that there is
// not, which is a mistake in a template.
func (f *Files) Address(name string) (string, error) {
	address, ok := f.addresses[name]
	if !ok {
		return "", fmt.Errorf("static: there is no %s", name)
	}
	return address, nil
}

// Find finds a file by what follows Base in its address.
func (f *Files) Find(at string) (File, bool) {
	file, ok := f.files[at]
	return file, ok
}
