package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestContained: what people made to connect, to run, to lead elsewhere, or to
// take all memory, is shown on the pages as far as it can be, named, and does
// nothing. The browser is as people have it: what connects before anybody goes
// there, connects in it.
func TestContained(t *testing.T) {
	p := StartDemo(t)
	b := StartOrdinaryBrowser(t)
	p.Run("workspace", "place", hostileWorkspace, "--project", "demo-study", "--organisation", "demo", "--backend", "tpp")
	p.Report(hostileWorkspace, "words")
	trap := startTrap(t)
	p.Rewrite(hostileWorkspace, trap.files(t))

	control := b.Comes(p, How{Own: true})
	trap.catches(control)
	author := b.SignsIn(p, "researcher1", How{Own: true})
	for _, f := range containedFiles {
		for _, v := range append([]string{""}, f.views...) {
			at := "/workspaces/" + hostileWorkspace + "/output/" + f.name
			if v != "" {
				at += "?view=" + v
			}
			author.Go(at)
			author.Sees(f.says[v])
			if author.Count(".content iframe") > 0 {
				author.isTrue("have the frame of "+at, "performance.getEntriesByType('resource').some(e => e.initiatorType === 'iframe' && e.responseEnd > 0)")
				author.pressesInFrame()
			}
			if n := trap.hits.Load(); n != 0 {
				t.Fatalf("%s connected to the trap %d times", at, n)
			}
		}
	}
	trap.catches(control) // what is under way arrives before this does, or not at all
	if n := trap.hits.Load(); n != 0 {
		t.Errorf("something connected to the trap later, %d times", n)
	}
}

// containedFiles are files that would do harm, and what their pages say.
var containedFiles = []struct {
	name  string
	views []string
	says  map[string]string
}{
	{"page.html", []string{"source", "inside"}, map[string]string{"": "It carries 2 scripts", "source": "http-equiv", "inside": "redirection"}},
	{"link.html", nil, map[string]string{"": "link.html"}},
	{"drawing.svg", []string{"source", "inside"}, map[string]string{"": "2 entities", "source": "<!ENTITY", "inside": "external entity"}},
	{"drawing.svgz", []string{"source", "inside", "raw"}, map[string]string{"": "2 entities", "source": "<!ENTITY", "inside": "foreignObject", "raw": "1f 8b"}},
	{"bomb.svgz", []string{"source", "inside", "raw"}, map[string]string{"": "larger than 8 MiB", "source": "larger than 8 MiB", "inside": "larger than 8 MiB", "raw": "1f 8b"}},
	{"notes.md", []string{"source", "inside"}, map[string]string{"": "images", "source": "onerror", "inside": "pieces of HTML"}},
	{"huge.png", []string{"full", "400", "inside", "raw"}, map[string]string{
		"": "100,000 × 100,000 pixels", "full": "are not drawn", "400": "are not drawn", "inside": "100,000 × 100,000 pixels", "raw": "89 50 4e 47",
	}},
	{"lies.png", []string{"inside"}, map[string]string{"": "so many are not left", "inside": "so many are not left"}},
}

// trap is where nobody may connect to.
type trap struct {
	t       *testing.T
	at      string
	hits    atomic.Int64
	control *httptest.Server // a page that connects to it
}

func startTrap(t *testing.T) *trap {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{t: t, at: listener.Addr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			tr.hits.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	tr.control = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<link rel="preconnect" href="http://%s">A page that connects.`, tr.at)
	}))
	t.Cleanup(tr.control.Close)
	return tr
}

// catches shows that the trap would notice: a page that connects, does. What it
// noticed is forgotten.
func (tr *trap) catches(tab *Tab) {
	tr.t.Helper()
	before := tr.hits.Load()
	tab.do("go to the control", chromedp.Navigate(tr.control.URL))
	tab.until("see the control connect", func() error {
		if tr.hits.Load() == before {
			return errNotYet
		}
		return nil
	})
	tab.do("leave the control", chromedp.Navigate("about:blank"))
	tab.Wrong() // it went elsewhere, as it was meant to
	if before == 0 {
		tr.hits.Store(0)
	}
}

// files are what would do harm.
func (tr *trap) files(t *testing.T) map[string][]byte {
	t.Helper()
	to := func(text string) []byte { return []byte(strings.ReplaceAll(text, "TRAP", tr.at)) }
	drawing := to(`<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY a SYSTEM "http://TRAP/entity"><!ENTITY b "words">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:h="http://www.w3.org/1999/xhtml" width="200" height="200" onload="fetch('http://TRAP/load')">
<script>fetch('http://TRAP/script')</script><script href="http://TRAP/script.js"/><style>@import "http://TRAP/x.css"; rect { fill: url(http://TRAP/y.svg#g) }</style>
<rect width="200" height="200"/><image xlink:href="http://TRAP/image.png" width="9" height="9"/><use href="http://TRAP/use.svg#a"/><h:link rel="preconnect" href="http://TRAP"/>
<foreignObject width="99" height="99"><h:iframe src="http://TRAP/frame"/><h:img src="http://TRAP/img"/></foreignObject></svg>`)
	return map[string][]byte{
		"output/page.html": to(`<!doctype html><html><head><meta http-equiv="refresh" content="0;url=http://TRAP/refresh"><base href="http://TRAP/base/">
<link rel="preconnect" href="http://TRAP"><link rel="dns-prefetch" href="//TRAP"><link rel="prefetch" href="http://TRAP/prefetch"><link rel="stylesheet" href="http://TRAP/x.css">
<link rel="icon" href="http://TRAP/icon"><link rel="manifest" href="http://TRAP/manifest"><style>@import "http://TRAP/y.css"; body { background: url(http://TRAP/background) } @font-face { font-family: x; src: url(http://TRAP/font) } p { font-family: x }</style>
<script>fetch('http://TRAP/fetch')</script><script src="http://TRAP/script.js"></script></head><body onload="new Image().src='http://TRAP/load'">
<p>Words</p><img src="http://TRAP/image.png" srcset="http://TRAP/set.png 2x"><iframe src="http://TRAP/frame"></iframe><object data="http://TRAP/object"></object><embed src="http://TRAP/embed">
<video src="http://TRAP/video" poster="http://TRAP/poster" autoplay></video><audio src="http://TRAP/audio" autoplay></audio><form action="http://TRAP/form"><input name="a" autofocus><button>Send</button></form></body></html>`),
		"output/link.html":    to(`<a href="http://TRAP/link" ping="http://TRAP/ping" style="display: block; height: 2000px">A link everywhere</a>`),
		"output/drawing.svg":  drawing,
		"output/drawing.svgz": zip(t, drawing),
		"output/bomb.svgz":    zip(t, make([]byte, 100<<20)),
		"output/notes.md":     to("# Notes\n\n![x](http://TRAP/x.png) ![y](http://TRAP/y.png) [z](http://TRAP/z)\n<img src=\"http://TRAP/i.png\" onerror=\"fetch('http://TRAP/e')\">\n<script>fetch('http://TRAP/s')</script>\n"),
		"output/huge.png":     claims(100_000, 100_000, nil),
		"output/lies.png":     claims(30, 20, []byte("\x7f\xff\xff\xffiTXt and then nothing")),
	}
}

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	var to bytes.Buffer
	w := gzip.NewWriter(&to)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

// claims is the beginning of a PNG that says it is so large, and what follows.
func claims(width, height uint32, then []byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return append(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)), then...)
}

// pressesInFrame presses the mouse in the middle of a frame, which takes the
// keys; they come back when the mouse leaves it, and by Shift and Tab.
func (tab *Tab) pressesInFrame() {
	tab.t.Helper()
	var at struct{ X, Y float64 }
	tab.Eval(`(r => ({x: r.x + r.width / 2, y: r.y + r.height / 2}))(document.querySelector('.content iframe').getBoundingClientRect())`, &at)
	mouse := func(kind input.MouseType, x, y float64) chromedp.Action {
		m := input.DispatchMouseEvent(kind, x, y)
		if kind != input.MouseMoved {
			m = m.WithButton(input.Left).WithClickCount(1)
		}
		return m
	}
	tab.do("press in the frame", mouse(input.MouseMoved, at.X, at.Y), mouse(input.MousePressed, at.X, at.Y), mouse(input.MouseReleased, at.X, at.Y))
	tab.Sees("Keys are with the file")
	tab.do("leave the frame", mouse(input.MouseMoved, 60, 60), mouse(input.MouseMoved, 5, 5), mouse(input.MouseMoved, 9, 9))
	tab.isTrue("have the keys back", "document.activeElement === document.querySelector('.content') && document.getElementById('keys-back').hidden")
	tab.Keys("?")
	tab.isTrue("see the keys", "document.getElementById('keys').open")
	tab.Keys("\x1b")
	tab.isTrue("have closed the keys", "!document.getElementById('keys').open")
}
