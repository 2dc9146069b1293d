package outputs

import (
	"strings"
	"unicode"
)

// sameName returns a key that is equal for any two paths which a file system
// that ignores letter case or Unicode form (NTFS, APFS, many network mounts)
// takes for the same file. It may be equal for others too: outside ASCII it
// keeps nothing, since é is one letter or two depending on its form. It is
// used to refuse, never to find.
func sameName(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return r >= 0x80 || 'A' <= r && r <= 'Z' }) {
		return path
	}
	key := make([]byte, 0, len(path))
	base := false // the last byte of key may be the letter of a following accent
	for _, r := range path {
		switch {
		case r == '\u212a': // the Kelvin sign is a K
			key, base = append(key, 'k'), true
		case r == '\u017f': // the long s is an s
			key, base = append(key, 's'), true
		case r < 0x80:
			key, base = append(key, byte(unicode.ToLower(r))), r != '/' //nolint:gosec // below 0x80
		default:
			if base && unicode.Is(unicode.Mn, r) {
				key = key[:len(key)-1]
			}
			base = false
		}
	}
	return string(key)
}
