package auth_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"sallyport/auth"
	"sallyport/internal/dex"
)

const callbackURL = "http://127.0.0.1:8080/auth/callback"

// offsetClock is the real time, which Dex goes by, moved by a test.
type offsetClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *offsetClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *offsetClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func provider(t *testing.T, c auth.Config) *auth.Provider {
	t.Helper()
	if c.RedirectURL == "" {
		c.RedirectURL = callbackURL
	}
	c.Random = rand.Reader
	p, err := auth.NewProvider(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func dexConfig(d *dex.Provider, clock *offsetClock) auth.Config {
	return auth.Config{
		Issuer: d.Issuer, ClientID: dex.ClientID, ClientSecret: dex.ClientSecret, Now: clock.Now,
		Scopes: []string{"profile", "groups"}, RoleClaim: "groups",
	}
}

// begin begins a sign-in.
func begin(t *testing.T, p *auth.Provider) (string, auth.Flow) {
	t.Helper()
	address, flow, err := p.Begin(t.Context(), "/requests")
	if err != nil {
		t.Fatal(err)
	}
	return address, flow
}

func TestSignInThroughDex(t *testing.T) {
	d := dex.Start(t, callbackURL)
	clock := &offsetClock{}
	p := provider(t, dexConfig(d, clock))
	for _, username := range []string{"checker3", "researcher1"} {
		address, flow := begin(t, p)
		query := d.SignIn(t, address, username, dex.Password).Query()
		who, err := p.Finish(t.Context(), flow, query)
		if err != nil {
			t.Fatal(err)
		}
		person := dex.People[slices.IndexFunc(dex.People, func(p dex.Person) bool { return p.Username == username })]
		if who.Issuer != d.Issuer || who.Subject == "" || who.Username != username || who.FromEmail ||
			who.Name != "Name of "+username || !slices.Equal(who.Claims, person.Groups) {
			t.Errorf("Finish = %+v, want %s with the groups %q", who, username, person.Groups)
		}
		if _, err := p.Finish(t.Context(), flow, query); !errors.Is(err, auth.ErrCodeUsed) {
			t.Errorf("Finish with a code that was used = %v, want ErrCodeUsed", err)
		}
	}
}

func TestDexAndForgedCallbacks(t *testing.T) {
	d := dex.Start(t, callbackURL)
	p := provider(t, dexConfig(d, &offsetClock{}))
	other := func(f *auth.Flow) string { return f.Nonce[1:] + "a" }
	for name, test := range map[string]struct {
		change func(*auth.Flow, url.Values)
		want   error
	}{
		"another verifier":   {func(f *auth.Flow, _ url.Values) { f.Verifier = other(f) }, auth.ErrCodeUsed},
		"another state":      {func(f *auth.Flow, _ url.Values) { f.State = other(f) }, auth.ErrForged},
		"another nonce":      {func(f *auth.Flow, _ url.Values) { f.Nonce = other(f) }, auth.ErrForged},
		"another code":       {func(_ *auth.Flow, q url.Values) { q.Set("code", "abcdefghijklmnopqrstuvwxy") }, auth.ErrCodeUsed},
		"no flow":            {func(f *auth.Flow, _ url.Values) { *f = auth.Flow{} }, auth.ErrNoFlow},
		"an hour later":      {func(f *auth.Flow, _ url.Values) { f.Began = f.Began.Add(-time.Hour) }, auth.ErrFlowExpired},
		"an hour earlier":    {func(f *auth.Flow, _ url.Values) { f.Began = f.Began.Add(time.Hour) }, auth.ErrFlowExpired},
		"as it should be":    {func(*auth.Flow, url.Values) {}, nil},
		"with another issue": {func(_ *auth.Flow, q url.Values) { q.Set("iss", "https://evil.example.org") }, auth.ErrForged},
	} {
		t.Run(name, func(t *testing.T) {
			address, flow := begin(t, p)
			query := d.SignIn(t, address, "checker1", dex.Password).Query()
			test.change(&flow, query)
			who, err := p.Finish(t.Context(), flow, query)
			if !errors.Is(err, test.want) || (who.Subject == "") != (test.want != nil) {
				t.Errorf("Finish = %+v, %v, want %v", who, err, test.want)
			}
		})
	}
	t.Run("the callback of another browser", func(t *testing.T) {
		address, _ := begin(t, p)
		_, mine := begin(t, p)
		query := d.SignIn(t, address, "checker1", dex.Password).Query()
		if _, err := p.Finish(t.Context(), mine, query); !errors.Is(err, auth.ErrForged) {
			t.Errorf("Finish = %v, want ErrForged", err)
		}
	})
	t.Run("another secret", func(t *testing.T) {
		c := dexConfig(d, &offsetClock{})
		c.ClientSecret = "wrong"
		p := provider(t, c)
		address, flow := begin(t, p)
		query := d.SignIn(t, address, "checker1", dex.Password).Query()
		if _, err := p.Finish(t.Context(), flow, query); !errors.Is(err, auth.ErrProviderRefuses) {
			t.Errorf("Finish = %v, want ErrProviderRefuses", err)
		}
	})
	t.Run("a scope that is not", func(t *testing.T) {
		c := dexConfig(d, &offsetClock{})
		c.Scopes = []string{"nonsense"}
		p := provider(t, c)
		address, flow := begin(t, p)
		query := d.SignIn(t, address, "checker1", dex.Password).Query()
		if _, err := p.Finish(t.Context(), flow, query); !errors.Is(err, auth.ErrProviderRefuses) {
			t.Errorf("Finish after %v = %v, want ErrProviderRefuses", query, err)
		}
	})
}

// A provider that is away, at start or later, keeps nobody from signing in for
// longer than it is away. When Dex comes back its keys are new.
func TestDexAwayAndBack(t *testing.T) {
	d := dex.Start(t, callbackURL)
	clock := &offsetClock{}
	early, late := provider(t, dexConfig(d, clock)), provider(t, dexConfig(d, clock))
	address, flow := begin(t, early)
	query := d.SignIn(t, address, "checker1", dex.Password).Query()
	d.Stop(t)
	if _, err := early.Finish(t.Context(), flow, query); !errors.Is(err, auth.ErrProviderAway) {
		t.Errorf("Finish without Dex = %v, want ErrProviderAway", err)
	}
	if _, _, err := late.Begin(t.Context(), "/"); !errors.Is(err, auth.ErrProviderAway) {
		t.Errorf("Begin without Dex = %v, want ErrProviderAway", err)
	}
	d.Restart(t)
	clock.advance(2 * time.Second) // past the pause between attempts
	for name, p := range map[string]*auth.Provider{"known before": early, "never reached before": late} {
		address, flow := begin(t, p)
		who, err := p.Finish(t.Context(), flow, d.SignIn(t, address, "checker1", dex.Password).Query())
		if err != nil || who.Username != "checker1" {
			t.Errorf("Finish by a provider %s = %+v, %v", name, who, err)
		}
	}
}

// Who does not wait does not count as a provider that is away.
func TestBeginCancelled(t *testing.T) {
	d := dex.Start(t, callbackURL)
	p := provider(t, dexConfig(d, &offsetClock{}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.Begin(ctx, "/"); err == nil {
		t.Error("Begin with a context that has ended = nil error")
	}
	begin(t, p)
}
