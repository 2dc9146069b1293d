// Package help holds the help of the program: pages in Markdown, written by us,
// which are rendered once at start. Nothing that people using the program wrote
// comes here.
package help

import (
	"embed"
	"fmt"
)

//go:embed *.md
var files embed.FS

// Topics are the pages in the order of the way through them, by the last part
// of their address; "" is the first.
var topics = []string{"", "request", "review", "words", "keys"}

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
		source, err := files.ReadFile(name)
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
