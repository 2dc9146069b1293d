package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sallyport/pipeline"
	"sallyport/web/pages"
)

// How much of a pipeline a graph shows around one action.
const (
	nearBoxes = 120
	mostSteps = 5
	mostFound = 100 // actions by a part of their names
	mostLinks = 60  // actions that one needs, or that need it
	mostNeeds = 12  // of an action in a table
	mostOfRun = 400 // bytes of what an action runs
)

// graphActions are the actions of a pipeline as a graph shows them, with those
// that are needed and are not there.
func graphActions(j foundJobRequest, href func(name string) string) []pages.GraphAction {
	if j.Pipeline == nil {
		return nil
	}
	actions := make([]pages.GraphAction, 0, len(j.Pipeline.Actions))
	for _, a := range j.Pipeline.Actions {
		status, ran := j.ran[a.Name]
		if !ran {
			status = notRequested
		}
		actions = append(actions, pages.GraphAction{Name: a.Name, Needs: a.Needs, State: pages.JobState(status), Href: href(a.Name), Quiet: !ran})
	}
	return pages.Known(actions)
}

// graphShown is the graph on the job request's page: of a large pipeline, what
// is around the action that one would look at first.
func graphShown(j foundJobRequest) (g pages.Graph, about string, views []pages.Link) {
	if j.Pipeline == nil || len(j.Pipeline.Actions) == 0 {
		return g, "", nil
	}
	own := jobRequestAddress(j.Identifier) + "/graph"
	asked := outputsAsked{}
	actions := graphActions(j, func(name string) string {
		if len(j.Pipeline.Actions) <= fewActions {
			return "#" + actionID(name)
		}
		return asked.with(j, actionID(name), "action", name)
	})
	if len(actions) <= fewActions+10 && !pages.Dense(actions) {
		views = []pages.Link{{Text: "Graph on a page of its own", Href: own}}
		return pages.NewGraph(actions, "Actions and what they need", 100), pages.Plural(len(j.Pipeline.Actions), "action"), views
	}
	chosen := firstToSee(j)
	near, _ := pages.Near(actions, chosen, 1, fewActions)
	views = []pages.Link{{Text: "Find an action", Href: addressWith(own, url.Values{"action": {chosen}})}, {Text: "Whole graph", Href: own + "?whole=1"}}
	about = "`" + chosen + "` and what is next to it: " + pages.Count(len(near)) + " of " + pages.Plural(len(j.Pipeline.Actions), "action")
	return pages.NewGraph(near, "An action and what is next to it", 100), strings.ReplaceAll(about, "`", ""), views
}

// firstToSee is the action of a large pipeline that one would look at first:
// one that failed, one that ran, or the first.
func firstToSee(j foundJobRequest) string {
	best, rank := "", 9
	for _, a := range j.Pipeline.Actions {
		status, ran := j.ran[a.Name]
		r := 3
		switch {
		case status == string(pipeline.StatusFailed):
			r = 0
		case status == string(pipeline.StatusRunning):
			r = 1
		case ran:
			r = 2
		}
		if r < rank {
			best, rank = a.Name, r
		}
	}
	return best
}

// showPipelineGraph answers GET /job-requests/:identifier/graph.
func (s *server) showPipelineGraph(c *gin.Context) error {
	_, j, err := s.jobRequestOf(c)
	if err != nil {
		return err
	}
	back := jobRequestAddress(j.Identifier)
	p := pages.PipelineGraph{
		Frame:   s.frame(c, "Graph of "+jobRequestName(j.jobRequest), belowJobRequest(j, "graph")...),
		Heading: "Graph of the pipeline", Back: back, None: "No pipeline was reported that can be read, so there is no graph.",
		Filters: graphFilters(back+"/graph", c.Request.URL.Query()),
	}
	if j.Pipeline == nil || len(j.Pipeline.Actions) == 0 {
		return s.show(c, http.StatusOK, p)
	}
	actions := graphActions(j, func(name string) string { return chosenAddress(j, name) })
	whole := c.Query("whole") == "1" || c.Query("action") == "" && len(actions) <= nearBoxes && !pages.Dense(actions)
	zoom := min(max(intIn(c, "zoom"), 0), 100)
	if whole {
		wholeGraph(&p, j, actions, zoom)
		p.Actions, p.Pager = actionPage(j, c.Query("after"), p.Filters)
		return s.show(c, http.StatusOK, p)
	}
	near := nearGraph(&p, j, actions, c.Query("action"), min(max(intIn(c, "steps"), 1), mostSteps))
	p.Actions = actionRows(j, near)
	return s.show(c, http.StatusOK, p)
}

func graphFilters(address string, query url.Values) pages.Filters {
	f := pages.Filters{Action: address, Always: true, Verb: "Show an action"}
	f.Text(query, [2]string{"action", "Action, or a part of its name"})
	steps := []pages.Choice{}
	for n := 1; n <= mostSteps; n++ {
		steps = append(steps, pages.Choice{Value: strconv.Itoa(n), Text: pages.Plural(n, "step")})
	}
	f.Add(query, pages.Filter{Name: "steps", Label: "How far around it", Choices: steps})
	return f
}

func chosenAddress(j foundJobRequest, name string) string {
	return addressWith(jobRequestAddress(j.Identifier)+"/graph", url.Values{"action": {name}})
}

// wholeGraph shows all actions, at a size of which it has several.
func wholeGraph(p *pages.PipelineGraph, j foundJobRequest, actions []pages.GraphAction, zoom int) {
	if zoom == 0 {
		zoom = 100
	}
	for _, percent := range []int{25, 50, 75, 100} {
		query := url.Values{"whole": {"1"}, "zoom": {strconv.Itoa(percent)}}
		p.Views = append(p.Views, pages.Link{Text: strconv.Itoa(percent) + " %", Href: addressWith(p.Back+"/graph", query), Current: percent == zoom})
	}
	p.Graph = pages.NewGraph(actions, "All actions and what they need", zoom)
	p.About = "All of " + pages.Plural(len(j.Pipeline.Actions), "action")
}

// nearGraph shows what is around an action, or which actions a part of a name
// may mean.
func nearGraph(p *pages.PipelineGraph, j foundJobRequest, actions []pages.GraphAction, name string, steps int) []pipeline.Action {
	p.Views = []pages.Link{{Text: "Whole graph", Href: p.Back + "/graph?whole=1"}}
	name = cmp.Or(name, firstToSee(j))
	if !slices.ContainsFunc(actions, func(a pages.GraphAction) bool { return a.Name == name }) {
		p.Found = found(j, name)
		if len(p.Found) != 1 {
			p.None = "No action is named `" + name + "`."
			p.None = strings.ReplaceAll(p.None, "`", "")
			return nil
		}
		name, p.Found = p.Found[0].Text, nil
	}
	near, more := pages.Near(actions, name, steps, nearBoxes)
	p.Graph = pages.NewGraph(near, "An action and what is around it", 100)
	p.About = pages.Plural(len(near), "action") + " within " + pages.Plural(steps, "step")
	if more > 0 {
		p.About += "; " + pages.Count(more) + " more are left out, the farthest"
	}
	p.Chosen = chosenAction(j, actions, name)
	var shown []pipeline.Action
	for _, a := range j.Pipeline.Actions {
		if slices.ContainsFunc(near, func(n pages.GraphAction) bool { return n.Name == a.Name }) {
			shown = append(shown, a)
		}
	}
	return shown
}

// found are the actions in whose names a text occurs.
func found(j foundJobRequest, text string) []pages.Link {
	var list []pages.Link
	text = strings.ToLower(text)
	for _, a := range j.Pipeline.Actions {
		if strings.Contains(strings.ToLower(a.Name), text) && len(list) < mostFound {
			list = append(list, pages.Link{Text: a.Name, Href: chosenAddress(j, a.Name)})
		}
	}
	return list
}

// chosenAction is what is known of the action in the middle of a graph.
func chosenAction(j foundJobRequest, actions []pages.GraphAction, name string) *pages.ChosenAction {
	chosen := &pages.ChosenAction{Name: name}
	left := 0
	add := func(list []pages.Link, name string) []pages.Link {
		if len(list) == mostLinks {
			left++
			return list
		}
		return append(list, pages.Link{Text: name, Href: chosenAddress(j, name)})
	}
	for _, a := range actions {
		if a.Name == name {
			chosen.State = a.State
			for _, need := range a.Needs {
				chosen.Needs = add(chosen.Needs, need)
			}
		}
		if slices.Contains(a.Needs, name) {
			chosen.Needed = add(chosen.Needed, a.Name)
		}
	}
	if left > 0 {
		chosen.More = pages.Count(left) + " more are not listed."
	}
	chosen.Views = []pages.Link{{Text: "Its outputs", Href: outputsAsked{}.with(j, "outputs", "action", name)}}
	if line := lineAddress(j, j.lines[name]); line != "" {
		chosen.Views = append(chosen.Views, pages.Link{Text: "In project.yaml", Href: line})
	}
	return chosen
}

// actionPage is a page of the table of all actions.
func actionPage(j foundJobRequest, after string, filters pages.Filters) ([]pages.ActionRow, pages.Pager) {
	const most = 200
	all, first := j.Pipeline.Actions, 0
	query := filters.Address()
	query.Set("whole", "1")
	pager := pages.Pager{}
	address := func() string { return addressWith(filters.Action, query) + "#actions" }
	if i := slices.IndexFunc(all, func(a pipeline.Action) bool { return a.Name == after }); after != "" && i >= 0 {
		first, pager.First = i+1, address()
	}
	last := min(first+most, len(all))
	if last < len(all) {
		query.Set("after", all[last-1].Name)
		pager.Next = address()
	}
	return actionRows(j, all[first:last]), pager
}

// actionRows are actions as a table shows them.
func actionRows(j foundJobRequest, actions []pipeline.Action) []pages.ActionRow {
	var rows []pages.ActionRow
	for _, a := range actions {
		row := pages.ActionRow{Name: a.Name, Line: lineAddress(j, a.Line), Run: a.Run}
		if len(row.Run) > mostOfRun {
			row.Run = strings.ToValidUTF8(row.Run[:mostOfRun], "") + "…"
		}
		for _, need := range a.Needs[:min(len(a.Needs), mostNeeds)] {
			row.Needs = append(row.Needs, pages.Link{Text: need, Href: lineAddress(j, j.lines[need])})
		}
		if more := len(a.Needs) - mostNeeds; more > 0 {
			row.More = "and " + pages.Count(more) + " more"
		}
		rows = append(rows, row)
	}
	return rows
}
