package main

import (
	"os"
	"path"

	"sallyport/checks"
)

// besideFile is one of the files that are checked together.
type besideFile struct {
	folder string
	checks.Companion
}

// note looks what kind of file one is, for those beside it.
func (r *checkRun) note(root *os.Root, inside, shown string) error {
	f, err := root.Open(inside)
	if err != nil {
		return err
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		return err
	}
	kind, err := checks.KindOf(r.console.ctx, checks.File{Name: shown, Bytes: f, Size: at.Size()})
	if err != nil {
		return err
	}
	r.beside = append(r.beside, besideFile{path.Dir(shown), checks.Companion{Name: shown, Kind: kind}})
	return nil
}

// companions are the files in the folder of one that are checked with it; nil
// where a file is checked alone.
func (r *checkRun) companions(shown string) []checks.Companion {
	if len(r.beside) < 2 {
		return nil
	}
	out := []checks.Companion{}
	for _, b := range r.beside {
		if b.folder == path.Dir(shown) && b.Name != shown {
			out = append(out, b.Companion)
		}
	}
	return out
}
