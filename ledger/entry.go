package ledger

import (
	"encoding/json"
	"errors"
	"time"
)

// Format is the version of the entry format, the member "v" of an entry.
const Format = 1

// MaxEntry is the greatest number of bytes of an entry.
const MaxEntry = 32 << 10

// TimeLayout is how times are written in entries: UTC, microseconds.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

var (
	// ErrTooLarge is the answer to an entry of more than MaxEntry bytes, or an
	// export line of more than MaxLine.
	ErrTooLarge = errors.New("ledger: too large")
	// ErrInvalid is the answer to an entry whose members cannot be right.
	ErrInvalid = errors.New("ledger: not a valid entry")
	// ErrNotCanonical is the answer to bytes that Encode would not have written.
	ErrNotCanonical = errors.New("ledger: not the canonical bytes of an entry")
)

// Kind says what kind of actor did an act. The values are stored.
type Kind string

// The kinds of actor.
const (
	Person   Kind = "person"   // somebody with an account
	Service  Kind = "service"  // a backend, by its token
	System   Kind = "system"   // the program itself, in a worker
	Operator Kind = "operator" // somebody at the server's command line
)

// Entry is one record of the ledger. What is empty is left out of its bytes;
// docs/ledger.md describes every member.
type Entry struct {
	Act     string    `json:"act"`               // what was done: "submit", "delivery_begun"
	At      time.Time `json:"-"`                 // whole microseconds
	Actor   Actor     `json:"actor"`             // who did it
	Role    string    `json:"role,omitempty"`    // the role that was used; never of the system
	Grant   string    `json:"grant,omitempty"`   // the id of that role's grant; never of the system
	Stream  string    `json:"stream,omitempty"`  // what the event belongs to: "request/01J…"
	Version int64     `json:"version,omitempty"` // the event's place in its stream, from 1; openings have none
	Place   Place     `json:"place,omitzero"`
	Subject Subject   `json:"subject,omitzero"`
	Policy  string    `json:"policy,omitempty"` // SHA-256 of the policy in force, hexadecimal
	Program string    `json:"program"`          // the version of the program
	// Event holds the facts: a JSON object with the event's own version, an
	// integer from 1, as "v". Encode makes it canonical.
	Event json.RawMessage `json:"event"`
}

// Actor is who did an act. A person has an id and a username, a service an id.
type Actor struct {
	ID        string `json:"id,omitempty"`
	Username  string `json:"username,omitempty"`
	Kind      Kind   `json:"kind"`
	Automated bool   `json:"automated,omitempty"` // by a person's token, not by hand
}

// Place is where an act was done, as far as it is known: names, not ids.
type Place struct {
	Project      string `json:"project,omitempty"`
	Workspace    string `json:"workspace,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Backend      string `json:"backend,omitempty"`
}

// Subject is what an act was done to, as far as it is known: ids, paths and
// hashes. What people wrote never stands here (see WordsHash).
type Subject struct {
	Request      string `json:"request,omitempty"`
	Group        string `json:"group,omitempty"`
	File         string `json:"file,omitempty"`
	Path         string `json:"path,omitempty"`
	SHA256       string `json:"sha256,omitempty"` // of the file's bytes
	Comment      string `json:"comment,omitempty"`
	Person       string `json:"person,omitempty"`
	Token        string `json:"token,omitempty"`
	Policy       string `json:"policy,omitempty"` // the scope whose policy it is
	Confirmation string `json:"confirmation,omitempty"`
	JobRequest   string `json:"job_request,omitempty"`
	Job          string `json:"job,omitempty"`
	Release      string `json:"release,omitempty"`
	Destination  string `json:"destination,omitempty"`
	Work         string `json:"work,omitempty"`
}
