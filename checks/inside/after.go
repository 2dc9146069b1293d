package inside

import (
	"bytes"
	"strings"
)

// beginnings are those of files that stand behind, or in, others.
var beginnings = []struct{ mark, name string }{
	{"PK\x03\x04", "a ZIP archive"}, {"PK\x05\x06", "an empty ZIP archive"}, {"%PDF-", "a PDF"}, {pngMark, "a PNG"}, {"\xff\xd8\xff", "a JPEG"}, {"GIF8", "a GIF"},
	{"\x1f\x8b", "a gzip file"}, {"BZh", "a bzip2 file"}, {"\xfd7zXZ\x00", "an xz file"}, {"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"}, {"Rar!", "a RAR archive"},
	{"SQLite format 3\x00", "an SQLite database"}, {"\x7fELF", "a program"}, {"MZ", "a program"}, {"PAR1", "a Parquet table"}, {"ARROW1", "an Arrow table"},
	{"<!doctype", "an HTML document"}, {"<html", "an HTML document"}, {"<script", "HTML"}, {"<?xml", "XML"}, {"<svg", "an SVG"}, {"#!/", "a program"}, {"\x89HDF", "an HDF5 file"},
	{"RIFF", "a RIFF file"},
}

// beginsLike names what bytes begin like; "" if that is not known.
func beginsLike(b []byte) string {
	head := string(b[:min(len(b), 32)])
	for _, x := range beginnings {
		if strings.HasPrefix(head, x.mark) || strings.HasPrefix(strings.ToLower(head), x.mark) {
			return x.name
		}
	}
	return ""
}

// after notes what stands after the end of an image.
func (f *Found) after(b []byte, end int) {
	rest := b[end:]
	if len(rest) == 0 {
		return
	}
	thing := Thing{Kind: After, Name: "bytes", At: int64(end), Size: int64(len(rest)), Text: printable(rest)}
	if len(bytes.Trim(rest, "\x00\n\r \t")) == 0 {
		thing.Name = "zeros and line ends alone"
	}
	if is := beginsLike(bytes.TrimLeft(rest, "\x00\n\r \t")); is != "" {
		thing.Name = "what begins like " + is
	}
	f.add(thing)
	if strings.HasSuffix(thing.Name, "ZIP archive") {
		return
	}
	f.archive(b)
}

// archive notes that a file is a ZIP archive too: those are read from the end.
func (f *Found) archive(b []byte) {
	const most = 65_557 // how far from the end the end of an archive can stand
	tail := b[max(0, len(b)-most):]
	if i := bytes.LastIndex(tail, []byte("PK\x05\x06")); i >= 0 && len(tail)-i >= 22 {
		f.add(Thing{Kind: Another, Name: "a ZIP archive", At: int64(len(b) - len(tail) + i), Size: 22, Text: "Programs that unpack archives can read this file as one."})
	}
}
