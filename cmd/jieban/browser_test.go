package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/jieban/jieban/models/db"
)

// Browser tests drive the built binary through a real Chromium, as people do: they see words and tap buttons. Every
// page a test opens is watched: an error in its console or a request to another host fails the test.

// patience is how long a person waits for a page to do what it should.
const patience = 20 * time.Second

// chromium finds the browser. Without one the test is skipped, but on CI that is a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium, chromium-browser or google-chrome in PATH: CI must run the browser tests")
	}
	t.Skip("browser tests need chromium, chromium-browser or google-chrome in PATH")
	return ""
}

// binaryFolder holds the built program until the tests end.
var binaryFolder string

// binary builds the program once for all tests of this package.
var binary = sync.OnceValues(func() (path string, err error) {
	if binaryFolder, err = os.MkdirTemp("", "jieban-binary-"); err != nil {
		return "", err
	}
	path = filepath.Join(binaryFolder, "jieban")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// serve starts the program in an empty folder with nothing configured but the port, and gives its address.
func serve(t *testing.T, settings ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", "--addr", "127.0.0.1:0")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), settings...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var faults strings.Builder
	cmd.Stderr = &faults
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program did not end well: %v", err)
		}
		if t.Failed() {
			t.Log(faults.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			go func() {
				for lines.Scan() { // what is not read would block it
				}
			}()
			return base
		}
	}
	t.Fatalf("the program did not say where it listens\n%s", faults.String())
	return ""
}

// browser is one Chromium with a profile of its own.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
}

// openBrowser starts a browser for the service at base. camera is a Y4M file that plays as its camera, or "".
func openBrowser(t *testing.T, base, camera string) *browser {
	t.Helper()
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("mute-audio", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("hide-scrollbars", true))
	if camera != "" {
		flags = append(flags, chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
			chromedp.Flag("use-file-for-fake-video-capture", camera))
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		stop()
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return &browser{t, ctx, base}
}

// screen is how a page is looked at.
type screen struct {
	width, height int64
	dark          bool
}

var (
	phone = screen{width: 390, height: 844}
	desk  = screen{width: 1280, height: 800}
)

// tab is one page under watch.
type tab struct {
	t      *testing.T
	ctx    context.Context
	base   string
	mu     sync.Mutex
	faults []string
	known  []string // parts of faults that the test brings about itself
}

// tab opens a new page. It shares cookies with the browser's other pages.
func (b *browser) tab(s screen) *tab {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	b.t.Cleanup(end)
	p := &tab{t: b.t, ctx: ctx, base: b.base}
	if err := chromedp.Listen(ctx, p.watch); err != nil {
		b.t.Fatal(err)
	}
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	p.do("set the screen", ask(log.Enable, cdp.Empty{}), ask(network.Enable, network.EnableParams{}),
		ask(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: s.height, DeviceScaleFactor: 1, Mobile: s.width < 500,
		}),
		ask(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: s.width < 500}),
		ask(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}))
	b.t.Cleanup(p.clean)
	return p
}

// ask makes an action of a command of the browser's protocol.
func ask[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// watch notes what must not happen.
func (p *tab) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.note("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			text, _ := json.Marshal(e.Args)
			p.note("console: " + string(text))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.note("console: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || !slices.Contains([]string{"data", "blob"}, u.Scheme) && "http://"+u.Host != p.base {
			p.note("request to another host: " + e.Request.URL)
		}
	case *cdppage.EventJavascriptDialogOpening: // a person says yes
		go func() {
			_ = chromedp.Do(p.ctx, ask(cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true}))
		}()
	}
}

func (p *tab) note(fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fault)
}

// clean fails the test for every fault that was not brought about.
func (p *tab) clean() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		if !slices.ContainsFunc(p.known, func(k string) bool { return strings.Contains(fault, k) }) {
			p.t.Errorf("in the browser: %s", fault)
		}
	}
}

// do runs actions within a person's patience; a failure shows what the page says.
func (p *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText`))
		p.t.Fatalf("%s: %v\nThe page says:\n%s", what, err, text)
	}
}

// until asks the page again and again until the script gives true.
func (p *tab) until(what, script string) {
	p.t.Helper()
	p.do(what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			// While a page is being replaced there is nothing to ask; the next try asks the new one.
			if done, err := chromedp.Evaluate[bool](script)(ctx, t); err == nil && done {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(40 * time.Millisecond):
			}
		}
	}))
}

// visit opens a path of the service.
func (p *tab) visit(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.base+path))
}

// value evaluates a script of the test in the page.
func (p *tab) value(script string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return text
}

// find gives, as a script, the last thing in sight that can be tapped and says text: exactly, or else among other words.
func find(text string) string {
	return fmt.Sprintf(`((all) => all.filter((e) => e.textContent.trim() === %[1]q).at(-1) ?? all.filter((e) => e.textContent.includes(%[1]q)).at(-1))(
		[...(document.querySelector("dialog[open], .verdict:not([hidden])") ?? document).querySelectorAll("button, a, summary, label")]
			.filter((e) => !e.disabled && e.checkVisibility()))`, text)
}

// tap taps what says text, as a finger does: it must be in sight and nothing may lie over it.
func (p *tab) tap(text string) {
	p.t.Helper()
	p.press(text, find(text))
}

// place is where an element's middle is, and what lies over it.
type place struct {
	X, Y    float64
	Covered string
}

// press taps the middle of an element as soon as it is there and lies free.
func (p *tab) press(what, element string) {
	p.t.Helper()
	script := fmt.Sprintf(`(() => {
		const e = %s;
		if (!e) return { Covered: "it is not there" };
		e.scrollIntoView({ block: "center", behavior: "instant" });
		const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
		const top = document.elementFromPoint(x, y);
		return { X: x, Y: y, Covered: e.contains(top) || top?.contains(e) ? "" : top?.outerHTML.slice(0, 120) ?? "out of sight" };
	})()`, element)
	p.do("tap "+what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			at, err := chromedp.Evaluate[place](script)(ctx, t)
			if err == nil && at.Covered == "" {
				_, err = chromedp.MouseClickXY(at.X, at.Y)(ctx, t)
				return err
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%w: %s", errors.Join(ctx.Err(), err), at.Covered)
			case <-time.After(40 * time.Millisecond):
			}
		}
	}))
}

// fill types into a field, over what stands there.
func (p *tab) fill(selector, text string) {
	p.t.Helper()
	p.until("find "+selector, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() === true`, selector))
	p.do("type into "+selector,
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const e = document.querySelector(%q); e.focus(); e.select(); }`, selector)),
		ask(input.InsertText, input.InsertTextParams{Text: text}))
}

// choose picks the option of a select that says text.
func (p *tab) choose(selector, text string) {
	p.t.Helper()
	p.until("choose "+text, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q), o = [...(e?.options ?? [])].find((o) => o.textContent.includes(%q));
		if (!o) return false;
		e.value = o.value;
		e.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`, selector, text))
}

// sees waits until the page's visible text contains all of the words.
func (p *tab) sees(words ...string) {
	p.t.Helper()
	list, _ := json.Marshal(words)
	p.until("wait for "+strings.Join(words, ", "), fmt.Sprintf(`%s.every((w) => document.body.innerText.includes(w))`, list))
}

// attribute reads an attribute of the last element that a selector finds.
func (p *tab) attribute(selector, name string) string {
	p.t.Helper()
	p.until("find "+selector, fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
	return p.value(fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-1).getAttribute(%q) ?? ""`, selector, name))
}

// picture takes what the screen shows, once its pictures are there.
func (p *tab) picture() []byte {
	p.t.Helper()
	p.until("wait for pictures", `[...document.images].every((i) => i.complete || i.loading === "lazy")`)
	p.do("move the mouse away", ask(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved}))
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	return png
}

// signIn signs a member of the demonstration's staff in and goes on to a page.
func (p *tab) signIn(login, to string) {
	p.t.Helper()
	accounts, err := db.DemoAccounts()
	if err != nil {
		p.t.Fatal(err)
	}
	i := slices.IndexFunc(accounts, func(a db.DemoAccount) bool { return a.Login == login })
	if i < 0 {
		p.t.Fatalf("no demonstration account %s", login)
	}
	p.visit("/signin?to=" + url.QueryEscape(to))
	p.fill("#login", login)
	p.fill("#password", accounts[i].Password)
	p.press("sign in", `document.querySelector("main button[type=submit]")`)
	p.until("arrive at "+to, fmt.Sprintf(`location.pathname === %q`, to))
}
