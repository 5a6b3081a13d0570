package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm/clause"
)

// Ask leaves a message for the people behind the bot. key is the request's own id, 1 to 200 bytes: the same key again
// leaves nothing again. It answers ErrMessageEmpty.
func (d *DB) Ask(ctx context.Context, linkID int64, text, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	_, sealed, err := d.sealMessage(text)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		m := models.Message{LinkID: linkID, TextSealed: sealed, RequestKey: key, AskedAt: t.now}
		res := t.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&m)
		if res.Error != nil || res.RowsAffected == 0 { // it is there already
			return res.Error
		}
		return t.audit(ByLink(linkID), "message.ask", fmt.Sprintf("message:%d", m.ID), "")
	})
}

// sealMessage trims what a person wrote and seals it. It answers ErrMessageEmpty.
func (d *DB) sealMessage(text string) (string, models.Sealed, error) {
	text, err := models.CheckMessage(text)
	if err != nil {
		return "", nil, err
	}
	sealed, err := d.seal(text)
	return text, sealed, err
}

// MessageView is a message as an officer reads it; numbers typed into it are masked.
type MessageView struct {
	ID      int64
	Text    string
	Who     string // masked name, or 访客
	AskedAt time.Time
}

// OpenMessages lists the messages that wait for an answer, oldest first, after the id of the last one seen.
func (d *DB) OpenMessages(ctx context.Context, after int64, limit int) ([]MessageView, error) {
	var rows []struct {
		ID         int64
		TextSealed models.Sealed
		AskedAt    time.Time
		MaskedName string
	}
	err := d.read(ctx).Table("messages").Joins("JOIN links ON links.id = messages.link_id LEFT JOIN residents ON residents.id = links.resident_id").
		Where("messages.answered_at IS NULL AND messages.id > ?", after).Order("messages.id").Limit(min(max(limit, 1), 100)).
		Select("messages.id, messages.text_sealed, messages.asked_at, COALESCE(residents.masked_name, '访客') AS masked_name").Scan(&rows).Error
	views := make([]MessageView, len(rows))
	for i, r := range rows {
		text, openErr := d.open(r.TextSealed)
		if openErr != nil {
			return nil, openErr
		}
		views[i] = MessageView{r.ID, models.MaskText(text), r.MaskedName, r.AskedAt}
	}
	return views, err
}

// Answer answers a message; it comes back into the chat as a notice. It answers ErrCaseClosed where somebody was
// faster, and ErrMessageEmpty.
func (d *DB) Answer(ctx context.Context, by models.Account, id int64, text string) error {
	text, sealed, err := d.sealMessage(text)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error {
		var m models.Message
		if err := found(t.lock().Take(&m, id).Error, "这条留言"); err != nil {
			return err
		}
		if m.AnsweredAt != nil {
			return models.ErrCaseClosed
		}
		if err := one(t.g.Model(&models.Message{}).Where("id = ? AND answered_at IS NULL", id).
			Updates(map[string]any{"answer_sealed": sealed, "answered_by": by.ID, "answered_at": t.now})); err != nil {
			return err
		}
		if err := t.notice(m.LinkID, "message_answered", "工作人员回复您："+text); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "message.answer", fmt.Sprintf("message:%d", id), "")
	})
}
