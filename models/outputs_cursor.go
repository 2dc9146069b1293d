package models

import (
	"encoding/base64"
	"strconv"
	"strings"

	"sallyport/pipeline"
	"sallyport/review"
)

// outputCursor is the last item of a page.
type outputCursor struct {
	file bool
	path string // its name, or its path where all below is listed
	key  string // what it was sorted by, if not by that
}

// String is the cursor as it leaves the program.
func (c outputCursor) String() string {
	text := "d" + c.path
	switch {
	case c.file && c.key != "":
		text = "k" + c.path + "\x00" + c.key
	case c.file:
		text = "f" + c.path
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// readOutputCursor reads what String made; "" is the beginning.
func readOutputCursor(text string) (outputCursor, error) {
	if text == "" {
		return outputCursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < 2 {
		return outputCursor{}, errCursor
	}
	path, key, keyed := strings.Cut(string(b[1:]), "\x00")
	c := outputCursor{file: b[0] != 'd', path: path, key: key}
	if !strings.ContainsRune("dfk", rune(b[0])) || keyed != (b[0] == 'k') || pipeline.ValidPath(path) != nil {
		return outputCursor{}, errCursor
	}
	return c, nil
}

var errCursor = refuse(review.ErrInvalid, "This cursor is not one that a list gave.")

// sortText is what an item is sorted by, as a cursor has it: what the sort key
// of its page gives.
func sortText(by review.OutputSort, i Item) string {
	switch by {
	case review.ByLevel:
		return strconv.Itoa(map[string]int{review.ModeratelySensitive: 1, review.MinimallySensitive: 2}[i.Level])
	case review.BySize:
		if i.Level == review.HighlySensitive {
			return "-1"
		}
		return strconv.FormatInt(i.Size, 10)
	case review.ByAction:
		return "a" + i.Action
	case review.ByWritten:
		return strconv.FormatInt(micros(i.Written), 10)
	case review.ByName, review.ByStanding:
	}
	return ""
}

// sortValue reads what sortText made, as a statement takes it.
func sortValue(by review.OutputSort, text string) (any, error) {
	switch by {
	case review.ByName, review.ByStanding:
		return "", nil
	case review.ByAction:
		action, ok := strings.CutPrefix(text, "a")
		if !ok || strings.Contains(action, "\x00") {
			return nil, errCursor
		}
		return action, nil
	case review.ByLevel, review.BySize, review.ByWritten:
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, errCursor
	}
	return n, nil
}
