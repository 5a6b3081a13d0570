package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/jieban/jieban/models"
)

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
		if err := found(t.lock().Select("id").Where("account_id = ?", by.ID).Take(&models.Link{}, linkID).Error, "这个聊天"); err != nil {
			return err
		}
		if err := t.dismiss(linkID); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "link.unbind", ByLink(linkID), "")
	})
}

// dismiss takes an account out of a chat, with what was said there and what waits there for the supplier's people: whoever
// has the phone next finds nothing of it. All of that stands on the supplier's page too.
func (t *tx) dismiss(linkID int64) error {
	for _, q := range []string{
		"DELETE FROM notices WHERE link_id = ? AND supplier_id <> ''", "DELETE FROM talks WHERE link_id = ?",
		"UPDATE notices SET pushed = TRUE WHERE link_id = ? AND state = 'sent'", // they were shown, and the talk that knew it is gone
		"UPDATE links SET account_id = NULL WHERE id = ?",
	} {
		if err := t.g.Exec(q, linkID).Error; err != nil {
			return err
		}
	}
	return nil
}

// dismissAll takes an account out of all of its chats.
func (t *tx) dismissAll(accountID int64) error {
	var links []int64
	if err := t.g.Model(&models.Link{}).Where("account_id = ?", accountID).Order("id").Pluck("id", &links).Error; err != nil {
		return err
	}
	for _, id := range links {
		if err := t.dismiss(id); err != nil {
			return err
		}
	}
	return nil
}

// newCode makes a one-time code of 8 digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	return fmt.Sprintf("%08d", n), err
}

// PhoneCode makes a one-time code for the person of a number and name, and gives the phone it is to be sent to. Both are
// "" where there is no such person, the name is another, no phone was left, or it was sent models.PhoneCodes within the
// hour: who asks must be told the same in every case, or could find out who is registered. Each asking is a try of a
// code. It answers the document's refusals, ErrNameInvalid, ErrConsentNeeded and ErrLinkTries.
func (d *DB) PhoneCode(ctx context.Context, linkID int64, kind models.DocumentKind, number, name string) (phone, code string, err error) {
	doc, err := models.ParseDocument(kind, number, d.Today())
	if err != nil {
		return "", "", err
	}
	if name, err = models.NormalName(name); err != nil {
		return "", "", err
	}
	if _, err := d.tryCode(ctx, linkID); err != nil {
		return "", "", err
	}
	if code, err = newCode(); err != nil {
		return "", "", err
	}
	err = d.write(ctx, func(t *tx) (err error) {
		phone, err = t.phoneCode(linkID, doc.Number, name, code)
		return err
	})
	if err != nil || phone == "" {
		return "", "", err
	}
	return phone, code, nil
}

// phoneCode keeps the code, if there is somebody to send it to. The person's row is locked, so that codes are counted
// one after another.
func (t *tx) phoneCode(linkID int64, number, name, code string) (phone string, err error) {
	given, err := t.consents(linkID)
	if err != nil {
		return "", err
	}
	if !given[models.ConsentSensitive] {
		return "", models.ErrConsentNeeded
	}
	var r models.Resident
	err = t.lock().Where("number_hash = ? AND name_hash = ? AND phone_sealed IS NOT NULL", t.d.hash("number", number), t.d.hash("name", name)).
		Limit(1).Find(&r).Error
	if err != nil || r.ID == 0 {
		return "", err
	}
	var sent int64
	who := fmt.Sprintf("resident:%d", r.ID)
	err = t.g.Model(&models.Audit{}).Where("object = ? AND act = 'resident.phone_code' AND at > ?", who, t.now.Add(-models.PhoneCodesFor)).Count(&sent).Error
	if err != nil || sent >= models.PhoneCodes {
		return "", err
	}
	if phone, err = t.d.open(r.PhoneSealed); err != nil {
		return "", err
	}
	if err := t.g.Exec("INSERT INTO link_codes (code_hash, resident_id, expires_at) VALUES (?, ?, ?)",
		t.d.hash("link_code", code), r.ID, t.d.realNow().Add(linkCodeFor)).Error; err != nil {
		return "", err
	}
	return phone, t.audit(ByLink(linkID), "resident.phone_code", who, "")
}

// KeepPhone keeps, sealed, the phone that a person wants codes to be sent to, and gives it back masked. It answers
// ErrPhone and ErrIdentityNeeded.
func (d *DB) KeepPhone(ctx context.Context, linkID int64, phone string) (masked string, err error) {
	if phone, err = models.ParsePhone(phone); err != nil {
		return "", err
	}
	sealed, err := d.seal(phone)
	if err != nil {
		return "", err
	}
	return models.MaskPhone(phone), d.write(ctx, func(t *tx) error {
		var l models.Link
		if err := found(t.g.Take(&l, linkID).Error, "这个会话"); err != nil {
			return err
		}
		if l.ResidentID == nil {
			return models.ErrIdentityNeeded
		}
		if err := one(t.g.Exec("UPDATE residents SET phone_sealed = ? WHERE id = ? AND erased_at IS NULL", sealed, *l.ResidentID)); err != nil {
			return err
		}
		return t.audit(ByLink(linkID), "resident.phone", fmt.Sprintf("resident:%d", *l.ResidentID), "")
	})
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

// BindByCode opens a record in this session with a code shown in the bound one or sent to the person's phone, or binds it
// to the account of a member of staff with a code from their page. A code works once. It answers ErrWrongLinkCode,
// ErrLinkTries, ErrConsentNeeded or ErrAlreadyBound; each is a try, because the code was looked up among those of staff.
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
	if k := models.Refusal(err).Kind; err != nil && (k == models.Internal || k == models.Unavailable) { // the fault was ours
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
