package review

// The events of the disclosure checks. What a finding says, where it is, and
// what can be worked out of it never enters the log.
type (
	// FileChecked says what the checks found in one file's bytes. Of the
	// findings of weight it names each, up to maxWeighty; the others it counts.
	FileChecked struct {
		File         FileID           `json:"file"`
		SHA256       string           `json:"sha256"`
		Basis        string           `json:"basis"`            // hash of what else is said of the file
		Others       string           `json:"others,omitempty"` // hash of the files of its group, if what was found hangs on them
		Profile      string           `json:"profile"`          // hash of the thresholds and the rules' versions
		Rules        []string         `json:"rules"`            // that ran, with their versions
		PolicyHash   string           `json:"policy_hash"`
		FindingsHash string           `json:"findings_hash"` // of all findings: see docs/ledger.md
		NotExamined  int              `json:"not_examined"`  // how many things were not looked at
		Findings     []CheckedFinding `json:"findings,omitempty"`
		Lesser       int              `json:"lesser"`            // findings of no weight
		Against      []string         `json:"against,omitempty"` // SHA-256s of the request's files that findings name
		noWords
	}
	// FindingsAnswered says what the author's side has to say to findings of
	// one file.
	FindingsAnswered struct {
		File     FileID   `json:"file"`
		SHA256   string   `json:"sha256"`
		Findings []string `json:"findings"`
		Text     Words    `json:"text"`
	}
)

// CheckedFinding is a finding of weight, as the log names it.
type CheckedFinding struct {
	ID     string `json:"id"`
	Rule   string `json:"rule"`
	Weight Weight `json:"weight"`
}

func (e *FindingsAnswered) words() []*Words { return []*Words{&e.Text} }

// Act returns the event's name in the log.
func (*FileChecked) Act() string { return "file_checked" }

// Act returns the event's name in the log.
func (*FindingsAnswered) Act() string { return "findings_answered" }
