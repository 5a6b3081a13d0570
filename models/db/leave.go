package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jieban/jieban/models"
)

// keptChannel is that of links which nobody talks through: one keeps what a person owns while no chat of theirs is bound.
const keptChannel = "kept"

// Leave takes a chat back to where it began: no record of a person is open in it any more, no account of staff, the
// sessions of pages that were opened from it end, and what was said in it is forgotten. Vouchers, orders and questions
// go with their person: to another chat of theirs, or to the next one they bind. It says whose the chat was, and
// answers ErrNotBound.
func (d *DB) Leave(ctx context.Context, linkID int64) (before Standing, err error) {
	p, err := d.Programme(ctx)
	if err != nil {
		return before, err
	}
	err = d.write(ctx, func(t *tx) error {
		if err := found(t.lock().Select("id").Take(&models.Link{}, linkID).Error, "这个会话"); err != nil {
			return err
		}
		if before, err = t.standing(p, linkID); err != nil {
			return err
		}
		if before.Resident == nil && before.Account == nil {
			return models.ErrNotBound
		}
		if r := before.Resident; r != nil {
			to, err := t.otherLink(r.ID, linkID)
			if err != nil {
				return err
			}
			if err := t.unbind(r.ID, linkID, to); err != nil {
				return err
			}
		}
		if err := errors.Join(t.g.Exec("UPDATE links SET account_id = NULL WHERE id = ?", linkID).Error, t.endPages(linkID)); err != nil {
			return err
		}
		return t.audit(ByLink(linkID), "link.leave", ByLink(linkID), "")
	})
	return before, err
}

// unbind takes a person out of a chat, with all that is theirs. Who uses the chat next finds nothing of it.
func (t *tx) unbind(residentID, linkID int64, to models.Link) error {
	if err := t.handOver(residentID, linkID, to); err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM addresses WHERE link_id = ?", "DELETE FROM basket_lines WHERE link_id = ?", "DELETE FROM talks WHERE link_id = ?",
		"UPDATE notices SET pushed = TRUE WHERE link_id = ? AND state = 'sent'", // they were shown; the next person is not shown them again
		"UPDATE links SET resident_id = NULL WHERE id = ?",
	} {
		if err := t.g.Exec(q, linkID).Error; err != nil {
			return err
		}
	}
	return t.endPages(linkID)
}

// handOver moves what a person owns from one link to another. A request's key is unique within its link, so it is told
// apart by the link it came through. Consents are the person's: those the other link has already end here.
func (t *tx) handOver(residentID, from int64, to models.Link) error {
	key := fmt.Sprintf("'%d:' || request_key", from)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{"UPDATE vouchers SET link_id = ? WHERE resident_id = ? AND link_id = ?", []any{to.ID, residentID, from}},
		{"UPDATE checkouts SET link_id = ?, request_key = " + key + " WHERE link_id = ?", []any{to.ID, from}},
		{"UPDATE orders SET link_id = ? WHERE link_id = ?", []any{to.ID, from}},
		{"UPDATE messages SET link_id = ?, request_key = " + key + " WHERE link_id = ?", []any{to.ID, from}},
		{"UPDATE notices SET link_id = ? WHERE link_id = ? AND state = 'dead'", []any{to.ID, from}},
		{"UPDATE notices SET link_id = ?, due_at = ? WHERE link_id = ? AND state = 'pending'", []any{to.ID, t.due(to), from}},
		{`UPDATE consents SET link_id = ? WHERE link_id = ? AND withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM consents c
			WHERE c.link_id = ? AND c.kind = consents.kind AND c.version = consents.version AND c.withdrawn_at IS NULL)`, []any{to.ID, from, to.ID}},
		{"UPDATE consents SET withdrawn_at = ? WHERE link_id = ? AND withdrawn_at IS NULL", []any{t.now, from}},
	} {
		if err := t.g.Exec(q.sql, q.args...).Error; err != nil {
			return err
		}
	}
	return nil
}

// otherLink is where a person is found when they leave one of their chats: the other one they used last, or the link
// that keeps things for them.
func (t *tx) otherLink(residentID, but int64) (l models.Link, err error) {
	var list []models.Link
	err = t.g.Where("resident_id = ? AND id <> ? AND channel <> ?", residentID, but, keptChannel).
		Order("gone_at IS NULL DESC, seen_at DESC, id").Limit(1).Find(&list).Error
	if err != nil || len(list) == 1 {
		return append(list, l)[0], err
	}
	return t.keptLink(residentID)
}

// keptLink finds or makes the link that keeps things for a person.
func (t *tx) keptLink(residentID int64) (l models.Link, err error) {
	hash := t.d.hash("user:"+keptChannel, fmt.Sprint(residentID))
	err = t.g.Exec(`INSERT INTO links (channel, user_hash, resident_id, created_at, seen_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (channel, user_hash) DO UPDATE SET resident_id = excluded.resident_id`, keptChannel, hash, residentID, t.now, t.now).Error
	if err != nil {
		return l, err
	}
	return l, t.g.Where("channel = ? AND user_hash = ?", keptChannel, hash).Take(&l).Error
}

// takeOver gives a chat that was just bound what was kept for its person.
func (t *tx) takeOver(residentID, linkID int64) error {
	var kept, to models.Link
	err := t.g.Where("channel = ? AND user_hash = ?", keptChannel, t.d.hash("user:"+keptChannel, fmt.Sprint(residentID))).Limit(1).Find(&kept).Error
	if err != nil || kept.ID == 0 {
		return err
	}
	if err := t.g.Take(&to, linkID).Error; err != nil {
		return err
	}
	return t.handOver(residentID, kept.ID, to)
}
