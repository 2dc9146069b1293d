package pages

import (
	"strings"
	"testing"
	"time"

	"sallyport/web/help"
)

// TestHelpHasTheKeys: the help names each key of the review screen.
func TestHelpHasTheKeys(t *testing.T) {
	texts, err := help.Read()
	if err != nil {
		t.Fatal(err)
	}
	p := &RequestFile{Vote: &VoteBar{}, Comment: &CommentForm{}, Submit: &ActButton{}, Download: "/x"}
	keys := p.keys()
	if len(keys) < 5 {
		t.Errorf("only %d keys seen", len(keys))
	}
	for _, k := range keys {
		if !strings.Contains(string(texts["keys"].Text()), "<td><code>"+k.Key+"</code></td>") {
			t.Errorf("the help says nothing of the key %s", k.Key)
		}
	}
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "none", time.Second: "1 second", 10 * time.Minute: "10 minutes", 90 * time.Minute: "1 hour 30 minutes",
		25*time.Hour + time.Second: "25 hours 1 second", time.Millisecond: "none",
	} {
		if got := Lasting(d); got != want {
			t.Errorf("Lasting(%v) = %q, want %q", d, got, want)
		}
	}
}
