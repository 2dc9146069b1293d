package pages

// Message is a page that says something: that there is no such page, that
// somebody may not do a thing, that they are signed out.
type Message struct {
	Frame
	Heading string
	Lines   []string
	Links   []Link
	Request string // the id under which the log has it; "" if nobody needs it
}

func (Message) file() string { return "message.html" }

// Again is shown when a session ended in the middle of a form: what was typed
// is kept in it, to be sent once more after signing in.
type Again struct {
	Frame
	Action string
	SignIn string
	Kept   []Kept // what people type, shown
	Hidden []Kept // the rest
}

// Kept is one field of a form that could not be taken.
type Kept struct {
	Name  string
	Label string
	Value string
}

func (Again) file() string { return "again.html" }
