package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
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
			whyGone, linkID).Error
	})
}

const whyGone = "对方取消了关注或拉黑了我们"

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

// Leave takes a chat back to where it began: no record of a person is open in it any more, no account of staff, and the
// sessions of pages that were opened from it end. Vouchers and orders stay with their person. It says whose it was.
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
		if err := errors.Join(
			t.g.Exec("UPDATE links SET resident_id = NULL, account_id = NULL WHERE id = ?", linkID).Error,
			t.endPages(linkID),
		); err != nil {
			return err
		}
		return t.audit(ByLink(linkID), "link.leave", ByLink(linkID), "")
	})
	return before, err
}

// endPages ends the sessions and tickets of pages that a chat opened.
func (t *tx) endPages(linkID int64) error {
	return errors.Join(
		t.g.Exec("UPDATE links SET same_as = NULL WHERE same_as = ?", linkID).Error,
		t.g.Exec("DELETE FROM page_tickets WHERE link_id = ?", linkID).Error,
	)
}

// StaffCode makes a one-time code of 8 digits with which a member of staff binds a chat to their account, within 10 minutes.
func (d *DB) StaffCode(ctx context.Context, by models.Account) (code string, err error) {
	if code, err = newCode(); err != nil {
		return "", err
	}
	return code, d.write(ctx, func(t *tx) error {
		if err := t.g.Exec("DELETE FROM staff_codes WHERE account_id = ? OR expires_at < ?", by.ID, d.realNow()).Error; err != nil {
			return err
		}
		if err := t.g.Exec("INSERT INTO staff_codes (code_hash, account_id, expires_at) VALUES (?, ?, ?)",
			d.hash("link_code", code), by.ID, d.realNow().Add(linkCodeFor)).Error; err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "account.code", ByAccount(by.ID), "")
	})
}

// StaffLinks are the chats that are bound to an account, the one used last first.
func (d *DB) StaffLinks(ctx context.Context, accountID int64) (list []models.Link, err error) {
	err = d.read(ctx).Omit("address_sealed").Where("account_id = ?", accountID).Order("seen_at DESC, id").Limit(100).Find(&list).Error
	return list, err
}

// UnbindStaff ends what a chat may do in an account's name: the phone was lost, or the person has left. It answers
// ErrNotFound for a chat that is not bound to this account.
func (d *DB) UnbindStaff(ctx context.Context, by models.Account, linkID int64) error {
	return d.write(ctx, func(t *tx) error {
		res := t.g.Exec("UPDATE links SET account_id = NULL WHERE id = ? AND account_id = ?", linkID, by.ID)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return models.ErrNotFound.With("这个聊天")
		}
		return t.audit(ByAccount(by.ID), "link.unbind", ByLink(linkID), "")
	})
}

// newCode makes a one-time code of 8 digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	return fmt.Sprintf("%08d", n), err
}

// linkCodeFor is how long a one-time code holds.
const linkCodeFor = 10 * time.Minute

// LinkCode makes a one-time code of 8 digits that opens the same record in another session within 10 minutes.
// It answers ErrIdentityNeeded for a session that is not bound.
func (d *DB) LinkCode(ctx context.Context, linkID int64) (code string, err error) {
	if code, err = newCode(); err != nil {
		return "", err
	}
	return code, d.write(ctx, func(t *tx) error {
		var l models.Link
		if err := t.g.Take(&l, linkID).Error; err != nil {
			return found(err, "这个会话")
		}
		if l.ResidentID == nil {
			return models.ErrIdentityNeeded
		}
		if err := t.g.Exec("DELETE FROM link_codes WHERE resident_id = ? OR expires_at < ?", *l.ResidentID, t.d.realNow()).Error; err != nil {
			return err
		}
		return t.g.Exec("INSERT INTO link_codes (code_hash, resident_id, expires_at) VALUES (?, ?, ?)",
			t.d.hash("link_code", code), *l.ResidentID, t.d.realNow().Add(linkCodeFor)).Error
	})
}

// BindByCode opens a record in this session with a code shown in the bound one, or binds it to the account of a member
// of staff with a code from their page. A code works once. It answers ErrWrongLinkCode, ErrLinkTries, ErrConsentNeeded or ErrAlreadyBound.
func (d *DB) BindByCode(ctx context.Context, linkID int64, code string) (s Standing, err error) {
	p, err := d.Programme(ctx)
	if err != nil {
		return s, err
	}
	try, err := d.tryCode(ctx, linkID)
	if err != nil {
		return s, err
	}
	code = strings.Join(strings.Fields(code), "")
	err = d.write(ctx, func(t *tx) error {
		if s, err = t.bindByCode(p, linkID, code); err != nil {
			return err
		}
		return t.g.Exec("DELETE FROM link_tries WHERE link_id = ?", linkID).Error
	})
	if err != nil && !errors.Is(err, models.ErrWrongLinkCode) { // no code was tried
		forget := func(t *tx) error { return t.g.Exec("DELETE FROM link_tries WHERE id = ?", try).Error }
		err = errors.Join(err, d.write(ctx, forget))
	}
	return s, err
}

// tryCode counts a try before the code is looked at, in a transaction of its own that a wrong code does not undo. Codes
// have 8 digits and sessions cost nothing: without the count of all, a patient script would open somebody's record.
func (d *DB) tryCode(ctx context.Context, linkID int64) (try int64, err error) {
	err = d.write(ctx, func(t *tx) error {
		if err := found(t.lock().Select("id").Take(&models.Link{}, linkID).Error, "这个会话"); err != nil {
			return err
		}
		now := d.realNow()
		var all, mine int
		err := t.g.Raw("SELECT COUNT(*), COALESCE(SUM(CASE WHEN link_id = ? THEN 1 ELSE 0 END), 0) FROM link_tries WHERE tried_at > ?",
			linkID, now.Add(-models.LinkTriesFor)).Row().Scan(&all, &mine)
		if err != nil {
			return err
		}
		if mine >= models.LinkTries || all >= models.LinkTriesAll {
			return models.ErrLinkTries
		}
		return t.g.Raw("INSERT INTO link_tries (link_id, tried_at) VALUES (?, ?) RETURNING id", linkID, now).Row().Scan(&try)
	})
	return try, err
}

func (t *tx) bindByCode(p models.Programme, linkID int64, code string) (s Standing, err error) {
	before, err := t.standing(p, linkID)
	if err != nil {
		return s, err
	}
	if bound, err := t.bindStaff(linkID, code); err != nil || bound {
		if err != nil {
			return s, err
		}
		return t.standing(p, linkID)
	}
	if !before.Consents[models.ConsentSensitive] {
		return s, models.ErrConsentNeeded
	}
	if before.Resident != nil {
		return s, models.ErrAlreadyBound.With(before.Resident.MaskedName)
	}
	var resident int64
	err = t.g.Raw("DELETE FROM link_codes WHERE code_hash = ? AND expires_at > ? RETURNING resident_id",
		t.d.hash("link_code", code), t.d.realNow()).Row().Scan(&resident)
	if err != nil {
		return s, noRow(err, models.ErrWrongLinkCode)
	}
	if err := t.bind(linkID, resident); err != nil {
		return s, err
	}
	return t.standing(p, linkID)
}

// bindStaff binds the session to the account whose code it is; false: it is none of staff.
func (t *tx) bindStaff(linkID int64, code string) (bool, error) {
	var account int64
	err := t.g.Raw("DELETE FROM staff_codes WHERE code_hash = ? AND expires_at > ? RETURNING account_id",
		t.d.hash("link_code", code), t.d.realNow()).Row().Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := t.g.Exec("UPDATE links SET account_id = ? WHERE id = ?", account, linkID).Error; err != nil {
		return false, err
	}
	return true, t.audit(ByAccount(account), "link.bind_staff", ByLink(linkID), "")
}
