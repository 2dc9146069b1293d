package inside

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	pngMark      = "\x89PNG\r\n\x1a\n"
	mostUnpacked = 256 << 10 // bytes of a text that is compressed
	mostPacking  = 8500      // pixels that a byte can be unpacked to
	mostPixels   = 64 << 20  // bytes of pixels that are unpacked to be counted
)

// PNG finds what an image carries. What its bytes say of their own length is
// not believed. It fails if ctx ends, and for no other reason.
func PNG(ctx context.Context, b []byte) (Found, error) {
	f := &Found{}
	err := f.png(ctx, b)
	return *f, err
}

func (f *Found) png(ctx context.Context, b []byte) error {
	p := &pngImage{f: f, b: b}
	if !bytes.HasPrefix(b, []byte(pngMark)) {
		p.f.end("It is no PNG.")
		return nil
	}
	if err := f.parts(ctx, len(pngMark), p.chunk); err != nil {
		return err
	}
	p.finish(ctx)
	return ctx.Err()
}

type pngImage struct {
	f      *Found
	b      []byte
	head   []byte
	data   []io.Reader // of the pixels
	frames int64
	wrong  int64 // checksums
}

// chunk reads the chunk at a byte, and returns where the next is; false at the
// end.
func (p *pngImage) chunk(at int) (int, bool) {
	if len(p.b)-at < 12 {
		p.f.end("It ends in the middle, at byte " + count(int64(len(p.b))) + ".")
		return 0, false
	}
	size := int64(binary.BigEndian.Uint32(p.b[at:]))
	name := string(p.b[at+4 : at+8])
	if size > int64(len(p.b)-at-12) {
		p.f.end("At byte " + count(int64(at)) + " its part " + plain(name) + " says that it has " + count(size) + " bytes: so many are not left. Nothing after it was looked for.")
		return 0, false
	}
	body := p.b[at+8 : at+8+int(size)]
	if crc32.ChecksumIEEE(p.b[at+4:at+8+int(size)]) != binary.BigEndian.Uint32(p.b[at+8+int(size):]) {
		p.wrong++
	}
	p.read(name, body, int64(at))
	next := at + 12 + int(size)
	if name != "IEND" {
		return next, true
	}
	p.f.after(p.b, next)
	return 0, false
}

// known are the chunks that say how pixels are shown, and nothing else.
var known = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true, "bKGD": true,
	"pHYs": true, "hIST": true, "cICP": true, "acTL": true,
}

func (p *pngImage) read(name string, body []byte, at int64) {
	thing := Thing{Name: name, At: at, Size: int64(len(body))}
	switch name {
	case "IHDR":
		if p.head == nil && len(body) == 13 {
			p.head = body
			return
		}
		thing.Kind, thing.Text = Disagrees, "A second header, or a broken one."
	case "IDAT":
		p.data = append(p.data, bytes.NewReader(body))
		return
	case "tEXt", "zTXt", "iTXt":
		thing.Kind = Text
		thing.Name, thing.Text = p.said(name, body)
	case "eXIf":
		p.f.exif(body, at)
		return
	case "tIME":
		thing.Kind, thing.Name = Metadata, "time of the last change"
		thing.Text = pngTime(body)
	case "iCCP":
		thing.Kind = Profile
		profile, _, _ := bytes.Cut(body, []byte{0})
		thing.Text = latin1(profile)
	case "fcTL":
		p.frames++
		return
	case "fdAT":
		if p.frames > 0 { // they are counted by their headers
			return
		}
		thing.Kind, thing.Text = Part, "Pixels of a picture that is not there."
	default:
		if known[name] {
			return
		}
		thing.Kind, thing.Name, thing.Text = Part, plain(name), printable(body)
	}
	p.f.add(thing)
}

// said is the keyword and the words of a text chunk.
func (p *pngImage) said(name string, body []byte) (string, string) {
	keyword, rest, _ := bytes.Cut(body, []byte{0})
	name += " “" + latin1(keyword) + "”"
	switch {
	case strings.HasPrefix(name, "tEXt"):
		return name, latin1(rest)
	case strings.HasPrefix(name, "zTXt") && len(rest) > 0:
		text, more := unpacked(rest[1:])
		return name + more, latin1([]byte(text))
	case strings.HasPrefix(name, "iTXt") && len(rest) > 1:
		packed := rest[0] == 1
		_, rest, _ = bytes.Cut(rest[2:], []byte{0}) // the language
		_, rest, _ = bytes.Cut(rest, []byte{0})     // the keyword in it
		if packed {
			text, more := unpacked(rest)
			return name + more, text
		}
		return name, string(rest)
	}
	return name, ""
}

// unpacked is the beginning of a compressed text, and what is to be said of it.
func unpacked(b []byte) (text, note string) {
	in, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", ", cannot be unpacked"
	}
	all, err := io.ReadAll(io.LimitReader(in, mostUnpacked+1))
	switch {
	case len(all) > mostUnpacked:
		return string(all[:mostExcerpt]), ", more than 256 KiB when it is unpacked"
	case err != nil:
		return string(all), ", cannot be unpacked to its end"
	}
	return string(all), ", " + count(int64(len(all))) + " bytes when it is unpacked"
}

// pngTime is the time of a tIME chunk.
func pngTime(b []byte) string {
	if len(b) != 7 {
		return printable(b)
	}
	at := time.Date(int(binary.BigEndian.Uint16(b)), time.Month(b[2]), int(b[3]), int(b[4]), int(b[5]), int(b[6]), 0, time.UTC)
	return at.Format("2006-01-02 15:04:05 UTC")
}

// colours are the colour types of PNG.
var colours = map[byte]struct {
	name    string
	samples int64
}{0: {"greyscale", 1}, 2: {"colour", 3}, 3: {"palette", 1}, 4: {"greyscale with transparency", 2}, 6: {"colour with transparency", 4}}

// finish says what the image is, and whether its pixels are what it says.
func (p *pngImage) finish(ctx context.Context) {
	if p.wrong > 0 {
		p.f.add(Thing{Kind: Disagrees, Name: "checksums", Text: count(p.wrong) + " parts have another checksum than they say."})
	}
	if p.frames > 1 {
		for range p.frames - 1 {
			p.f.add(Thing{Kind: Animation, Name: "fcTL", Text: "A further picture, shown after the one before."})
		}
	}
	if p.head == nil {
		return
	}
	width, height := int64(binary.BigEndian.Uint32(p.head)), int64(binary.BigEndian.Uint32(p.head[4:]))
	bits, colour := int64(p.head[8]), colours[p.head[9]]
	p.f.Facts = append(p.f.Facts,
		Fact{"Format", "PNG"}, Fact{"Says that it has", count(width) + " × " + count(height) + " pixels"},
		Fact{"Colours", firstOf(colour.name, "unknown") + ", " + count(bits) + " bits"})
	switch want, ok := pixelBytes(width, height, bits*colour.samples, p.head[12] == 1); {
	case ok && want > 0:
		p.measure(ctx, want)
	case p.f.Ended == "" && width > 0 && height > mostPacking*int64(len(p.b))/width:
		p.f.add(Thing{Kind: Disagrees, Name: "pixels", Text: "So many cannot be in a file of " + count(int64(len(p.b))) + " bytes."})
	case !ok:
		p.f.Facts = append(p.f.Facts, Fact{"Has", "too many pixels to count them"})
		if p.f.into != nil {
			p.f.into.miss("its pixels are too many to count them: whether there are more than it says is not known")
		}
	}
}

// pixelBytes is how many bytes the pixels of an image have; false if too many.
func pixelBytes(width, height, bits int64, interlaced bool) (int64, bool) {
	rows := func(w, h int64) int64 {
		if w == 0 || h == 0 {
			return 0
		}
		return h * (1 + (w*bits+7)/8)
	}
	if width > 1<<20 || height > 1<<20 || width*height > mostPixels {
		return 0, false
	}
	total := int64(0)
	if !interlaced {
		total = rows(width, height)
	} else {
		for _, pass := range [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			total += rows((max(width-pass[0], 0)+pass[2]-1)/pass[2], (max(height-pass[1], 0)+pass[3]-1)/pass[3])
		}
	}
	return total, total <= mostPixels
}

// measure compares the pixels with what the image says it has.
func (p *pngImage) measure(ctx context.Context, want int64) {
	in, err := zlib.NewReader(&untilDone{ctx, io.MultiReader(p.data...)})
	if err != nil {
		p.f.Blank = true
		p.f.add(Thing{Kind: Disagrees, Name: "pixels", Text: "They cannot be unpacked."})
		return
	}
	got, err := io.Copy(io.Discard, io.LimitReader(in, want+1))
	switch {
	case got > want:
		p.f.add(Thing{Kind: Disagrees, Name: "pixels", Text: "There are more than the image says it has: they are not shown."})
	case err != nil && !errors.Is(err, context.Canceled), got < want:
		p.f.add(Thing{Kind: Disagrees, Name: "pixels", Text: "Only " + count(got) + " of " + count(want) + " bytes of them are there."})
	default:
		p.f.Facts = append(p.f.Facts, Fact{"Has", "the pixels that it says"})
	}
}

// untilDone reads until nobody waits.
type untilDone struct {
	ctx context.Context //nolint:containedctx // it is one read's
	in  io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.in.Read(p)
}

// latin1 is a text in Latin-1, or what it is in UTF-8 if it is that.
func latin1(b []byte) string {
	b = b[:min(len(b), mostUnpacked)]
	if utf8.Valid(b) {
		return string(b)
	}
	var text strings.Builder
	for _, c := range b {
		text.WriteRune(rune(c))
	}
	return text.String()
}

// plain is a name of four bytes, as far as it can be read.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
}

// printable is what bytes say, if they say something; "" if they do not.
func printable(b []byte) string {
	b = b[:min(len(b), 4*mostExcerpt)]
	good := 0
	for _, c := range b {
		if c >= ' ' && c <= '~' || c == '\n' || c == '\t' || c == '\r' {
			good++
		}
	}
	if len(b) == 0 || good*10 < len(b)*9 {
		return ""
	}
	return string(b)
}
