package pages

// Log is a job's log of a workspace, or the note that stands in the place of an
// output that was excluded.
type Log struct {
	Frame
	Path      string
	What      string // what it is, in a sentence
	Content   Content
	Reading   Reading
	Workspace string // its address
}

func (Log) file() string { return "log.html" }

// ReleasedContent is one file that was released.
type ReleasedContent struct {
	Frame
	Path     string
	Size     string
	Content  Content
	Download string
	Release  string // its address
	Facts    []Fact
}

func (ReleasedContent) file() string { return "releasedfile.html" }
