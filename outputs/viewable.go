package outputs

import (
	"context"
	"path"
	"strings"

	"sallyport/pipeline"
)

// maxPlaceholder bounds the note that stands in an excluded output's place: a
// few lines of text, so that anything larger is something else.
const maxPlaceholder = 64 << 10

// manifestPath is where a workspace's manifest lies.
const manifestPath = "metadata/manifest.json"

// Viewable names a file of a workspace that a researcher may open (product
// rule: docs/workspaces.md, "What a researcher may open"). Only the View
// functions make one, and none of them makes one for a highly_sensitive
// output. The zero Viewable names nothing and is refused.
type Viewable struct {
	workspace string
	path      string
	sha256    string // the bytes that the manifest names, "" if it names none
	size      int64  // of those bytes; -1 if not known
	limit     int64  // the largest size that is opened; 0 is no limit
}

// Workspace returns the name of the workspace.
func (v Viewable) Workspace() string { return v.workspace }

// Path returns the path within the workspace.
func (v Viewable) Path() string { return v.path }

// ViewOutput returns the output that a manifest's entry describes. It refuses
// whatever is not moderately_sensitive or minimally_sensitive, and what was
// excluded or is out of date.
func ViewOutput(workspace string, e Entry) (Viewable, error) {
	if err := checkView(workspace, e.Path, e.Level); err != nil {
		return Viewable{}, err
	}
	switch {
	case e.Excluded:
		return Viewable{}, &Refused{e.Path, Excluded}
	case e.OutOfDate():
		return Viewable{}, &Refused{e.Path, OutOfDate}
	case e.SHA256 != "" && !validSum(e.SHA256):
		return Viewable{}, &Refused{e.Path, OtherBytes}
	}
	return Viewable{workspace: workspace, path: e.Path, sha256: e.SHA256, size: e.Size}, nil
}

// ViewLinked returns an output of a workspace without a manifest, at the level
// that its job's pipeline declares for it. It refuses what ViewOutput refuses.
func ViewLinked(workspace, name string, level pipeline.Level) (Viewable, error) {
	if err := checkView(workspace, name, level); err != nil {
		return Viewable{}, err
	}
	return Viewable{workspace: workspace, path: name, size: -1}, nil
}

// Listed answers whether a workspace's outputs include one at path, at any
// level and in any state. [Manifest.Listed] is one.
type Listed func(ctx context.Context, path string) (bool, error)

// ViewPlaceholder returns the note "<path>.txt" that stands in the place of an
// excluded output and says why. It refuses it where an output of that name is
// listed: then the file is that output.
func ViewPlaceholder(ctx context.Context, workspace string, e Entry, listed Listed) (Viewable, error) {
	if err := checkView(workspace, e.Path, e.Level); err != nil {
		return Viewable{}, err
	}
	note := e.Path + ".txt"
	switch {
	case !e.Excluded:
		return Viewable{}, &Refused{note, Missing}
	case e.OutOfDate():
		return Viewable{}, &Refused{note, OutOfDate}
	}
	if err := checkUnlisted(ctx, note, listed); err != nil {
		return Viewable{}, err
	}
	return Viewable{workspace: workspace, path: note, size: -1, limit: maxPlaceholder}, nil
}

// ViewLog returns a job's log, "metadata/<action>.log". It refuses any other
// name, and a name that an output is listed under.
func ViewLog(ctx context.Context, workspace, name string, listed Listed) (Viewable, error) {
	if !ValidWorkspace(workspace) {
		return Viewable{}, &Refused{workspace, BadWorkspace}
	}
	if err := checkPath(name); err != nil {
		return Viewable{}, err
	}
	if !isLog(name) {
		return Viewable{}, &Refused{name, NotALog}
	}
	if err := checkUnlisted(ctx, name, listed); err != nil {
		return Viewable{}, err
	}
	return Viewable{workspace: workspace, path: name, size: -1}, nil
}

// checkView refuses what may not be opened as an output of that level.
func checkView(workspace, name string, level pipeline.Level) error {
	if !ValidWorkspace(workspace) {
		return &Refused{workspace, BadWorkspace}
	}
	if err := checkPath(name); err != nil {
		return err
	}
	switch level {
	case pipeline.ModeratelySensitive, pipeline.MinimallySensitive:
	case pipeline.HighlySensitive:
		return &Refused{name, Sensitive}
	default:
		return &Refused{name, NotViewable}
	}
	if sameName(name) == manifestPath {
		return &Refused{name, NotViewable}
	}
	return nil
}

func checkUnlisted(ctx context.Context, name string, listed Listed) error {
	if err := checkPath(name); err != nil {
		return err
	}
	if listed == nil {
		return &Refused{name, NotViewable}
	}
	yes, err := listed(ctx, name)
	if err != nil {
		return err
	}
	if yes {
		return &Refused{name, IsOutput}
	}
	return nil
}

// isLog reports whether name is where a job's log lies.
func isLog(name string) bool {
	folder, file := path.Split(name)
	return folder == "metadata/" && strings.HasSuffix(file, ".log") && file != ".log"
}
