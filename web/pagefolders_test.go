package web

import (
	"net/url"
	"testing"
)

// TestFolderPage: the tree beside a folder shows the way down to it, a file is
// found by its name, and what can be chosen is counted.
func TestFolderPage(t *testing.T) {
	s := newSite(t)
	s.files["out/deep/er/x.csv"] = "x"
	s.get("author", "/workspaces/ws").want(200, `href="/workspaces/ws/out"`, "Choose the 1 shown that may be requested", `aria-sort="ascending"`, "May be requested</span>").without(`href="/workspaces/ws/out/deep"`)
	s.get("author", "/workspaces/ws/out/deep").
		want(200, `href="/workspaces/ws/out/deep" aria-current="page"`, `href="/workspaces/ws/out/deep/er"`)
	s.get("author", "/workspaces/ws?name=x.csv").want(200, "out/deep/er/x.csv", "Show all", "Add the chosen files").without("b.txt")
	s.get("author", "/workspaces/ws?name="+url.QueryEscape(`<em>"`)).want(200, "has that in its name", "&lt;em&gt;").without("<em>")
	s.get("author", "/workspaces/ws/none").want(404)
	s.get("checker1", "/workspaces/ws/out").want(200, "Only researchers").without("Choose out/a.csv")
}
