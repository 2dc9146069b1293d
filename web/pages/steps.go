package pages

import (
	"net/url"
	"strings"

	"sallyport/review"
)

// Step is a part of the author's way from an empty draft to its submission.
type Step struct {
	Done bool
	Text string
	Href string // where it is done; "" for what is done
}

// steps lead the author to the submission: what is done, and all that is not.
func steps(v *review.RequestView) []Step {
	if !may(v, review.ActTitle) {
		return nil
	}
	list := []Step{{true, "Choose the files that are to be released: " + Plural(v.Reviews.Outputs, "file") + " so far", ""}}
	described := true
	for _, l := range v.Lacks() {
		switch {
		case l.File != "": // checkSteps says it
		case l.Group == "":
			list[0] = Step{false, "Choose the files that are to be released", "/workspaces/" + url.PathEscape(v.Workspace)}
		default:
			described = false
			list = append(list, Step{false, l.Why.Message, "#group-" + string(l.Group)})
		}
	}
	list = append(list, checkSteps(v)...)
	if list[0].Done && described {
		list = append(list, Step{true, "Every group says what its files are and which controls were applied", ""})
	}
	submit := Step{false, "Submit it for review", ""}
	if may(v, review.ActSubmit) {
		submit.Href = "#form-" + string(review.ActSubmit)
	}
	return append(list, submit)
}

// checkSteps are what the disclosure checks still ask of the author.
func checkSteps(v *review.RequestView) []Step {
	if len(filesIn(v)) == 0 {
		return nil
	}
	at := FindingsLook{Which: "open"}.Address(v.ID)
	var list []Step
	if n := waitingFindings(v); n > 0 {
		list = []Step{{false, "Answer " + Plural(n, "finding") + " of the disclosure checks, or put the files right", at}}
	}
	if progress := checkingWords(v); progress != "" {
		list = append(list, Step{false, "Wait for the disclosure checks: they go on by themselves. " + progress, ""})
	}
	if len(list) > 0 {
		return list
	}
	return []Step{{true, "The disclosure checks have finished, and no finding waits for an answer", ""}}
}

// FindFiles finds files of a request by a part of their paths.
type FindFiles struct {
	Action string
	Path   string
	Found  string // how many files are shown
	shown  int
	all    int
}

// Many is how many files a request has before it can be searched, and before
// groups of more than manyInGroup are folded.
const (
	manyFiles   = 40
	manyInGroup = 20
)

// findFiles is there for requests with many files.
func findFiles(b Build, v *review.RequestView) *FindFiles {
	f := &FindFiles{Action: RequestAddress(v.ID), Path: strings.TrimSpace(b.Path)}
	for _, g := range v.Groups {
		f.all += len(g.Files)
	}
	if f.all < manyFiles {
		return nil
	}
	f.Found = Plural(f.all, "file")
	return f
}

func (f *FindFiles) narrowed() bool { return f != nil && f.Path != "" }

// keeps narrows a group to the files that are looked for, or folds it if it is
// long, and reports whether it is shown.
func (f *FindFiles) keeps(g *Group) bool {
	if f == nil {
		return true
	}
	if f.Path == "" {
		g.Folded = len(g.Files) > manyInGroup
		return true
	}
	var found []File
	for _, file := range g.Files {
		if strings.Contains(strings.ToLower(file.Path), strings.ToLower(f.Path)) {
			found = append(found, file)
		}
	}
	g.Files = found
	f.shown += len(found)
	f.Found = Count(f.shown) + " of " + Plural(f.all, "file")
	return len(found) > 0
}
