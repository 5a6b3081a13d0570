package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/jieban/jieban/api"
	"github.com/jieban/jieban/models/db"
)

type serveCmd struct {
	store
	Addr      string   `env:"JIEBAN_ADDR" default:":8080" help:"Address to listen on; port 0 takes a free one."`
	PublicURL string   `env:"JIEBAN_PUBLIC_URL" help:"Address that people and QR codes use. The demonstration's default is the address listened on."`
	Payment   string   `env:"JIEBAN_PAYMENT" default:"sandbox" enum:"sandbox,none" help:"Payment provider: sandbox plays one, none sells nothing."`
	Proxies   []string `env:"JIEBAN_PROXIES" help:"Addresses of reverse proxies whose X-Real-Ip header is believed."`
	Flood     int      `env:"JIEBAN_FLOOD" default:"1000" help:"Requests that one address may make in 10 s, sign-in apart; 0 = as many as it likes."`
	Log       string   `env:"JIEBAN_LOG" default:"text" enum:"text,json" help:"text or json."`

	WeChat   wechatConf   `embed:"" prefix:"wechat-"`
	Telegram telegramConf `embed:"" prefix:"telegram-"`
}

// How long requests have to end when the service is stopped: those being answered, and those being sent.
const (
	drainFor = 15 * time.Second
	sendFor  = 3 * time.Second
)

// Run serves until it is told to stop, then lets running requests and jobs end.
func (c serveCmd) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	slog.SetDefault(slog.New(c.logHandler()))
	ln, err := listen(c.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	defer ln.Close()
	base := baseURL(c.PublicURL, ln.Addr())
	d, err := c.open(ctx, base)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := c.prepare(ctx, d); err != nil {
		return err
	}
	app, jobs, err := c.wire(d, base)
	if err != nil {
		return err
	}
	if !c.production() {
		if err := welcome(os.Stdout, base, d); err != nil {
			return err
		}
	}
	fmt.Println("listening on", "http://"+strings.Replace(ln.Addr().String(), "[::]", "localhost", 1))
	return c.serve(ctx, ln, app, jobs)
}

// prepare loads the seed into an empty database and refuses what production must not hold.
func (c serveCmd) prepare(ctx context.Context, d *db.DB) error {
	if _, err := d.Seed(ctx, !c.production()); err != nil {
		return fmt.Errorf("cannot load the programme: %w", err)
	}
	return c.checkAccounts(ctx, d)
}

func (c serveCmd) logHandler() slog.Handler {
	if c.Log == "json" {
		return slog.NewJSONHandler(os.Stderr, nil)
	}
	return slog.NewTextHandler(os.Stderr, nil)
}

func (c serveCmd) serve(ctx context.Context, ln *listener, app *api.App, jobs []job) error {
	ended := make(chan error, 1)
	go func() { ended <- app.Fiber().Listener(ln) }()
	jobCtx, stopJobs := context.WithCancel(context.Background())
	wait := runJobs(jobCtx, jobs)
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		slog.Info("stopping")
		ln.hurry(time.Now().Add(sendFor))
		drain, cancel := context.WithTimeout(context.Background(), drainFor)
		err = app.Shutdown(drain)
		cancel()
	}
	stopJobs()
	wait()
	return err
}

type healthCmd struct {
	Addr string `env:"JIEBAN_ADDR" default:":8080" help:"Where the service listens."`
}

// Run asks /readyz, with a deadline.
func (c healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return err
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not running: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", res.Status)
	}
	return nil
}

// readPassword reads one line of standard input.
func readPassword() (string, error) {
	fmt.Fprintln(os.Stderr, "password (one line on standard input):")
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 1024)).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.Join(errors.New("no password on standard input"), err)
	}
	return line, nil
}
