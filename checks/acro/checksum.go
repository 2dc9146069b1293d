package acro

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Sum says how a file compares with the checksum that ACRO wrote of it.
type Sum string

// What can be said of checksums.
const (
	Equal      Sum = "equal"
	LineEnds   Sum = "line_ends" // equal but for the ends of lines
	Differs    Sum = "differs"
	Missing    Sum = "missing"    // there is no file
	None       Sum = "none"       // there is a file, and no checksum
	Unreadable Sum = "unreadable" // what stands in its place is no checksum
)

// Checksum is a file compared with its checksum.
type Checksum struct {
	Sum     Sum    `json:"state"`
	Written string `json:"written_with,omitempty"` // ends of lines when the checksum was made: LF or CRLF
	Found   string `json:"found_with,omitempty"`   // and now
}

// Says is what the file is then, in words.
func (c Checksum) Says() string {
	switch c.Sum {
	case Equal:
		return "equal to the checksum"
	case LineEnds:
		return fmt.Sprintf("different from the checksum only by line ends (%s when it was written, now %s)", c.Written, c.Found)
	case Differs:
		return "different from the checksum: not what ACRO wrote"
	case Missing:
		return "missing"
	case Unreadable:
		return "with a checksum that cannot be read"
	}
	return "without a checksum"
}

// checksums is the folder of checksums, beside the results.
const checksums = "checksums"

// wanted reads the checksum of a file; "" and None if there is none.
func wanted(folder fs.FS, name string) (string, Sum) {
	const long = 200
	at := path.Join(checksums, name+".txt")
	switch err := regular(folder, at); {
	case errors.Is(err, fs.ErrNotExist):
		return "", None
	case err != nil:
		return "", Unreadable
	}
	data, err := readAll(folder, at, long)
	if err != nil {
		return "", Unreadable
	}
	sum := strings.ToLower(strings.TrimSpace(string(data)))
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size {
		return "", Unreadable
	}
	return sum, Equal
}

// compare compares a file with its checksum.
func compare(folder fs.FS, name string) (Checksum, error) {
	want, sum := wanted(folder, name)
	if err := regular(folder, name); errors.Is(err, fs.ErrNotExist) {
		return Checksum{Sum: Missing}, nil
	} else if err != nil || sum != Equal {
		return Checksum{Sum: sum}, err
	}
	f, err := folder.Open(name)
	if err != nil {
		return Checksum{}, err
	}
	defer f.Close()
	raw := sha256.New()
	unix, dos := &ends{to: sha256.New()}, &ends{to: sha256.New(), crlf: true}
	if _, err := io.Copy(io.MultiWriter(raw, unix, dos), f); err != nil {
		return Checksum{}, err
	}
	switch want {
	case sumOf(raw):
		return Checksum{Sum: Equal}, nil
	case unix.sum():
		return Checksum{LineEnds, "LF", "CRLF"}, nil
	case dos.sum():
		return Checksum{LineEnds, "CRLF", "LF"}, nil
	}
	return Checksum{Sum: Differs}, nil
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// ends hashes what is written to it with other ends of lines: LF, or CRLF.
type ends struct {
	to   hash.Hash
	crlf bool
	cr   bool // the last byte was one that is not hashed yet
	buf  []byte
}

func (e *ends) Write(p []byte) (int, error) {
	e.buf = e.buf[:0]
	for rest := p; len(rest) > 0; {
		if e.cr {
			e.cr = false
			if rest[0] != '\n' {
				e.buf = append(e.buf, '\r')
			}
		}
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			e.buf = append(e.buf, rest...)
			break
		}
		e.buf = append(e.buf, rest[:i]...)
		switch {
		case rest[i] == '\r':
			e.cr = true
		case e.crlf:
			e.buf = append(e.buf, '\r', '\n')
		default:
			e.buf = append(e.buf, '\n')
		}
		rest = rest[i+1:]
	}
	e.to.Write(e.buf)
	return len(p), nil
}

func (e *ends) sum() string {
	if e.cr {
		e.cr = false
		e.to.Write([]byte{'\r'})
	}
	return sumOf(e.to)
}
