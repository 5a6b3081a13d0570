package db

import (
	"context"
	"errors"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// How long a request's answer is kept, and after how long one without an answer counts as lost with its process.
const (
	requestKeep = 48 * time.Hour
	requestLost = time.Minute
)

// StoredAnswer is what a request was answered before.
type StoredAnswer struct {
	Status int
	Body   []byte
}

type request struct {
	Actor     string `gorm:"primaryKey"`
	Route     string `gorm:"primaryKey"`
	Key       string `gorm:"primaryKey"`
	BodyHash  string
	Status    int
	Answer    models.Sealed
	CreatedAt time.Time
}

// checkKey refuses what cannot be a request's own id: nothing, or more than 200 bytes.
func checkKey(key string) error {
	if key == "" || len(key) > 200 {
		return models.ErrInvalid.With("缺少请求编号")
	}
	return nil
}

// BeginRequest takes a request with an Idempotency-Key up. replay is set, with the stored answer, where the same
// actor sent the same key and body to the same route before. It answers ErrKeyReused for another body, and
// ErrUnavailable while the first is still being answered. Keys of different actors never meet.
func (d *DB) BeginRequest(ctx context.Context, actor, route, key, bodyHash string) (a StoredAnswer, replay bool, err error) {
	if len(key) > 200 {
		return a, false, models.ErrInvalid.With("Idempotency-Key 最长200个字符")
	}
	now := d.realNow()
	var mine int64
	err = d.write(ctx, func(t *tx) error {
		res := t.g.Exec(`INSERT INTO requests (actor, route, key, body_hash, status, created_at) VALUES (?, ?, ?, ?, 0, ?)
			ON CONFLICT (actor, route, key) DO UPDATE SET created_at = excluded.created_at
			WHERE requests.status = 0 AND requests.body_hash = excluded.body_hash AND requests.created_at < ?`,
			actor, route, key, bodyHash, now, now.Add(-requestLost))
		mine = res.RowsAffected
		return res.Error
	})
	if err != nil || mine == 1 {
		return a, false, err
	}
	var row request
	err = d.read(ctx).Where("actor = ? AND route = ? AND key = ?", actor, route, key).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return a, false, models.ErrUnavailable // the first failed at this moment and let go of the key
	case err != nil:
		return a, false, err
	case row.BodyHash != bodyHash:
		return a, false, models.ErrKeyReused
	case row.Status == 0:
		return a, false, models.ErrUnavailable
	}
	a.Status = row.Status
	a.Body, err = d.openBytes(row.Answer)
	return a, true, err
}

// EndRequest keeps the answer of a request.
func (d *DB) EndRequest(ctx context.Context, actor, route, key string, status int, body []byte) error {
	sealed, err := d.sealBytes(body)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE requests SET status = ?, answer = ? WHERE actor = ? AND route = ? AND key = ?", status, sealed, actor, route, key).Error
	})
}

// DropRequest forgets a request that failed on our side, so that it can be sent again.
func (d *DB) DropRequest(ctx context.Context, actor, route, key string) error {
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("DELETE FROM requests WHERE actor = ? AND route = ? AND key = ? AND status = 0", actor, route, key).Error
	})
}
