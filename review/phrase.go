package review

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// sizeWord is a size as people read it.
func sizeWord(n int64) string {
	switch {
	case n >= 1<<20:
		return trimZero(fmt.Sprintf("%.1f", float64(n)/(1<<20))) + " MiB"
	case n >= 1<<10:
		return trimZero(fmt.Sprintf("%.1f", float64(n)/(1<<10))) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }

// typeWord is a file's type by its suffix.
func typeWord(p string) string {
	if ext := path.Ext(p); ext != "" && ext != path.Base(p) {
		return ext
	}
	return path.Base(p)
}

func levelWord(level string) string {
	if level == "" {
		return "of an unknown level"
	}
	return level
}

func because(message string) string {
	if message == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(message, ".")
}

var smallNumbers = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// numberWord writes small numbers as words.
func numberWord(n int) string {
	if n >= 0 && n < len(smallNumbers) {
		return smallNumbers[n]
	}
	return strconv.Itoa(n)
}
