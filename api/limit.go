package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/jieban/jieban/models"
)

// What one address may ask: a family behind one router is fine, a script in a loop is not. Limits that must hold across
// processes (wrong passwords, unpaid orders) are kept by the verbs.
const (
	floodWindow   = 10 * time.Second
	floodMost     = 1000 // requests in a window, unless Config.Flood says otherwise; a mobile network shares addresses
	passwordsMost = 20   // tries to sign in, in a minute
)

// contentPolicy lets pages load from this site alone. Wasm is the QR reader of the gate; a frame of the scheme weixin is
// how some of WeChat's clients hand a page's wish to the phone: it loads nothing.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
	"connect-src 'self'; frame-src weixin:; media-src 'self' blob:; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// stack is what every request passes, in this order.
func (a *App) stack() {
	for _, h := range packing() {
		a.fiber.Use(h)
	}
	a.fiber.Use(a.measure, a.headers, recover.New(recover.Config{
		EnableStackTrace:  true, // logged with the error, in toProblem
		StackTraceHandler: func(c *fiber.Ctx, _ any) { c.Locals("stack", string(debug.Stack())) },
	}))
	a.fiber.Use(a.floodGuard, withDeadline)
}

// headers are the security headers of every answer. Answers are private unless a handler says otherwise.
func (a *App) headers(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Request-Id", requestID(c))
	if a.secure() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	return c.Next()
}

// requestID names the request in the log.
func requestID(c *fiber.Ctx) string {
	if id, ok := c.Locals("request").(string); ok {
		return id
	}
	raw := make([]byte, 8)
	_, _ = rand.Read(raw)
	id := hex.EncodeToString(raw)
	c.Locals("request", id)
	return id
}

// withDeadline bounds the work behind a request: a client that goes away cancels nothing by itself.
func withDeadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), deadline)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// floodGuard slows an address down that asks far more than people can. A payment provider's notices come from a few
// addresses on a busy day; their signature is what lets them in.
func (a *App) floodGuard(c *fiber.Ctx) error {
	path := c.Path()
	if strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/callback/") || path == "/healthz" || path == "/readyz" {
		return c.Next()
	}
	if err := a.within(a.flood, c); err != nil {
		return err
	}
	return c.Next()
}

// within answers ErrTooMany where the address has asked enough for now.
func (a *App) within(w *windows, c *fiber.Ctx) error {
	if a.NoFloodGuard {
		return nil
	}
	wait := w.ask(c.IP(), a.RealClock())
	if wait == 0 {
		return nil
	}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait.Seconds())+1))
	return models.ErrTooMany
}

// windows counts per address in fixed windows that all begin together, so that one sweep at the end of a window forgets
// everybody: no entry outlives two windows, however many addresses ask. Fiber's own limiter keeps its entries by a
// goroutine that never ends.
type windows struct {
	mu    sync.Mutex
	most  int
	each  time.Duration
	until time.Time
	asked map[string]int
}

func newWindows(most int, each time.Duration) *windows {
	return &windows{most: most, each: each, asked: map[string]int{}}
}

// ask counts one request and says how long to wait, 0 if it may pass.
func (w *windows) ask(who string, now time.Time) time.Duration {
	if w.most < 0 {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !now.Before(w.until) {
		w.until = now.Add(w.each)
		clear(w.asked)
	}
	w.asked[who]++
	if w.asked[who] <= w.most {
		return 0
	}
	return w.until.Sub(now)
}
