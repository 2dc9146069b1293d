package release

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sallyport/review"
)

// manifest is the document that a directory has beside the files of a release
// when all of them are there (docs/release.md "The manifest").
type manifest struct {
	Version   int              `json:"v"`
	Request   review.RequestID `json:"request"`
	Workspace string           `json:"workspace"`
	Files     []manifestFile   `json:"files"`
}

type manifestFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes
}

// encodeManifest gives the same bytes for the same files, in whatever order
// they are.
func encodeManifest(of Release, files []File) ([]byte, error) {
	m := manifest{Version: 1, Request: of.Request, Workspace: of.Workspace, Files: []manifestFile{}}
	for _, f := range files {
		m.Files = append(m.Files, manifestFile(f))
	}
	slices.SortFunc(m.Files, func(a, b manifestFile) int { return cmp.Compare(a.Path, b.Path) })
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return append(b, '\n'), nil
}

// manifestName is the name of the manifest: manifest.json, or, where a file of
// the release has that place, the first of manifest-1.json, manifest-2.json and
// so on that is free. Some file systems take names that differ by case for one.
func manifestName(files []File) string {
	taken := map[string]bool{}
	for _, f := range files {
		first, _, _ := strings.Cut(f.Path, "/")
		taken[strings.ToLower(first)] = true
	}
	name := "manifest.json"
	for i := 1; taken[name]; i++ {
		name = fmt.Sprintf("manifest-%d.json", i)
	}
	return name
}
