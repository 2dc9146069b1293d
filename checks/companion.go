package checks

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
)

// Companion is another file of the same group, or one that is checked together
// with the file at hand.
type Companion struct {
	Name string
	Kind CompanionKind
}

// CompanionKind is what a file says about others beside it.
type CompanionKind string

// The kinds of companions.
const (
	KindCounts CompanionKind = "counts" // a table with a column of counts, or numbers of people
	KindFigure CompanionKind = "figure"
	KindOther  CompanionKind = "other"
)

// companionRead bounds how much of a file is read to know its kind.
const companionRead = 1 << 20

// KindOf says what a file is to the others of its group. It reads the beginning
// and runs no rules. A figure that shows its own counts is one of counts.
func KindOf(ctx context.Context, f File) (CompanionKind, error) {
	f.Size = min(f.Size, companionRead)
	p := DefaultProfile()
	s := newScan(ctx, f, &p)
	s.rules = nil
	if err := s.read(); err != nil {
		return KindOther, fmt.Errorf("read %s: %w", f.Name, err)
	}
	for _, t := range s.tables {
		if t.counted() {
			return KindCounts, nil
		}
	}
	if is, err := isFigure(f); is || err != nil {
		return KindFigure, err
	}
	return KindOther, nil
}

// counted reports whether a table says how many people or events something
// rests on.
func (t *Table) counted() bool {
	return t.All > 0 && (len(t.layout.counts) > 0 || len(t.roles(RoleExposure)) > 0 || t.observed())
}

// isFigure reports whether a file is a picture, or a page with one.
func isFigure(f File) (bool, error) {
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".png", ".jpg", ".jpeg", ".svg", ".svgz":
		return true, nil
	case ".html", ".htm":
	default:
		return false, nil
	}
	start := make([]byte, min(f.Size, companionRead))
	if n, err := f.Bytes.ReadAt(start, 0); n < len(start) {
		return false, fmt.Errorf("read %s: %w", f.Name, err)
	}
	start = bytes.ToLower(start)
	for _, sign := range []string{"plotly", "vega", "html-widget", "htmlwidget", "bokeh", "<canvas", "data:image/png", "data:image/jpeg", "data:image/svg"} {
		if bytes.Contains(start, []byte(sign)) {
			return true, nil
		}
	}
	return false, nil
}

// has reports whether one of the companions is of this kind.
func (p *Profile) has(k CompanionKind) bool {
	for _, c := range p.Companions {
		if c.Kind == k {
			return true
		}
	}
	return false
}
