package static

import (
	"strings"
	"testing"
)

// TestFiles: each file is at an address with its hash, and nowhere else.
func TestFiles(t *testing.T) {
	f, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sallyport.css", "icon.svg"} {
		address, err := f.Address(name)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := strings.CutPrefix(address, Base)
		if !ok || strings.Count(at, "/") != 1 {
			t.Errorf("%s is at %s", name, address)
		}
		file, ok := f.Find(at)
		if !ok || len(file.Body) == 0 || file.Type == "" {
			t.Errorf("%s is not found at its address: %+v", name, file.Type)
		}
	}
	for _, at := range []string{"", "sallyport.css", "static.go", "0000000000000000/sallyport.css", "../static.go"} {
		if _, ok := f.Find(at); ok {
			t.Errorf("there is something at %q", at)
		}
	}
	if _, err := f.Address("other.css"); err == nil {
		t.Error("a file that there is not has an address")
	}
}

// TestNothingFromElsewhere: the stylesheet loads nothing.
func TestNothingFromElsewhere(t *testing.T) {
	b, err := embedded.ReadFile("sallyport.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"url(", "@import", "http://", "https://"} {
		if strings.Contains(string(b), bad) {
			t.Errorf("the stylesheet has %q", bad)
		}
	}
}
