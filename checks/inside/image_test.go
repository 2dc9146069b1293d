package inside

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"
)

// chunk is a part of a PNG.
func chunk(name, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(name+body))))
}

// aPNG is a PNG with parts before its pixels.
func aPNG(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	head, rest := b.String()[:33], b.String()[33:]
	return head + strings.Join(parts, "") + rest
}

func aJPEG(t *testing.T, segments ...string) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()[:2] + strings.Join(segments, "") + b.String()[2:]
}

func segment(marker byte, body string) string {
	return string(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))) + body
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// tiff is an Exif block with a description, a position and a thumbnail.
func tiff() string {
	le := binary.LittleEndian
	entry := func(tag, kind uint16, n, value uint32) []byte {
		return le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, tag), kind), n), value)
	}
	b := []byte("II*\x00\x08\x00\x00\x00")
	b = le.AppendUint16(b, 2)                  // at 8
	b = append(b, entry(0x010e, 2, 6, 100)...) // description, at 100
	b = append(b, entry(0x8825, 4, 1, 120)...) // GPS, at 120
	b = le.AppendUint32(b, 200)                // the next directory
	b = append(b, make([]byte, 100-len(b))...)
	b = append(b, "hello\x00"...)
	b = append(b, make([]byte, 120-len(b))...)
	b = le.AppendUint16(b, 2)
	b = append(b, entry(1, 2, 2, 'N')...)
	b = append(b, entry(2, 5, 3, 160)...)
	b = append(b, make([]byte, 160-len(b))...)
	for _, n := range []uint32{51, 1, 30, 1, 15, 2} {
		b = le.AppendUint32(b, n)
	}
	b = append(b, make([]byte, 200-len(b))...)
	b = le.AppendUint16(b, 1)
	b = append(b, entry(0x0202, 4, 1, 4321)...)
	return string(le.AppendUint32(b, 0))
}

func TestPNG(t *testing.T) {
	for name, tt := range map[string]struct{ file, want string }{
		"only pixels": {aPNG(t), ""},
		"a text":      {aPNG(t, chunk("tEXt", "Author\x00me")), "text|tEXt “Author”|0|9|me\n"},
		"compressed":  {aPNG(t, chunk("zTXt", "a\x00\x00"+deflated("secret words"))), "text|zTXt “a”, 12 bytes when it is unpacked|0|27|secret words\n"},
		"a bomb": {aPNG(t, chunk("zTXt", "a\x00\x00"+deflated(strings.Repeat("b", 10<<20)))),
			"text|zTXt “a”, more than 256 KiB when it is unpacked|0|10216|" + strings.Repeat("b", 300) + "\n"},
		"broken":             {aPNG(t, chunk("zTXt", "a\x00\x00xx")), "text|zTXt “a”, cannot be unpacked|0|5|\n"},
		"international":      {aPNG(t, chunk("iTXt", "k\x00\x00\x00en\x00kw\x00été")), "text|iTXt “k”|0|15|été\n"},
		"a time":             {aPNG(t, chunk("tIME", "\x07\xe4\x02\x03\x04\x05\x06")), "metadata|time of the last change|0|7|2020-02-03 04:05:06 UTC\n"},
		"unknown":            {aPNG(t, chunk("prVt", "hidden words in here")), "part|prVt|0|20|hidden words in here\n"},
		"colours":            {aPNG(t, chunk("iCCP", "sRGB\x00\x00xxx")), "profile|iCCP|0|9|sRGB\n"},
		"Exif":               {aPNG(t, chunk("eXIf", tiff())), "metadata|Exif description|0|6|hello\nthumbnail|of Exif|0|4321|\nposition|GPS|0|0|51 30 7.5 N\n"},
		"animated":           {aPNG(t, chunk("acTL", "xxxxxxxx"), chunk("fcTL", "x"), chunk("fcTL", "x"), chunk("fdAT", "x")), "animation|fcTL|0|0|A further picture, shown after the one before.\n"},
		"bytes after":        {aPNG(t) + "PK\x03\x04rest", "after_end|what begins like a ZIP archive|0|8|\n"},
		"a ZIP after":        {aPNG(t) + "words words words words words words words words words words words words words words " + "PK\x05\x06" + strings.Repeat("\x00", 18), "after_end|bytes|0|106|\nanother|a ZIP archive|0|22|Programs that unpack archives can read this file as one.\n"},
		"a second header":    {aPNG(t, chunk("IHDR", strings.Repeat("x", 13))), "disagreement|IHDR|0|13|A second header, or a broken one.\n"},
		"a wrong checksum":   {aPNG(t, chunk("tEXt", "a\x00b")[:14]+"x"), "text|tEXt “a”|0|3|b\ndisagreement|checksums|0|0|1 parts have another checksum than they say.\n"},
		"a length that lies": {aPNG(t, "\x7f\xff\xff\xffiTXt"), "ended|At byte 33 its part iTXt says that it has 2,147,483,647 bytes: so many are not left. Nothing after it was looked for.\ndisagreement|pixels"},
		"torn":               {aPNG(t)[:40], "ended|It ends in the middle, at byte 40."},
		"no PNG":             {"GIF89a", "ended|It is no PNG.\n"},
	} {
		f, err := PNG(t.Context(), []byte(tt.file))
		if err != nil {
			t.Fatal(err)
		}
		got := f.list()
		ok := got == tt.want
		if begins, _, cut := strings.Cut(tt.want, "ended|"); cut {
			ok = strings.Contains(got, tt.want[len(begins):min(len(tt.want), len(begins)+40)])
		}
		if !ok {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// TestPixels: what an image says it has is compared with what it has.
func TestPixels(t *testing.T) {
	head := func(width, height uint32) string {
		b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
		return chunk("IHDR", string(append(b, 8, 0, 0, 0, 0)))
	}
	pixels := chunk("IDAT", deflated(strings.Repeat("\x00", 20*31))) + chunk("IEND", "")
	for name, tt := range map[string]struct{ file, want string }{
		"right":     {head(30, 20), ""},
		"more":      {head(30, 10), "There are more than the image says"},
		"fewer":     {head(30, 40), "Only 620 of 1,240 bytes"},
		"huge":      {head(100_000, 100_000), "So many cannot be in a file of"}, // they are not counted
		"as no int": {head(1<<32-1, 1<<32-1), "So many cannot be in a file of"},
	} {
		f, err := PNG(t.Context(), []byte(pngMark+tt.file+pixels))
		if got := f.list(); err != nil || (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, %v, want %s", name, got, err, tt.want)
		}
		if f.Facts[1].Name != "Says that it has" {
			t.Errorf("%s: facts %+v", name, f.Facts)
		}
	}
	if n, ok := pixelBytes(30, 20, 8, true); n != 4*(3+1)-1+3*4+4*4+0 && (n <= 600 || !ok) {
		t.Errorf("interlaced: %d bytes", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := PNG(ctx, []byte(aPNG(t))); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on when nobody waits: %v", err)
	}
}

func TestJPEG(t *testing.T) {
	iptc := "\x1c\x02\x78\x00\x05words"
	for name, tt := range map[string]struct{ file, want string }{
		"only pixels":  {aJPEG(t), ""},
		"a comment":    {aJPEG(t, segment(0xfe, "words")), "text|comment|0|5|words\n"},
		"Exif":         {aJPEG(t, segment(0xe1, "Exif\x00\x00"+tiff())), "metadata|Exif description|0|6|hello\nthumbnail|of Exif|0|4321|\nposition|GPS|0|0|51 30 7.5 N\n"},
		"XMP":          {aJPEG(t, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>")), "metadata|XMP|0|41|<x:xmpmeta/>\n"},
		"colours":      {aJPEG(t, segment(0xe2, "ICC_PROFILE\x00\x01\x01xx")), "profile|ICC|0|16|\n"},
		"JFIF":         {aJPEG(t, segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x02\x03")), "thumbnail|of JFIF, 2 × 3 pixels|0|14|\n"},
		"IPTC":         {aJPEG(t, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0a"+iptc)), "metadata|IPTC caption|0|5|words\n"},
		"several":      {aJPEG(t, segment(0xe2, "MPF\x00xx")), "another|MPF|0|6|It says that the file holds several images.\n"},
		"unknown":      {aJPEG(t, segment(0xeb, "mine\x00here are words")), "part|APP11 “mine”|0|19|mine\x00here are words\n"},
		"another":      {aJPEG(t) + aJPEG(t), "after_end|what begins like a JPEG|0|"},
		"two headers":  {aJPEG(t, segment(0xc0, "\x08\x00\x01\x00\x02\x01")), "disagreement|a second header|0|0|It says 30 × 20 pixels.\n"},
		"torn":         {aJPEG(t)[:30], "ended|At byte"},
		"broken Exif":  {aJPEG(t, segment(0xe1, "Exif\x00\x00words and words")), "part|Exif, broken|0|15|words and words\n"},
		"a length 0":   {"\xff\xd8\xff\xe0\x00\x00", "ended|At byte 2 its part APP0 says that it has 0 bytes"},
		"not a marker": {"\xff\xd8abc", "ended|It is broken at byte 2"},
		"no JPEG":      {"\x89PNG", "ended|It is no JPEG.\n"},
	} {
		f, err := JPEG(t.Context(), []byte(tt.file))
		if got := f.list(); err != nil || got != tt.want && (strings.HasSuffix(tt.want, "\n") || tt.want == "" || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s:\n%q\nwant\n%q, %v", name, got, tt.want, err)
		}
	}
	if f, _ := JPEG(t.Context(), []byte(aJPEG(t))); len(f.Facts) != 3 || f.Facts[1].Value != "30 × 20 pixels" {
		t.Errorf("facts %+v", f.Facts)
	}
}

func TestGzip(t *testing.T) {
	zip := func(name string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Name, w.Comment, w.Extra = name, name, []byte(name)
		_, _ = w.Write([]byte("words"))
		_ = w.Close()
		return b.String()
	}
	header := "metadata|gzip, name of the file|0|2|me\nmetadata|gzip, comment|0|2|me\nmetadata|gzip, extra field|0|2|me\n"
	for name, tt := range map[string]struct{ file, want string }{
		"plain":     {zip(""), ""},
		"a header":  {zip("me"), header},
		"two parts": {zip("") + zip("me"), "another|a further compressed part|0|39|Programs read it as if it stood in the first.\n" + header},
		"more":      {zip("") + "words after", "after_end|bytes|0|11|words after\n"},
		"none":      {"words", "ended|It is not in gzip.\n"},
		"torn":      {zip("")[:20], "ended|It cannot be unpacked, or is too large when it is: nothing after it was looked for.\n"},
	} {
		if got := Gzip([]byte(tt.file), 1000).list(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
	if got := Gzip([]byte(zip("")), 3).list(); !strings.Contains(got, "too large") {
		t.Errorf("a bomb: %s", got)
	}
}

// TestHostileImages: nothing takes long, and no length is believed.
func TestHostileImages(t *testing.T) {
	for _, b := range []string{
		pngMark + strings.Repeat(chunk("tEXt", ""), 300_000), "\xff\xd8" + strings.Repeat(segment(0xe1, "Exif\x00\x00"+tiff()), 10_000),
		"\xff\xd8" + strings.Repeat("\xff", 1<<20), "\xff\xd8" + segment(0xda, "") + strings.Repeat("\xff\x00", 1<<20), "\xff\xd8" + strings.Repeat("\xff\xd0", 1<<20),
		"\xff\xd8" + segment(0xe1, "Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff"+strings.Repeat("\x0e\x01\x02\x00\xff\xff\xff\xff\x00\x00\x00\x00", 5000)),
		"\xff\xd8" + segment(0xed, "Photoshop 3.0\x00"+strings.Repeat("8BIM\x04\x04\x00\x00\x00\x00\x00\x00", 5000)),
		aPNG(t, chunk("eXIf", "II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00")),
	} {
		began := time.Now()
		for _, by := range []func(context.Context, []byte) (Found, error){PNG, JPEG} {
			if _, err := by(t.Context(), []byte(b)); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%.30q took %v", b, took)
		}
	}
}

func FuzzImages(f *testing.F) {
	f.Add([]byte(pngMark + chunk("tEXt", "a\x00b") + chunk("IEND", "")))
	f.Add([]byte("\xff\xd8" + segment(0xe1, "Exif\x00\x00"+tiff()) + "\xff\xd9"))
	f.Add([]byte("\xff\xd8" + segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x04\x1c\x02\x78\x00") + "\xff\xd9"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, by := range []func(context.Context, []byte) (Found, error){PNG, JPEG} {
			if _, err := by(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		Gzip(b, 1000)
	})
}
