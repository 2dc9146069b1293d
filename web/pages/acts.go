package pages

import (
	"cmp"
	"slices"
	"strings"

	"sallyport/review"
)

// ActButton is an act on the whole request: a form or a link to the page that
// asks first, or a button that says why it cannot be pressed.
type ActButton struct {
	Act   review.Act
	Text  string
	Class string
	Ask   string // the page that asks first; "" for what is done at once
	Form  Form
	Why   string // why not; "" if it can be done
}

// actWords are the acts on the whole request, as their buttons say them. What
// cannot be undone asks first.
var actWords = []struct {
	act   review.Act
	text  string
	class string
	asks  bool
}{
	{review.ActSubmit, "Submit for review", "go", false},
	{review.ActReview, "Submit my review", "go", false},
	{review.ActApprove, "Approve the release…", "ok", true},
	{review.ActReturn, "Return to the author…", "amber", true},
	{review.ActReject, "Reject…", "stop", true},
	{review.ActStop, "Stop the release…", "stop", true},
	{review.ActRecall, "Take it back", "", false},
	{review.ActWithdraw, "Withdraw the request…", "stop", true},
}

// actButtons are the acts that are open or lack something, and those that are
// not for this person, or not for this status.
func actButtons(fs Forms, v *review.RequestView) (acts []ActButton, notNow []NotNow) {
	for _, w := range actWords {
		a := allowance(v, w.act)
		b := ActButton{Act: w.act, Text: w.text, Class: w.class, Why: a.WhyNot}
		switch {
		case a.Allowed && w.asks:
			b.Ask = RequestAddress(v.ID, string(w.act))
		case a.Allowed:
			b.Form = fs.Form(string(w.act), RequestAddress(v.ID, string(w.act)), nil)
			b.Form.Version = v.Version
		}
		if w.act == review.ActReview && a.Code == review.ErrDuplicate.Code {
			b.Text = "My review is in"
		}
		if slices.Contains([]string{review.ErrRole.Code, review.ErrOwnSide.Code, review.ErrStatus.Code}, a.Code) {
			notNow = because(notNow, b)
		} else {
			acts = append(acts, b)
		}
	}
	return acts, notNow
}

// NotNow is what cannot be done for one reason.
type NotNow struct {
	Acts string
	Why  string
}

// because adds an act to those that its reason holds for already.
func because(list []NotNow, b ActButton) []NotNow {
	text := strings.TrimSuffix(b.Text, "…")
	for i := range list {
		if list[i].Why == b.Why {
			list[i].Acts += " · " + text
			return list
		}
	}
	return append(list, NotNow{text, b.Why})
}

// Act is the page that asks before something is done that cannot be undone: in
// words that say what will happen, to how many files, for whom.
type Act struct {
	Frame
	Heading     string
	Lines       []string
	Files       []ActFile
	Form        Form
	Reason      string // the label of the reason; "" if none is asked for
	Hint        string
	Field       string // the reason's name
	Dissents    []string
	Button      string
	Class       string
	Why         string // why it cannot be done now
	Overview    string
	FilesAreFor string
}

func (Act) file() string { return "act.html" }

// ActFile is a file that the act names by its bytes.
type ActFile struct {
	Named string // the file's id and the hash of its bytes
	Path  string
	Size  string
	Short string
}

// asked is what the page for an act says.
var asked = map[review.Act]struct{ heading, line, field, reason, hint, button, class string }{
	review.ActWithdraw: {
		"Withdraw this request?", "The request ends for good and nothing of it is released. Its files can be asked for on another request.",
		"reason", "Reason", "Needed if you do this as an administrator.", "Withdraw the request", "stop",
	},
	review.ActReturn: {
		"Return this request to its author?", "The checkers’ turn ends. The author sees the decisions and the public comments, and can change the request and submit it again.",
		"reason", "Reason, shown to the author", "Needed if not all reviews are in, or if every file is approved.", "Return to the author", "amber",
	},
	review.ActReject: {
		"Reject this request?", "The request ends for good and nothing of it is released. The author sees the reason.",
		"reason", "Reason, shown to the author", "", "Reject the request", "stop",
	},
	review.ActStop: {
		"Stop this release?", "The approval is taken back before delivery begins. The request goes back to the checkers, with its votes as they are.",
		"reason", "Reason", "A checker’s stop has to be answered in words at the next approval.", "Stop the release", "stop",
	},
	review.ActApprove: {
		"Approve this release?", "When the hold is over, these bytes are delivered and cannot be called back. Until then the author or any checker can stop it.",
		"acknowledge", "Why it goes out although a checker disagreed", "Needed if a checker asked for changes or stopped an earlier approval.", "", "go",
	},
}

// Asks reports whether an act has a page that asks first.
func Asks(act review.Act) bool {
	_, ok := asked[act]
	return ok
}

// NewAct makes the page for an act.
func NewAct(b Build, v *review.RequestView, act review.Act) Act {
	words, a := asked[act], allowance(v, act)
	p := Act{
		Frame: b.Frame, Heading: words.heading, Lines: []string{words.line}, Field: words.field, Reason: words.reason,
		Hint: words.hint, Button: words.button, Class: words.class, Why: a.WhyNot, Overview: RequestAddress(v.ID),
		Form: b.Forms.Form(string(act), RequestAddress(v.ID, string(act)), nil),
	}
	p.Title = words.heading
	p.Form.Version = v.Version
	p.Crumbs = b.crumbs(v, string(act))
	p.Lines = append(p.Lines, "It concerns "+Plural(v.Reviews.Outputs, "output file")+" that "+v.Author+" asked for from "+v.Workspace+".")
	if act != review.ActApprove {
		return p
	}
	total, dissent := int64(0), len(v.Dissents) > 0
	for _, g := range v.Groups {
		for _, f := range g.Files {
			if f.Kind != review.Output {
				continue
			}
			total += f.Size
			p.Files = append(p.Files, ActFile{string(f.ID) + ":" + f.SHA256, f.Path, Size(f.Size), short(f.SHA256)})
			dissent = dissent || disagreed(f)
		}
	}
	if !dissent && p.Form.Error == "" {
		p.Reason = ""
	}
	for _, d := range v.Dissents {
		p.Dissents = append(p.Dissents, dissentText(d, v))
	}
	p.FilesAreFor = Plural(len(p.Files), "file") + ", " + Size(total) + " in all, asked for by " + v.Author
	p.Button = "Approve " + Plural(len(p.Files), "file") + " for release"
	return p
}

// disagreed reports whether somebody asks for changes of a file.
func disagreed(f review.FileView) bool {
	return myVote(f) == review.RequestChanges ||
		slices.ContainsFunc(f.Votes, func(v review.VoteView) bool { return v.Vote == review.RequestChanges })
}

func dissentText(d review.DissentView, v *review.RequestView) string {
	return cmp.Or(dissent(d, v), d.By)
}
