package pages

// Comparison is what differs between two commits of a repository.
type Comparison struct {
	Frame
	Heading  string
	Sentence string
	Why      string // why there is none
	Side     CodeSide
	Path     string // of the file that is shown; "" for none
	What     string // what happened to it
	Notes    []string
	Diff     Difference
	Facts    []Fact
	Whole    []Link // the file at either commit
	Outside  []Link
	Back     Link
}

func (Comparison) file() string { return "comparison.html" }
