package pages

import (
	"bytes"
	"fmt"
	"html/template"
)

// Part is a block of a page that is sent by itself, to take the place of the
// same block in a page that is shown already.
type Part struct {
	Block  string // the template
	Data   any    // what it shows; nil: the page
	Target string // the id of what it replaces
	Inside bool   // only what is inside of it is replaced, so that it stays scrolled as it is
	Behind bool   // it stays, and the block comes behind it
}

// MainPart is all of a page that is its own.
var MainPart = Part{Block: "main", Target: "main", Inside: true}

// Parts renders some parts of a page, and its title. Without a part that is
// named, it is all that stands between the page's top and its foot.
func (s *Set) Parts(p Shown, parts ...Part) ([]byte, error) {
	set, ok := s.sets[p.file()]
	if !ok {
		return nil, fmt.Errorf("there is no page %s", p.file())
	}
	if len(parts) == 0 {
		parts = []Part{MainPart}
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "title", p); err != nil {
		return nil, fmt.Errorf("title of %s: %w", p.file(), err)
	}
	for _, part := range parts {
		how, data := "outerHTML", part.Data
		switch {
		case part.Inside:
			how = "innerHTML"
		case part.Behind:
			how = "afterend"
		}
		if data == nil {
			data = p
		}
		// htmx puts what stands in an hx-partial in the place that it names.
		fmt.Fprintf(&b, "\n<hx-partial hx-target=\"#%s\" hx-swap=\"%s show:none\">", template.HTMLEscapeString(part.Target), how)
		if err := set.ExecuteTemplate(&b, part.Block, data); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", part.Block, p.file(), err)
		}
		b.WriteString("</hx-partial>")
	}
	return b.Bytes(), nil
}

// Poll is where a page asks again while what it shows changes by itself, and
// the version that it shows. Without an address it does not ask.
type Poll struct {
	Address string
	Version string
}

// Told is what a page that stays as it is says of a refusal.
type Told struct {
	Heading string
	Lines   []string
	SignIn  string // where one signs in, in another tab; "" if that is not it
	Request string // the id under which the log has it; "" if nobody needs it
}

// Said is a part that tells readers of a screen what happened.
func Said(words string) Part {
	return Part{Block: "said", Data: words, Target: "said", Inside: true}
}

// ToldPart is a refusal that leaves the page as it is.
func ToldPart(t Told) Part {
	return Part{Block: "told", Data: t, Target: "told", Inside: true}
}

// GroupPart is the card of a group, if target is its place on the page; false
// if it is of no group.
func (p Request) GroupPart(target string) (Part, bool) {
	for _, g := range p.Groups {
		if "group-"+g.ID == target {
			return Part{Block: "group", Data: g, Target: target}, true
		}
	}
	return Part{}, false
}

// After are the parts that change after an act that was sent from a group's
// card; none if all of the page does.
func (p Request) After(target, notice string) []Part {
	group, ok := p.GroupPart(target)
	if !ok {
		return nil
	}
	return []Part{Said(notice), {Block: "overview-head", Target: "head"}, {Block: "overview-steps", Target: "steps"}, {Block: "overview-checks", Target: "checks"}, {Block: "overview-acts", Target: "acts"}, group}
}
