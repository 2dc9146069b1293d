package pages

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"sallyport/checks/inside"
	"sallyport/outputs"
)

// mostInside is how much of a file is looked through for what it carries.
const mostInside = mostFramed

// Inside is what a file carries and does not show.
type Inside struct {
	Nothing string // that nothing was found
	Ended   string // why not all was looked through
	Facts   []Fact // what it says of itself
	Groups  []InsideGroup
}

// InsideGroup is all of one kind that a file carries.
type InsideGroup struct {
	ID, Name, Means string
	Things          []InsideThing
	More            string // how many are not listed
}

// InsideThing is one thing that a file carries.
type InsideThing struct {
	Where string // the line, or the byte
	Href  string // where that is shown
	Name  string
	Size  string
	Says  []Span
}

// kindWords are how kinds of things are called: one of them, several, and what
// they mean to who looks at the file.
var kindWords = []struct {
	kind             inside.Kind
	one, more, means string
}{
	{inside.Script, "script", "scripts", "Programs. They do not run here; where the file is released to, they do."},
	{inside.Data, "data block", "data blocks", "Data that scripts read. It can hold more than the tables and plots that are made of it."},
	{inside.Hidden, "hidden element", "hidden elements", "They are in the file and not shown."},
	{inside.Embedded, "embedded file", "embedded files", "Whole files in the text of this one."},
	{inside.Position, "position", "positions", "Where on earth the image says that it was made."},
	{inside.Text, "text", "texts", "Words in the image that are not in the picture."},
	{inside.Thumbnail, "thumbnail", "thumbnails", "Small pictures that may show what was there before the image was changed."},
	{inside.After, "part after its end", "parts after its end", "Bytes that no picture needs."},
	{inside.Another, "further file", "further files", "Files in this file."},
	{inside.Disagrees, "contradiction", "contradictions", "What the file says of itself and what it is are not the same."},
	{inside.Comment, "comment", "comments", "Words that are not shown."},
	{inside.Encoded, "long base64 text", "long base64 texts", "They stand for bytes that cannot be read here."},
	{inside.Handler, "event handler", "event handlers", "Programs in attributes. They do not run here."},
	{inside.Entity, "entity", "entities", "Words that stand for others, or for files elsewhere. None is read here."},
	{inside.Doctype, "document type with declarations", "document types with declarations", "It declares words that stand for others."},
	{inside.Outside, "outside address", "outside addresses", "What would be loaded from elsewhere. Nothing is loaded here."},
	{inside.Refresh, "redirection", "redirections", "It would lead to another page by itself. It does not here."},
	{inside.Form, "form", "forms", "They would send what is typed. They send nothing here."},
	{inside.Frame, "frame or object", "frames and objects", "Other documents in this one. They are not shown here."},
	{inside.Foreign, "foreign object", "foreign objects", "Parts of the drawing in another language. They may be missing in the picture."},
	{inside.Metadata, "metadata entry", "metadata entries", "What the file says of itself."},
	{inside.Title, "title or description", "titles and descriptions", "Words of the drawing that are seen on hovering, or never."},
	{inside.Animation, "further picture", "further pictures", "The image is animated: it shows them one after another."},
	{inside.Part, "unknown part", "unknown parts", "Parts that no program must understand."},
	{inside.Profile, "colour profile", "colour profiles", "How colours are meant. Usual."},
	{inside.RawHTML, "piece of HTML", "pieces of HTML", "It stands as text where the file is rendered here; elsewhere it may act."},
	{inside.Image, "image", "images", "They are named and not fetched."},
	{inside.HideRule, "rule that hides", "rules that hide", "Styles by which elements are not shown. Usual in the styles of libraries."},
	{inside.Attribute, "text in an attribute", "texts in attributes", "Words that are read aloud, or seen on hovering."},
	{inside.Link, "link", "links", "They lead nowhere here."},
}

// usual are the kinds that nearly every file of a type has.
var usual = map[inside.Kind]bool{
	inside.Link: true, inside.Profile: true, inside.Title: true, inside.Attribute: true, inside.HideRule: true, inside.Image: true,
}

// insideOf finds what a file carries.
func insideOf(ctx context.Context, f Source) (inside.Found, error) {
	size := min(f.Size(), mostInside)
	b, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		return inside.Found{}, err
	}
	found, err := insideBytes(ctx, suffix(f.Path), b)
	if err == nil && size < f.Size() && found.Ended == "" {
		found.Ended = "Only the first " + Size(mostInside) + " were looked through."
	}
	return found, err
}

func insideBytes(ctx context.Context, kind string, b []byte) (inside.Found, error) {
	switch kind {
	case ".png", ".jpg", ".jpeg":
		if strings.HasPrefix(string(b[:min(len(b), 2)]), "\xff\xd8") { // what it is, not what it is called
			return inside.JPEG(ctx, b)
		}
		return inside.PNG(ctx, b)
	case ".svgz":
		packed := inside.Gzip(b, mostUnzipped)
		text, err := unzip(bytes.NewReader(b))
		if err != nil {
			return inside.Found{}, err
		}
		found, err := insideBytes(ctx, ".svg", text)
		return together(packed, found), err
	}
	text, _, err := outputs.Text(b)
	if err != nil {
		return inside.Found{}, err
	}
	switch kind {
	case ".svg":
		return inside.SVG(ctx, text)
	case ".md":
		return inside.Markdown(ctx, text)
	}
	return inside.HTML(ctx, text)
}

// together is what two readers found.
func together(a, b inside.Found) inside.Found {
	for _, t := range b.Tallies {
		at := -1
		for i := range a.Tallies {
			if a.Tallies[i].Kind == t.Kind {
				at = i
			}
		}
		if at < 0 {
			a.Tallies = append(a.Tallies, t)
			continue
		}
		a.Tallies[at].Count += t.Count
		a.Tallies[at].Size += t.Size
	}
	a.Things, a.Facts = append(a.Things, b.Things...), append(a.Facts, b.Facts...)
	if a.Ended == "" {
		a.Ended = b.Ended
	}
	return a
}

// mostNamed is how many kinds a sentence names.
const mostNamed = 6

// noteInside says in a sentence what the file carries, if it carries anything,
// and leads to the list.
func (c *Content) noteInside(found inside.Found, l Look) {
	switch {
	case found.Blank && c.Kind == AsPicture:
		c.Refuse("The picture is broken: it has no pixels that can be drawn. " + Visible(found.Ended))
	case found.Ended != "":
		c.Note(Visible(found.Ended))
	}
	var named []string
	for _, k := range kindWords {
		for _, t := range found.Tallies {
			if t.Kind == k.kind {
				c.CarriesMuch = c.CarriesMuch || !usual[k.kind]
				named = append(named, counted(t, k.one, k.more))
			}
		}
	}
	rest := len(named) - mostNamed
	if rest > 1 {
		named = append(named[:mostNamed], strconv.Itoa(rest)+" other kinds of things")
	}
	switch n := len(named); n {
	case 0:
		return
	case 1:
		c.Carries = "It carries " + named[0] + "."
	default:
		c.Carries = "It carries " + strings.Join(named[:n-1], ", ") + " and " + named[n-1] + "."
	}
	c.CarriesAt = l.at(ViewInside, 0, 0)
}

func counted(t inside.Tally, one, more string) string {
	words := one
	if t.Count != 1 {
		words = more
	}
	words = Count(int(t.Count)) + " " + words
	if t.Size >= 1<<10 {
		words += " (" + Size(t.Size) + ")"
	}
	return words
}

// fillCarried looks for what a file carries: the list in its own view, a
// sentence in others.
func (c *Content) fillCarried(ctx context.Context, f Source, l Look) error {
	found, err := insideOf(ctx, f)
	if _, ok := errors.AsType[*outputs.NotText](err); ok && l.View != ViewInside {
		return nil // the view itself says so
	}
	if err != nil {
		return err
	}
	if l.View != ViewInside {
		c.noteInside(found, l)
		return nil
	}
	c.Kind, c.Inside = AsInside, newInside(found, l, suffix(f.Path))
	return nil
}

func newInside(found inside.Found, l Look, kind string) *Inside {
	list := &Inside{Ended: found.Ended}
	for _, fact := range found.Facts {
		list.Facts = append(list.Facts, Fact{Name: fact.Name, Text: Visible(fact.Value)})
	}
	for _, k := range kindWords {
		for _, t := range found.Tallies {
			if t.Kind == k.kind {
				list.Groups = append(list.Groups, newInsideGroup(found, t, counted(t, k.one, k.more), k.means, l))
			}
		}
	}
	if len(list.Groups) == 0 && list.Ended == "" {
		list.Nothing = "Nothing of what was looked for was found: " + lookedFor(kind) + "."
	}
	return list
}

// lookedFor names what is looked for in a type of files, and what is not: that
// nothing was found says no more.
func lookedFor(kind string) string {
	switch kind {
	case ".png", ".jpg", ".jpeg":
		return "texts and comments, Exif, XMP and IPTC, the time, colour profiles, thumbnails and further pictures, unknown parts, bytes after the end. " +
			"What the picture itself shows was not looked at"
	case ".svg", ".svgz":
		return "scripts and event handlers, hidden elements and rules that hide, comments, embedded files, addresses elsewhere, entities, foreign objects, " +
			"titles and descriptions, metadata. Words that a style sheet hides by their colour, size or place are not found"
	case ".md":
		return "images, links, and HTML with scripts, hidden elements, comments or embedded files. What its words say was not looked at"
	}
	return "scripts and the data that they read, hidden elements and rules that hide, comments, embedded files, addresses elsewhere, forms, frames, redirections, " +
		"words in attributes, metadata. Words that a style sheet hides by their colour, size or place are not found"
}

func newInsideGroup(found inside.Found, t inside.Tally, name, means string, l Look) InsideGroup {
	g := InsideGroup{ID: "inside-" + string(t.Kind), Name: name, Means: means}
	for _, thing := range found.Things {
		if thing.Kind == t.Kind {
			g.Things = append(g.Things, newInsideThing(thing, l))
		}
	}
	if rest := t.Count - int64(len(g.Things)); rest > 0 {
		g.More = Count(int(rest)) + " more are not listed."
	}
	return g
}

func newInsideThing(thing inside.Thing, l Look) InsideThing {
	item := InsideThing{Name: Visible(thing.Name), Says: spans(thing.Text, "")}
	if thing.Size > 0 {
		item.Size = Size(thing.Size)
	}
	switch {
	case thing.Line > 0:
		item.Where = "Line " + Count(int(thing.Line))
		item.Href = l.at(ViewSource, 0, 0, "line", strconv.FormatInt(thing.Line, 10)) + "#line-" + strconv.FormatInt(thing.Line, 10)
	default:
		item.Where = "Byte " + Count(int(thing.At))
		item.Href = l.at(ViewRaw, thing.At/hexRow*hexRow, 0)
	}
	return item
}
