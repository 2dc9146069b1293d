// Package static holds what pages load beside themselves: the stylesheet and
// the icon. They are built in, and their addresses carry a hash of their
// bytes, so that a browser may keep them for as long as it likes.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
)

//go:embed sallyport.css icon.svg
var embedded embed.FS

// types says as what each kind of file is served.
var types = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

// Base begins the addresses of the files.
const Base = "/static/"

// File is one file as it is served.
type File struct {
	Type string
	Body []byte
}

// Files are all files, by their names and by their addresses.
type Files struct {
	addresses map[string]string
	files     map[string]File
}

// Read reads the files that are built in.
func Read() (*Files, error) {
	f := &Files{addresses: map[string]string{}, files: map[string]File{}}
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	for _, e := range entries {
		b, err := embedded.ReadFile(e.Name())
		if err != nil {
			return nil, fmt.Errorf("static: %w", err)
		}
		sum := sha256.Sum256(b)
		at := hex.EncodeToString(sum[:8]) + "/" + e.Name()
		f.addresses[e.Name()] = Base + at
		f.files[at] = File{Type: types[path.Ext(e.Name())], Body: b}
	}
	return f, nil
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
