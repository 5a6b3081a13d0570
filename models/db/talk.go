package db

import (
	"context"
	"errors"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The bot's own state of a talk is opaque text here, sealed whole: people type their numbers into it.

type talk struct {
	LinkID    int64         `gorm:"primaryKey"`
	Sealed    models.Sealed //
	Version   int
	UpdatedAt time.Time
}

// Talk gives the state of a talk and its version; nil and 0 where nothing was said yet.
func (d *DB) Talk(ctx context.Context, linkID int64) (state []byte, version int, err error) {
	var row talk
	err = d.read(ctx).Where("link_id = ?", linkID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	state, err = d.openBytes(row.Sealed)
	return state, row.Version, err
}

// SaveTalk keeps the state of a talk if nobody saved since version was read; otherwise ErrStale.
func (d *DB) SaveTalk(ctx context.Context, linkID int64, state []byte, version int) error {
	sealed, err := d.sealBytes(state)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		row := talk{LinkID: linkID, Sealed: sealed, Version: version + 1, UpdatedAt: t.now}
		if version == 0 {
			return one(t.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row))
		}
		return one(t.g.Model(&talk{}).Where("link_id = ? AND version = ?", linkID, version).
			Updates(map[string]any{"sealed": sealed, "version": version + 1, "updated_at": t.now}))
	})
}

type chatMessage struct {
	LinkID    int64  `gorm:"primaryKey"`
	MessageID string `gorm:"primaryKey"`
	Answer    models.Sealed
	CameAt    time.Time
}

// A message whose answer has not come within this time was lost with its process, and may be taken up again.
const messageLost = 30 * time.Second

// BeginMessage takes a message up. done is set, with the stored answer, where it was answered before. A message that
// another process is still answering gives ErrUnavailable: asking again a moment later gives its answer.
func (d *DB) BeginMessage(ctx context.Context, linkID int64, messageID string) (answer []byte, done bool, err error) {
	if messageID == "" || len(messageID) > 200 {
		return nil, false, models.ErrInvalid.With("消息编号要1到200个字符")
	}
	now := d.realNow()
	var mine int64
	err = d.write(ctx, func(t *tx) error {
		res := t.g.Exec(`INSERT INTO chat_messages (link_id, message_id, came_at) VALUES (?, ?, ?)
			ON CONFLICT (link_id, message_id) DO UPDATE SET came_at = excluded.came_at WHERE chat_messages.answer IS NULL AND chat_messages.came_at < ?`,
			linkID, messageID, now, now.Add(-messageLost))
		mine = res.RowsAffected
		return res.Error
	})
	if err != nil || mine == 1 {
		return nil, false, err
	}
	var row chatMessage
	if err := d.read(ctx).Where("link_id = ? AND message_id = ?", linkID, messageID).Take(&row).Error; err != nil {
		return nil, false, err
	}
	switch {
	case row.Answer == nil:
		return nil, false, models.ErrUnavailable
	case len(row.Answer) == len(forgotten): // too short for anything sealed
		return []byte("[]"), true, nil
	}
	answer, err = d.openBytes(row.Answer)
	return answer, true, err
}

// EndMessage keeps a message's answer, for when the same message comes again.
func (d *DB) EndMessage(ctx context.Context, linkID int64, messageID string, answer []byte) error {
	sealed, err := d.sealBytes(answer)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE chat_messages SET answer = ? WHERE link_id = ? AND message_id = ?", sealed, linkID, messageID).Error
	})
}

// addressKeep is how long after its end an order's address is kept: returns and complaints need it that long.
const addressKeep = 60 * 24 * time.Hour

// forgotten stands where a message's answer was: the id is known, the answer is not.
var forgotten = models.Sealed{0}

// messageKnown is how long a message's id is known: the same message again does nothing again, though its answer is kept
// for a day only.
const messageKnown = 30 * 24 * time.Hour

// Forget deletes stored answers that nobody repeats any more, what has lapsed, and the addresses of orders that ended
// addressKeep ago.
func (d *DB) Forget(ctx context.Context) error {
	now := d.realNow()
	return d.write(ctx, func(t *tx) error {
		return errors.Join(
			t.g.Exec("DELETE FROM chat_messages WHERE came_at < ?", now.Add(-messageKnown)).Error,
			t.g.Exec("UPDATE chat_messages SET answer = ? WHERE came_at < ? AND length(answer) > 1", forgotten, now.Add(-24*time.Hour)).Error,
			t.g.Exec("DELETE FROM requests WHERE created_at < ?", now.Add(-requestKeep)).Error,
			t.g.Exec("DELETE FROM link_codes WHERE expires_at < ?", now).Error,
			t.g.Exec("DELETE FROM staff_codes WHERE expires_at < ?", now).Error,
			t.g.Exec("DELETE FROM page_tickets WHERE expires_at < ?", now).Error,
			t.g.Exec("DELETE FROM push_credits WHERE expires_at < ?", now).Error,
			t.g.Exec("DELETE FROM keeps WHERE expires_at < ? AND (taken_until IS NULL OR taken_until < ?)", now.Add(-24*time.Hour), now).Error,
			t.g.Exec("DELETE FROM link_tries WHERE tried_at < ?", now.Add(-models.LinkTriesFor)).Error,
			t.g.Exec("DELETE FROM sessions WHERE expires_at < ?", now).Error,
			t.g.Exec("UPDATE orders SET address_sealed = NULL, note_sealed = NULL WHERE ended_at < ? AND address_sealed IS NOT NULL", t.now.Add(-addressKeep)).Error,
		)
	})
}
