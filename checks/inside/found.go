package inside

import (
	"strings"
	"unicode/utf8"
)

// Kind is what sort of thing a file carries. Its values are kept: people and
// rules name things by them.
type Kind string

// The kinds of things.
const (
	Script    Kind = "script"       // a program, of the file or from elsewhere
	Handler   Kind = "handler"      // an attribute that is a program
	Data      Kind = "data"         // what a script of the document reads
	Hidden    Kind = "hidden"       // an element that is not shown
	HideRule  Kind = "hide_rule"    // a rule of a style sheet by which elements are not shown
	Comment   Kind = "comment"      //
	Embedded  Kind = "embedded"     // a file in an address that begins with data:
	Encoded   Kind = "encoded"      // a long text in base64
	Outside   Kind = "outside"      // what would be loaded from elsewhere
	Form      Kind = "form"         //
	Refresh   Kind = "refresh"      // the way to another document, taken by itself
	Frame     Kind = "frame"        // another document in this one
	Attribute Kind = "attribute"    // words in an attribute that are not shown
	Metadata  Kind = "metadata"     // what a file says of itself
	Title     Kind = "title"        // of a part of a drawing
	Foreign   Kind = "foreign"      // another language in a drawing
	Doctype   Kind = "doctype"      // with declarations of its own
	Entity    Kind = "entity"       // that a document declares
	RawHTML   Kind = "html"         // in a Markdown text
	Image     Kind = "image"        // of a Markdown text
	Link      Kind = "link"         //
	Text      Kind = "text"         // in an image
	Position  Kind = "position"     // where on earth
	Thumbnail Kind = "thumbnail"    //
	Profile   Kind = "profile"      // of colours
	Part      Kind = "part"         // of an image, that no program must know
	Animation Kind = "animation"    // a further picture of the same image
	Another   Kind = "another"      // a whole further file
	After     Kind = "after_end"    // bytes after the end
	Disagrees Kind = "disagreement" // of what a file says of itself and what it is
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{
		Script, Handler, Data, Hidden, HideRule, Comment, Embedded, Encoded, Outside, Form, Refresh, Frame, Attribute, Metadata, Title,
		Foreign, Doctype, Entity, RawHTML, Image, Link, Text, Position, Thumbnail, Profile, Part, Animation, Another, After, Disagrees,
	}
}

// Thing is one thing that a file carries.
type Thing struct {
	Kind Kind
	Name string // which of its kind: an element, a chunk, a tag
	Line int64  // where it begins, counted from 1; 0 in a file without lines
	At   int64  // the byte where it begins in a file without lines, counted from 0
	Size int64  // bytes
	Text string // what it says, or the beginning; valid UTF-8, else as hostile as the file

	Holds string // what kind of file it is, if it was decoded
}

// Tally is how much of a kind there is.
type Tally struct {
	Kind  Kind
	Count int64
	Size  int64 // bytes of all
}

// Fact is what a file says of itself that everybody sees.
type Fact struct{ Name, Value string }

// Found is what a file carries.
type Found struct {
	Facts   []Fact
	Things  []Thing // at most mostListed of a kind, in the order of the file
	Tallies []Tally // of all, listed or not, in the order in which a kind came first
	Blank   bool    // no picture can be made of it, though it says that it is one
	Ended   string  // why not all of the file was looked through; "" if it was

	hiding map[string]string // classes and ids that rules of style sheets hide
	into   *content          // takes what is read of the file; nil if only what it carries is asked for
}

// Count is how many things of a kind there are.
func (f *Found) Count(k Kind) int64 {
	for _, t := range f.Tallies {
		if t.Kind == k {
			return t.Count
		}
	}
	return 0
}

// The bounds of what is listed.
const (
	mostListed  = 100 // of a kind
	mostExcerpt = 300 // bytes of what a thing says
)

// add counts a thing, and lists it if not too many of its kind are.
func (f *Found) add(t Thing) {
	at := -1
	for i := range f.Tallies {
		if f.Tallies[i].Kind == t.Kind {
			at = i
		}
	}
	if at < 0 {
		f.Tallies, at = append(f.Tallies, Tally{Kind: t.Kind}), len(f.Tallies)
	}
	f.Tallies[at].Count++
	f.Tallies[at].Size += t.Size
	if f.into != nil {
		f.into.thing(f, t)
	}
	if f.Tallies[at].Count > mostListed {
		return
	}
	t.Name, t.Text = excerpt(t.Name), excerpt(t.Text)
	f.Things = append(f.Things, t)
}

// end says why the rest is not looked through. The first reason stays.
func (f *Found) end(why string) {
	if f.Ended == "" {
		f.Ended = why
	}
}

// excerpt is the beginning of a text without the spaces around it. It does not
// keep the whole text in memory.
func excerpt(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > mostExcerpt {
		n := mostExcerpt
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n] + "…"
	}
	return strings.ToValidUTF8(strings.Clone(text), "\ufffd")
}
