package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver of database/sql
)

const (
	// namePrefix marks the databases that tests made, so that a shared server's others are never touched.
	namePrefix = "jieban_test_"
	// staleAfter is how old such a database must be before another run removes it: longer than any run lasts.
	staleAfter = 6 * time.Hour
	// statementLimit bounds every statement on the server itself; a clone takes a tenth of a second.
	statementLimit = time.Minute
)

// errNoPostgres says that this machine has no PostgreSQL to start; anything else that goes wrong is a fault.
var errNoPostgres = errors.New("PostgreSQL's binaries (initdb, postgres) are not installed and JIEBAN_TEST_POSTGRES is not set")

// server is the PostgreSQL server that all tests of this process share.
type server struct {
	mu        sync.Mutex
	url       string            // of the maintenance database; empty until the first test asks
	stop      func()            // ends a private cluster; nil on a server given by URL
	templates map[string]string // a template's name to its database
	prefix    string            // of this process's databases
	count     atomic.Int64
}

var shared server

// Postgres returns the URL of a fresh, empty PostgreSQL database that is dropped when the test ends.
// It skips the test where there is no PostgreSQL, and fails it where CI=true.
func Postgres(tb testing.TB) string {
	tb.Helper()
	admin := shared.start(tb)
	return shared.create(tb, admin, "template0")
}

// Template returns the URL of a fresh copy of the database that fill made. The first call with a
// name gives fill the URL of an empty database; fill must close every connection it opens. Later
// calls of the process copy what it left, a tenth of a second each, so fill must not depend on the
// test. The copy is dropped when the test ends.
func Template(tb testing.TB, name string, fill func(url string)) string {
	tb.Helper()
	admin := shared.start(tb)
	return shared.create(tb, admin, shared.template(tb, admin, name, fill))
}

// Main runs a package's tests from its TestMain, ends the private cluster and exits. Without it the
// cluster ends all the same, a moment after the process.
func Main(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop removes the templates and ends the private cluster, if there is one. For a TestMain that
// cannot use Main. A later call of Postgres starts a new cluster.
func Stop() {
	s := &shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	} else {
		for _, name := range s.templates {
			_ = drop(s.url, name)
		}
	}
	s.url, s.stop, s.templates = "", nil, nil
}

// start returns the URL of the maintenance database, finding or starting the server at the first call.
func (s *server) start(tb testing.TB) string {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url != "" {
		return s.url
	}
	given := os.Getenv("JIEBAN_TEST_POSTGRES")
	if given != "" {
		if err := sweep(given, time.Now()); err != nil {
			tb.Fatalf("the server of JIEBAN_TEST_POSTGRES does not answer: %v", err)
		}
		s.url = given
	} else {
		private, stop, err := startCluster()
		if err != nil {
			missing(tb, err)
		}
		s.url, s.stop = private, stop
	}
	// The time of birth lets a later run sweep what a killed one left on a shared server.
	s.prefix = fmt.Sprintf("%s%d_%s_", namePrefix, time.Now().Unix(), randomHex())
	s.templates = map[string]string{}
	return s.url
}

// missing ends a test that has no PostgreSQL: a skip on a developer's machine, a failure in CI,
// where half of the suite must not fall silent.
func missing(tb testing.TB, err error) {
	tb.Helper()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true" {
		tb.Skipf("this test ran on SQLite only: %v", err)
	}
	tb.Fatalf("cannot start PostgreSQL: %v", err)
}

// template returns the name of the database that fill filled, filling it at the first call.
func (s *server) template(tb testing.TB, admin, name string, fill func(url string)) string {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if done, ok := s.templates[name]; ok {
		return done
	}
	database := s.nextName()
	if err := create(admin, database, "template0"); err != nil {
		tb.Fatalf("make template %s: %v", name, err)
	}
	filled(tb, func() { fill(withDatabase(admin, database)) })
	// A backend outlives its client by a moment and the copy would wait for it; and nobody may write any more.
	if err := closeDatabase(admin, database); err != nil {
		tb.Fatalf("close template %s: %v", name, err)
	}
	s.templates[name] = database
	return database
}

// filled runs a fill and ends the test if it failed, so that no later test copies half a template.
func filled(tb testing.TB, fill func()) {
	tb.Helper()
	before := tb.Failed()
	fill()
	if tb.Failed() && !before {
		tb.FailNow()
	}
}

// create makes one test's database and has it dropped with the test.
func (s *server) create(tb testing.TB, admin, template string) string {
	tb.Helper()
	name := s.nextName()
	if err := create(admin, name, template); err != nil {
		tb.Fatalf("make a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := drop(admin, name); err != nil {
			tb.Errorf("drop the test's database: %v", err)
		}
	})
	return withDatabase(admin, name)
}

// nextName returns a name no other database has, in this process or in another on the same server.
func (s *server) nextName() string {
	return s.prefix + strconv.FormatInt(s.count.Add(1), 10)
}

func create(admin, name, template string) error {
	return statements(admin, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, template))
}

// drop removes a database even while a leaking test still holds a connection to it.
func drop(admin, name string) error {
	return statements(admin, fmt.Sprintf(`DROP DATABASE IF EXISTS %q WITH (FORCE)`, name))
}

func closeDatabase(admin, name string) error {
	return statements(admin,
		fmt.Sprintf(`ALTER DATABASE %q ALLOW_CONNECTIONS false`, name),
		fmt.Sprintf(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '%s'`, name))
}

// sweep removes test databases that runs killed long before now left on a shared server.
func sweep(admin string, now time.Time) error {
	db, err := sql.Open("pgx", admin)
	if err != nil {
		return err
	}
	defer db.Close()
	names, err := testDatabases(db)
	if err != nil {
		return err
	}
	for _, name := range names {
		born, _, _ := strings.Cut(strings.TrimPrefix(name, namePrefix), "_")
		seconds, err := strconv.ParseInt(born, 10, 64)
		if err != nil || now.Sub(time.Unix(seconds, 0)) < staleAfter {
			continue
		}
		if err := drop(admin, name); err != nil {
			return err
		}
	}
	return nil
}

// testDatabases lists the databases that tests of any process made.
func testDatabases(db *sql.DB) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), statementLimit)
	defer cancel()
	rows, err := db.QueryContext(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1`, namePrefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// statements runs each statement on the server, on a connection of its own that it closes: nothing
// of this package is left running for a leak test to find.
func statements(admin string, list ...string) error {
	db, err := sql.Open("pgx", admin)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), statementLimit)
	defer cancel()
	for _, statement := range list {
		if err := retryBusy(ctx, db, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// retryBusy runs a statement again while the database it names is "being accessed by other users"
// (55006), which a clone started by another process meets for a moment on a shared server.
func retryBusy(ctx context.Context, db *sql.DB, statement string) error {
	for {
		_, err := db.ExecContext(ctx, statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55006" || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// withDatabase returns the URL of another database of the same server.
func withDatabase(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil {
		panic(err) // the driver has connected with it
	}
	u.Path = "/" + name
	return u.String()
}

func randomHex() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}
