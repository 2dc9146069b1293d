package web

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"regexp"
	"strings"
	"testing"

	"sallyport/pipeline"
)

// reportedTo is a site to which job requests were reported.
func reportedTo(t *testing.T, reports ...map[string]any) *site {
	t.Helper()
	s := newSite(t)
	for _, r := range reports {
		delete(r, "project_yaml_file")
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		report, err := pipeline.ReadReport(b)
		if err != nil {
			t.Fatal(err)
		}
		s.reports[report.Identifier] = report
	}
	return s
}

// manyActions is a job request with n actions, each of which needs the one
// before it, declares two outputs and ran; every tenth failed.
func manyActions(n int) map[string]any {
	var yaml strings.Builder
	yaml.WriteString("version: '4.0'\nactions:\n")
	var jobs []map[string]any
	var names []string
	for i := range n {
		name := fmt.Sprintf("a%04d", i)
		fmt.Fprintf(&yaml, "  %s:\n    run: python:v2 x.py %d\n", name, i)
		if i > 0 {
			fmt.Fprintf(&yaml, "    needs: [a%04d]\n", i-1)
		}
		fmt.Fprintf(&yaml, "    outputs:\n      highly_sensitive:\n        d: out/%d.rds\n      moderately_sensitive:\n        t: out/%d.csv\n", i, i)
		status := "succeeded"
		if i%10 == 0 {
			status = "failed"
		}
		jobs = append(jobs, map[string]any{"identifier": fmt.Sprintf("%016d", i), "action": name, "status": status})
		names = append(names, name)
	}
	return map[string]any{
		"identifier": "manymanymanymany", "workspace": "demo", "backend": "tpp", "jobs": jobs, "requested_actions": names, "project_yaml": yaml.String(),
	}
}

var (
	nextPage = regexp.MustCompile(`<a href="([^"#]*)[^"]*" rel="next">`)
	actionOf = regexp.MustCompile(`<tbody id="action-[0-9a-f]+"><tr><th scope="rowgroup"[^>]*><code>([^<]*)</code>`)
)

func TestJobRequestPage(t *testing.T) {
	s := reportedTo(t, example(t, "20394"))
	p := s.get("author", "/job-requests/bswslyjxpwqix3qb").want(200, "<svg", "extract_fixed: succeeded", "report: failed. Needs process",
		`href="/job-requests/bswslyjxpwqix3qb#L8">line 8</a>`, `<tr id="L59"`, "1 of 4 jobs succeeded, 3 failed", "06:39:39",
		"No previous job request available for comparison", "rowspan=\"2\"", "not requested")
	if n := strings.Count(p.body, `class="box `); n != 7 {
		t.Errorf("the graph has %d boxes, want 7", n)
	}
	s.get("author", "/job-requests/bswslyjxpwqix3qb/graph").want(200, "All of 7 actions", "extract_snaphot")
	s.get("author", "/job-requests/bswslyjxpwqix3qb/pipeline").want(200, "59 lines", `<tr id="L1"`)
	for _, below := range []string{"", "/graph", "/pipeline"} {
		s.get("author", "/job-requests/zzzzzzzzzzzzzzzz"+below).want(404)
		s.get("outsider", "/job-requests/bswslyjxpwqix3qb"+below).want(404)
	}
}

// TestLargeJobRequest has every action of very many be somewhere, and no page
// be large.
func TestLargeJobRequest(t *testing.T) {
	const n, at = 730, "/job-requests/manymanymanymany"
	s := reportedTo(t, manyActions(n))
	seen := map[string]int{}
	for next, pages := at, 0; next != "" && pages < 40; pages++ {
		p := s.get("author", next).want(200)
		if len(p.body) > 300_000 {
			t.Fatalf("%s has %d bytes", next, len(p.body))
		}
		for _, m := range actionOf.FindAllStringSubmatch(p.body, -1) {
			seen[m[1]]++
		}
		next = ""
		outputs, _, _ := strings.Cut(p.body, `id="graph"`)
		if m := nextPage.FindStringSubmatch(outputs); m != nil {
			next = html.UnescapeString(m[1])
		}
	}
	if len(seen) != n {
		t.Errorf("%d actions are shown, want %d", len(seen), n)
	}
	for name, times := range seen {
		if times != 1 {
			t.Errorf("%s is shown %d times", name, times)
		}
	}
	s.get("author", at).want(200, "Actions 1–50 of 730", "Jobs 1–50 of 730, those that failed first", "657 of 730 jobs succeeded, 73 failed", "Whole graph")
	s.get("author", at+"?text=A0012").want(200, "1 action of 730", "out/12.csv").without("out/13.csv")
	s.get("author", at+"?level=highly_sensitive&text=a0012").want(200, "out/12.rds").without("out/12.csv</code>")
	s.get("author", at+"?status=failed").want(200, "a0010", "Actions 1–50 of 73").without(">a0011<")
	s.get("author", at+"?may=yes").want(200, "No output is like that.")
	s.get("author", at+"?action=a0700").want(200, "All actions", "out/700.csv", "The job <code>a0700</code> failed").without("out/701.csv")
	s.get("author", at+"?action=gone&after=gone&job=gone&row=gone").want(200, "No output is like that.")
}

func TestPipelineGraphPage(t *testing.T) {
	const at = "/job-requests/manymanymanymany/graph"
	s := reportedTo(t, manyActions(730))
	s.get("author", at).want(200, "2 actions within 1 step", "a0000: failed") // the first that failed
	s.get("author", at+"?action=a0300&steps=3").want(200, "7 actions within 3 steps", `class="box refused chosen"`, "Is needed by", "a0301")
	s.get("author", at+"?action=a030").want(200, "10 actions have this in their names", "action=a0305")
	s.get("author", at+"?action=none").want(200, "No action is named none.")
	p := s.get("author", at+"?whole=1&zoom=25").want(200, "All of 730 actions", `rel="next"`)
	if n := strings.Count(p.body, `class="box `); n != 730 {
		t.Errorf("the whole graph has %d boxes, want 730", n)
	}
	if n := strings.Count(p.body, `marker-end`); n != 729 {
		t.Errorf("the whole graph has %d needs, want 729", n)
	}
	s.get("author", at+"?whole=1&zoom=-7&steps=x").want(200)
}

func TestPipelineWindows(t *testing.T) {
	const at = "/job-requests/manymanymanymany"
	s := reportedTo(t, manyActions(730))
	s.get("author", at).want(200, "Here are the first 60 of").without(`id="L61"`)
	s.get("author", at+"/pipeline?from=1001").want(200, `id="L1001"`, `id="L2000"`, "Lines 1,001–2,000 of").without(`id="L1000"`, `id="L2001"`)
	s.get("author", at+"/pipeline?from=999999").want(200, "The text has no such line.")
}

// TestHostileJobRequest has names of all kinds be text, and needs of all kinds
// be drawn.
func TestHostileJobRequest(t *testing.T) {
	const bad = `<em>"'</em><script>alert(1)</script>`
	name, err := json.Marshal(bad)
	if err != nil {
		t.Fatal(err)
	}
	s := reportedTo(t, map[string]any{
		"identifier": "hostilehostileab", "workspace": "demo", "backend": "tpp", "organisation": bad, "project": bad, "branch": bad, "repo": "https://evil.example/x",
		"commit": "abcdef0", "status": "running", "status_message": bad, "requested_by": map[string]any{"name": bad}, "requested_actions": []string{bad, "b"},
		"jobs": []map[string]any{{"identifier": "hostilehostileaj", "action": bad, "status": "running", "status_code": "executing", "status_message": bad}},
		"project_yaml": "version: '4.0'\nactions:\n  " + string(name) + ":\n    run: " + string(name) + "\n    needs: [b, gone, " + string(name) + "]\n    outputs: {moderately_sensitive: {" +
			string(name) + ": " + string(name) + "}}\n  b:\n    run: x\n    needs: [" + string(name) + "]\n    outputs: {highly_sensitive: {a: a.csv}}\n# \u202e\n",
	})
	for _, at := range []string{"", "?text=" + "%3Cem", "/graph", "/graph?action=%3Cscript%3E", "/graph?action=b", "/pipeline"} {
		p := s.get("author", "/job-requests/hostilehostileab"+at).want(200)
		for _, raw := range []string{"<em>", "<script>", "javascript:", "\u202e"} {
			if strings.Contains(p.body, raw) {
				t.Errorf("%s shows %q as it is", at, raw)
			}
		}
	}
	s.get("author", "/job-requests/hostilehostileab").want(200, "gone: not in the pipeline")
}

// TestJobRequestPolls has a page of a running job request be told what changed,
// and no more once it has finished.
func TestJobRequestPolls(t *testing.T) {
	report := map[string]any{
		"identifier": "runningrunningab", "workspace": "demo", "backend": "tpp", "status": "running",
		"jobs": []map[string]any{{"identifier": "runningrunningaj", "action": "a", "status": "running", "status_code": "nonzero_exit"}},
	}
	s := reportedTo(t, maps.Clone(report))
	const at = "/job-requests/runningrunningab"
	p := s.get("author", at+"?text=a").want(200, `hx-get="`+at+`?text=a"`, "nonzero_exit: It exited with an error")
	version := regexp.MustCompile(`"Sallyport-Version": "([^"]*)"`).FindStringSubmatch(html.UnescapeString(p.body))
	if version == nil {
		t.Fatal("the page asks for no version")
	}
	parts, asks := header{"HX-Request", "true"}, header{"Sallyport-Version", "older"}
	s.get("author", at, parts, header{"Sallyport-Version", version[1]}).want(204)
	p = s.get("author", at, parts, asks).want(200, `hx-target="#outputs"`, `hx-target="#jobs"`, "is running: 0 of 1 job succeeded, 1 running.", "data-poll")
	if strings.Contains(p.body, `hx-target="#main"`) {
		t.Error("all of the page is sent again")
	}
	report["status"], report["jobs"] = "failed", []map[string]any{{"identifier": "runningrunningaj", "action": "a", "status": "failed"}}
	b, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if s.reports["runningrunningab"], err = pipeline.ReadReport(b); err != nil {
		t.Fatal(err)
	}
	s.get("author", at, parts, asks).want(200, "is failed: 0 of 1 job succeeded, 1 failed.").without("data-poll")
}

func TestJobRequestList(t *testing.T) {
	s := reportedTo(t, example(t, "20394"), manyActions(1))
	s.get("author", "/job-requests").want(200, "Job request 20394", "bswslyjxpwqix3qb")
	s.get("author", "/job-requests?workspace=demo&status=failed&requested_by=%3Cem").want(200, "manymanymanymany", `value="&lt;em"`).without("20394")
	s.get("author", "/job-requests?workspace=none").want(200, "No job request that you may see is like that.")
	s.get("author", "/job-requests?status=exploded").want(422, "no such status")
	s.get("author", "/job-requests?from=yesterday").want(422, "<code>from</code> is a date")
	s.do("author", "GET", "/job-requests?status=exploded", nil).want(422, "invalid")
	s.do("author", "GET", "/job-requests?workspace=demo&status=failed&from=2026-01-01&to=2026-12-31", nil).want(200)
	two := reportedTo(t, example(t, "20394"), map[string]any{
		"identifier": "zzzzzzzzzzzzzzzz", "workspace": "vaccine-counts", "backend": "tpp", "commit": "abcdef0", "repo": "https://github.com/opensafely/vaccine-counts",
	})
	two.get("author", "/job-requests/zzzzzzzzzzzzzzzz").want(200, `href="/job-requests/bswslyjxpwqix3qb">Job request 20394</a>`, "26ea0eb → abcdef0")
	got := decoded[foundJobRequest](two.do("author", "GET", "/job-requests/zzzzzzzzzzzzzzzz", nil).want(200))
	if got.Previous == nil || got.Previous.Commit.Or("") != "26ea0eb" || got.PreviousSuccess != nil {
		t.Errorf("compared with %+v and %+v", got.Previous, got.PreviousSuccess)
	}
}

// TestBoundedJobRequest: no page of a job request is large, whatever stands in
// its project.yaml.
func TestBoundedJobRequest(t *testing.T) {
	const output = "    run: p:1 x\n    outputs: {moderately_sensitive: {x: 'o/%s'}}\n"
	actions := func(n int, of func(i int) string) string {
		var b strings.Builder
		b.WriteString("version: '4.0'\nactions:\n")
		for i := range n {
			b.WriteString(of(i))
		}
		return b.String()
	}
	dense := func(n int) string {
		var names []string
		return actions(n, func(i int) string {
			needs := "    needs: [" + strings.Join(names, ", ") + "]\n"
			names = append(names, fmt.Sprintf("a%d", i))
			return fmt.Sprintf("  a%d:\n", i) + needs + fmt.Sprintf(output, fmt.Sprint(i))
		})
	}
	one := "actions: {a: {run: 'p:1', outputs: {moderately_sensitive: {x: o.csv}}}}\n"
	for name, text := range map[string]string{
		"one line":   "version: '4.0'\nactions: {a: {run: 'p:1', outputs: {moderately_sensitive: {x: '" + strings.Repeat("<&", 1<<20) + "'}}}}\n",
		"long lines": "version: '4.0'\n" + strings.Repeat("# "+strings.Repeat("<&", 20_000)+"\n", 60) + one,
		"long names": actions(400, func(i int) string {
			return fmt.Sprintf("  %s%d:\n", strings.Repeat("n", 4000), i) + fmt.Sprintf(output, "x")
		}),
		"long patterns": actions(50, func(i int) string {
			return fmt.Sprintf("  a%d:\n", i) + fmt.Sprintf(output, strings.Repeat("&", 40_000))
		}),
		"many words":     "version: '4.0'\n" + one + strings.Repeat("z: ["+strings.Repeat("1,", 50)+"1]\n", 380),
		"dense, at once": dense(50), "dense, many": dense(400),
	} {
		report := map[string]any{"identifier": "hostilehostileho", "workspace": "demo", "backend": "tpp", "project_yaml": text}
		p := reportedTo(t, report).get("author", "/job-requests/hostilehostileho").want(200)
		if len(p.body) > 300_000 {
			t.Errorf("%s: %d bytes", name, len(p.body))
		}
	}
}
