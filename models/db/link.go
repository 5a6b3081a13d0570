package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
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
