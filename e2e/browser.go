package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Browser is a Chromium with nothing in its cache.
type Browser struct {
	t   T
	ctx context.Context
}

// StartBrowser starts a Chromium that ends with the test, and does nothing by
// itself.
func StartBrowser(t T) *Browser {
	t.Helper()
	return startBrowser(t, "disable-quic", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage",
		"disable-extensions", "disable-default-apps", "metrics-recording-only", "mute-audio", "hide-scrollbars",
		"disable-lcd-text")
}

// StartOrdinaryBrowser starts a Chromium as people have it: it connects to where
// a page says before anybody goes there.
func StartOrdinaryBrowser(t T) *Browser {
	t.Helper()
	return startBrowser(t, "disable-dev-shm-usage")
}

func startBrowser(t T, more ...string) *Browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatalf("Chromium is not installed; install it with: apt-get update && apt-get install -y chromium")
	}
	flags := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(patience),
	}
	for _, name := range append([]string{"headless", "no-sandbox", "disable-gpu", "no-first-run"}, more...) {
		flags = append(flags, chromedp.Flag(name, true))
	}
	flags = append(flags, chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("font-render-hinting", "none"))
	// It ends after the test's context, by its Cleanup.
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		err := chromedp.Cancel(ctx)
		stop()
		cancel()
		if err != nil {
			t.Errorf("stop Chromium: %v", err)
		}
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{t, ctx}
}

// with is the same browser for a part of the test.
func (b *Browser) with(t T) *Browser { return &Browser{t, b.ctx} }

// How is what somebody's window is like.
type How struct {
	Width, Height int64 // 1440×900 if 0
	Dark          bool
	NoScripts     bool
	Own           bool // in the browser's own profile, not in one that is forgotten
}

// Person is somebody at a browser, with cookies and a cache of their own, in
// which there is nothing at first.
type Person struct {
	Name      string
	Downloads string // the directory where downloads arrive

	t       T
	browser *Browser
	space   cdp.BrowserContextID
	program *Program
	how     How
}

// Comes is somebody who has not signed in, in their first tab.
func (b *Browser) Comes(p *Program, how How) *Tab {
	b.t.Helper()
	someone := &Person{Name: "a stranger", Downloads: b.t.TempDir(), t: b.t, browser: b, program: p, how: how}
	if how.Own {
		return someone.Tab()
	}
	err := b.run(func(ctx context.Context) (err error) {
		if someone.space, err = target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx); err != nil {
			return err
		}
		return browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(someone.space).
			WithDownloadPath(someone.Downloads).Do(ctx)
	})
	if err != nil {
		b.t.Fatalf("a new browser: %v", err)
	}
	return someone.Tab()
}

// run does something with the browser itself.
func (b *Browser) run(do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
}

// SignsIn is one of the people, signed in, at their start page.
func (b *Browser) SignsIn(p *Program, name string, how How) *Tab {
	b.t.Helper()
	tab := b.Comes(p, how)
	tab.Go("/")
	tab.SignIn(name)
	tab.At("/")
	return tab
}

// SignIn says at the provider who one is.
func (tab *Tab) SignIn(name string) {
	tab.t.Helper()
	tab.Person.Name = name
	if tab.Person.program.issuer == "" {
		tab.PressThe(`button[name="person"][value="` + name + `"]`)
		return
	}
	tab.FillThe(`input[name="login"]`, name+"@example.org")
	tab.FillThe(`input[name="password"]`, dexPassword)
	tab.PressThe(`button[type="submit"]`)
}

// Tab opens a tab of the same person, in a window of its own.
func (someone *Person) Tab() *Tab {
	someone.t.Helper()
	var id target.ID
	err := someone.browser.run(func(ctx context.Context) (err error) {
		tab := target.CreateTarget("about:blank").WithNewWindow(true)
		if someone.space != "" {
			tab = tab.WithBrowserContextID(someone.space)
		}
		id, err = tab.Do(ctx)
		return err
	})
	if err != nil {
		someone.t.Fatalf("a new tab: %v", err)
	}
	ctx, cancel := chromedp.NewContext(someone.browser.ctx, chromedp.WithTargetID(id))
	someone.t.Cleanup(cancel)
	how := someone.how
	if how.Width == 0 {
		how.Width, how.Height = 1440, 900
	}
	tab := &Tab{Person: someone, t: someone.t, ctx: ctx}
	tab.watch(ctx)
	// The context of the first run is the tab's: it must not end before.
	if err := chromedp.Run(ctx); err != nil {
		someone.t.Fatalf("a new tab: %v", err)
	}
	tab.do("open a tab", network.Enable(), log.Enable(), emulation.SetScriptExecutionDisabled(how.NoScripts))
	tab.Window(how.Width, how.Height)
	tab.Scheme(how.Dark)
	return tab
}

// Window makes the window so large.
func (tab *Tab) Window(width, height int64) {
	tab.t.Helper()
	tab.do("set the size of the window", emulation.SetDeviceMetricsOverride(width, height, 1, false))
}

// Scheme makes the person prefer dark colours, or light ones.
func (tab *Tab) Scheme(dark bool) {
	tab.t.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	tab.do("set the colour scheme", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}))
}

// Downloaded waits for the download of a file of this name and returns its
// bytes, of which there is one at least: Chromium makes an empty file first, and
// puts the whole one in its place.
func (someone *Person) Downloaded(name string) []byte {
	someone.t.Helper()
	var b []byte
	Until(someone.t, name+" is downloaded", func(context.Context) (err error) {
		b, err = os.ReadFile(filepath.Join(someone.Downloads, name)) //nolint:gosec // a folder of the test
		if err == nil && len(b) == 0 {
			err = errNotYet
		}
		return err
	})
	return b
}

// do runs actions of the browser, for a while.
func (tab *Tab) do(what string, actions ...chromedp.Action) {
	tab.t.Helper()
	if err := tab.try(actions...); err != nil {
		tab.fatal(what, err)
	}
}

func (tab *Tab) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(tab.ctx, patience+5*time.Second)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}
