package checking

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/review"
)

// maxACRO bounds the results of ACRO that are read for one file.
const maxACRO = 4 << 20

// acro is what ACRO says of a file, if its results stand on the same request in
// the same folder; else nil. They are read as the copies of what was asked for,
// as all that is checked. What cannot be read of them is said in the report.
func (r *round) acro(ctx context.Context, f review.Inspected, report *checks.Report) (of *acro.OfFile, err error) {
	if len(f.ACRO) == 0 {
		return nil, nil //nolint:nilnil // ACRO says nothing of most files
	}
	defer func() {
		if v := recover(); v != nil {
			r.checker.cfg.Log.ErrorContext(ctx, "reading what ACRO says broke off", "request", r.in.Request, "file", f.ID, "error", panicked(v))
			report.NotExamined = append(report.NotExamined, "what ACRO says: reading it broke off")
			of, err = nil, nil
		}
	}()
	p, err := r.checker.cfg.Profile(r.in.Policy)
	if err != nil {
		return nil, err
	}
	if of, err = r.acroOf(ctx, f, report); of == nil || err != nil {
		return nil, err
	}
	of.Thresholds = of.Config.Differences(p)
	acro.Compare(of.Verdicts, report.Findings)
	report.Examined.Rules = append(report.Examined.Rules, acro.Rule)
	report.Findings = append(report.Findings, of.Findings()...)
	return of, nil
}

// acroOf reads what ACRO says of a file.
func (r *round) acroOf(ctx context.Context, f review.Inspected, report *checks.Report) (*acro.OfFile, error) {
	folder := &standing{ctx: ctx, open: r.checker.cfg.Copy, files: map[string]review.Beside{}}
	dir := path.Dir(f.Path)
	for _, one := range slices.Concat(f.ACRO, []review.Beside{{Path: f.Path, SHA256: f.SHA256, Size: f.Size}}) {
		if one.Path != f.Path && one.Size > maxACRO {
			report.NotExamined = append(report.NotExamined, fmt.Sprintf("what ACRO says: %s is longer than %d MiB", path.Base(one.Path), maxACRO>>20))
			continue
		}
		folder.files[strings.TrimPrefix(one.Path, dir+"/")] = one
	}
	read, err := acro.Read(folder)
	switch {
	case folder.failed != nil:
		return nil, folder.failed
	case errors.Is(err, acro.ErrNotACRO):
		return nil, nil //nolint:nilnil // results of something else
	case err != nil:
		report.NotExamined = append(report.NotExamined, fmt.Sprintf("what ACRO says: %v", err))
		return nil, nil //nolint:nilnil // it is said
	}
	for _, note := range read.Notes {
		report.NotExamined = append(report.NotExamined, "what ACRO says: "+note)
	}
	of := read.Of(path.Base(f.Path))
	if folder.failed != nil {
		return nil, folder.failed
	}
	of.Config = read.Config
	return of, nil
}

// standing presents the copies of files on a request as a folder.
type standing struct {
	ctx    context.Context //nolint:containedctx // fs.FS has no other way for it
	open   func(ctx context.Context, sha256 string) (Blob, error)
	files  map[string]review.Beside
	failed error // of the vault; what is not there is no failure
}

// Open implements fs.FS.
func (s *standing) Open(name string) (fs.File, error) {
	of, there := s.files[name]
	if !there {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	blob, err := s.open(s.ctx, of.SHA256)
	if err != nil {
		s.failed = errors.Join(s.failed, err)
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &standingFile{SectionReader: io.NewSectionReader(blob, 0, blob.Size()), blob: blob, at: entry{name, blob.Size()}}, nil
}

// Stat implements fs.StatFS. A folder is there where a file is below it.
func (s *standing) Stat(name string) (fs.FileInfo, error) {
	if of, there := s.files[name]; there {
		return entry{name, of.Size}, nil
	}
	for file := range s.files {
		if strings.HasPrefix(file, name+"/") {
			return folderEntry{entry{name, 0}}, nil
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// ReadDir implements fs.ReadDirFS.
func (s *standing) ReadDir(name string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	for file, of := range s.files {
		if path.Dir(file) == name {
			list = append(list, fs.FileInfoToDirEntry(entry{file, of.Size}))
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// standingFile is a copy that is open.
type standingFile struct {
	*io.SectionReader
	blob Blob
	at   entry
}

// Stat implements fs.File.
func (f *standingFile) Stat() (fs.FileInfo, error) { return f.at, nil }

// Close implements fs.File.
func (f *standingFile) Close() error { return f.blob.Close() }

// entry is what is known of a copy: all are regular files.
type entry struct {
	name string
	size int64
}

// Name implements fs.FileInfo, as the others do.
func (e entry) Name() string     { return path.Base(e.name) }
func (e entry) Size() int64      { return e.size }
func (entry) Mode() fs.FileMode  { return 0o400 }
func (entry) ModTime() time.Time { return time.Time{} }
func (entry) IsDir() bool        { return false }
func (entry) Sys() any           { return nil }

type folderEntry struct{ entry }

// Mode implements fs.FileInfo.
func (folderEntry) Mode() fs.FileMode { return fs.ModeDir | 0o500 }

// IsDir implements fs.FileInfo.
func (folderEntry) IsDir() bool { return true }
