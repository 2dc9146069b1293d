package web

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"sallyport/review"
	"sallyport/web/pages"
)

// mostChosen is how many files one act adds, and so how many are chosen at
// once.
var mostChosen = review.AllLimits().PathsAtOnce

// shownOf says how many files of a page can be chosen.
func shownOf(items []pages.Item) string {
	n := 0
	for _, i := range items {
		if i.May {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "Choose the 1 shown that may be requested"
	}
	return fmt.Sprintf("Choose all %s shown that may be requested", pages.Count(n))
}

// belowOf offers to choose more than the page shows, where there may be more.
func belowOf(f folderAt, p pages.Workspace) pages.Below {
	folders := len(p.Items) > 0 && p.Items[0].Folder
	return pages.Below{There: folders || p.Pager.Next != "" || p.Pager.First != "", Match: f.Narrowed(), Ask: f.address()}
}

// matching are the files of a folder and below that match its filter and may
// be requested.
func (f folderAt) matching() review.OutputListing {
	l := f.OutputListing
	l.Deep, l.Cursor = true, ""
	if l.Standing == "" {
		l.Standing = review.StandsOpen
	}
	return l
}

// countBelow answers how many files of a folder and below match and may be
// requested.
func (s *server) countBelow(c *gin.Context, by asking, f folderAt) error {
	found, err := s.Workspaces.Survey(c.Request.Context(), by.rules(), f.matching(), 0)
	if err != nil {
		return err
	}
	below := pages.Below{There: true, Match: f.Narrowed(), Count: "all " + pages.Count(found.Files), Ask: f.address()}
	if found.Files > mostChosen {
		below.Note = fmt.Sprintf("At most %s files are added at once: the first of them by their paths are chosen.", pages.Count(mostChosen))
	}
	return s.showParts(c, http.StatusOK, pages.Workspace{}, below.Part())
}

// allBelow adds to what is chosen all of a folder and below that match, as far
// as one act adds them.
func (s *server) allBelow(c *gin.Context, by asking, f folderAt, chosen []string) (all []string, note string, err error) {
	found, err := s.Workspaces.Survey(c.Request.Context(), by.rules(), f.matching(), mostChosen)
	if err != nil {
		return nil, "", err
	}
	all = unique(append(chosen[:len(chosen):len(chosen)], found.Paths...))
	if len(all) > mostChosen || found.Files > len(found.Paths) {
		all = all[:min(len(all), mostChosen)]
		note = fmt.Sprintf("%s match. At most %s are added at once: these were chosen, the first by their paths. Add them, then come back for the others.",
			pages.Plural(found.Files, "file"), pages.Count(mostChosen))
	}
	return all, note, nil
}

// chosen are the files that were chosen, with those that cannot be requested
// any more apart. Those of the page itself stand there.
func (s *server) chosen(c *gin.Context, by asking, paths []string, here []pages.Item) (pages.Chosen, error) {
	paths = unique(paths)
	paths = paths[:min(len(paths), mostChosen)]
	if len(paths) == 0 {
		return pages.Chosen{}, nil
	}
	found, err := s.Workspaces.Chosen(c.Request.Context(), by.place.Workspace, paths)
	if err != nil {
		return pages.Chosen{}, err
	}
	onPage := make(map[string]bool, len(here))
	for _, i := range here {
		onPage[i.Path] = i.May
	}
	var shown pages.Chosen
	for _, path := range paths {
		f := pages.ChosenFile{Path: path, Href: workspaceAddress(by.place.Workspace, path), Here: onPage[path]}
		o, ok := found[path]
		if !ok {
			o.Path = path
		} else if o.Level != review.HighlySensitive {
			f.Size, f.Bytes = pages.Size(o.Size), o.Size
		}
		st := by.rules().Stands(o)
		if st.WhyNot == nil {
			shown.Files = append(shown.Files, f)
			continue
		}
		f.WhyNot = pages.OfIt(st.WhyNot.Error(), path)
		shown.Gone = append(shown.Gone, f)
	}
	shown.Sentence = pages.ChosenSentence(shown.Files)
	return shown, nil
}

// placesFrom are where one may go on choosing without scripts: by the form, so
// that what is chosen goes along.
func placesFrom(f folderAt, p pages.Workspace) []pages.Choice {
	list := []pages.Choice{{Value: f.address(), Text: "this page"}}
	if p.Pager.Next != "" {
		list = append(list, pages.Choice{Value: p.Pager.Next, Text: "the next page"})
	}
	list = append(list, pages.Choice{Value: p.Root, Text: p.Name + "/"})
	var walk func(in string, nodes []pages.TreeNode)
	walk = func(in string, nodes []pages.TreeNode) {
		for _, n := range nodes {
			list = append(list, pages.Choice{Value: n.Href, Text: in + n.Name + "/"})
			walk(in+n.Name+"/", n.Nodes)
		}
	}
	walk("", p.Tree)
	return list
}
