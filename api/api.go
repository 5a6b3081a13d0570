// Package api is the HTTP side: the JSON API under /api/v1, the pages, and what operation needs. Fiber lives here and
// nowhere else.
//
// Read it in this order: routes, the one list of everything that answers; auth.go, where who may call what is decided;
// errors.go, where a refusal becomes a status and a body; session.go, limit.go and idempotency.go, what stands before a
// handler; page.go, how a page is made. After that one file per noun holds its JSON handlers and one page_*.go per family
// its pages. A handler reads its input, calls one verb of models/db and writes the answer; it returns the verb's error.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models/db"
)

// Config is what cmd hands in.
type Config struct {
	DB           *db.DB
	Chat         http.Handler // the web chat's handler for /api/v1/chat; nil: no chat
	Demo         bool         // business time is shown, demonstration accounts and residents are offered
	PublicURL    string       // scheme and host people reach us by; https makes cookies Secure
	Version      string
	Log          *slog.Logger     // nil = slog.Default()
	RealClock    func() time.Time // nil = time.Now
	Samples      []Sample
	DemoAccounts []DemoAccount
	NoFloodGuard bool     // for tests, which ask faster than people
	Proxies      []string // addresses of reverse proxies whose X-Real-IP is believed
}

// Sample is a resident whom the demonstration's chat offers by a tap.
type Sample struct{ Label, Kind, Number, Name string }

// DemoAccount is a staff account whom the demonstration's sign-in page offers by a tap.
type DemoAccount struct{ Login, Name, Password string }

// App serves. It is made by New and is safe for concurrent use.
type App struct {
	Config
	fiber   *fiber.App
	huma    huma.API
	pages   pageSet
	assets  assetSet
	codes   *codeCache
	metrics *metrics
	flood   *windows // requests of one address
	guesses *windows // tries of one address to sign in
	spec    document
	list    []route // as it was registered, for /docs and the walk of the tests
}

// The bounds of one request.
const (
	bodyLimit   = 10 << 20 // bytes, photos and rosters included
	jsonLimit   = 1 << 20  // bytes of a JSON body
	readTimeout = 30 * time.Second
	idleTimeout = 90 * time.Second
	deadline    = 10 * time.Second // for the work behind one request
)

// New builds the application with all of its routes; it listens to nothing yet.
func New(c Config) (*App, error) {
	if c.DB == nil {
		return nil, errors.New("api: no database")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.RealClock == nil {
		c.RealClock = time.Now
	}
	a := &App{
		Config: c, codes: newCodeCache(256), metrics: newMetrics(),
		flood: newWindows(floodMost, floodWindow), guesses: newWindows(passwordsMost, time.Minute),
	}
	var err error
	if a.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if a.pages, err = loadPages(); err != nil {
		return nil, err
	}
	a.fiber = a.newFiber()
	a.stack()
	a.huma = newHuma(a.fiber, c.Version)
	a.list = a.routes()
	for _, r := range a.list {
		r.register(a, r)
	}
	a.fiber.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	return a, a.publish()
}

func (a *App) newFiber() *fiber.App {
	return fiber.New(fiber.Config{
		Immutable: true, // request memory is used again: kept strings would change
		BodyLimit: bodyLimit, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, WriteTimeout: readTimeout,
		DisableStartupMessage: true, ErrorHandler: a.fail, AppName: "jieban",
		EnableTrustedProxyCheck: true, TrustedProxies: a.Proxies, ProxyHeader: "X-Real-Ip", EnableIPValidation: true,
	})
}

// Fiber is the application for whoever listens, or tests.
func (a *App) Fiber() *fiber.App { return a.fiber }

// Shutdown lets running requests end, until ctx does.
func (a *App) Shutdown(ctx context.Context) error { return a.fiber.ShutdownWithContext(ctx) }

// routes is everything that answers. A path's parameters stand in braces.
func (a *App) routes() []route {
	return slices.Concat(
		[]route{
			// Operation.
			plain(http.MethodGet, "/healthz", anyone, a.healthz),
			plain(http.MethodGet, "/readyz", anyone, a.readyz),
			plain(http.MethodGet, "/metrics", anyone, a.showMetrics),
			plain(http.MethodGet, "/static/*", anyone, a.asset),
			plain(http.MethodGet, "/favicon.ico", anyone, a.favicon),
			plain(http.MethodGet, "/openapi.json", anyone, a.openapi),
			page(http.MethodGet, "/docs", anyone, a.docsPage),

			// Signing in.
			page(http.MethodGet, "/signin", anyone, a.signInPage),
			page(http.MethodPost, "/signin", anyone, a.signInForm, guardPasswords),
			page(http.MethodPost, "/signout", anyone, a.signOutForm),
			post("/api/v1/sessions", anyone, "Sign a member of staff in", a.signIn, guardPasswords, status(http.StatusCreated)),
			del("/api/v1/sessions", staff, "Sign out", a.signOut),
			get("/api/v1/sessions/me", staff, "Who is signed in", a.me),
		},
	)
}
