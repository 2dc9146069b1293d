// Package help holds the help of the program: pages in Markdown, written by us,
// which are rendered once at start. Nothing that people using the program wrote
// comes here.
package help

import (
	"embed"
	"fmt"
	"regexp"

	"sallyport/docs"
)

//go:embed *.md
var files embed.FS

// Topics are the pages in the order of the way through them, by the last part
// of their address; "" is the first.
var topics = []string{"", "request", "review", checksTopic, "words", "keys"}

// checksTopic is the document of the disclosure checks, which is shown as it is.
const checksTopic = "checks"

// Page is a page of the help.
type Page struct {
	Topic    string
	Title    string
	Headings []Heading
	text     text
}

// Heading is a heading of the second level, which links can lead to.
type Heading struct{ ID, Text string }

// Read renders all pages, by topic.
func Read() (map[string]Page, error) {
	pages := map[string]Page{}
	for _, topic := range topics {
		name := topic + ".md"
		if topic == "" {
			name = "index.md"
		}
		source, err := sourceOf(topic, name)
		if err != nil {
			return nil, fmt.Errorf("help: %w", err)
		}
		p, err := render(source)
		if err != nil {
			return nil, fmt.Errorf("help: %s: %w", name, err)
		}
		p.Topic = topic
		pages[topic] = p
	}
	return pages, nil
}

// sourceOf reads a page.
func sourceOf(topic, name string) ([]byte, error) {
	if topic == checksTopic {
		return forHelp(docs.Checks()), nil
	}
	return files.ReadFile(name)
}

var (
	anchored = regexp.MustCompile(`(?m)^<a id="([a-z0-9-]+)"></a>\n+(#+ .*)$`)
	outside  = regexp.MustCompile(`\[([^\]]*)\]\((?:[a-z-]+\.md|\.\./)[^)]*\)`)
)

// forHelp makes a page of a document: places that are named above a heading are
// the heading's, and what leads to other documents is only its words.
func forHelp(source string) []byte {
	source = anchored.ReplaceAllString(source, "$2 {#$1}")
	return []byte(outside.ReplaceAllString(source, "$1"))
}
