package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sallyport/pipeline"
	"sallyport/review"
)

const (
	treeFolders = 200 // of one folder that a tree shows
	treeDepth   = 16  // of open folders, the deepest
)

// Tree reads the folders on the way down to dir, and dir's own: for each of
// them, from the workspace on, the names of the folders in it. It is one
// statement, whatever the size of the workspace; a folder shows at most 200.
func (s *Store) Tree(ctx context.Context, workspace, dir string) (map[string][]string, error) {
	if dir != "" && pipeline.ValidPath(dir) != nil {
		return nil, review.ErrNotFound
	}
	var texts []string
	values := map[string]any{"workspace": workspace, "past": pastFolder, "limit": treeFolders}
	open := openFolders(dir)
	for n, folder := range open {
		texts = append(texts, s.dialect.level(n, folder, values))
	}
	var rows []struct {
		Level int
		Name  string
	}
	if err := s.reader.WithContext(ctx).Raw(strings.Join(texts, "\nUNION ALL\n"), values).Scan(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read the folders of %s: %w", workspace, err))
	}
	tree := map[string][]string{}
	for _, row := range rows {
		tree[open[row.Level]] = append(tree[open[row.Level]], row.Name)
	}
	for _, names := range tree {
		slices.Sort(names)
	}
	return tree, nil
}

// openFolders are dir and what it is in, from the workspace on; of a deep one
// the last.
func openFolders(dir string) []string {
	open := []string{""}
	for i, r := range dir {
		if r == '/' {
			open = append(open, dir[:i])
		}
	}
	if dir != "" {
		open = append(open, dir)
	}
	return open[max(0, len(open)-treeDepth):]
}

// level is the part of a tree's statement for one folder.
func (d dialect) level(n int, folder string, values map[string]any) string {
	prefix, bound, num := "", "", fmt.Sprint(n)
	if folder != "" {
		prefix, bound = folderKey(folder)+"\x01", "AND dir < @end"
	}
	values["prefix"+num], values["from"+num] = prefix, prefix+pastFolder
	values["end"+num], values["skip"+num] = folderKey(folder)+pastFolder, utf8.RuneCountInString(prefix)+1
	text := fmt.Sprintf(foldersQuery, d.firstName(), bound)
	for _, name := range []string{"prefix", "from", "end", "skip"} {
		text = strings.ReplaceAll(text, "@"+name, "@"+name+num)
	}
	return "SELECT " + num + " AS level, name FROM (" + text + ") AS l" + num
}

// likeText is a pattern that matches what contains the text.
func likeText(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(text)) + "%"
}
