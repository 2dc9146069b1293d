package inside

import (
	"strings"
)

// attribute is one of an element. Names are in lower case, without a prefix.
type attribute struct{ name, value string }

// element is a start tag.
type element struct {
	name  string // in lower case, without a prefix
	line  int64
	attrs []attribute
}

func (e *element) get(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

func (e *element) value(name string) string {
	v, _ := e.get(name)
	return v
}

// loads are the attributes whose address a browser loads by itself.
var loads = map[string]bool{
	"src": true, "srcset": true, "poster": true, "background": true, "data": true, "xlink:href": true,
	"imagesrcset": true, "formaction": false, "icon": true, "classid": true, "codebase": true, "manifest": true, "lowsrc": true, "dynsrc": true,
}

// said are the attributes with words that are not shown, or only to some.
var said = map[string]bool{"alt": true, "title": true, "aria-label": true, "aria-description": true, "summary": true, "longdesc": true, "placeholder": true}

// look notes what an element's attributes carry.
func (f *Found) look(e *element) {
	for _, a := range e.attrs {
		f.attribute(e, a)
	}
	switch e.name {
	case "form":
		f.add(Thing{Kind: Form, Name: "form", Line: e.line, Text: e.value("action")})
	case "iframe", "frame", "object", "embed", "portal", "fencedframe", "applet":
		f.add(Thing{Kind: Frame, Name: e.name, Line: e.line, Size: int64(len(e.value("srcdoc"))), Text: firstOf(e.value("src"), e.value("data"), e.value("srcdoc"))})
		if doc := e.value("srcdoc"); doc != "" && f.into != nil {
			f.into.markup(f, Piece{Name: "a frame", Line: e.line}, doc)
		}
	case "meta":
		f.meta(e)
	case "base":
		f.add(Thing{Kind: Outside, Name: "base", Line: e.line, Text: e.value("href")})
	}
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// meta notes what an element meta says.
func (f *Found) meta(e *element) {
	content := e.value("content")
	switch equiv := strings.ToLower(e.value("http-equiv")); {
	case equiv == "refresh":
		f.add(Thing{Kind: Refresh, Name: "meta refresh", Line: e.line, Size: int64(len(content)), Text: content})
	case content != "":
		name := firstOf(e.value("name"), e.value("property"), equiv)
		if name == "viewport" || equiv == "content-type" || equiv == "x-ua-compatible" {
			return
		}
		f.add(Thing{Kind: Metadata, Name: firstOf(name, "meta"), Line: e.line, Size: int64(len(content)), Text: content})
	}
}

// mostAttribute is how long an attribute of data may be and not be listed.
const mostAttribute = 100

// attribute notes what one attribute carries.
func (f *Found) attribute(e *element, a attribute) {
	thing := Thing{Name: e.name + " " + a.name, Line: e.line, Size: int64(len(a.value)), Text: a.value}
	address := strings.TrimSpace(a.value)
	switch lower := strings.ToLower(address[:min(len(address), 16)]); {
	case strings.HasPrefix(a.name, "on") && len(a.name) > 2, strings.HasPrefix(lower, "javascript:"), strings.HasPrefix(lower, "vbscript:"):
		thing.Kind = Handler
	case strings.HasPrefix(lower, "data:"):
		f.embedded(address, e.name+" "+a.name, e.line)
		return
	case a.name == "style":
		f.styles(a.value, e.line, false)
		return
	case loads[a.name], isHref(a.name) && loadsHref(e.name):
		if address == "" || strings.HasPrefix(address, "#") || e.name == "script" {
			return
		}
		thing.Kind = Outside
	case isHref(a.name) && (e.name == "a" || e.name == "area"), a.name == "ping", a.name == "formaction":
		if address == "" || strings.HasPrefix(address, "#") {
			return
		}
		thing.Kind = Link
	case said[a.name] && address != "":
		thing.Kind = Attribute
	case strings.HasPrefix(a.name, "data-") && len(a.value) > mostAttribute:
		thing.Kind = Data
	default:
		f.encoded(a.value, e.line)
		return
	}
	f.add(thing)
}

func isHref(name string) bool { return name == "href" || name == "xlink:href" }

// loadsHref reports whether the element with an href loads what is there.
func loadsHref(name string) bool {
	switch name {
	case "link", "image", "use", "feimage", "script", "pattern", "lineargradient", "radialgradient", "filter", "mpath", "textpath", "cursor", "font-face-uri", "tref":
		return true
	}
	return false
}

// embedded notes a file in an address that begins with data:.
func (f *Found) embedded(address, name string, line int64) {
	head, body, _ := strings.Cut(address[len("data:"):], ",")
	size := int64(len(body))
	kind, base64 := strings.CutSuffix(strings.TrimSpace(head), ";base64")
	if base64 {
		size = size / 4 * 3
	}
	if kind = strings.TrimSpace(kind); kind == "" {
		kind = "text/plain"
	}
	thing := Thing{Kind: Embedded, Name: kind + ", in " + name, Line: line, Size: size}
	text := ""
	if !base64 && (strings.HasPrefix(kind, "text/") || strings.Contains(kind, "xml") || strings.Contains(kind, "json")) {
		text = body
	}
	thing.Text = text
	if f.into != nil {
		f.into.unpack(&thing, kind, body, base64)
	}
	f.add(thing)
}

// hidden says why an element is not shown; "" if nothing of it says so.
func (e *element) hidden() string {
	switch e.name {
	case "template", "datalist":
		return e.name
	case "dialog":
		if _, open := e.get("open"); !open {
			return "dialog that is not open"
		}
	case "input":
		if strings.EqualFold(strings.TrimSpace(e.value("type")), "hidden") {
			return "type=hidden"
		}
	}
	if _, is := e.get("hidden"); is {
		return "hidden"
	}
	if why := hiding(e.value("style")); why != "" {
		return why
	}
	if why := unseen(e.value("style")); why != "" {
		return why
	}
	for _, a := range e.attrs {
		switch v := strings.ToLower(strings.TrimSpace(a.value)); a.name {
		case "display", "visibility", "opacity", "font-size", "width", "height", "r":
			if why := hides(a.name, v); why != "" {
				return why
			}
		}
	}
	return ""
}

// hiding is the first declaration of a style by which nothing is shown.
func hiding(style string) string {
	for style != "" {
		var declaration string
		declaration, style, _ = strings.Cut(style, ";")
		name, value, _ := strings.Cut(declaration, ":")
		value, _, _ = strings.Cut(strings.ToLower(value), "!")
		if why := hides(strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)); why != "" {
			return why
		}
	}
	return ""
}

// unseen says by what an element that is drawn cannot be seen: it has the colour
// of what is behind it, or is far outside of the page; "" if a style does not
// say so.
func unseen(style string) string {
	if !strings.Contains(style, ":") || len(style) > mostAddress {
		return ""
	}
	colour, behind := "", ""
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		value, _, _ = strings.Cut(value, "!")
		value = strings.Join(strings.Fields(value), "")
		switch name = strings.TrimSpace(name); name {
		case "color":
			colour = value
		case "background-color", "background":
			behind = value
		case "left", "top", "text-indent", "margin-left", "margin-top", "right":
			if n := strings.TrimRight(value, "pxemrth"); len(n) >= len("-500") && n[0] == '-' && strings.Trim(n[1:], "0123456789") == "" {
				return name + ": " + value
			}
		case "clip":
			if strings.HasPrefix(value, "rect(0") || strings.HasPrefix(value, "rect(1px,1px") {
				return name + ": " + value
			}
		case "clip-path":
			if value == "inset(50%)" || value == "inset(100%)" {
				return name + ": " + value
			}
		}
	}
	switch {
	case colour == "transparent":
		return "color: " + colour
	case colour != "" && oneColour(colour) == oneColour(behind):
		return "the colour of what is behind it: " + colour
	}
	return ""
}

// oneColour is a colour as others write it too.
func oneColour(c string) string {
	switch c {
	case "white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)", "hsl(0,0%,100%)":
		return "white"
	case "black", "#000", "#000000", "rgb(0,0,0)":
		return "black"
	}
	return c
}

// hides says how a property of that value hides an element; "" if it does not.
func hides(name, value string) string {
	zero := value != "" && strings.Trim(strings.TrimRight(value, "%abcdefghijklmnopqrstuvwxyz"), "0.") == "" && strings.Contains(value, "0")
	switch {
	case name == "display" && value == "none",
		name == "visibility" && (value == "hidden" || value == "collapse"),
		zero && (name == "opacity" || name == "font-size" || name == "width" || name == "height" || name == "r" || name == "max-height" || name == "max-width"):
		return name + ": " + value
	}
	return ""
}
