package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// WebChannel is the channel of the pages and the web chat, where people fetch what there is for them.
const WebChannel = "web"

// LinkFor finds or makes the link of a platform's user, or of a web session's token: for a session that was opened from
// a chat, the chat's. seen_at moves once an hour at most. Who writes is no longer gone.
func (d *DB) LinkFor(ctx context.Context, channel, user string) (l models.Link, err error) {
	hash := d.hash("user:"+channel, user)
	err = d.read(ctx).Where("channel = ? AND user_hash = ?", channel, hash).Take(&l).Error
	switch {
	case err != nil && !errors.Is(err, gorm.ErrRecordNotFound):
		return l, err
	case err != nil, d.Now().Sub(l.SeenAt) >= time.Hour, channel != WebChannel && !l.Reachable():
		err = d.seen(ctx, channel, user, hash, &l)
	}
	if err == nil && l.SameAs != nil {
		same := *l.SameAs
		l = models.Link{}
		err = d.read(ctx).Take(&l, same).Error
	}
	return l, err
}

// LinkOf finds the link of a platform's user as it is: who is written to has not come back by that. It answers
// ErrNotFound.
func (d *DB) LinkOf(ctx context.Context, channel, user string) (l models.Link, err error) {
	err = d.read(ctx).Where("channel = ? AND user_hash = ?", channel, d.hash("user:"+channel, user)).Take(&l).Error
	return l, found(err, "这个会话")
}

// seen makes the link or moves its seen_at, keeps where to write to, and takes the person for back.
func (d *DB) seen(ctx context.Context, channel, user, hash string, l *models.Link) error {
	var address models.Sealed
	if channel != WebChannel {
		var err error
		if address, err = d.seal(user); err != nil {
			return err
		}
	}
	return d.write(ctx, func(t *tx) error {
		*l = models.Link{}
		if err := t.g.Exec(`INSERT INTO links (channel, user_hash, address_sealed, created_at, seen_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (channel, user_hash) DO UPDATE SET seen_at = excluded.seen_at, gone_at = NULL,
			address_sealed = COALESCE(links.address_sealed, excluded.address_sealed)`, channel, hash, address, t.now, t.now).Error; err != nil {
			return err
		}
		return t.g.Where("channel = ? AND user_hash = ?", channel, hash).Take(l).Error
	})
}

// LinkGone remembers that a person blocked us or left. What they were to be told goes to another chat of theirs, or to
// the officers' list of what could not be sent.
func (d *DB) LinkGone(ctx context.Context, linkID int64) error {
	return d.write(ctx, func(t *tx) error {
		if err := t.g.Exec("UPDATE links SET gone_at = ? WHERE id = ? AND gone_at IS NULL", t.now, linkID).Error; err != nil {
			return err
		}
		to, err := t.reach(linkID)
		if err != nil {
			return err
		}
		if to.ID != linkID {
			return t.g.Exec("UPDATE notices SET link_id = ?, due_at = ?, taken_until = NULL WHERE link_id = ? AND state = 'pending'",
				to.ID, t.due(to), linkID).Error
		}
		return t.g.Exec("UPDATE notices SET state = 'dead', why = ?, due_at = NULL, taken_until = NULL WHERE link_id = ? AND state = 'pending' AND due_at IS NOT NULL",
			models.WhyGone, linkID).Error
	})
}

// reach gives the link under which a person is found at the moment: the one asked for if it can be written to;
// otherwise the one of theirs that was used last, among that one and those that can be written to.
func (t *tx) reach(linkID int64) (l models.Link, err error) {
	if err := found(t.g.Take(&l, linkID).Error, "这个会话"); err != nil || l.Reachable() || l.ResidentID == nil {
		return l, err
	}
	var to models.Link
	err = t.g.Where("resident_id = ? AND gone_at IS NULL AND (address_sealed IS NOT NULL OR id = ?)", *l.ResidentID, linkID).
		Order("seen_at DESC, id").Take(&to).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return l, nil
	}
	return to, err
}

// due is when a notice to a link is pushed first; nil where people fetch.
func (t *tx) due(l models.Link) *time.Time {
	if !l.Reachable() {
		return nil
	}
	now := t.d.realNow()
	return &now
}

// OpenPages opens a session of the phone pages that is a chat's own: its basket, its orders, its vouchers. The token is
// 32 bytes in base64url, as the cookie of the pages has it.
func (d *DB) OpenPages(ctx context.Context, linkID int64) (session string, err error) {
	session = newSession()
	return session, d.write(ctx, func(t *tx) error { return t.openPages(linkID, session) })
}

func newSession() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

func (t *tx) openPages(linkID int64, session string) error {
	return t.g.Create(&models.Link{
		Channel: WebChannel, UserHash: t.d.hash("user:"+WebChannel, session), SameAs: &linkID, CreatedAt: t.now, SeenAt: t.now,
	}).Error
}

// ticketFor is how long a ticket to a page holds: as long as an unpaid order.
const ticketFor = 30 * time.Minute

// PageTicket makes a one-time ticket that opens a page of ours in the name of a chat, within 30 minutes.
func (d *DB) PageTicket(ctx context.Context, linkID int64, path string) (ticket string, err error) {
	ticket = newSession()
	return ticket, d.write(ctx, func(t *tx) error {
		return t.g.Exec("INSERT INTO page_tickets (ticket_hash, link_id, path, expires_at) VALUES (?, ?, ?, ?)",
			d.hash("ticket", ticket), linkID, path, d.realNow().Add(ticketFor)).Error
	})
}

// UseTicket opens the session of a ticket and says which page it is for. A ticket works once. It answers ErrTicket.
func (d *DB) UseTicket(ctx context.Context, ticket string) (session, path string, err error) {
	session = newSession()
	err = d.write(ctx, func(t *tx) error {
		var link int64
		if err := t.g.Raw("DELETE FROM page_tickets WHERE ticket_hash = ? AND expires_at > ? RETURNING link_id, path",
			d.hash("ticket", ticket), d.realNow()).Row().Scan(&link, &path); err != nil {
			return noRow(err, models.ErrTicket)
		}
		return t.openPages(link, session)
	})
	return session, path, err
}

// noRow makes a refusal of "nothing there" and leaves faults as they are.
func noRow(err error, refusal *models.Error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal
	}
	return err
}

// endPages ends the sessions and tickets of pages that a chat opened.
func (t *tx) endPages(linkID int64) error {
	return errors.Join(
		t.g.Exec("UPDATE links SET same_as = NULL WHERE same_as = ?", linkID).Error,
		t.g.Exec("DELETE FROM page_tickets WHERE link_id = ?", linkID).Error,
	)
}

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
		if before.Account != nil {
			if err := t.dismiss(linkID); err != nil {
				return err
			}
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
		if err := t.endPages(linkID); err != nil {
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
