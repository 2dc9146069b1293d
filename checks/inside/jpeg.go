package inside

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
)

const mostParts = 100_000 // of an image

// JPEG finds what an image carries. What its bytes say of their own length is
// not believed. It fails if ctx ends, and for no other reason.
func JPEG(ctx context.Context, b []byte) (Found, error) {
	f := &Found{}
	err := f.jpeg(ctx, b)
	return *f, err
}

func (f *Found) jpeg(ctx context.Context, b []byte) error {
	j := &jpegImage{f: f, b: b}
	if !bytes.HasPrefix(b, []byte("\xff\xd8")) {
		j.f.end("It is no JPEG.")
		return nil
	}
	return f.parts(ctx, 2, j.segment)
}

// parts walks through the parts of an image from a byte on: next finds where
// the one behind begins, if there is one. It fails if ctx ends, and for no other
// reason.
func (f *Found) parts(ctx context.Context, at int, next func(at int) (int, bool)) error {
	for n := 0; ; n++ {
		if n%everyToken == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		behind, ok := next(at)
		if !ok {
			return nil
		}
		if at = behind; n == mostParts {
			f.end("It has more than " + count(mostParts) + " parts: nothing after them was looked for.")
			return nil
		}
	}
}

type jpegImage struct {
	f     *Found
	b     []byte
	sized bool
	icc   bool
}

// segment reads the segment at a byte, and returns where the next is; false at
// the end.
func (j *jpegImage) segment(at int) (int, bool) {
	for at+1 < len(j.b) && j.b[at] == 0xff && j.b[at+1] == 0xff { // filling
		at++
	}
	if len(j.b)-at < 2 || j.b[at] != 0xff {
		j.f.end("It is broken at byte " + count(int64(at)) + ": nothing after it was looked for.")
		return 0, false
	}
	marker := j.b[at+1]
	switch {
	case marker == 0xd9:
		j.f.after(j.b, at+2)
		return 0, false
	case marker == 0x01, marker >= 0xd0 && marker <= 0xd8:
		return at + 2, true
	}
	if len(j.b)-at < 4 {
		j.f.end("It ends in the middle.")
		return 0, false
	}
	size := int(binary.BigEndian.Uint16(j.b[at+2:]))
	if size < 2 || size > len(j.b)-at-2 {
		j.f.end(fmt.Sprintf("At byte %s its part %s says that it has %s bytes: that cannot be. Nothing after it was looked for.", count(int64(at)), markerName(marker), count(int64(size))))
		return 0, false
	}
	j.read(marker, j.b[at+4:at+2+size], int64(at))
	next := at + 2 + size
	if marker == 0xda {
		return j.scan(next), true
	}
	return next, true
}

// scan goes over pixels, to the next marker.
func (j *jpegImage) scan(at int) int {
	for at < len(j.b) {
		i := bytes.IndexByte(j.b[at:], 0xff)
		if i < 0 || at+i+1 >= len(j.b) {
			return len(j.b)
		}
		if at += i; j.b[at+1] != 0 && (j.b[at+1] < 0xd0 || j.b[at+1] > 0xd7) {
			return at
		}
		at += 2
	}
	return at
}

func markerName(m byte) string {
	switch {
	case m >= 0xe0 && m <= 0xef:
		return fmt.Sprintf("APP%d", m-0xe0)
	case m == 0xfe:
		return "COM"
	}
	return fmt.Sprintf("%02X", m)
}

func (j *jpegImage) read(marker byte, body []byte, at int64) {
	switch {
	case marker == 0xfe:
		j.f.add(Thing{Kind: Text, Name: "comment", At: at, Size: int64(len(body)), Text: latin1(body)})
	case marker >= 0xe0 && marker <= 0xef:
		j.app(marker, body, at)
	case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
		j.size(marker, body, at)
	}
}

// size reads the header of a frame.
func (j *jpegImage) size(marker byte, body []byte, at int64) {
	if len(body) < 6 {
		return
	}
	said := count(int64(binary.BigEndian.Uint16(body[3:]))) + " × " + count(int64(binary.BigEndian.Uint16(body[1:]))) + " pixels"
	if j.sized {
		j.f.add(Thing{Kind: Disagrees, Name: "a second header", At: at, Text: "It says " + said + "."})
		return
	}
	j.sized = true
	colours := map[byte]string{1: "greyscale", 3: "colour", 4: "four inks"}[body[5]]
	how := map[byte]string{0xc0: "baseline", 0xc1: "extended", 0xc2: "progressive"}[marker]
	j.f.Facts = append(j.f.Facts, Fact{"Format", strings.TrimSpace("JPEG " + how)}, Fact{"Says that it has", said},
		Fact{"Colours", firstOf(colours, "unknown") + ", " + count(int64(body[0])) + " bits each"})
}

// app reads the segment of an application.
func (j *jpegImage) app(marker byte, body []byte, at int64) {
	thing := Thing{Name: markerName(marker), At: at, Size: int64(len(body))}
	if rest, ok := bytes.CutPrefix(body, []byte("Exif\x00")); ok && len(rest) > 0 {
		j.f.exif(rest[1:], at)
		return
	}
	name, rest, _ := bytes.Cut(body[:min(len(body), 64)], []byte{0})
	switch is := string(name); {
	case is == "JFIF":
		if len(rest) >= 9 && rest[7] > 0 && rest[8] > 0 {
			thing.Kind, thing.Name = Thumbnail, fmt.Sprintf("of JFIF, %d × %d pixels", rest[7], rest[8])
			j.f.add(thing)
		}
		return
	case is == "JFXX":
		thing.Kind, thing.Name = Thumbnail, "of JFXX"
	case strings.HasPrefix(is, "http://ns.adobe.com/xap"), strings.HasPrefix(is, "http://ns.adobe.com/xmp"):
		thing.Kind, thing.Name = Metadata, "XMP"
		thing.Text = latin1(bytes.TrimLeft(body[len(name):], "\x00"))
	case is == "ICC_PROFILE":
		if j.icc {
			return
		}
		j.icc, thing.Kind, thing.Name = true, Profile, "ICC"
	case is == "Photoshop 3.0":
		j.iptc(body[len(name)+1:], at)
		return
	case is == "MPF":
		thing.Kind, thing.Name, thing.Text = Another, "MPF", "It says that the file holds several images."
	case is == "Adobe" || strings.HasPrefix(is, "Adobe"):
		return // how colours are kept
	default:
		thing.Kind, thing.Text = Part, printable(body)
		if id := printable(name); id != "" && len(name) < 40 {
			thing.Name += " “" + id + "”"
		}
	}
	j.f.add(thing)
}

// iptcNames are the datasets of IPTC that say most.
var iptcNames = map[byte]string{
	5: "object name", 15: "category", 20: "supplemental category", 25: "keyword", 40: "instructions", 55: "date created", 60: "time created", 65: "program",
	80: "by", 85: "title of who made it", 90: "city", 92: "place", 95: "state", 101: "country", 103: "transmission", 105: "headline", 110: "credit", 115: "source",
	116: "copyright", 118: "contact", 120: "caption", 122: "writer",
}

// iptc reads what Photoshop keeps: the words of IPTC, and a thumbnail.
func (j *jpegImage) iptc(b []byte, at int64) {
	for len(b) >= 12 && string(b[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(b[4:])
		skip := 6 + (int(b[6])+2)/2*2 // a name with its length, even
		if skip+4 > len(b) {
			return
		}
		size := int64(binary.BigEndian.Uint32(b[skip:]))
		if size > int64(len(b)-skip-4) {
			return
		}
		body := b[skip+4 : skip+4+int(size)]
		switch id {
		case 0x0404:
			j.datasets(body, at)
		case 0x0409, 0x040c:
			j.f.add(Thing{Kind: Thumbnail, Name: "of Photoshop", At: at, Size: size})
		}
		b = b[min(len(b), skip+4+int(size+size%2)):]
	}
}

func (j *jpegImage) datasets(b []byte, at int64) {
	for len(b) >= 5 && b[0] == 0x1c {
		size := int(binary.BigEndian.Uint16(b[3:]))
		if size > len(b)-5 {
			return
		}
		if name := iptcNames[b[2]]; b[1] == 2 && name != "" {
			j.f.add(Thing{Kind: Metadata, Name: "IPTC " + name, At: at, Size: int64(size), Text: latin1(b[5 : 5+size])})
		}
		b = b[5+size:]
	}
}
