package web

import (
	"net/url"
	"strings"
	"testing"

	"sallyport/review"
)

// TestSearch: everybody finds what they may see, and what is named exactly is
// shown at once.
func TestSearch(t *testing.T) {
	s := newSite(t)
	v := s.submitted()
	id, file := string(v.ID), v.Groups[0].Files[0]
	s.get("author", "/search").want(200, "Look for what you may see", `role="search"`)
	s.get("author", "/search?q=+++").want(200, "Look for what you may see")
	s.get("author", "/search?q="+url.QueryEscape(v.Title[1:4])).want(200, "/requests/"+id, "result")
	s.get("checker1", "/search?q="+file.Path).want(200, "/requests/"+id+"/files/"+string(file.ID), file.SHA256)
	s.get("checker1", "/search?q="+strings.ToUpper(file.SHA256[:8])).want(200, file.Path)
	s.get("checker1", "/search?q="+file.SHA256[:7]).want(200, "Nothing was found")
	s.get("author", "/search?q=ws").want(200, `href="/workspaces/ws"`)
	s.get("author", "/search?q=nowhere").want(200, "Nothing was found", `value="nowhere"`)
	for _, who := range []string{"outsider", "admin"} {
		s.get(who, "/search?q="+url.QueryEscape(v.Title)).want(200).without("/requests/"+id, file.Path)
		s.get(who, "/search?q="+file.SHA256).want(200, "Nothing was found").without(file.Path)
	}
	s.get("", "/search?q=x").to("/login?next=" + url.QueryEscape("/search?q=x"))
}

// TestSearchExact: an id leads straight to what it names, for who may see it.
func TestSearchExact(t *testing.T) {
	s := newSite(t)
	v := s.draft()
	id := string(v.ID)
	s.get("author", "/search?q="+id+"X").want(200, "Nothing was found")
	s.streams["ID01LONGID"] = s.streams[v.ID]
	s.get("author", "/search?q=id01longid").to("/requests/ID01LONGID")
	s.get("admin", "/search?q=id01longid").to("/requests/ID01LONGID")
	for _, who := range []string{"checker1", "auditor", "outsider"} { // it is a draft
		s.get(who, "/search?q=ID01LONGID").want(200, "Nothing was found").without("/requests/ID01LONGID")
	}
}

// TestHostileSearch: nothing that is typed is more than text.
func TestHostileSearch(t *testing.T) {
	s := newSite(t)
	s.submitted()
	for _, q := range []string{"%%", "__", "a%b", `"><em>x`, "' OR 1=1 --", `\\`, "*", "{{.}}", "../.."} {
		p := s.get("author", "/search?q="+url.QueryEscape(q)).without("<em>")
		if p.status == 200 && len(q) > 1 {
			p.want(200, "Nothing was found")
		}
	}
	for _, q := range []string{"x", "%", "a\x00b", "\xff\xfe", strings.Repeat("x", 10<<10), strings.Repeat("é", 201), "a\nb"} {
		p := s.get("author", "/search?q="+url.QueryEscape(q)).want(422, "Type 2 to 200 characters", `role="alert"`).without("\x00")
		if len(p.body) > 20<<10 {
			t.Errorf("%d bytes for %.20q", len(p.body), q)
		}
	}
	s.broken = review.ErrUnavailable
	s.get("author", "/search?q=xx").want(503)
}
