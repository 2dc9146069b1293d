package main

import (
	"path"

	"sallyport/checks"
)

// noteKinds looks what kind of file each is, for those beside it. What cannot be
// read is said when it is checked.
func (r *checkRun) noteKinds() {
	if len(r.files) < 2 {
		return // beside one file nothing is known
	}
	r.beside = map[string][]checks.Companion{}
	for _, file := range r.files {
		if r.console.ctx.Err() != nil {
			return
		}
		r.progress.say("looking what there is: " + file.shown)
		if kind, err := r.kind(file); err == nil {
			folder := path.Dir(file.shown)
			r.beside[folder] = append(r.beside[folder], checks.Companion{Name: file.shown, Kind: kind})
		}
	}
}

func (r *checkRun) kind(file fileToCheck) (checks.CompanionKind, error) {
	f, err := file.root.Open(file.inside)
	if err != nil {
		return checks.KindOther, err
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		return checks.KindOther, err
	}
	return checks.KindOf(r.console.ctx, checks.File{Name: file.shown, Bytes: f, Size: at.Size()})
}

// companions are the files in the folder of one that are checked with it; nil
// where a file is checked alone.
func (r *checkRun) companions(shown string) []checks.Companion {
	if r.beside == nil {
		return nil
	}
	out := []checks.Companion{}
	for _, b := range r.beside[path.Dir(shown)] {
		if b.Name != shown {
			out = append(out, b)
		}
	}
	return out
}
