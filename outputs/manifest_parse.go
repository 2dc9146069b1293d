package outputs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// limits bound what a manifest may cost.
type limits struct {
	bytes   int64 // of the file
	entries int   // names in "outputs", also doubled ones
	value   int64 // bytes of one entry
	depth   int   // of what is skipped
}

// defaultLimits leave room for ten times the largest workspaces in use, which
// have about 45,000 outputs.
var defaultLimits = limits{bytes: 480_000_000, entries: 1_000_000, value: 1 << 20, depth: 64}

// manifestParser reads a manifest as a stream: beside the entries, it holds
// one value at a time.
type manifestParser struct {
	ctx    context.Context // a parser for the length of one call
	limits limits
	src    *window
	dec    *json.Decoder
	listing
	outputs  bool // "outputs" was seen
	historic bool // "files" was seen, which stood in its place in 2020 and 2021
	names    int  // in "outputs", so far
}

// parseManifest reads the manifest in r, which is size bytes long. Of the
// identity it fills in the hash.
func parseManifest(ctx context.Context, r io.ReaderAt, size int64, lim limits) (*Manifest, error) {
	if size > lim.bytes {
		return nil, &ManifestError{1, 0, fmt.Sprintf("the file has %d bytes; at most %d are read", size, lim.bytes)}
	}
	h := sha256.New()
	all := &ctxReader{ctx, io.NewSectionReader(r, 0, size)}
	src := &window{r: bufio.NewReaderSize(io.TeeReader(all, h), 64<<10)}
	p := &manifestParser{ctx: ctx, limits: lim, src: src, dec: json.NewDecoder(src), listing: newListing()}
	p.dec.UseNumber()
	if err := p.document(); err != nil {
		return nil, p.explain(r, err)
	}
	m := p.manifest()
	m.Identity.SHA256 = hex.EncodeToString(h.Sum(nil))
	return m, nil
}

// document reads the whole file: one object and nothing after it.
func (p *manifestParser) document() error {
	if err := p.open('{', "a manifest is a JSON object"); err != nil {
		return err
	}
	for p.dec.More() {
		key, err := p.key()
		if err != nil {
			return err
		}
		switch key {
		case "outputs":
			err = p.readOutputs()
		case "files":
			p.historic = true
			err = p.skip()
		default:
			err = p.skip()
		}
		if err != nil {
			return err
		}
	}
	if _, err := p.token(); err != nil {
		return err
	}
	switch {
	case p.outputs:
	case p.historic:
		p.problems.add("files", "is the list of a manifest of 2020 or 2021, which does not say which bytes a job wrote: nothing of it is listed")
	default:
		p.problems.add("outputs", "is not in the manifest, so nothing is listed")
	}
	switch _, err := p.token(); {
	case err == nil:
		return errors.New("something follows the manifest's object")
	case !errors.Is(err, io.EOF):
		return err
	}
	return nil
}

// readOutputs reads the value of "outputs": an object, or null for none.
func (p *manifestParser) readOutputs() error {
	if p.outputs {
		p.problems.add("outputs", "stands in the manifest more than once")
	}
	p.outputs = true
	t, err := p.token()
	if err != nil {
		return err
	}
	if t == nil {
		return nil
	}
	if t != json.Delim('{') {
		return errors.New(`"outputs" is an object`)
	}
	for p.dec.More() {
		path, err := p.key()
		if err != nil {
			return err
		}
		if p.names++; p.names > p.limits.entries {
			return fmt.Errorf("more than %d outputs", p.limits.entries)
		}
		if err := p.readEntry(path); err != nil {
			return err
		}
	}
	_, err = p.token()
	return err
}

// readEntry reads one output. Only what is no JSON at all is an error.
func (p *manifestParser) readEntry(path string) error {
	var e entryJSON
	p.src.upTo(p.dec.InputOffset() + p.limits.value)
	err := p.dec.Decode(&e)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		p.bad(path, "is not described by an object")
		return nil
	}
	if err != nil {
		return err
	}
	p.add(path, &e)
	return nil
}

// token reads one token, which may be as long as one entry.
func (p *manifestParser) token() (json.Token, error) {
	p.src.upTo(p.dec.InputOffset() + p.limits.value)
	return p.dec.Token()
}

func (p *manifestParser) open(want json.Delim, otherwise string) error {
	t, err := p.token()
	if err != nil {
		return err
	}
	if t != want {
		return errors.New(otherwise)
	}
	return nil
}

func (p *manifestParser) key() (string, error) {
	t, err := p.token()
	if err != nil {
		return "", err
	}
	key, ok := t.(string)
	if !ok {
		return "", errors.New("a name is expected")
	}
	return key, nil
}

// skip reads over one value of any kind.
func (p *manifestParser) skip() error {
	for depth := 0; ; {
		t, err := p.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth > p.limits.depth {
			return fmt.Errorf("nested deeper than %d", p.limits.depth)
		}
		if depth == 0 {
			return nil
		}
	}
}

// explain makes a ManifestError of what went wrong, with its place. What is no
// fault of the manifest stays as it is.
func (p *manifestParser) explain(r io.ReaderAt, err error) error {
	if ctxErr := p.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	var message string
	switch _, syntax := errors.AsType[*json.SyntaxError](err); {
	case errors.Is(err, errWindow):
		message = fmt.Sprintf("a value is longer than %d bytes", p.limits.value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		message = "the file ends too early"
	case syntax, p.src.failed == nil:
		message = err.Error()
	default:
		return fmt.Errorf("read manifest: %w", err)
	}
	offset := p.dec.InputOffset()
	return &ManifestError{Line: lineAt(r, offset), Offset: offset, Message: message}
}

// lineAt counts the line that the byte at offset is on.
func lineAt(r io.ReaderAt, offset int64) int {
	line := 1
	buf := make([]byte, 64<<10)
	for s := io.NewSectionReader(r, 0, offset); ; {
		n, err := s.Read(buf)
		line += bytes.Count(buf[:n], []byte{'\n'})
		if err != nil {
			return line
		}
	}
}

var errWindow = errors.New("the value is too long")

// window is a reader that goes no further than it is told, so that a decoder
// which looks for the end of a value cannot be made to hold the whole file.
type window struct {
	r      io.Reader
	at     int64
	end    int64
	failed error // of r, other than io.EOF
}

// upTo lets the reader go on to offset.
func (w *window) upTo(offset int64) { w.end = max(w.end, offset) }

func (w *window) Read(p []byte) (int, error) {
	if w.at >= w.end {
		return 0, errWindow
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.end-w.at)])
	w.at += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed = err
	}
	return n, err
}
