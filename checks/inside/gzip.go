package inside

import (
	"bytes"
	"compress/gzip"
	"io"
)

// Gzip finds what a compressed file carries beside what is compressed in it:
// what its header says, a second part, bytes after the end. It unpacks at most
// so many bytes.
func Gzip(b []byte, most int64) Found {
	f := &Found{}
	rest := bytes.NewReader(b)
	in, err := gzip.NewReader(rest)
	if err != nil {
		f.end("It is not in gzip.")
		return *f
	}
	in.Multistream(false)
	for parts := 0; ; parts++ {
		f.header(&in.Header)
		n, err := io.Copy(io.Discard, io.LimitReader(in, most+1))
		if most -= n; err != nil || most < 0 {
			f.end("It cannot be unpacked, or is too large when it is: nothing after it was looked for.")
			return *f
		}
		end := len(b) - rest.Len()
		if err := in.Reset(rest); err != nil {
			f.after(b, end)
			return *f
		}
		in.Multistream(false)
		f.add(Thing{Kind: Another, Name: "a further compressed part", At: int64(end), Size: int64(len(b) - end), Text: "Programs read it as if it stood in the first."})
	}
}

// header notes what the header of a compressed part says.
func (f *Found) header(h *gzip.Header) {
	for _, x := range []struct{ name, text string }{{"name of the file", h.Name}, {"comment", h.Comment}, {"extra field", printable(h.Extra)}} {
		if x.text != "" {
			f.add(Thing{Kind: Metadata, Name: "gzip, " + x.name, Size: int64(len(x.text)), Text: x.text})
		}
	}
	if len(h.Extra) > 0 && printable(h.Extra) == "" {
		f.add(Thing{Kind: Part, Name: "gzip, extra field", Size: int64(len(h.Extra))})
	}
	if !h.ModTime.IsZero() {
		f.add(Thing{Kind: Metadata, Name: "gzip, time of the file", Text: h.ModTime.UTC().Format("2006-01-02 15:04:05 UTC")})
	}
}
