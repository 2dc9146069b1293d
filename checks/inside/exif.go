package inside

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// The bounds of an Exif block. What it says of places in itself is not
// believed.
const (
	mostDirectories = 16
	mostEntries     = 500
)

// exifBlock is a TIFF structure with what a camera or a program says.
type exifBlock struct {
	f       *Found
	b       []byte
	order   binary.ByteOrder
	at      int64
	seen    map[uint32]bool
	entries int
	gps     map[uint16]string
}

// exif notes what an Exif block says.
func (f *Found) exif(b []byte, at int64) {
	x := &exifBlock{f: f, b: b, at: at, seen: map[uint32]bool{}, gps: map[uint16]string{}}
	switch {
	case bytes.HasPrefix(b, []byte("II*\x00")):
		x.order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		x.order = binary.BigEndian
	}
	if x.order == nil || len(b) < 8 {
		f.add(Thing{Kind: Part, Name: "Exif, broken", At: at, Size: int64(len(b)), Text: printable(b)})
		return
	}
	x.directory(x.order.Uint32(b[4:]), "", 0)
	if len(x.gps) > 0 {
		place := strings.TrimSpace(x.gps[2] + " " + x.gps[1] + " " + x.gps[4] + " " + x.gps[3])
		f.add(Thing{Kind: Position, Name: "GPS", At: at, Text: firstOf(place, "without a latitude")})
	}
}

// directory reads a list of entries, and the next one that it leads to.
func (x *exifBlock) directory(at uint32, of string, number int) {
	if x.seen[at] || len(x.seen) >= mostDirectories || int64(at)+2 > int64(len(x.b)) {
		return
	}
	x.seen[at] = true
	n := int(x.order.Uint16(x.b[at:]))
	var thumbnail int64
	rest := x.b[at+2:]
	for range n {
		if len(rest) < 12 || x.entries >= mostEntries {
			return
		}
		x.entries++
		tag, value := x.order.Uint16(rest), x.order.Uint32(rest[8:])
		switch {
		case tag == 0x8769:
			x.directory(value, "Exif ", 0)
		case tag == 0x8825:
			x.directory(value, "GPS ", 0)
		case tag == 0xa005:
			x.directory(value, "Interoperability ", 0)
		case number == 1 && tag == 0x0202:
			thumbnail = int64(value)
		case number == 0:
			x.entry(of, tag, rest[:12])
		}
		rest = rest[12:]
	}
	if number == 1 {
		x.f.add(Thing{Kind: Thumbnail, Name: "of Exif", At: x.at, Size: thumbnail})
	}
	if of == "" && number < 2 && len(rest) >= 4 {
		if next := x.order.Uint32(rest); next != 0 {
			x.directory(next, of, number+1)
		}
	}
}

// exifNames are the tags that say most.
var exifNames = map[uint16]string{
	0x010e: "description", 0x010f: "make of the camera", 0x0110: "model of the camera", 0x0131: "program", 0x0132: "changed at", 0x013b: "by", 0x013c: "computer",
	0x8298: "copyright", 0x9003: "taken at", 0x9004: "made digital at", 0x927c: "maker’s note", 0x9286: "user’s comment", 0x9c9b: "title", 0x9c9c: "comment",
	0x9c9d: "author", 0x9c9e: "keywords", 0x9c9f: "subject", 0xa420: "unique id", 0xa430: "owner of the camera", 0xa431: "serial number of the camera",
	0xa433: "make of the lens", 0xa434: "model of the lens", 0xa435: "serial number of the lens", 0x010d: "name of the document", 0x011d: "name of the page",
}

// technical are the tags that say how pixels are kept: they are not listed.
var technical = map[uint16]bool{
	0x0100: true, 0x0101: true, 0x0102: true, 0x0103: true, 0x0106: true, 0x0112: true, 0x0115: true, 0x011a: true, 0x011b: true, 0x0128: true, 0x0213: true,
	0x9000: true, 0x9101: true, 0xa000: true, 0xa001: true, 0xa002: true, 0xa003: true, 0x0201: true, 0x0202: true, 0x0211: true,
}

// sizes are those of the types of Exif.
var sizes = [13]int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}

func (x *exifBlock) entry(of string, tag uint16, b []byte) {
	kind, n := x.order.Uint16(b[2:]), int64(x.order.Uint32(b[4:]))
	if int(kind) >= len(sizes) || kind == 0 {
		return
	}
	size := n * sizes[kind]
	value := b[8:12]
	if size > 4 {
		from := int64(x.order.Uint32(b[8:]))
		if from > int64(len(x.b)) || size > int64(len(x.b))-from {
			x.f.add(Thing{Kind: Disagrees, Name: "Exif", At: x.at, Text: fmt.Sprintf("The entry %04X says that it has %s bytes: so many are not there.", tag, count(size))})
			return
		}
		value = x.b[from : from+size]
	}
	value = value[:min(int64(len(value)), size)]
	text := x.text(tag, kind, value)
	if of == "GPS " {
		x.gps[tag] = text
		return
	}
	if technical[tag] && of != "GPS " {
		return
	}
	name := "Exif " + exifNames[tag]
	if exifNames[tag] == "" {
		name = fmt.Sprintf("Exif %04X", tag)
	}
	x.f.add(Thing{Kind: Metadata, Name: name, At: x.at, Size: size, Text: text})
}

// text is what the value of an entry says.
func (x *exifBlock) text(tag, kind uint16, b []byte) string {
	b = b[:min(len(b), 4*mostExcerpt)]
	switch kind {
	case 2:
		return latin1(bytes.TrimRight(b, "\x00"))
	case 3, 8:
		return join(b, 2, func(v []byte) string { return count(int64(x.order.Uint16(v))) })
	case 4, 9:
		return join(b, 4, func(v []byte) string { return count(int64(x.order.Uint32(v))) })
	case 5, 10:
		return join(b, 8, func(v []byte) string {
			above, below := x.order.Uint32(v), x.order.Uint32(v[4:])
			if below == 0 {
				return "?"
			}
			return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", float64(above)/float64(below)), "0"), ".")
		})
	}
	if tag >= 0x9c9b && tag <= 0x9c9f {
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00")
	}
	if tag == 0x9286 && len(b) > 8 { // the first eight bytes name its letters
		return latin1(bytes.Trim(b[8:], "\x00 "))
	}
	return printable(bytes.TrimRight(b, "\x00"))
}

// join writes the values of a list, the first few of them.
func join(b []byte, size int, write func([]byte) string) string {
	var list []string
	for ; len(b) >= size && len(list) < 8; b = b[size:] {
		list = append(list, write(b[:size]))
	}
	return strings.Join(list, " ")
}
