// Package pages holds the pages: for each a struct that is ready to be shown,
// and a template beside it. It knows nothing of HTTP. What a person may see was
// decided before: a page shows what it is given, and everything that people
// wrote comes out escaped.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"

	"sallyport/web/parts"
)

//go:embed *.html
var files embed.FS

// Shown is a page: a struct that embeds Frame.
type Shown interface {
	// file is the name of its template file.
	file() string
}

// Set renders pages. Each has a template set of its own, so that each may
// define "main".
type Set struct {
	sets  map[string]*template.Template
	parts *template.Template
}

// Read parses all templates. asset gives the address of a static file.
func Read(asset func(name string) (string, error)) (*Set, error) {
	shared, err := template.New("").Funcs(template.FuncMap{"asset": asset, "runs": runs, "visible": Visible}).ParseFS(parts.Files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	s := &Set{sets: map[string]*template.Template{}}
	if s.parts, err = shared.Clone(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	for _, name := range names {
		own, err := shared.Clone()
		if err == nil {
			own, err = own.ParseFS(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		s.sets[path.Base(name)] = own
	}
	return s, nil
}

// Render renders a page whole, so that one that fails half way is never sent.
func (s *Set) Render(p Shown) ([]byte, error) {
	set, ok := s.sets[p.file()]
	if !ok {
		return nil, fmt.Errorf("there is no page %s", p.file())
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout", p); err != nil {
		return nil, fmt.Errorf("page %s: %w", p.file(), err)
	}
	return b.Bytes(), nil
}

// Part renders a part that several pages share, alone.
func (s *Set) Part(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.parts.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("part %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// Frame is what stands around every page.
type Frame struct {
	Title   string
	Person  string // the username of who asks; "" for a stranger
	Now     string // the server's time, by which relative times are kept true
	Places  []Link
	Sought  string // what was typed into the search
	Crumbs  []Link
	Notice  string   // what was just done
	Problem *Problem // what was just refused
	Fixed   bool     // the page fills the window, and its panes scroll
}

// Link leads somewhere. Without an address it is only text.
type Link struct {
	Text    string
	Href    string
	Current bool
	Key     string // the keys that lead there, if any
}

// Problem is the summary of what was refused (the error summary of the GOV.UK
// Design System). Href leads to the form; Items are several reasons.
type Problem struct {
	Text  string
	Href  string
	Items []string
}
