package outputs

import (
	"context"
	"path"
	"slices"
	"strings"
)

// Look says of each of some files of a workspace whether it could be opened
// now, without opening or reading any: nil, or why not, in the order of views.
// It refuses what [Dir.Open] refuses but for what only reading shows, other
// bytes of the right size. A folder that several files lie in is opened once.
func (d *Dir) Look(ctx context.Context, workspace string, views []Viewable) []error {
	refused := make([]error, len(views))
	order := make([]int, len(views))
	for i := range order {
		order[i] = i
	}
	folderOf := func(i int) string { return path.Dir(views[i].path) }
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(folderOf(a), folderOf(b)) })
	for len(order) > 0 {
		folder := folderOf(order[0])
		n := 1
		for n < len(order) && folderOf(order[n]) == folder {
			n++
		}
		d.lookIn(ctx, workspace, folder, views, order[:n], refused)
		order = order[n:]
	}
	return refused
}

// lookIn looks at the views that which names, all of one folder.
func (d *Dir) lookIn(ctx context.Context, workspace, folder string, views []Viewable, which []int, refused []error) {
	var parts []string
	if folder != "." {
		parts = strings.Split(folder, "/")
	}
	err := ctx.Err()
	fd := -1
	if err == nil {
		fd, err = d.openFolder(workspace, parts)
	}
	if err == nil {
		defer closeFD(fd)
	}
	for _, i := range which {
		v := views[i]
		switch {
		case v.workspace != workspace:
			refused[i] = &Refused{v.path, NotViewable}
		case err != nil:
			refused[i] = refusal(v.path, err)
		default:
			refused[i] = lookAt(fd, v)
		}
	}
}

// lookAt looks at one file of an open folder.
func lookAt(folder int, v Viewable) error {
	st, err := statAt(folder, path.Base(v.path))
	if err != nil {
		return refusal(v.path, err)
	}
	if reason := st.refusal(); reason != "" {
		return &Refused{v.path, reason}
	}
	if reason := v.misfit(st); reason != "" {
		return &Refused{v.path, reason}
	}
	return nil
}

// misfit is why a file in this state is not the one that v names; "" if it may
// be.
func (v Viewable) misfit(st stat) Reason {
	switch {
	case v.limit > 0 && st.size > v.limit:
		return TooLarge
	case v.sha256 != "" && v.size >= 0 && st.size != v.size:
		return OtherBytes
	}
	return ""
}
