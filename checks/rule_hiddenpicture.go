package checks

import (
	"strings"

	"sallyport/checks/inside"
)

// usualKeys are the words by which programs say in a picture what they are and
// when they made it.
var usualKeys = []string{
	"“Software”", "“Creation Time”", "“date:", "“Source”", "“png:", "“pdf:", "“exif:", "“Raw profile", "“signature”", "“CREATOR", "“Title”", "“Author”", "“Description”",
	"“Copyright”", "“Comment”", "“Disclaimer”", "“Warning”", "“plt:", "“R:", "“Thumb:", "comment",
}

// saysWho are the entries of a picture that name somebody, or a device.
var saysWho = []string{"Exif by", "author", "owner", "serial number", "computer", "IPTC by", "IPTC contact", "IPTC writer", "unique id"}

// ofPicture judges what a picture carries.
func (h *hidden) ofPicture(t *inside.Thing, whole string, at Place) {
	switch t.Kind {
	case inside.Position:
		h.note(High, at, "The picture says where on earth it was made", "The picture says # times where on earth it was made")
	case inside.Text:
		h.said(t, whole, at)
	case inside.Metadata:
		h.metadata(t, whole, at)
	case inside.Thumbnail:
		h.note(Low, at, "The picture holds a small picture of itself, which may show what was there before it was changed", "The picture holds # small pictures of itself, which may show what was there before it was changed")
	case inside.After:
		switch {
		case strings.HasPrefix(t.Name, "zeros"):
		case t.Size >= fewBytes || t.Name != "bytes":
			h.note(Medium, at, "Bytes stand after the end of the picture: "+t.Name, "Bytes stand after the end of the picture, # times: "+t.Name)
		default:
			h.note(Low, at, "A few bytes stand after the end of the picture", "A few bytes stand after the end of the picture, # times")
		}
	case inside.Another:
		h.note(Medium, at, "The file holds a further file: "+t.Name, "The file holds # further files: "+t.Name)
	case inside.Animation:
		h.note(Low, at, "The picture is followed by another, which is shown for a moment", "The picture is followed by # others, which are shown for a moment")
	case inside.Disagrees:
		h.note(Medium, at, "What the file says of itself is not so ("+t.Name+")", "What the file says of itself is not so, # times ("+t.Name+")")
	case inside.Part:
		if t.Size >= 2*longText || numbersIn(whole) >= fewNumbers {
			h.note(Medium, at, "The picture holds a part that no program shows", "The picture holds # parts that no program shows")
		} else {
			h.note(Info, at, "The picture holds a small part that no program shows", "The picture holds # small parts that no program shows")
		}
	}
}

// said judges words that a picture carries. Those that are a table are found as
// one.
func (h *hidden) said(t *inside.Thing, whole string, at Place) {
	usual := false
	for _, key := range usualKeys {
		usual = usual || strings.Contains(t.Name, key)
	}
	dated := strings.Contains(t.Name, "Time") || strings.Contains(t.Name, "date:")
	switch numbers := numbersIn(whole); {
	case gpsIn(whole):
		h.note(High, at, "The picture says where on earth it was made", "The picture says # times where on earth it was made")
	case strings.Contains(t.Name, "adobe.xmp"), strings.Contains(t.Name, "Raw profile type xmp"):
		h.metadata(&inside.Thing{Kind: inside.Metadata, Name: "XMP"}, whole, at)
	case strings.Contains(t.Name, "more than 256 KiB"), len(whole) >= longText, numbers >= 3*fewNumbers && !dated, numbers >= fewNumbers && !usual:
		h.note(Medium, at, "The picture carries a text that is not in what it shows, long or with several numbers", "The picture carries # texts that are not in what it shows, long or with several numbers")
	case !usual && len(whole) > 0:
		h.note(Low, at, "The picture carries words that are not in what it shows", "The picture carries # texts that are not in what it shows")
	}
}

func gpsIn(text string) bool {
	return strings.Contains(text, "exif:GPSLatitude") || strings.Contains(text, "GPSLatitude=")
}

// metadata judges an entry of what a file says of itself.
func (h *hidden) metadata(t *inside.Thing, whole string, at Place) {
	if h.kind != "picture" {
		return // read as words
	}
	switch {
	case gpsIn(whole):
		h.note(High, at, "The picture says where on earth it was made", "The picture says # times where on earth it was made")
	case t.Name == "XMP" && len(whole) >= 40*longText, t.Name != "XMP" && len(whole) >= 2*longText:
		h.note(Medium, at, "The picture carries a long text of what it says of itself", "The picture carries # long texts of what it says of itself")
	case t.Name == "XMP":
		h.note(Info, at, "The picture carries metadata in XMP", "The picture carries metadata in XMP, # times")
	default:
		for _, who := range saysWho {
			if strings.Contains(t.Name, who) && strings.TrimSpace(whole) != "" {
				h.note(Low, at, "The picture names who or what made it", "The picture names # times who or what made it")
				return
			}
		}
		if strings.Contains(t.Name, "comment") || strings.Contains(t.Name, "description") || strings.Contains(t.Name, "IPTC caption") || strings.Contains(t.Name, "maker") {
			h.note(Low, at, "The picture carries words that are not in what it shows", "The picture carries # texts that are not in what it shows")
		}
	}
}
