package models

import (
	"encoding/json"
	"testing"
	"time"

	"sallyport/ledger"
)

// An event is found in an entry as a whole reading of it finds it.
func FuzzEventOf(f *testing.F) {
	for _, event := range []string{
		`{"v":1}`, `{"a":{"v":7},"b":["v",{"v":8}],"v":12,"x":"\"v\":3"}`, `{"s":"\\\\","t":",\"event\":{","v":2}`,
		`{"u":"}{][","v":3,"w":{}}`, `{"v":2147483647}`, `{"vv":1,"v":4}`,
	} {
		f.Add(event, "somebody")
	}
	f.Fuzz(func(t *testing.T, event, username string) {
		b, err := ledger.Encode(ledger.Entry{
			Act: "file_added", At: noon.Truncate(time.Microsecond), Actor: ledger.Actor{ID: "1", Username: username, Kind: ledger.Person},
			Stream: "request/1", Version: 1, Program: `,"event":{`, Event: json.RawMessage(event),
		})
		if err != nil {
			return
		}
		var want struct{ Event json.RawMessage }
		var version struct{ V int64 }
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(want.Event, &version); err != nil || version.V > 1<<31 {
			return
		}
		got, v, err := eventOf(b)
		if err != nil || string(got) != string(want.Event) || int64(v) != version.V {
			t.Errorf("eventOf(%s) = %s, %d, %v", b, got, v, err)
		}
	})
}

func TestEventOfRefuses(t *testing.T) {
	for _, b := range []string{"", "{}", `{"act":"a","event":`, `{"act":"a","event":3}`, `{"act":"a","event":{"v":1`, `{"act":"a","event":{"v\`} {
		if _, _, err := eventOf([]byte(b)); err == nil {
			t.Errorf("eventOf(%s) = nil", b)
		}
	}
}
