package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// demoStart is the morning on which the benefits were announced: the demonstration's first moment.
const demoStart = "2021-07-12T09:00:00+08:00"

// store is what every subcommand that opens the database takes.
type store struct {
	Database string `env:"JIEBAN_DATABASE" default:"data/jieban.db" help:"A path (SQLite) or a postgres:// URL."`
	Keys     string `env:"JIEBAN_KEYS" default:"data/jieban.keys" help:"The key file. The demonstration makes it; production needs one made by 'jieban keys'."`
	Mode     string `env:"JIEBAN_MODE" default:"demo" enum:"demo,production" help:"demo or production."`
	Clock    string `env:"JIEBAN_CLOCK" help:"Demonstration only: business time starts here (RFC 3339), at this start."`
	Conns    int    `env:"JIEBAN_DB_CONNS" default:"16" help:"PostgreSQL connections."`
}

func (s store) production() bool { return s.Mode == "production" }

// open opens the database with its keys and clock.
func (s store) open(ctx context.Context, publicURL string) (*db.DB, error) {
	keys, err := db.LoadKeys(s.Keys, !s.production())
	if s.production() && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("production needs a key file: make one with 'jieban keys --keys FILE' and set JIEBAN_KEYS (%w)", err)
	}
	if err != nil {
		return nil, err
	}
	if s.production() && keys.Generated {
		return nil, fmt.Errorf("production refuses the generated key file %s: make one with 'jieban keys --keys FILE' and set JIEBAN_KEYS", s.Keys)
	}
	c := db.Config{URL: s.Database, Keys: keys, PublicURL: publicURL, Conns: s.Conns}
	if c.Start, c.Restart, err = s.start(); err != nil {
		return nil, err
	}
	return db.Open(ctx, c)
}

// start says when business time begins; production has the world's clock only.
func (s store) start() (at time.Time, restart bool, err error) {
	if s.production() {
		if s.Clock != "" {
			return at, false, errors.New("production refuses JIEBAN_CLOCK: it uses real time only")
		}
		return at, false, nil
	}
	text := s.Clock
	if text == "" {
		text = demoStart
	}
	at, err = time.Parse(time.RFC3339, text)
	if err != nil {
		return at, false, fmt.Errorf("JIEBAN_CLOCK %q is not a time such as %s", text, demoStart)
	}
	return at, s.Clock != "", nil
}

// baseURL is where QR codes lead: what is set, or (demonstration) the address listened on.
func baseURL(set string, at net.Addr) string {
	if set != "" {
		return strings.TrimSuffix(set, "/")
	}
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return "http://" + at.String()
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// check refuses what production must not run with, and says all of it at once.
func (c serveCmd) check() error {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("JIEBAN_PUBLIC_URL %q is not an address such as https://jieban.example.cn", c.PublicURL)
		}
	}
	if !c.production() {
		return nil
	}
	var missing []string
	if c.PublicURL == "" {
		missing = append(missing, "JIEBAN_PUBLIC_URL is not set")
	} else if !strings.HasPrefix(c.PublicURL, "https://") {
		missing = append(missing, "JIEBAN_PUBLIC_URL is not https")
	}
	if c.Payment == "sandbox" {
		missing = append(missing, "JIEBAN_PAYMENT is sandbox (set it to none until a provider is configured)")
	}
	if len(missing) > 0 {
		return errors.New("production refuses to start: " + strings.Join(missing, "; "))
	}
	return nil
}

// checkAccounts refuses the demonstration's accounts in production.
func (c serveCmd) checkAccounts(ctx context.Context, d *db.DB) error {
	if !c.production() {
		return nil
	}
	demo, err := d.HasDemoAccounts(ctx)
	if err == nil && demo {
		err = errors.New("production refuses to start: the database holds demonstration accounts (start with a new database)")
	}
	return err
}

type migrateCmd struct{ store }

// Run migrates, and loads the programme into an empty database.
func (c migrateCmd) Run(ctx context.Context) error {
	d, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer d.Close()
	fresh, err := d.Seed(ctx, !c.production())
	if err == nil && fresh {
		fmt.Println("programme loaded")
	}
	return err
}

type accountCmd struct {
	Add      accountAddCmd      `cmd:"" help:"Let a member of staff in. The password is read from standard input."`
	Password accountPasswordCmd `cmd:"" help:"Set a new password, read from standard input, and end the account's sessions."`
}

type accountAddCmd struct {
	store
	Login    string `arg:""`
	Name     string `required:"" help:"The person's name or post."`
	Role     string `required:"" enum:"gate,supplier,officer,admin"`
	Spot     string `help:"Gate staff: the only spot they scan at; empty = any."`
	Supplier string `help:"Suppliers: whose goods."`
}

// Run adds an account.
func (c accountAddCmd) Run(ctx context.Context) error {
	return c.withPassword(ctx, func(d *db.DB, password string) error {
		_, err := d.AddAccount(ctx, db.System, db.NewAccount{
			Login: c.Login, Name: c.Name, Password: password, Role: models.Role(c.Role), SpotID: c.Spot, SupplierID: c.Supplier,
		})
		return err
	})
}

type accountPasswordCmd struct {
	store
	Login string `arg:""`
}

// Run sets a password.
func (c accountPasswordCmd) Run(ctx context.Context) error {
	return c.withPassword(ctx, func(d *db.DB, password string) error { return d.SetPassword(ctx, db.System, c.Login, password) })
}

// withPassword reads a password before it opens the database, and gives both to do.
func (s store) withPassword(ctx context.Context, do func(*db.DB, string) error) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	d, err := s.open(ctx, "")
	if err != nil {
		return err
	}
	defer d.Close()
	return spoken(do(d, password))
}

// spoken gives a refusal in the words for people, with its code.
func spoken(err error) error {
	var refusal *models.Error
	if errors.As(err, &refusal) && refusal.Kind != models.Internal {
		return fmt.Errorf("%s (%s)", refusal.ZH, refusal.Code)
	}
	return err
}

type keysCmd struct {
	Keys string `env:"JIEBAN_KEYS" default:"data/jieban.keys" help:"Where to write it (mode 0600). An existing file is never overwritten."`
}

// Run makes a key file.
func (c keysCmd) Run() error {
	if err := db.GenerateKeys().Write(c.Keys); err != nil {
		return err
	}
	fmt.Println("keys written to", c.Keys)
	return nil
}
