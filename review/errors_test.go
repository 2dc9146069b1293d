package review

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// statuses are what web answers for each kind.
var statuses = map[ErrorKind]int{
	Invalid: 422, Forbidden: 403, NotFound: 404, Conflict: 409, Precondition: 428, Unavailable: 503, TooLarge: 413,
}

// refusals are the sentinels by their names in the source.
var refusals = map[string]*Error{
	"ErrNotFound": ErrNotFound, "ErrRole": ErrRole, "ErrOwnSide": ErrOwnSide, "ErrStatus": ErrStatus, "ErrChanged": ErrChanged,
	"ErrIfMatch": ErrIfMatch, "ErrReviews": ErrReviews, "ErrNotReviewer": ErrNotReviewer, "ErrUnvoted": ErrUnvoted,
	"ErrComment": ErrComment, "ErrTexts": ErrTexts, "ErrNoOutput": ErrNoOutput, "ErrFindings": ErrFindings, "ErrChecks": ErrChecks, "ErrDuplicate": ErrDuplicate,
	"ErrReleased": ErrReleased, "ErrRequestable": ErrRequestable, "ErrContradicts": ErrContradicts, "ErrConflicted": ErrConflicted,
	"ErrAcknowledge": ErrAcknowledge, "ErrKeyReused": ErrKeyReused, "ErrInvalid": ErrInvalid, "ErrTooLarge": ErrTooLarge,
	"ErrUnavailable": ErrUnavailable, "ErrHeld": ErrHeld, "ErrNoVote": ErrNoVote, "ErrNothing": ErrNothing, "ErrNoReason": ErrNoReason,
	"ErrUnknownGroup": ErrUnknownGroup, "ErrUnknownFile": ErrUnknownFile,
}

const errorsHead = `# Errors

The codes of refusals, in the order in which an act is looked at: 401 without identity; 404 for what one may not know of;
403 for what one may see but not do; 428 without ` + "`If-Match`" + `; 409 for what cannot be done as things stand; 422 for what is wrong in itself
(a body of the wrong shape is 422 right after 401). Codes are stable; the words say more and may change. Generated from
` + "`review/errors.go` by `go test ./review/ -run TestErrors -update`" + `.

| status | code | in general words |
|---|---|---|
| 401 | ` + "`unauthenticated`" + ` | Nobody, or nobody known, asks. |
| 429 | ` + "`rate_limited`" + ` | Too many attempts; ` + "`Retry-After`" + ` says when the next may be made. |
| 500 | ` + "`internal`" + ` | Something broke. The log has it under the answer's request id; nothing was done. |
`

// TestErrors compares docs/errors.md with the sentinels.
func TestErrors(t *testing.T) {
	var lines []string
	for _, e := range refusals {
		line := fmt.Sprintf("| %d | `%s` | %s |\n", statuses[e.Kind], e.Code, e.Message)
		if e.Kind == Internal || e.Code == "" || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%+v is not fit to be shown", e)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	golden(t, "../docs/errors.md", errorsHead+strings.Join(slices.Compact(lines), ""))
}

// TestEveryRefusalIsListed: errors.go has no sentinel that the table lacks.
func TestEveryRefusalIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				names = append(names, n.Name)
			}
		}
	}
	slices.Sort(names)
	same(t, "sentinels", names, sortedKeys(refusals))
}

func TestErrorIs(t *testing.T) {
	err := fmt.Errorf("in a wrapping: %w", ErrComment.with("The group “%s” waits.", "a"))
	switch {
	case !errors.Is(err, ErrComment):
		t.Error("other words make another refusal")
	case errors.Is(err, ErrTexts), errors.Is(ErrReviews, ErrNotReviewer), errors.Is(ErrReviews, errors.New("x")):
		t.Error("two refusals are taken for one")
	case asError(errors.New("disk")).Kind != Internal:
		t.Error("an error that nobody classified may be shown")
	}
}
