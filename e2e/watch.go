package e2e

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// seen is what a tab noticed beside what its page shows.
type seen struct {
	mu      sync.Mutex
	wrong   []string         // what no page may do
	status  int64            // of the last document
	header  network.Headers  // of the last document
	sizes   map[string]int64 // bytes over the wire, for each request since they were last counted
	waiting map[network.RequestID]string
	// elsewhere are requests to others than the program.
	elsewhere map[network.RequestID]string
}

// watch notices what no page may do: errors in the console, reports of the
// content security policy among them, and requests to anywhere else.
func (tab *Tab) watch(ctx context.Context) {
	s := &tab.seen
	s.sizes, s.waiting, s.elsewhere = map[string]int64{}, map[network.RequestID]string{}, map[network.RequestID]string{}
	chromedp.ListenTarget(ctx, func(event any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			s.waiting[e.RequestID] = e.Request.URL
			if !tab.ours(e.Request.URL) {
				s.elsewhere[e.RequestID] = e.Request.URL
			}
		case *network.EventLoadingFailed:
			if e.BlockedReason == network.BlockedReasonCsp { // it was asked for, and did not leave
				delete(s.elsewhere, e.RequestID)
			}
		case *page.EventJavascriptDialogOpening:
			s.wrong = append(s.wrong, "a dialog: "+e.Message)
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }() // the tab has gone, if it fails
		case *network.EventResponseReceived:
			if e.Type == network.ResourceTypeDocument && e.Response.URL != "" && !strings.Contains(e.Response.URL, "/content/") {
				s.status, s.header = e.Response.Status, e.Response.Headers
			}
			if !refusal(e) {
				s.wrong = append(s.wrong, e.Response.URL+" is not there: "+e.Response.StatusText)
			}
		case *network.EventLoadingFinished:
			s.sizes[s.waiting[e.RequestID]] += int64(e.EncodedDataLength)
		case *runtime.EventExceptionThrown:
			s.wrong = append(s.wrong, "an exception: "+e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			// htmx notes a refusal there, which the page shows.
			if said := words(e.Args); (e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning) && !strings.Contains(said, "Response Status Error Code 4") {
				s.wrong = append(s.wrong, "the console: "+said)
			}
		case *log.EventEntryAdded:
			// A refusal is a page with its status, which Chromium notes as a
			// document that did not load.
			if e.Entry.Level == log.LevelError && e.Entry.Source != log.SourceNetwork {
				s.wrong = append(s.wrong, "the browser: "+e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
	tab.t.Cleanup(func() {
		for _, w := range tab.Wrong() {
			tab.t.Errorf("%s: %s", tab.Person.Name, w)
		}
	})
}

// refusal reports whether an answer is well, or a refusal that is shown.
func refusal(e *network.EventResponseReceived) bool {
	shown := e.Type == network.ResourceTypeDocument || e.Type == network.ResourceTypeXHR && e.Response.Status < 500
	return e.Response.Status < 400 || shown
}

func words(args []*runtime.RemoteObject) string {
	var text []string
	for _, a := range args {
		text = append(text, string(a.Value)+a.Description)
	}
	return strings.Join(text, " ")
}

// ours reports whether an address is of the program, or of the provider where
// one signs in.
func (tab *Tab) ours(address string) bool {
	p := tab.Person.program
	return strings.HasPrefix(address, p.URL+"/") || p.issuer != "" && strings.HasPrefix(address, p.issuer+"/") ||
		strings.HasPrefix(address, "data:") || address == "about:blank" || address == "about:srcdoc"
}

// Wrong is what the tab noticed since it was last asked.
func (tab *Tab) Wrong() []string {
	tab.seen.mu.Lock()
	defer tab.seen.mu.Unlock()
	wrong := slices.Compact(tab.seen.wrong)
	for _, address := range tab.seen.elsewhere {
		wrong = append(wrong, "a request to "+address)
	}
	tab.seen.wrong = nil
	clear(tab.seen.elsewhere)
	return wrong
}

// Status is the status of the page.
func (tab *Tab) Status() int64 {
	tab.seen.mu.Lock()
	defer tab.seen.mu.Unlock()
	return tab.seen.status
}

// Weighed is how many bytes came over the wire since it was last asked, by
// address.
func (tab *Tab) Weighed() map[string]int64 {
	tab.seen.mu.Lock()
	defer tab.seen.mu.Unlock()
	sizes := tab.seen.sizes
	tab.seen.sizes = map[string]int64{}
	return sizes
}
