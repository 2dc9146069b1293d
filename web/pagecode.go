package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/mirrors"
	"sallyport/pipeline"
	"sallyport/review"
	"sallyport/web/pages"
)

// projectYAML is the file in a repository that says what its actions are.
const projectYAML = "project.yaml"

// codeAt is a page of code: of which workspace, where, and from which action
// somebody came.
type codeAt struct {
	code
	place   review.Place
	named   string // the commit, as the address has it
	path    string
	action  string
	mostOf  int64 // the window of the file, or
	namesOf int64 // of the folder, counted from 0; less for the one that the file is in
}

// address is where a path of the same commit is shown.
func (at codeAt) address(path string) string {
	return pages.CodeAddress(at.place.Workspace, at.named, path, at.action)
}

// window is where another window is shown.
func (at codeAt) window(name string) func(int64) string {
	return func(from int64) string {
		query := url.Values{name: {strconv.FormatInt(from+1, 10)}}
		if at.action != "" {
			query.Set("action", at.action)
		}
		return pages.CodeAddress(at.place.Workspace, at.named, at.path, "") + "?" + query.Encode()
	}
}

// showCode answers GET /code/:workspace/:commits and what is below it: code at
// a commit, or what differs from one to another.
func (s *server) showCode(c *gin.Context) (err error) {
	w, err := s.known(c)
	if err != nil {
		return err
	}
	commits, below := param(c, "commits"), strings.Trim(param(c, "path"), "/")
	if from, to, two := strings.Cut(commits, ".."); two {
		return s.showComparison(c, w.Place, [2]string{from, to}, below)
	}
	found, err := s.findCode(c.Request.Context(), w.Place.Workspace, commits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.close()) }()
	at := codeAt{code: found, place: w.Place, named: commits, path: below, action: c.Query("action"),
		mostOf: startOf(c, "from"), namesOf: startOf(c, "names")}
	if c.Query("names") == "" {
		at.namesOf = -1
	}
	if len(at.action) > longestAsked {
		at.action = ""
	}
	p := pages.Code{
		Frame: s.frame(c, "Code", codeCrumbs(at)...), Heading: cmp.Or(below, "Code at "+shortCommit(commits)), Why: found.why,
		Facts: s.codeFacts(at), Back: pages.Link{Text: "Back to the workspace", Href: workspaceAddress(w.Place.Workspace, "")},
		Else: pages.Link{
			Text: "Look at the project.yaml that a job request of this workspace reported", Href: "/job-requests?workspace=" + url.QueryEscape(w.Place.Workspace),
		},
		Sentence: "Code at commit `" + shortCommit(commits) + "`, which jobs of this workspace ran.",
	}
	if found.why == "" {
		if err := s.fillCode(c.Request.Context(), &p, at); err != nil {
			return err
		}
	}
	p.Outside = named("Look at it at the repository’s host", s.hostLinks(found.repo, commits, below))
	p.Title = pages.Visible(path.Base(p.Heading)) + " – code of " + w.Place.Workspace
	p.Fixed = p.Why == ""
	return s.show(c, http.StatusOK, p)
}

// named are links under another name.
func named(text string, links []pages.Link) []pages.Link {
	for i := range links {
		links[i].Text = text
	}
	return links
}

// startOf is with which thing, counted from 0, the address asks to begin.
func startOf(c *gin.Context, name string) int64 {
	const most = 1 << 31
	n, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil || n < 1 || n > most {
		return 0
	}
	return n - 1
}

func shortCommit(commit string) string { return commit[:min(len(commit), 12)] }

// codeCrumbs lead from the workspaces to a file of a repository.
func codeCrumbs(at codeAt) []pages.Link {
	crumbs := []pages.Link{{Text: "Workspaces", Href: "/workspaces"}}
	if at.place.Project != "" {
		crumbs = append(crumbs, pages.Link{Text: at.place.Project})
	}
	crumbs = append(crumbs, pages.Link{Text: at.place.Workspace, Href: workspaceAddress(at.place.Workspace, "")},
		pages.Link{Text: "Code at " + shortCommit(at.named), Href: at.address("")})
	if at.path == "" {
		crumbs[len(crumbs)-1].Href = ""
		return crumbs
	}
	parts := strings.Split(at.path, "/")
	for i, part := range parts {
		l := pages.Link{Text: part, Href: at.address(strings.Join(parts[:i+1], "/"))}
		if i+1 == len(parts) {
			l.Href = ""
		}
		crumbs = append(crumbs, l)
	}
	return crumbs
}

func (s *server) codeFacts(at codeAt) []pages.Fact {
	facts := []pages.Fact{reportedFact("Repository", at.repo)}
	commit := at.named
	if at.mirror != nil {
		commit = at.commit.ID
	}
	facts = append(facts, pages.Fact{Name: "Commit", Text: commit, Mono: true})
	if at.mirror == nil {
		return facts
	}
	if !at.commit.At.IsZero() {
		facts = append(facts, pages.Fact{Name: "Committed", When: pages.At(at.commit.At, s.Now())})
	}
	if at.commit.Subject != "" {
		facts = append(facts, pages.Fact{Name: "Message", Text: pages.Visible(at.commit.Subject)})
	}
	return facts
}

func reportedFact(name, text string) pages.Fact {
	if text == "" {
		return pages.NotReported(name)
	}
	return pages.Fact{Name: name, Text: pages.Visible(text)}
}

// fillCode shows what stands at a path: a file beside its folder, or a folder.
// The repository itself opens at its project.yaml.
func (s *server) fillCode(ctx context.Context, p *pages.Code, at codeAt) error {
	here, err := at.mirror.Entry(ctx, at.commit, at.path)
	if errors.Is(err, mirrors.ErrNoFile) {
		return review.ErrNotFound
	}
	if err != nil {
		p.Why, err = s.noCode(ctx, err, at.named)
		return err
	}
	folder, file := at.path, ""
	if here.Kind != mirrors.Folder {
		folder, file = folderPath(at.path), at.path
	}
	if p.Action, err = s.codeAction(ctx, at); err != nil {
		return err
	}
	if at.path == "" {
		if _, err := at.mirror.Entry(ctx, at.commit, projectYAML); err == nil {
			file = projectYAML
			p.Heading = file
		}
	}
	if p.Side, err = s.codeSide(ctx, at, folder, file); err != nil {
		return err
	}
	if file == "" {
		return nil
	}
	p.File, err = s.codeFile(ctx, at, file)
	return err
}

// codeNames is how many names of a folder are listed at once.
const codeNames = 500

// codeSide lists a folder, from which a file may be open.
func (s *server) codeSide(ctx context.Context, at codeAt, folder, file string) (pages.CodeSide, error) {
	side := pages.CodeSide{Title: cmp.Or(folder, "The repository"), Empty: "This folder is empty."}
	if folder != "" {
		side.Up = at.address(folderPath(folder))
	}
	here, err := at.mirror.Entry(ctx, at.commit, folder)
	var entries []mirrors.Entry
	if err == nil {
		entries, err = at.mirror.List(ctx, here)
	}
	if err != nil {
		side.Empty, err = s.noCode(ctx, err, at.named)
		return side, err
	}
	from := int(at.namesOf)
	if from >= len(entries) {
		from = 0
	}
	if from < 0 { // where the file is
		i := slices.IndexFunc(entries, func(e mirrors.Entry) bool { return path.Join(folder, e.Name) == file })
		from = max(i, 0) / codeNames * codeNames
	}
	some := entries[from:min(from+codeNames, len(entries))]
	for _, e := range some {
		side.Items = append(side.Items, codeItem(at, path.Join(folder, e.Name), file, e))
	}
	side.Window = pages.NewWindow("Names", int64(from), int64(len(some)), codeNames, int64(len(entries)), at.window("names"))
	return side, nil
}

func codeItem(at codeAt, where, file string, e mirrors.Entry) pages.CodeItem {
	item := pages.CodeItem{Name: pages.CodeName(e.Name), Href: at.address(where), Current: where == file}
	switch {
	case e.Kind == mirrors.Folder:
		item.Name, item.Sign = item.Name+"/", "▸"
	case !e.IsFile():
		item.Note = string(e.Kind)
	}
	return item
}

// codeFile shows a file, or says what stands in its place.
func (s *server) codeFile(ctx context.Context, at codeAt, name string) (*pages.CodeFile, error) {
	shown := &pages.CodeFile{Name: name}
	e, err := at.mirror.Entry(ctx, at.commit, name)
	if err != nil {
		shown.Why, err = s.noCode(ctx, err, at.named)
		return shown, err
	}
	f, err := at.mirror.File(ctx, e)
	var large *mirrors.TooLargeError
	if errors.As(err, &large) {
		shown.Shown, shown.Why = pages.Size(large.Size), "Files of more than "+pages.Size(mirrors.MostFile)+" are not shown here."
		return shown, nil
	}
	if err != nil {
		shown.Why, err = s.noCode(ctx, err, at.named)
		return shown, err
	}
	if f.Size >= 0 {
		shown.Shown = pages.Size(f.Size)
	}
	if shown.Why = inItsPlace(f); shown.Why != "" {
		return shown, nil
	}
	first, last := 0, 0
	if name == projectYAML && at.action != "" {
		first, last = actionLines(string(f.Text), at.action)
	}
	from := int(at.mostOf)
	if from == 0 && first > 0 {
		from = (first - 1) / pages.TextLines * pages.TextLines
	}
	at.path = name
	shown.FillCode(ctx, pages.LanguageOf(name), string(f.Text), from, first, last, at.window("from"))
	return shown, nil
}

// inItsPlace says what stands in the place of a text; "" if nothing does.
func inItsPlace(f mirrors.File) string {
	switch f.Kind {
	case mirrors.Binary:
		return "This file is no text, and is not shown."
	case mirrors.LargeFile:
		return "The file itself is kept elsewhere (Git LFS). In the repository stands only a pointer to it: `" + pages.Visible(f.Target) + "`."
	case mirrors.Link:
		return "This is a symbolic link to `" + pages.Visible(f.Target) + "`. It is not followed."
	case mirrors.Submodule:
		return "This is another repository, at its commit `" + f.Target + "` (a submodule)."
	}
	return ""
}

// actionLines are the first and the last line of an action in a project.yaml;
// 0 if it has none of that name.
func actionLines(text, action string) (first, last int) {
	read, _ := pipeline.Read([]byte(text))
	a, ok := read.Action(action)
	if !ok {
		return 0, 0
	}
	return a.Line, pipeline.LastLine(text, a.Line, a.Column)
}

// codeAction says what the action is that somebody came from, and leads to the
// files in its command; nil if they came from none.
func (s *server) codeAction(ctx context.Context, at codeAt) (*pages.CodeAction, error) {
	if at.action == "" {
		return nil, nil
	}
	shown := &pages.CodeAction{Name: at.action}
	e, err := at.mirror.Entry(ctx, at.commit, projectYAML)
	var f mirrors.File
	if err == nil {
		f, err = at.mirror.File(ctx, e)
	}
	switch {
	case errors.Is(err, mirrors.ErrNoFile), err == nil && f.Kind != mirrors.Text:
		shown.Why = "There is no `project.yaml` at this commit."
		return shown, nil
	case err != nil:
		shown.Why, err = s.noCode(ctx, err, at.named)
		return shown, err
	}
	read, _ := pipeline.Read(f.Text)
	a, ok := read.Action(at.action)
	if !ok {
		shown.Why = "The `project.yaml` at this commit has no action of this name that can be read."
		return shown, nil
	}
	first, last := actionLines(string(f.Text), a.Name)
	shown.Run = a.Run
	shown.Lines = pages.Link{Text: "Lines " + pages.Count(first) + "–" + pages.Count(last) + " of project.yaml", Href: at.address(projectYAML) + "#action"}
	for _, word := range pipeline.PathsIn(a.Run) {
		e, err := at.mirror.Entry(ctx, at.commit, word)
		if errors.Is(err, mirrors.ErrNoFile) || err == nil && e.Kind == mirrors.Folder {
			continue
		}
		if err != nil {
			_, err = s.noCode(ctx, err, at.named)
			return shown, err
		}
		shown.Scripts = append(shown.Scripts, pages.Link{Text: word, Href: at.address(word), Current: word == at.path})
	}
	return shown, nil
}
