package pages

// Releases lists what was released.
type Releases struct {
	Frame
	Filter Filters
	Rows   []ReleaseRow
	Pager  Pager
}

func (Releases) file() string { return "releases.html" }

// ReleaseRow is a release in a list.
type ReleaseRow struct {
	Href      string
	ID        string
	Workspace string
	Project   string
	Author    string
	State     State
	Begun     Moment
	Released  Moment
}

// Release is what was released by one request.
type Release struct {
	Frame
	Heading string
	State   State
	Facts   []Fact
	Files   []ReleasedFile
	Request string // its address; "" if the viewer may not know of it
}

func (Release) file() string { return "release.html" }

// ReleasedFile is a file that has arrived.
type ReleasedFile struct {
	Path     string
	Href     string // of its page; "" for those who do not open files
	Size     string
	SHA256   string
	Download string // "" for those who do not open files
	Receipts []Receipt
}

// Receipt says that a file arrived somewhere.
type Receipt struct {
	Destination string
	Location    string
	At          Moment
}

// Ledger is the log as an auditor reads it.
type Ledger struct {
	Frame
	Filter  Filters
	Exports []Link
	Entries []LedgerEntry
	Empty   string
	Pager   Pager
}

func (Ledger) file() string { return "ledger.html" }

// LedgerEntry is an entry of the log.
type LedgerEntry struct {
	ID      string
	At      Moment
	By      string
	What    string
	About   string
	Request string
	Href    string // of the request
	SHA256  string // of the bytes that it is about
	Hash    string
	JSON    string
}

// Account is one's own page.
type Account struct {
	Frame
	Name     string
	Username string
	Roles    []Role
	Sessions []Session
	Tokens   []TokenRow
	Make     TokenForm
	Pager    Pager
}

func (Account) file() string { return "account.html" }

// Role is a role with what it reaches.
type Role struct{ Role, Scope string }

// Session is a browser in which one is signed in.
type Session struct {
	Agent   string
	Current bool
	Began   Moment
	Used    Moment
	Expires Moment
	End     Form
}
