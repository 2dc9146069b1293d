package ledger

import (
	"fmt"
	"strings"
	"time"
)

// maxName bounds act, role and the like; maxStream a stream's name.
const (
	maxName   = 64
	maxStream = 256
)

// check reports the first member of e that cannot be right.
func (e Entry) check() error {
	problem := ""
	switch {
	case !isName(e.Act):
		problem = "act is not a name"
	case e.At.Year() < 1 || e.At.UTC().Year() > 9999 || e.At.IsZero():
		problem = "at is not a time between the years 1 and 9999"
	case e.At.Nanosecond()%int(time.Microsecond) != 0:
		problem = "at is finer than a microsecond"
	case e.Role != "" && !isName(e.Role):
		problem = "role is not a name"
	case e.Role == "" && e.Grant != "":
		problem = "a grant stands without its role"
	case e.Stream != "" && !isStream(e.Stream):
		problem = "stream is not a kind, a slash and a name"
	case e.Version < 0 || e.Version > MaxInteger || e.Version > 0 && e.Stream == "":
		problem = "version is not a place in a stream"
	case e.Policy != "" && !isHash(e.Policy), e.Subject.SHA256 != "" && !isHash(e.Subject.SHA256):
		problem = "a hash is not 64 lower-case hexadecimal digits"
	case e.Program == "":
		problem = "program is missing"
	default:
		problem = e.Actor.problem(e.Role)
	}
	if problem != "" {
		return fmt.Errorf("%w: %s", ErrInvalid, problem)
	}
	return nil
}

// problem says what is wrong with an actor who used role.
func (a Actor) problem(role string) string {
	switch a.Kind {
	case Person:
		if a.ID == "" || a.Username == "" {
			return "a person has no id or no username"
		}
	case Service:
		if a.ID == "" {
			return "a service has no id"
		}
	case System, Operator:
		if role != "" {
			return "only people and services act in a role"
		}
	default:
		return "the actor is of no known kind"
	}
	return ""
}

// isName reports whether s is a name as acts and roles have them: lower-case
// letters, then also digits and "_", "-", ".".
func isName(s string) bool {
	if s == "" || len(s) > maxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == ""
}

// isStream reports whether s is a kind of stream, a slash and what it is of.
func isStream(s string) bool {
	kind, of, _ := strings.Cut(s, "/")
	control := strings.ContainsFunc(of, func(r rune) bool { return r < 0x20 || r == 0x7F })
	return isName(kind) && of != "" && !control && len(s) <= maxStream
}

// isHash reports whether s is a SHA-256 in lower-case hexadecimal.
func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
