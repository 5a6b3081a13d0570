package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// What a channel must keep lives in one table, sealed: access tokens, ids of uploaded pictures, an update offset.

type keep struct {
	Name       string `gorm:"primaryKey"`
	Sealed     models.Sealed
	ExpiresAt  time.Time
	TakenUntil *time.Time
}

const (
	fetchFor   = 10 * time.Second      // how long one process may take to fetch a value
	fetchPause = 50 * time.Millisecond // between two looks while another process fetches
)

// Kept gives what is kept under a name; "" where nothing is, or its time is over.
func (d *DB) Kept(ctx context.Context, name string) (string, error) {
	var row keep
	err := d.read(ctx).Where("name = ? AND expires_at > ?", name, d.realNow()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && row.Sealed == nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return d.open(row.Sealed)
}

// Keep keeps a value under a name until a moment (real time).
func (d *DB) Keep(ctx context.Context, name, value string, until time.Time) error {
	sealed, err := d.seal(value)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec(`INSERT INTO keeps (name, sealed, expires_at) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at, taken_until = NULL`, name, sealed, until).Error
	})
}

// Renew gives what is kept under a name. A value that is over its time, or is the one that its user found stale, is
// fetched anew: once, however many ask, in all processes together; the others wait for it. A fetch that fails is told
// to those who wait in this process; the next one to ask tries again. Who waits does so until ctx ends, and then gets
// ErrUnavailable; the fetch goes on for the others and for whoever asks next.
func (d *DB) Renew(ctx context.Context, name, stale string, fetch func(context.Context) (value string, until time.Time, err error)) (string, error) {
	if value, err := d.Kept(ctx, name); err != nil || value != "" && value != stale {
		return value, err
	}
	fetched := d.renewing.DoChan(name+"\x00"+stale, func() (value any, err error) {
		defer func() { // nobody above could catch it: one fetch must not end the process
			if p := recover(); p != nil {
				err = fmt.Errorf("fetching %s: panic: %v\n%s", name, p, debug.Stack())
			}
		}()
		return d.renew(context.WithoutCancel(ctx), name, stale, fetch)
	})
	select {
	case <-ctx.Done():
		return "", models.ErrUnavailable.From(ctx.Err())
	case r := <-fetched:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

func (d *DB) renew(ctx context.Context, name, stale string, fetch func(context.Context) (string, time.Time, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*fetchFor)
	defer cancel()
	for {
		lease, err := d.takeKeep(ctx, name)
		if err != nil {
			return "", err
		}
		value, err := d.Kept(ctx, name) // with the lease in hand nobody else fetches: what is good now was fetched meanwhile
		switch {
		case err != nil || value != "" && value != stale:
			return value, errors.Join(err, d.giveBack(ctx, name, lease))
		case !lease.IsZero():
			return d.fetchKeep(ctx, name, lease, fetch)
		}
		select {
		case <-ctx.Done():
			return "", models.ErrUnavailable.From(ctx.Err())
		case <-time.After(fetchPause):
		}
	}
}

// takeKeep takes the fetching of a value for this process; a zero lease means that another has it.
func (d *DB) takeKeep(ctx context.Context, name string) (lease time.Time, err error) {
	now := d.realNow()
	err = d.write(ctx, func(t *tx) error {
		res := t.g.Exec(`INSERT INTO keeps (name, expires_at, taken_until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
			SET taken_until = excluded.taken_until WHERE keeps.taken_until IS NULL OR keeps.taken_until < ?`, name, now, now.Add(fetchFor), now)
		if res.Error == nil && res.RowsAffected == 1 {
			lease = now.Add(fetchFor)
		}
		return res.Error
	})
	return lease, err
}

// fetchKeep fetches outside any transaction and keeps what came, or gives the lease back.
func (d *DB) fetchKeep(ctx context.Context, name string, lease time.Time, fetch func(context.Context) (string, time.Time, error)) (string, error) {
	fetching, cancel := context.WithTimeout(ctx, fetchFor)
	value, until, err := fetch(fetching)
	cancel()
	if err == nil {
		return value, d.Keep(ctx, name, value, until)
	}
	return "", errors.Join(err, d.giveBack(ctx, name, lease))
}

// giveBack ends a lease; a zero one is none.
func (d *DB) giveBack(ctx context.Context, name string, lease time.Time) error {
	if lease.IsZero() {
		return nil
	}
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE keeps SET taken_until = NULL WHERE name = ? AND taken_until = ?", name, lease).Error
	})
}

// Lead says whether this process is the one that does what only one may do (poll a platform), until a moment (real
// time) at least; who leads asks again before that, under the same id.
func (d *DB) Lead(ctx context.Context, name, id string, until time.Time) (leads bool, err error) {
	now, me := d.realNow(), d.hash("leader", id)
	err = d.write(ctx, func(t *tx) error {
		res := t.g.Exec(`INSERT INTO keeps (name, sealed, expires_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
			SET sealed = excluded.sealed, expires_at = excluded.expires_at WHERE keeps.expires_at < ? OR keeps.sealed = excluded.sealed`,
			name, []byte(me), until, now)
		leads = res.Error == nil && res.RowsAffected == 1
		return res.Error
	})
	return leads, err
}
