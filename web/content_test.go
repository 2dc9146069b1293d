package web

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"

	"sallyport/outputs"
	"sallyport/review"
)

func TestContentOfARequest(t *testing.T) {
	w := newWorld(t)
	v := w.submitted("out/a.csv", "out/c.html")
	csv, html := v.Groups[0].Files[0], v.Groups[0].Files[1]
	address := at(v, "files", string(csv.ID), "content")

	got := w.do("checker1", "GET", address, nil).want(200)
	if string(got.body) != w.files["out/a.csv"] || got.header.Get("ETag") != quoted(csv.SHA256) {
		t.Fatalf("opened %q, ETag %s", got.body, got.header.Get("ETag"))
	}
	if len(w.opened) != 1 || w.opened[0].SHA256 != csv.SHA256 || w.opened[0].Downloaded || w.opened[0].Actor.Username != "checker1" {
		t.Fatalf("openings %+v", w.opened)
	}
	if got = w.do("checker1", "GET", address, nil, header{"If-None-Match", quoted(csv.SHA256)}).want(304); len(got.body) > 0 || len(w.opened) != 2 {
		t.Errorf("304 with %q, %d openings", got.body, len(w.opened))
	}
	if got = w.do("checker1", "GET", address, nil, header{"Range", "bytes=2-4"}).want(206); string(got.body) != "b\n1" || len(w.opened) != 3 {
		t.Errorf("a range is %q, %d openings", got.body, len(w.opened))
	}
	w.do("checker1", "GET", address, nil, header{"Range", "bytes=100-"}).want(416)

	got = w.do("checker1", "GET", address+"?download=1", nil).want(200)
	if how, _, err := mime.ParseMediaType(got.header.Get("Content-Disposition")); how != "attachment" || err != nil || !w.opened[len(w.opened)-1].Downloaded {
		t.Errorf("a download is %s, %v", how, err)
	}
	w.do("author", "GET", address+"?download=1", nil).want(403, "role")
	w.do("author", "GET", address, nil).want(200)
	w.do("auditor", "GET", address, nil).want(403, "role")
	w.do("admin", "GET", address, nil).want(403, "role")
	w.do("outsider", "GET", address, nil).want(404, "not_found")
	w.do("checker1", "GET", at(v, "files", "UNKNOWN", "content"), nil).want(404, "not_found")

	got = w.do("checker1", "GET", at(v, "files", string(html.ID), "content"), nil).want(200)
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": hostile, "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-cache",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}

	before := len(w.opened)
	w.unopened = errors.New("the log is away")
	if got = w.do("checker1", "GET", address, nil).want(500, "internal"); strings.Contains(string(got.body), "1,2") || len(w.opened) != before {
		t.Errorf("what was not recorded was sent: %s", got.body)
	}
	w.unopened = nil
	clear(w.blobs)
	w.do("checker1", "GET", address, nil).want(500, "internal")
}

func TestContentOfAWorkspace(t *testing.T) {
	w := newWorld(t)
	const address = "/workspaces/ws/outputs/content?path="
	got := w.do("author", "GET", address+"out/b.txt", nil).want(200)
	if string(got.body) != "text" || got.header.Get("ETag") != quoted(hashed("text")) || len(w.opened) != 1 || w.opened[0].Path != "out/b.txt" {
		t.Errorf("opened %q, openings %+v", got.body, w.opened)
	}
	w.do("author", "GET", address+"out/secret.csv", nil).want(403, "role")
	for _, path := range []string{"nothing", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "out%2f..%2fout%2fa.csv"} {
		w.do("author", "GET", address+path, nil).want(404, "not_found")
	}
	w.do("outsider", "GET", address+"out/b.txt", nil).want(404, "not_found")
	w.do("admin", "GET", address+"out/b.txt", nil).want(403, "role")
	w.do("author", "GET", "/workspaces/other/outputs/content?path=x", nil).want(404, "not_found")
	if len(w.opened) != 1 {
		t.Errorf("openings %+v", w.opened)
	}
	w.unopened = review.ErrUnavailable
	w.do("author", "GET", address+"out/b.txt", nil).want(503, "unavailable")
}

func TestRefusedOpening(t *testing.T) {
	for reason, want := range map[outputs.Reason]int{
		outputs.Missing: 404, outputs.BadPath: 404, outputs.Sensitive: 403, outputs.Link: 403, outputs.HardLink: 403,
		outputs.OutOfDate: 403, outputs.Excluded: 403, outputs.Changed: 409, outputs.OtherBytes: 409,
	} {
		if got := problemOf(refusedOpening(&outputs.Refused{Path: "a", Reason: reason})); got.Status != want {
			t.Errorf("%s is %d, want %d", reason, got.Status, want)
		}
	}
	if got := problemOf(refusedOpening(errors.New("disk"))); got.Status != http.StatusInternalServerError {
		t.Errorf("another error is %d", got.Status)
	}
}

func TestDisposition(t *testing.T) {
	for _, tt := range []struct{ path, plain, full string }{
		{"out/a.csv", "a.csv", "a.csv"},
		{"a b.csv", "a b.csv", "a b.csv"},
		{`q"uo;te%.csv`, "q_uo_te_.csv", `q"uo;te%.csv`},
		{"new\r\nSet-Cookie: x.csv", "new__Set-Cookie: x.csv", "new__Set-Cookie: x.csv"},
		{"naïve-\u202efdp.csv", "na_ve-_fdp.csv", "naïve-_fdp.csv"},
		{`dir\..\x.csv`, "dir_.._x.csv", "dir_.._x.csv"},
		{"\xff.csv", "_.csv", "_.csv"},
		{strings.Repeat("x", 1000) + ".csv", strings.Repeat("x", 116) + ".csv", strings.Repeat("x", 116) + ".csv"},
	} {
		got := disposition(tt.path, true)
		if strings.ContainsAny(got, "\r\n") || !strings.Contains(got, `filename="`+tt.plain+`"`) {
			t.Errorf("disposition(%q) = %s, want the plain name %q", tt.path, got, tt.plain)
		}
		how, params, err := mime.ParseMediaType(strings.Replace(got, `filename="`+tt.plain+`"; `, "", 1))
		if err != nil || how != "attachment" || params["filename"] != tt.full {
			t.Errorf("disposition(%q) = %s reads as %q, %v, want %q", tt.path, got, params["filename"], err, tt.full)
		}
	}
	if got := disposition("a.csv", false); !strings.HasPrefix(got, "inline;") {
		t.Errorf("disposition not to be saved: %s", got)
	}
}

// TestUnknownTypes are bytes to be saved, whoever asks how.
func TestUnknownTypes(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"run.exe", "out/x.svgz", "none", "a.csv.js"} {
		w.files[name] = "x"
		got := w.do("author", "GET", "/workspaces/ws/outputs/content?path="+name, nil).want(200)
		if got.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is served as %s, %s", name, got.header.Get("Content-Type"), got.header.Get("Content-Disposition"))
		}
	}
}

// TestContentOfPages: what frames of pages fetch is as hostile as the file, also
// where something is made of it, and a refusal says in the frame why.
func TestContentOfPages(t *testing.T) {
	s := newSite(t)
	s.files["out/n.md"] = "# Title <script>alert(1)</script> ![x](http://evil.test/x.png)"
	s.files["out/d.svgz"], s.files["out/d.svg"] = "no gzip", "<svg/>"
	s.files["out/l.html"] = `<link rel="preconnect" href="//evil.test">`
	s.files["out/x\u202e\"\r\n.html"] = "<script>alert(1)</script>"
	const at = "/content/workspaces/ws?path="
	for _, tt := range []struct {
		query, kind, says, not string
		status                 int
	}{
		{"out/n.md&as=page", "text/html; charset=utf-8", "<h1", "<script", 200},
		{"out/n.md", "text/plain; charset=utf-8", "<script>", "<h1", 200},
		{"out/c.html", "text/html; charset=utf-8", "<script>", "", 200},
		{"out/x%E2%80%AE%22%0D%0A.html", "text/html; charset=utf-8", "<script>", "", 200},
		{"out/d.svgz&as=page", "text/plain; charset=utf-8", "not in gzip", "<html", 422},
		{"out/l.html", "text/html; charset=utf-8", "x-link rel", "<link", 200},
		{"out/l.html&as=page", "text/html; charset=utf-8", "x-link rel", "<link", 200},
		{"out/d.svg", "text/html; charset=utf-8", "data:image/svg+xml;base64,", "<svg", 200},
		{"out/b.txt&as=page", "text/plain; charset=utf-8", "nothing is made of it", "<script", 422},
		{"out/secret.csv", "text/plain; charset=utf-8", "", "patients", 403},
		{"nothing", "text/plain; charset=utf-8", "", "<html", 404},
	} {
		before := len(s.opened)
		p := s.get("author", at+tt.query, header{"Sec-Fetch-Dest", "iframe"}).want(tt.status, tt.says)
		if tt.not != "" {
			p.without(tt.not)
		}
		want := map[string]string{
			"Content-Type": tt.kind, "Content-Security-Policy": hostile, "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control": "private, no-cache", "Referrer-Policy": "same-origin",
		}
		if tt.status != 200 {
			want["Cache-Control"] = "no-store"
		} else {
			want["X-DNS-Prefetch-Control"] = "off"
		}
		for name, v := range want {
			if p.header.Get(name) != v {
				t.Errorf("%s: %s is %q, want %q", tt.query, name, p.header.Get(name), v)
			}
		}
		if d := p.header.Get("Content-Disposition"); strings.ContainsAny(d, "\r\n\u202e") || tt.status == 200 && d == "" {
			t.Errorf("%s: Content-Disposition %q", tt.query, d)
		}
		if (tt.status == 200 || tt.status == 422) != (len(s.opened) == before+1) {
			t.Errorf("%s: %d openings", tt.query, len(s.opened)-before)
		}
	}
	p := s.get("", at+"out/n.md", header{"Sec-Fetch-Dest", "iframe"}).want(401)
	if p.header.Get("Content-Security-Policy") != hostile {
		t.Errorf("a stranger's frame: %v", p.header)
	}
	if p = s.get("author", at+"nothing", header{"Sec-Fetch-Dest", "document"}).want(404, "<html"); p.header.Get("Content-Security-Policy") != pagePolicy {
		t.Errorf("a refusal outside a frame: %v", p.header)
	}
	for _, r := range []string{"bytes=0-", "bytes=0-0,0-0,0-0,0-0", "bytes=-1", "lines=1-2", "bytes=5-2", "bytes=0-99999999999999999999"} {
		if p := s.get("author", at+"out/b.txt", header{"Range", r}); len(p.body) > 1000 || p.status >= 500 {
			t.Errorf("range %s: %d, %d bytes", r, p.status, len(p.body))
		}
	}
}

// TestPagesOfFiles: pages show files in windows, and rows alone to those who
// scroll; each look is recorded.
func TestPagesOfFiles(t *testing.T) {
	s := newSite(t)
	var b strings.Builder
	b.WriteString("n,<em>x</em>\n")
	for i := range 450 {
		fmt.Fprintf(&b, "row%d,<b>\u202e\n", i+1)
	}
	s.files["out/big.csv"] = b.String()
	v := s.submitted("out/big.csv", "out/b.txt")
	of := "/requests/" + string(v.ID) + "/files/" + string(v.Groups[0].Files[0].ID)
	for _, at := range []string{of, "/workspaces/ws/out/big.csv"} {
		before := len(s.opened)
		s.get("checker1", at).want(200, "450 rows × 2 columns", "Rows 1–200 of 450", ">row200<", "&lt;em&gt;x", "202E⟩", at+"?from=201").without(">row201<", "<em>x", "\u202e")
		s.get("checker1", at+"?from=201").want(200, ">row201<", ">row400<", "Rows 201–400 of 450").without(">row200<", ">row401<")
		s.get("checker1", at+"?from=401&part=rows").want(200, ">row401<", ">row450<").without("<html", ">row400<", "hx-get")
		s.get("checker1", at+"?part=rows").want(200, "hx-get=\""+at+"?from=201&amp;part=rows\"")
		s.get("checker1", at+"?view=raw").want(200, "451 lines", "row450,&lt;b&gt;")
		for _, odd := range []string{"?from=-1", "?from=x", "?from=99999999999999999999", "?column=7", "?view=%3Cem%3E", "?from=0&view=raw"} {
			s.get("checker1", at+odd).want(200).without("<em>")
		}
		s.get("checker1", at+"?row=3&cell=2").want(200, "Row 3, column 2", "Back to the table")
		s.get("checker1", at+"?row=999&cell=2").want(404)
		if got := len(s.opened) - before; got != 13 {
			t.Errorf("%s: %d openings of 13", at, got)
		}
	}
	s.unopened = errors.New("the log is away")
	s.get("checker1", of+"?part=rows").want(500).without("row1")
}
