package outputs

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"sallyport/pipeline"
)

// entryJSON is an entry as it stands in the manifest. Its fields remember how
// they were given, because encoding/json takes the last of several of the same
// name, and takes "LEVEL" for "level".
type entryJSON struct {
	Level           textField   `json:"level"`
	JobID           textField   `json:"job_id"`
	JobRequest      textField   `json:"job_request"`
	Action          textField   `json:"action"`
	User            textField   `json:"user"`
	Repo            textField   `json:"repo"`
	Commit          textField   `json:"commit"`
	Size            numberField `json:"size"`
	Timestamp       numberField `json:"timestamp"`
	ContentHash     textField   `json:"content_hash"`
	Excluded        boolField   `json:"excluded"`
	Message         textField   `json:"message"`
	RowCount        numberField `json:"row_count"`
	ColCount        numberField `json:"col_count"`
	OutOfDateAction boolField   `json:"out_of_date_action"`
	OutOfDateOutput boolField   `json:"out_of_date_output"`
}

// given is how a field was given.
type given struct {
	times int8
	wrong bool
}

func (g *given) count() {
	if g.times < 2 {
		g.times++
	}
}

// maxText bounds a text field, in bytes. Messages of several checks are the
// longest, and a few hundred bytes.
const maxText = 16 << 10

type textField struct {
	given
	text string
}

func (f *textField) UnmarshalJSON(b []byte) error {
	f.count()
	if isNull(b) {
		return nil
	}
	if inner, ok := simpleString(b); ok {
		f.text = string(inner)
	} else if json.Unmarshal(b, &f.text) != nil {
		f.wrong = true
	}
	f.wrong = f.wrong || len(f.text) > maxText
	return nil
}

type numberField struct {
	given
	number string // "" if not given
}

func (f *numberField) UnmarshalJSON(b []byte) error {
	f.count()
	switch {
	case isNull(b):
	case b[0] == '-' || '0' <= b[0] && b[0] <= '9':
		f.number = string(b)
	default:
		f.wrong = true
	}
	return nil
}

type boolField struct {
	given
	yes bool
}

func (f *boolField) UnmarshalJSON(b []byte) error {
	f.count()
	switch {
	case isNull(b), string(b) == "false":
	case string(b) == "true":
		f.yes = true
	default:
		f.wrong = true
	}
	return nil
}

func isNull(b []byte) bool { return string(b) == "null" }

// simpleString returns what is between the quotes if it stands for itself.
func simpleString(b []byte) ([]byte, bool) {
	if len(b) < 2 || b[0] != '"' {
		return nil, false
	}
	inner := b[1 : len(b)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		return nil, false
	}
	for _, c := range inner {
		if c >= 0x80 {
			return nil, false
		}
	}
	return inner, true
}

// fault returns what is wrong with how the fields were given, or "".
func (e *entryJSON) fault() string {
	for _, f := range []struct {
		name string
		given
	}{
		{"level", e.Level.given}, {"job_id", e.JobID.given}, {"job_request", e.JobRequest.given},
		{"action", e.Action.given}, {"user", e.User.given}, {"repo", e.Repo.given},
		{"commit", e.Commit.given}, {"size", e.Size.given}, {"timestamp", e.Timestamp.given},
		{"content_hash", e.ContentHash.given}, {"excluded", e.Excluded.given},
		{"message", e.Message.given}, {"row_count", e.RowCount.given}, {"col_count", e.ColCount.given},
		{"out_of_date_action", e.OutOfDateAction.given}, {"out_of_date_output", e.OutOfDateOutput.given},
	} {
		if f.times > 1 {
			return "gives " + f.name + " more than once"
		}
		if f.wrong {
			return "has a wrong " + f.name
		}
	}
	return ""
}

// entry returns the entry, or what is wrong with it.
func (e *entryJSON) entry(path string) (Entry, string) {
	if fault := e.fault(); fault != "" {
		return Entry{}, fault
	}
	level := pipeline.Level(e.Level.text)
	if !level.Known() {
		return Entry{}, "has no known level"
	}
	size, okSize := e.Size.count64(-1)
	rows, okRows := e.RowCount.optional()
	columns, okColumns := e.ColCount.optional()
	written, okTime := e.Timestamp.time()
	sum := strings.ToLower(e.ContentHash.text)
	switch {
	case !okSize:
		return Entry{}, "has a wrong size"
	case !okTime:
		return Entry{}, "has a wrong timestamp"
	case !okRows:
		return Entry{}, "has a wrong row_count"
	case !okColumns:
		return Entry{}, "has a wrong col_count"
	case sum != "" && !validSum(sum):
		return Entry{}, "has a wrong content_hash"
	}
	return Entry{
		Path: path, Level: level, JobID: e.JobID.text, JobRequest: e.JobRequest.text, Action: e.Action.text,
		User: e.User.text, Repo: e.Repo.text, Commit: e.Commit.text, Size: size, Written: written, SHA256: sum,
		Excluded: e.Excluded.yes, Message: e.Message.text, Rows: rows, Columns: columns,
		OutOfDateAction: e.OutOfDateAction.yes, OutOfDateOutput: e.OutOfDateOutput.yes,
	}, ""
}

// count64 returns a number of things; missing stands for none given.
func (f *numberField) count64(missing int64) (int64, bool) {
	if f.number == "" {
		return missing, true
	}
	n, err := strconv.ParseInt(f.number, 10, 64)
	return n, err == nil && n >= 0
}

func (f *numberField) optional() (*int64, bool) {
	if f.number == "" {
		return nil, true
	}
	n, ok := f.count64(0)
	return &n, ok
}

// lastSecond is the end of the year 9999, the last that RFC 3339 can write.
const lastSecond = 253402300799

// time returns seconds since 1970 as a time in microseconds.
func (f *numberField) time() (time.Time, bool) {
	if f.number == "" {
		return time.Time{}, true
	}
	s, err := strconv.ParseFloat(f.number, 64)
	if err != nil || s < 0 || s > lastSecond {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(s * 1e6))).UTC(), true
}

// validSum reports whether s is a SHA-256 in lower-case hex.
func validSum(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
