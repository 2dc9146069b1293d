package inside

import "strings"

// styles notes what a style sheet, or the style of an element, carries.
func (f *Found) styles(text string, line int64, sheet bool) {
	f.addresses(text, line)
	if sheet {
		f.rules(text, line)
	}
	f.encoded(text, line)
}

// mostAddress is how much of an address is read.
const mostAddress = 4096

// addresses notes what a style loads.
func (f *Found) addresses(text string, line int64) {
	at := &place{text: text, line: line}
	for i := 0; i < len(text); i++ {
		n := loading(text[i:])
		if n == 0 {
			continue
		}
		begins := i
		for i += n; i < len(text) && strings.IndexByte(" \t\r\n\"'", text[i]) >= 0; i++ {
		}
		if loading(text[i:]) > 0 { // @import url(
			i--
			continue
		}
		rest := text[i:]
		if strings.HasPrefix(rest, "data:") { // it may have semicolons
			end := strings.IndexAny(rest, ")\"'")
			if end < 0 {
				end = len(rest)
			}
			f.embedded(rest[:end], "a style", at.to(begins))
			i += end - 1
			continue
		}
		rest = rest[:min(len(rest), mostAddress)]
		if end := strings.IndexAny(rest, "\"')\n;"); end >= 0 {
			rest = rest[:end]
		}
		if address := strings.TrimSpace(rest); address != "" && address[0] != '#' {
			f.add(Thing{Kind: Outside, Name: "style", Line: at.to(begins), Size: int64(len(address)), Text: address})
		}
		i += len(rest) - 1
	}
}

// loading is how long the word is that an address follows, if a style goes on
// with one; else 0.
func loading(text string) int {
	switch {
	case len(text) >= 4 && (text[0] == 'u' || text[0] == 'U') && strings.EqualFold(text[:4], "url("):
		return 4
	case len(text) >= 7 && text[0] == '@' && strings.EqualFold(text[:7], "@import"):
		return 7
	}
	return 0
}

// rules notes the comments of a style sheet, and its rules that hide.
func (f *Found) rules(text string, line int64) {
	at := &place{text: text, line: line}
	selector, depth := 0, 0
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				end = len(text) - i - 2
			}
			f.add(Thing{Kind: Comment, Name: "in a style sheet", Line: at.to(i), Size: int64(end), Text: text[i+2 : i+2+end]})
			i += 2 + end + 1
			selector = min(i+1, len(text))
		case text[i] == '{':
			end := strings.IndexAny(text[i+1:], "{}")
			if end < 0 {
				return
			}
			if why := hiding(text[i+1 : i+1+end]); why != "" {
				f.add(Thing{Kind: HideRule, Name: why, Line: at.to(i), Size: int64(end), Text: text[selector:i]})
				if depth == 0 {
					f.hideBy(text[selector:i], why)
				}
			}
			selector = i + 1
			depth++
		case text[i] == '}':
			selector = i + 1
			depth = max(0, depth-1)
		case text[i] == ';':
			selector = i + 1
		}
	}
}

// mostHiding bounds the rules by which elements are looked for.
const mostHiding = 2000

// hideBy notes the classes and ids that a rule hides by themselves: not those
// that it hides in others, or in a certain state.
func (f *Found) hideBy(selectors, why string) {
	if !strings.HasPrefix(why, "display") && !strings.HasPrefix(why, "visibility") && !strings.HasPrefix(why, "font-size") {
		return // what is moved into sight, or drawn by itself
	}
	for s := range strings.SplitSeq(selectors[:min(len(selectors), mostAddress)], ",") {
		s = strings.TrimSpace(s)
		if len(s) < 2 || s[0] != '.' && s[0] != '#' || strings.ContainsAny(s[1:], " .#:>+~[*\n\t") {
			continue
		}
		if f.hiding == nil {
			f.hiding = map[string]string{}
		}
		if len(f.hiding) < mostHiding {
			f.hiding[s] = why
		}
	}
}

// hiddenByRule says by which rule of a style sheet an element is not shown; ""
// if none is known.
func (f *Found) hiddenByRule(e *element) string {
	if len(f.hiding) == 0 {
		return ""
	}
	if why, ok := f.hiding["#"+e.value("id")]; ok {
		return why + " by its id"
	}
	for class := range strings.FieldsSeq(e.value("class")) {
		if why, ok := f.hiding["."+class]; ok {
			return why + " by its class"
		}
	}
	return ""
}

// place is a place in a text, with its line.
type place struct {
	text string
	at   int
	line int64
}

// to goes on to a later place and is its line.
func (p *place) to(at int) int64 {
	if at > p.at {
		p.line += int64(strings.Count(p.text[p.at:at], "\n"))
		p.at = at
	}
	return p.line
}

// leastEncoded is from how long on a text in the letters of base64 is listed.
const leastEncoded = 1000

// base64Letter is true for the letters of base64, of both alphabets.
var base64Letter = func() (is [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=" {
		is[c] = true
	}
	return is
}()

// encoded notes long texts in base64. What a name says before, is said.
func (f *Found) encoded(text string, line int64) {
	if len(text) < leastEncoded {
		return
	}
	at := &place{text: text, line: line}
	for i := 0; i < len(text); {
		if !base64Letter[text[i]] {
			i++
			continue
		}
		begins := i
		for i < len(text) && base64Letter[text[i]] {
			i++
		}
		if i-begins < leastEncoded {
			continue
		}
		before := text[max(0, begins-100):begins]
		if d := strings.LastIndex(before, "data:"); d >= 0 && strings.HasSuffix(before, ";base64,") {
			f.embedded(before[d:]+text[begins:i], "a text", at.to(begins))
			continue
		}
		f.add(Thing{Kind: Encoded, Name: "base64", Line: at.to(begins), Size: int64(i - begins), Text: text[begins:min(i, begins+60)]})
		if f.into != nil {
			f.into.armoured(Piece{Line: at.to(begins)}, text[begins:i])
		}
	}
}
