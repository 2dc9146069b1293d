package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// edgeNames are the names, by import path, that stand only in cmd, internal and
// tests: below, the clock, the environment and the end of the program are given
// as arguments, and a context comes from the caller.
var edgeNames = map[string][]string{
	"time":    {"Now", "Since", "Until"},
	"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Exit"},
	"log":     {"Fatal", "Fatalf", "Fatalln"},
	"context": {"Background", "TODO"},
}

// edgeImports are the packages that stand only there, because rules must be
// repeatable.
var edgeImports = []string{"math/rand", "math/rand/v2", "crypto/rand"}

// file is one source file, with its slash-separated path in the repository.
type file struct {
	path  string
	room  string
	test  bool
	atTop bool // in cmd or internal
	set   *token.FileSet
	tree  *ast.File
}

// check parses one file and returns what is wrong with it, a line for each. An
// error says that it is not Go.
func check(name string, source []byte) ([]string, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, source, 0)
	if err != nil {
		return nil, err
	}
	f := &file{path: name, room: roomOf(name), test: strings.HasSuffix(name, "_test.go"), set: set, tree: tree}
	if f.room == "" {
		return []string{f.path + ": this folder is no room; rooms are named in README.md and internal/house/rooms.go"}, nil
	}
	f.atTop = rooms[f.room].floor == edge
	return append(f.checkImports(), f.checkNames()...), nil
}

func (f *file) checkImports() []string {
	var wrong []string
	for _, spec := range f.tree.Imports {
		imported := importPath(spec)
		switch {
		case spec.Name != nil && spec.Name.Name == ".":
			wrong = append(wrong, f.complain(spec, "a dot import hides where names come from"))
		case !mayImport(f.room, imported, f.test):
			wrong = append(wrong, f.complain(spec, f.room+" may not import "+imported))
		case slices.Contains(edgeImports, imported) && !f.atTop && !f.test:
			wrong = append(wrong, f.complain(spec, imported+" is imported only in cmd, internal and tests"))
		}
	}
	return wrong
}

// checkNames looks for uses of names that stand elsewhere, called or not, and
// for init functions.
func (f *file) checkNames() []string {
	var wrong []string
	imports := f.importNames()
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" && !f.test {
				wrong = append(wrong, f.complain(n, "there is no init outside tests"))
			}
		case *ast.SelectorExpr:
			if why := f.refuse(n, imports); why != "" {
				wrong = append(wrong, f.complain(n, why))
			}
		}
		return true
	})
	return wrong
}

// refuse says why the name may not stand in this file, or "".
func (f *file) refuse(s *ast.SelectorExpr, imports map[string]string) string {
	x, ok := s.X.(*ast.Ident)
	if !ok || x.Obj != nil { // declared here, so not a package
		return ""
	}
	from := imports[x.Name]
	switch {
	case from == "time" && s.Sel.Name == "Sleep" && !f.importsFakeTime():
		return "time.Sleep: wait for something, or use testing/synctest"
	case slices.Contains(edgeNames[from], s.Sel.Name) && !f.atTop && !f.test:
		return from + "." + s.Sel.Name + " stands only in cmd, internal and tests"
	}
	return ""
}

// importsFakeTime reports whether time stands still in this file's tests, so
// that sleeping costs nothing.
func (f *file) importsFakeTime() bool {
	return slices.ContainsFunc(f.tree.Imports, func(s *ast.ImportSpec) bool {
		return importPath(s) == "testing/synctest"
	})
}

// importNames maps the names that packages have in this file to their paths,
// as far as check needs them: for the standard library, whose packages are
// named like the end of their path.
func (f *file) importNames() map[string]string {
	names := map[string]string{}
	for _, spec := range f.tree.Imports {
		imported := importPath(spec)
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

func (f *file) complain(n ast.Node, what string) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.set.Position(n.Pos()).Line, what)
}

// importPath is the path that an import names; the parser has checked that it
// is quoted rightly.
func importPath(spec *ast.ImportSpec) string {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return imported
}

// checkTree checks every Go file of the module whose top is tree, and returns
// what is wrong and how many files it has seen. Other modules below it, test
// data and hidden folders are left out, as the go command does.
func checkTree(tree fs.FS) (wrong []string, seen int, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(tree, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		seen++
		found, err := check(name, source)
		wrong = append(wrong, found...)
		return err
	})
	return wrong, seen, err
}

func skip(tree fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if base == "testdata" || base == "bin" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, dir+"/go.mod"); err == nil {
		return fs.SkipDir
	}
	return nil
}
