// Package parts holds the templates that several pages share: the frame around
// every page, and the things that stand on more than one. Each file says what
// data it takes.
package parts

import "embed"

// Files are the templates.
//
//go:embed *.html
var Files embed.FS
