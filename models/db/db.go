package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jieban/jieban/models"
	"golang.org/x/sync/singleflight"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// Config says which database to open and with which keys and clock.
type Config struct {
	URL       string           // a path for SQLite, or postgres://…
	Keys      Keys             //
	Clock     func() time.Time // real time; nil = time.Now
	Start     time.Time        // business time at the first start (demonstration); zero = business time is real time
	Restart   bool             // begin again at Start, whatever the database remembers
	PublicURL string           // scheme and host that QR codes lead to
	Conns     int              // PostgreSQL connections; 0 = 16
}

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	g        *gorm.DB
	sql      *sql.DB
	lite     bool
	mu       sync.Mutex // SQLite has one writer: waiting here is cheaper than being told busy
	keys     Keys
	real     func() time.Time
	offset   time.Duration // business time less real time
	renewing singleflight.Group
	public   string
}

// Actors as audit entries name them.
const System = "system"

// ByLink names a resident's session as the actor of an act.
func ByLink(id int64) string { return fmt.Sprintf("link:%d", id) }

// ByAccount names a member of staff as the actor of an act.
func ByAccount(id int64) string { return fmt.Sprintf("account:%d", id) }

// Open opens the database and brings its schema up to date. An unreadable file or an unreachable server is an error
// whose first line a person can read.
func Open(ctx context.Context, c Config) (*DB, error) {
	d := &DB{keys: c.Keys, real: c.Clock, public: c.PublicURL, lite: !IsPostgres(c.URL)}
	if d.real == nil {
		d.real = time.Now
	}
	conf := &gorm.Config{
		SkipDefaultTransaction: true, TranslateError: true, Logger: logger.Discard,
		NowFunc: func() time.Time { return d.Now() },
	}
	var err error
	if d.lite {
		d.g, d.sql, err = openSQLite(c.URL, conf)
	} else {
		d.g, d.sql, err = openPostgres(c, conf)
	}
	if err != nil {
		return nil, err
	}
	if err := d.begin(ctx, c); err != nil {
		_ = d.sql.Close()
		return nil, err
	}
	return d, nil
}

// begin checks that the database answers, migrates it and sets its clock.
func (d *DB) begin(ctx context.Context, c Config) error {
	if err := d.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("cannot open the database: %w", err)
	}
	if err := d.migrate(ctx, c.URL); err != nil {
		return fmt.Errorf("cannot bring the database up to date: %w", err)
	}
	if err := d.checkKeys(ctx); err != nil {
		return err
	}
	return d.setClock(ctx, c)
}

// IsPostgres tells a PostgreSQL URL from a path.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func openPostgres(c Config, conf *gorm.Config) (*gorm.DB, *sql.DB, error) {
	g, err := gorm.Open(&pgDialector{&postgres.Dialector{Config: &postgres.Config{DSN: c.URL}}}, conf)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot reach PostgreSQL: %w", err)
	}
	s, err := g.DB()
	if err != nil {
		return nil, nil, err
	}
	conns := c.Conns
	if conns == 0 {
		conns = 16
	}
	s.SetMaxOpenConns(conns)
	s.SetMaxIdleConns(conns)
	return g, s, nil
}

// Close closes the database once running transactions have ended.
func (d *DB) Close() error { return d.sql.Close() }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.sql.PingContext(ctx) }

// SQL is the pool beneath, for measurements and backups.
func (d *DB) SQL() *sql.DB { return d.sql }

// Now is business time, in UTC, to the microsecond (what both databases keep).
func (d *DB) Now() time.Time { return d.real().Add(d.offset).UTC().Truncate(time.Microsecond) }

// Today is the civil date of business time.
func (d *DB) Today() models.Day { return models.DayOf(d.Now()) }

// realNow is for what must follow the world's clock: sessions, lock-outs, one-time codes.
func (d *DB) realNow() time.Time { return d.real().UTC().Truncate(time.Microsecond) }

// setClock reads how far business time is from real time, or sets it at the first start.
func (d *DB) setClock(ctx context.Context, c Config) error {
	if c.Start.IsZero() {
		return nil
	}
	text, err := d.setting(ctx, "clock_offset", func() string { return c.Start.Sub(d.real()).String() }, c.Restart)
	if err != nil {
		return err
	}
	d.offset, err = time.ParseDuration(text)
	return err
}

// checkKeys refuses keys other than those the database was begun with: what is sealed would not open, and nobody known
// would be found again.
func (d *DB) checkKeys(ctx context.Context) error {
	mine := d.hash("keys", "check")
	kept, err := d.setting(ctx, "keys", func() string { return mine }, false)
	if err == nil && kept != mine {
		err = errors.New("the key file is not the one this database was begun with: bring the right one back")
	}
	return err
}

// setting reads a value that is made once, or made anew.
func (d *DB) setting(ctx context.Context, key string, first func() string, anew bool) (value string, err error) {
	err = d.write(ctx, func(t *tx) error {
		if anew {
			if err := t.g.Exec("DELETE FROM settings WHERE key = ?", key).Error; err != nil {
				return err
			}
		}
		if err := t.g.Exec("INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", key, first()).Error; err != nil {
			return err
		}
		return t.g.Raw("SELECT value FROM settings WHERE key = ?", key).Row().Scan(&value)
	})
	return value, err
}

// tx is one transaction and the moment it happens at. Helpers that touch rows are its methods.
type tx struct {
	g   *gorm.DB
	d   *DB
	now time.Time
}

// read gives a session for statements that need no transaction.
func (d *DB) read(ctx context.Context) *gorm.DB { return d.g.WithContext(ctx) }

// maxTries bounds how often a transaction that lost against another is run again.
const maxTries = 6

// write runs one transaction. What the databases call busy or serialization failure is tried again a few times;
// then it is ErrUnavailable, and nothing was written.
func (d *DB) write(ctx context.Context, do func(*tx) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, do)
		switch {
		case err == nil:
			return nil
		case !retryable(err):
			return away(err)
		case try == maxTries || ctx.Err() != nil:
			return models.ErrUnavailable.From(err)
		}
		time.Sleep(time.Duration(1+rand.IntN(4<<try)) * time.Millisecond)
	}
}

func (d *DB) once(ctx context.Context, do func(*tx) error) error {
	if d.lite {
		d.mu.Lock()
		defer d.mu.Unlock()
	}
	return d.g.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return do(&tx{g: g, d: d, now: d.Now()})
	})
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return sqliteBusy(err)
}

// lock locks what is read against every write, but not against foreign keys that come to point to it: a notice to the
// same person need not wait. SQLite's immediate transactions have locked everything already.
func (t *tx) lock() *gorm.DB {
	if t.d.lite {
		return t.g
	}
	return t.g.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// one demands that a guarded write touched exactly one row: none means that somebody was faster.
func one(res *gorm.DB) error {
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return models.ErrStale
	}
	return nil
}

// found turns GORM's "no such row" into a refusal that says what was looked for.
func found(err error, what string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.ErrNotFound.With(what)
	}
	return err
}

// audit adds the entry that answers for the act. detail names no number, name or phone.
func (t *tx) audit(actor, act, object, detail string) error {
	return t.g.Create(&models.Audit{At: t.now, Actor: actor, Act: act, Object: object, Detail: detail}).Error
}

// AuditFilter narrows the audit down; empty fields do not. Before is the id of the last one seen.
type AuditFilter struct {
	Before             int64
	Actor, Act, Object string
	Limit              int // 1..200
}

// AuditEntries lists what was done, the newest first.
func (d *DB) AuditEntries(ctx context.Context, f AuditFilter) (list []models.Audit, err error) {
	q := d.read(ctx).Order("id DESC").Limit(min(max(f.Limit, 1), 200))
	if f.Before > 0 {
		q = q.Where("id < ?", f.Before)
	}
	for column, want := range map[string]string{"actor": f.Actor, "act": f.Act, "object": f.Object} {
		if want != "" {
			q = q.Where(column+" = ?", want)
		}
	}
	return list, q.Find(&list).Error
}
