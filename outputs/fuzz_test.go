package outputs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sallyport/pipeline"
)

// FuzzManifest: whatever the bytes, a manifest is read or refused with its
// place; what is read is sorted, valid, and no more open than any of its
// entries says.
func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		``, `{}`, `[]`, `{"outputs": null}`, `{"outputs": {}}{}`, `{"outputs": []}`, `{"x": [[[[{"a": 1}]]]], "outputs": {}}`,
		`{"outputs": {"a.csv": {"level": "moderately_sensitive", "size": 1, "timestamp": 1.5, "row_count": 0, "excluded": true}}}`,
		`{"outputs": {"a": {"level": "highly_sensitive"}, "A": {"level": "moderately_sensitive"}, "a": []}}`,
		`{"outputs": {"../a": {"level": "highly_sensitive"}, "b\ud800": {}, "": null, "c": {"level": "minimally_sensitive", "LEVEL": 1}}}`,
		`{"outputs": {"caf\u00e9": {"level": "highly_sensitive"}, "cafe\u0301": {"level": "moderately_sensitive", "content_hash": "` +
			strings.Repeat("0", 64) + `"}}}`, "{\"outputs\": {\"\xff\": {\"level\": \"highly_sensitive\"}}}",
	} {
		f.Add([]byte(text))
	}
	lim := limits{bytes: 1 << 16, entries: 100, value: 1 << 12, depth: 8}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(t.Context(), strings.NewReader(string(data)), int64(len(data)), lim)
		if err != nil {
			e, ok := errors.AsType[*ManifestError](err)
			if !ok || e.Line < 1 || e.Offset < 0 || e.Offset > int64(len(data)) || m != nil {
				t.Fatalf("parseManifest = %v, %v, want a place within the file", m, err)
			}
			return
		}
		if len(m.Outputs) > lim.entries || !slices.IsSortedFunc(m.Outputs, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("%d outputs, sorted or too many", len(m.Outputs))
		}
		for _, p := range m.Problems {
			if !utf8.ValidString(p.Name) || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }) {
				t.Fatalf("problem with %q", p.Name)
			}
		}
		checkEntries(t, m)
	})
}

func checkEntries(t *testing.T, m *Manifest) {
	sensitive := map[string]bool{}
	for _, e := range m.Outputs {
		if e.Level == pipeline.HighlySensitive {
			sensitive[fmt.Sprint(sameName(e.Path), e.SHA256)] = true
		}
	}
	for i, e := range m.Outputs {
		if err := checkPath(e.Path); err != nil || !e.Level.Known() || e.SHA256 != "" && !validSum(e.SHA256) || e.Size < -1 {
			t.Fatalf("output %+v: %v", e, err)
		}
		if i > 0 && m.Outputs[i-1].Path == e.Path {
			t.Fatalf("%q is there twice", e.Path)
		}
		_, err := ViewOutput("w", e)
		if closed := sensitive[fmt.Sprint(sameName(e.Path), e.SHA256)]; closed && err == nil {
			t.Fatalf("%q can be opened, and is highly_sensitive", e.Path)
		}
		if listed, err := m.Listed(t.Context(), e.Path); !listed || err != nil {
			t.Fatalf("%q is not listed", e.Path)
		}
	}
}
