package pages

import (
	"net/url"

	"sallyport/review"
)

// OneFinding is the page of one finding: all of its places, how hidden values
// follow, and the cells of other tables beside those of this one.
type OneFinding struct {
	Frame
	Found
	Heading  string
	Sentence string
	Path     string
	File     string // its page
	Facts    []Fact
	Form     *Form // nil for those who do not answer
	Back     Link  // to all findings of the request
	Unread   string
	of       review.FileID
}

func (OneFinding) file() string { return "findingone.html" }

// NewOneFinding makes the page; nil if the file has no finding of that id.
func NewOneFinding(b Build, v *review.RequestView, id review.FileID, finding string, checked Checked) *OneFinding {
	file := fileOf(v, id)
	if file == nil || checked.Marks == nil {
		return nil
	}
	for _, f := range file.Findings {
		if f.ID == finding {
			return newOneFinding(b, v, *file, f, checked)
		}
	}
	return nil
}

func newOneFinding(b Build, v *review.RequestView, file review.FileView, f review.FindingView, checked Checked) *OneFinding {
	full := reported(checked.Report)[f.ID]
	p := &OneFinding{
		of:    file.ID,
		Frame: b.Frame, Found: newFound(v, file, f, full), Heading: RuleTitle(f.Rule), Path: Visible(file.Path),
		File: RequestAddress(v.ID, "files", string(file.ID)), Sentence: v.StatusSentence,
		Back: Link{Text: "All findings of this request", Href: RequestAddress(v.ID, "findings")},
	}
	p.Title = p.Heading + " – " + baseOf(file.Path)
	p.Crumbs = append(b.crumbs(v, baseOf(file.Path)), Link{Text: "finding"})
	p.Crumbs[len(p.Crumbs)-2].Href = p.File
	p.Facts = []Fact{{Name: "Rule", Text: p.Name, Mono: true, Href: p.Help}, {Name: "Asked for by", Text: sourceOf(f.Rule)}}
	if f.Column != "" {
		name, _ := clip(f.Column, mostCell)
		p.Facts = append(p.Facts, Fact{Name: "Column", Text: Visible(name)})
	}
	p.Facts = append(p.Facts, Fact{Name: "File", Text: p.Path, Mono: true, Href: p.File}, Fact{Name: "Kind", Text: string(file.Kind)})
	if checked.Report != nil {
		p.Facts = append(p.Facts, newExamined(checked.Report).Limits...)
	} else {
		p.Unread = "The report of these checks cannot be shown now: only the first place is."
	}
	if full != nil {
		p.beside(v, full)
	}
	if mayAnswer(v) && weighs(f) && file.Kind != review.WithdrawnFile {
		form := b.Forms.Form("answer", RequestAddress(v.ID, "findings"), url.Values{"text": {p.Answer}})
		p.Form = &form
	}
	return p
}
