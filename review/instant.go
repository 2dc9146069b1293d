package review

import (
	"encoding/json"
	"fmt"
	"time"
)

// instantLayout is the one way a time is written in the log (docs/ledger.md).
const instantLayout = "2006-01-02T15:04:05.000000Z"

// Instant is a time in UTC, to the microsecond: what both databases keep and
// what stands in an entry.
type Instant struct{ time.Time }

// At makes an Instant of t.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Microsecond)} }

// MarshalJSON writes the time with six decimals and a Z.
func (i Instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(i.UTC().Format(instantLayout))
}

// UnmarshalJSON reads exactly what MarshalJSON writes.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t, err := time.Parse(instantLayout, s)
	if err != nil {
		return fmt.Errorf("time %q: %w", s, err)
	}
	*i = At(t)
	return nil
}
