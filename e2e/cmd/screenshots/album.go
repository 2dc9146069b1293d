package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	e2e "sallyport-e2e"
)

// album is the pictures, as they are taken.
type album struct {
	c       *command
	dir     string
	program *e2e.Program
	browser *e2e.Browser
	rows    bytes.Buffer // of the page that lists them
	count   int
	bytes   int
}

// shots are the pages, in the order in which one comes to them: who looks, and
// which way they go.
var shots = []struct {
	name, who, shows string
	way              func(*e2e.Tab)
}{
	{"demo-sign-in", "", "the demo’s provider: who are you?", at("/")},
	{"home-researcher", "researcher1", "what waits for a researcher", at("/")},
	{"workspaces", "researcher1", "workspaces", at("/workspaces")},
	{"workspace", "researcher1", "a folder of a workspace, and asking for files", at(outputs + "output/describe")},
	{"output-table", "researcher1", "an output: a table", at(outputs + "output/describe/table1.csv")},
	{"workspace-changes", "researcher1", "what changed in a workspace since a job request", at("/workspaces/" + e2e.SampleWorkspace + "?view=changes")},
	{"table-sorted", "researcher1", "a table, sorted, with what its columns amount to", tableSorted},
	{"output-log", "researcher1", "an output: a log", at(outputs + "output/model/assumptions.log")},
	{"output-picture", "researcher1", "an output: a picture", at(outputs + "output/figures/declined_then_accepted.png")},
	{"output-page", "researcher1", "an output: HTML, in its sandbox", at(outputs + "output/report/table1.html")},
	{"output-inside", "researcher1", "what an HTML file carries and does not show", at(outputs + "output/report/table1.html?view=inside")},
	{"output-source", "researcher1", "words found in the source of a file", at(outputs + "output/report/table1.html?view=source&find=table")},
	{"job-requests", "researcher1", "job requests", at("/job-requests")},
	{"job-request", "researcher1", "a job request: jobs, outputs, pipeline", at("/job-requests/demostudy2mainjr")},
	{"job-request-failed", "researcher1", "a job request that failed: why nothing of it can be requested", at("/job-requests/bswslyjxpwqix3qb")},
	{"graph", "researcher1", "the graph of a pipeline", at("/job-requests/bswslyjxpwqix3qb/graph")},
	{"code", "checker1", "the code that made an output, the action marked", through(outputs+"output/describe/table1.csv", "what its job ran")},
	{"requests", "researcher1", "requests", at("/requests")},
	{"request-returned", "researcher1", "a request that came back, its author’s turn", through("/requests", returned)},
	{"findings", "researcher1", "all findings of a request, with their answers", through("/requests", returned, "Findings")},
	{"finding", "researcher1", "one finding", through("/requests", returned, "Findings", "All of this finding")},
	{"finding-marked", "researcher1", "findings marked in the cells of a table", through("/requests", returned, "output/model/cox_model_summary.csv")},
	{"activity", "researcher1", "what happened to a request", through("/requests", returned, "Activity")},
	{"home-checker", "checker1", "what waits for a checker", at("/")},
	{"queue", "checker1", "the checkers’ queue", at("/queue")},
	{"request-waiting", "checker1", "a request that waits for its first review", through("/queue?queue=all", waiting)},
	{"review", "checker1", "the review screen: a table", through("/queue?queue=all", waiting, "output/describe/table1.csv")},
	{"review-picture", "checker1", "the review screen: a picture", through("/queue?queue=all", waiting, "output/figures/declined_then_accepted.png")},
	{"return", "checker1", "asking before a request is returned", through("/queue?queue=all", waiting, "Return to the author…")},
	{"releases", "researcher1", "releases", at("/releases")},
	{"release", "researcher1", "a release: what arrived where, and downloads", releaseOf},
	{"ledger", "auditor1", "the log, for auditors", at("/ledger")},
	{"home-auditor", "auditor1", "an auditor’s start page", at("/")},
	{"ledger-narrowed", "auditor1", "the log of one kind of act", at("/ledger?act=request_submitted&project=demo-study")},
	{"home-administrator", "admin1", "an administrator’s start page", at("/")},
	{"admin", "admin1", "administration", at("/admin")},
	{"people", "admin1", "people and their roles", at("/admin/people")},
	{"person", "admin1", "one person: roles, sessions", through("/admin/people", "checker3")},
	{"confirmations", "admin1", "roles that wait for a second administrator", at("/admin/confirmations")},
	{"policies", "admin1", "policies of organisations and projects", at("/admin/policies")},
	{"policy", "admin1", "one policy: its document, and what holds", at("/admin/policies/project/demo-study")},
	{"policy-look", "admin1", "what a change of a policy would do, before it is saved", policyChanged},
	{"service-tokens", "admin1", "service tokens", at("/admin/tokens")},
	{"placing", "admin1", "workspaces and their projects", at("/admin/workspaces")},
	{"account", "checker1", "one’s own page", at("/account")},
	{"search", "researcher1", "what was found", at("/search?q=table")},
	{"help", "researcher1", "help", at("/help")},
	{"help-review", "checker1", "help: how to review", at("/help/review")},
	{"help-checks", "checker1", "help: the disclosure checks", at("/help/checks")},
	{"help-rules", "checker1", "help: the rules in force", at("/help/rules")},
	{"refused", "researcher1", "what one may not see", at("/ledger")},
	{"not-found", "researcher1", "what is not there, or not to be known of", at("/requests/01JTB0000000000000000000R1")},
	{"not-understood", "auditor1", "a filter that is not one", at("/ledger?from=yesterday")},
	{"finding-opened", "researcher1", "a draft: a finding, opened above the table that it marks", findingOpened},
	{"findings-open", "researcher1", "findings that wait for an answer", through("/requests", draft, "Answer the findings")},
	{"findings-refused", "researcher1", "an answer without words: refused, what was chosen is kept", answeredWithout},
	{"request-submitted", "researcher1", "a request that went to the checkers, its findings answered", answered},
	{"review-findings", "checker1", "the review screen: findings marked, and answered", reviewFindings},
	{"signed-out", "", "after signing out", at("/signed-out")},
}

const (
	outputs  = "/workspaces/" + e2e.SampleWorkspace + "/"
	returned = "Cox models"
	waiting  = "Table 1 and vaccination after declining"
)

// at is the way to an address.
func at(path string) func(*e2e.Tab) { return func(tab *e2e.Tab) { tab.Go(path) } }

// through is the way through links from an address.
func through(path string, links ...string) func(*e2e.Tab) {
	return func(tab *e2e.Tab) {
		tab.Go(path)
		for _, l := range links {
			tab.Press(l)
		}
	}
}

// tableSorted sorts a table and opens the summary of its columns.
func tableSorted(tab *e2e.Tab) {
	tab.Go(outputs + "output/describe/rates_by_age.csv?sort=3")
	tab.Click("Column summary")
}

// releaseOf goes to the sample's release.
func releaseOf(tab *e2e.Tab) {
	tab.Go("/releases")
	tab.PressThe(`main tbody th a`)
}

// sizes are the windows that the pages are looked at in.
var sizes = [][2]int64{{1440, 900}, {1024, 768}, {390, 844}}

// take takes all pictures.
func (a *album) take() {
	people := map[string]*e2e.Tab{}
	for _, shot := range shots {
		tab := people[shot.who]
		if tab == nil && shot.who == "" {
			tab = a.browser.Comes(a.program, e2e.How{})
		} else if tab == nil {
			tab = a.browser.SignsIn(a.program, shot.who, e2e.How{})
		}
		people[shot.who] = tab
		tab.Window(sizes[0][0], sizes[0][1])
		shot.way(tab)
		fmt.Fprintf(&a.rows, "| %s |", shot.shows)
		for _, size := range sizes {
			tab.Window(size[0], size[1])
			fmt.Fprint(&a.rows, " ")
			for i, scheme := range []string{"light", "dark"} {
				tab.Scheme(scheme == "dark")
				name := fmt.Sprintf("%s-%dx%d-%s.png", shot.name, size[0], size[1], scheme)
				a.write(name, tab.Picture())
				fmt.Fprintf(&a.rows, "%s[%s](%s)", []string{"", ", "}[i], scheme, name)
			}
			fmt.Fprint(&a.rows, " |")
		}
		fmt.Fprintln(&a.rows)
	}
}

// write makes a picture small and writes it.
func (a *album) write(name string, picture []byte) {
	small, err := smaller(picture)
	if err == nil {
		err = os.WriteFile(filepath.Join(a.dir, name), small, 0o644) //nolint:gosec // as git makes it
	}
	if err != nil {
		a.c.Fatalf("%s: %v", name, err)
	}
	a.count++
	a.bytes += len(small)
}

// index is the page that lists the pictures.
func (a *album) index() []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Pictures\n\nThe main pages of the demo, light and dark. `make screenshots` takes them; times and ids in them are made up, so that\n"+
		"a picture changes only when its page does.\n\n| the page shows |")
	for _, size := range sizes {
		fmt.Fprintf(&b, " %d×%d |", size[0], size[1])
	}
	fmt.Fprint(&b, "\n|---|---|---|---|\n")
	_, _ = a.rows.WriteTo(&b) // a buffer takes everything
	return b.Bytes()
}
