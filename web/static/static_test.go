package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// names are the files that are built in.
func names(t *testing.T) []string {
	t.Helper()
	found, err := fs.Glob(embedded, "*")
	if err != nil || len(found) < 4 {
		t.Fatalf("built in: %v, %v", found, err)
	}
	return found
}

// TestFiles: each file is at an address with a hash, and nowhere else, and its
// compressed form is the same.
func TestFiles(t *testing.T) {
	f, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	folder := ""
	for _, name := range names(t) {
		address, err := f.Address(name)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := strings.CutPrefix(address, Base)
		hash, rest, _ := strings.Cut(at, "/")
		if folder == "" {
			folder = hash
		}
		if !ok || rest != name || hash != folder || len(hash) != 16 {
			t.Errorf("%s is at %s", name, address)
		}
		file, ok := f.Find(at)
		if !ok || len(file.Body) == 0 || file.Type == "" {
			t.Errorf("%s is not found at its address: %+v", name, file.Type)
		}
		if got := unzipped(t, file.Gzipped); !bytes.Equal(got, file.Body) {
			t.Errorf("%s is something else compressed", name)
		}
	}
	for _, at := range []string{"", "sallyport.css", "static.go", "0000000000000000/sallyport.css", folder + "/static.go", "../static.go"} {
		if _, ok := f.Find(at); ok {
			t.Errorf("there is something at %q", at)
		}
	}
	if _, err := f.Address("other.css"); err == nil {
		t.Error("a file that there is not has an address")
	}
}

func unzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHTMX: the script that is not ours is the one that the README names.
func TestHTMX(t *testing.T) {
	b, err := embedded.ReadFile("htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	if !strings.Contains(string(readme), "`"+hex.EncodeToString(sum[:])+"`") {
		t.Errorf("the README does not name %x", sum)
	}
	if !strings.Contains(string(b), `version:"2.0.11"`) || !strings.Contains(string(readme), "htmx.org@2.0.11") {
		t.Error("it is another version than the README says")
	}
	if licence, err := os.ReadFile("htmx.LICENSE"); err != nil || !strings.Contains(string(licence), "Zero-Clause BSD") {
		t.Errorf("its licence is missing: %v", err)
	}
}

// TestReadme: the README names every script.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t) {
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("the README does not name %s", name)
		}
	}
}

// TestNothingFromElsewhere: what is ours loads nothing from elsewhere, and
// makes no code or markup out of words.
func TestNothingFromElsewhere(t *testing.T) {
	imports := regexp.MustCompile(`import "\./([a-z]+\.js)"`)
	for _, name := range names(t) {
		if name == "htmx.min.js" {
			continue
		}
		b, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"url(", "@import", "http://", "https://", "innerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write", "import("} {
			text := strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", "")
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
		for _, found := range imports.FindAllStringSubmatch(string(b), -1) {
			if _, err := embedded.ReadFile(found[1]); err != nil {
				t.Errorf("%s loads %s, which there is not", name, found[1])
			}
		}
	}
}
