// Package docs holds what of the documents the program itself shows.
package docs

import _ "embed" // of a document

//go:embed checks.md
var checks string

// Checks is the document of the disclosure checks, in Markdown.
func Checks() string { return checks }
