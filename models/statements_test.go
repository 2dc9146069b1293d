package models

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// Slow statements are named, their parameters are not: they are personal data.
func TestSlowStatementsAreLogged(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		var out bytes.Buffer
		c := testConfig(url, &clock{})
		c.Log = slog.New(slog.NewJSONHandler(&out, nil))
		later := time.Duration(0)
		c.Now = func() time.Time { return time.Now().Add(later) }
		s := must[*Store](t)(Open(t.Context(), c))
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		look := func() {
			t.Helper()
			if _, err := on[personRow](s.reader).Where("username = ?", "somebody").Find(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		look()
		if out.Len() > 0 {
			t.Errorf("the log has %s", out.String())
		}
		later = 2 * slow
		look()
		if got := out.String(); !strings.Contains(got, "slow statement") || !strings.Contains(got, "username") || strings.Contains(got, "somebody") {
			t.Errorf("the log has %s", got)
		}
		if _, err := s.PersonByUsername(t.Context(), "somebody"); err == nil || strings.Contains(out.String(), "somebody") {
			t.Errorf("looking for nobody = %v, the log has %s", err, out.String())
		}
	})
}
