package pages

import (
	"sallyport/checks/acro"
)

// ACROSays is what ACRO says of a file beside its verdicts, which are findings.
type ACROSays struct {
	Source     string
	Checksum   string
	Words      []ACROWords
	Thresholds []string // where ACRO's are other than the policy's
	More       string   // how many words are not shown
}

// ACROWords are what somebody wrote into ACRO.
type ACROWords struct{ As, Text string }

// The bounds of what is shown of ACRO's words.
const (
	mostACROWords = 10
	longACROWords = 600
)

// newACROSays is nil where ACRO says nothing. People's words and the tool's are
// told apart.
func newACROSays(of *acro.OfFile) *ACROSays {
	if of == nil {
		return nil
	}
	p := &ACROSays{Source: Visible(of.Source), Checksum: "The file is " + of.Checksum.Says() + "."}
	left := 0
	say := func(as, text string) {
		if text == "" {
			return
		}
		if len(p.Words) == mostACROWords {
			left++
			return
		}
		text, _ = clip(text, longACROWords)
		p.Words = append(p.Words, ACROWords{as, Visible(text)})
	}
	for _, o := range of.Outputs {
		for _, text := range o.Comments {
			say("Comment", text)
		}
		say("Exception asked for", o.Exception)
		for _, text := range o.Remarks {
			say("Written by ACRO", text)
		}
	}
	if left > 0 {
		p.More = "and " + Count(left) + " more"
	}
	for _, text := range of.Thresholds {
		p.Thresholds = append(p.Thresholds, Visible(text))
	}
	return p
}
