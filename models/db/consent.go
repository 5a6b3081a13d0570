package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
)

// consents gives the live consents of a link, in the wording in force.
func (t *tx) consents(linkID int64) (map[models.ConsentKind]bool, error) {
	var kinds []models.ConsentKind
	err := t.g.Model(&models.Consent{}).Where("link_id = ? AND version = ? AND withdrawn_at IS NULL", linkID, models.ConsentVersion).
		Pluck("kind", &kinds).Error
	given := make(map[models.ConsentKind]bool, len(kinds))
	for _, k := range kinds {
		given[k] = true
	}
	return given, err
}

// Consent records a person's yes to each kind; a yes that is already there stays. It answers ErrNoController while nobody
// is named who answers for personal data.
func (d *DB) Consent(ctx context.Context, linkID int64, kinds ...models.ConsentKind) error {
	p, err := d.Programme(ctx)
	if err != nil {
		return err
	}
	if !p.Answerable() {
		return models.ErrNoController
	}
	return d.write(ctx, func(t *tx) error {
		var l models.Link
		if err := found(t.lock().Take(&l, linkID).Error, "这个会话"); err != nil {
			return err
		}
		for _, k := range kinds {
			if k != models.ConsentSensitive && k != models.ConsentSharing && k != models.ConsentGuardian {
				return models.ErrInvalid.With("没有这一种同意")
			}
			res := t.g.Exec(`INSERT INTO consents (link_id, resident_id, kind, version, given_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				linkID, l.ResidentID, k, models.ConsentVersion, t.now)
			if res.Error != nil {
				return res.Error
			}
			if res.RowsAffected == 0 {
				continue
			}
			if err := t.audit(ByLink(linkID), "consent.give", ByLink(linkID), string(k)); err != nil {
				return err
			}
		}
		return nil
	})
}

// WithdrawConsent takes every consent back, in whichever session the person gave it, as easily as it was given, and
// revokes the vouchers still open: nobody may check a person at a gate without it. It answers how many vouchers that were.
func (d *DB) WithdrawConsent(ctx context.Context, linkID int64) (revoked int, err error) {
	err = d.write(ctx, func(t *tx) error {
		var l models.Link
		if err := found(t.lock().Take(&l, linkID).Error, "这个会话"); err != nil {
			return err
		}
		links, err := t.linksOf(l)
		if err != nil {
			return err
		}
		if err := t.g.Exec("UPDATE consents SET withdrawn_at = ? WHERE link_id IN ? AND withdrawn_at IS NULL", t.now, links).Error; err != nil {
			return err
		}
		if revoked, err = t.revokeAll(l.ResidentID); err != nil {
			return err
		}
		return t.audit(ByLink(linkID), "consent.withdraw", ByLink(linkID), fmt.Sprintf("vouchers revoked: %d", revoked))
	})
	return revoked, err
}

// linksOf are all sessions of the person behind l, l among them.
func (t *tx) linksOf(l models.Link) (ids []int64, err error) {
	if l.ResidentID == nil {
		return []int64{l.ID}, nil
	}
	err = t.lock().Model(&models.Link{}).Where("resident_id = ?", *l.ResidentID).Order("id").Pluck("id", &ids).Error
	return ids, err
}

// revokeAll revokes a person's open vouchers and gives their places back.
func (t *tx) revokeAll(residentID *int64) (int, error) {
	if residentID == nil {
		return 0, nil
	}
	if err := t.lockResident(*residentID); err != nil { // no claim may slip in between
		return 0, err
	}
	var open []models.Voucher
	if err := t.lock().Where("resident_id = ? AND state = ?", *residentID, models.VoucherIssued).Order("id").Find(&open).Error; err != nil {
		return 0, err
	}
	for _, v := range open {
		if err := t.endVoucher(v, models.VoucherRevoked); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// Erase deletes what is known of the person behind a link, in all their sessions: number, name, phone, evidence,
// messages, talk, consents and the addresses of orders that have ended. What stays names nobody in the clear: vouchers used, what was ordered
// (电商法 31 wants it three years), the audit, and the district's own roster. An order under way keeps its address until
// Forget clears it.
func (d *DB) Erase(ctx context.Context, linkID int64) error {
	return d.write(ctx, func(t *tx) error {
		var l models.Link
		if err := found(t.lock().Take(&l, linkID).Error, "这个会话"); err != nil {
			return err
		}
		links, err := t.linksOf(l)
		if err != nil {
			return err
		}
		if _, err := t.revokeAll(l.ResidentID); err != nil {
			return err
		}
		if l.ResidentID != nil {
			if err := t.eraseResident(*l.ResidentID); err != nil {
				return err
			}
		}
		for _, id := range links {
			if err := t.eraseLink(id); err != nil {
				return err
			}
		}
		return t.audit(ByLink(linkID), "resident.erase", ByLink(linkID), "")
	})
}

func (t *tx) eraseResident(id int64) error {
	return errors.Join(
		t.g.Exec("DELETE FROM evidence WHERE eligibility_id IN (SELECT id FROM eligibility WHERE resident_id = ?)", id).Error,
		t.g.Exec("DELETE FROM link_codes WHERE resident_id = ?", id).Error,
		t.g.Exec("UPDATE links SET resident_id = NULL WHERE resident_id = ?", id).Error,
		one(t.g.Model(&models.Resident{}).Where("id = ?", id).Updates(map[string]any{
			"number_hash": fmt.Sprintf("erased:%d", id), "name_hash": "", "number_sealed": nil, "name_sealed": nil, "phone_sealed": nil,
			"masked_number": "", "masked_name": "已删除", "town": "", "erased_at": t.now,
		})),
	)
}

func (t *tx) eraseLink(id int64) error {
	for _, q := range []string{
		"DELETE FROM talks WHERE link_id = ?", "DELETE FROM chat_messages WHERE link_id = ?", "DELETE FROM messages WHERE link_id = ?",
		"DELETE FROM addresses WHERE link_id = ?", "DELETE FROM notices WHERE link_id = ?", "DELETE FROM basket_lines WHERE link_id = ?",
		"DELETE FROM push_credits WHERE link_id = ?", "UPDATE links SET address_sealed = NULL WHERE id = ?",
	} {
		if err := t.g.Exec(q, id).Error; err != nil {
			return err
		}
	}
	if err := t.endPages(id); err != nil {
		return err
	}
	// An order under way needs its address, and money may still come late for one that has just lapsed.
	if err := t.g.Exec(`UPDATE orders SET address_sealed = NULL, note_sealed = NULL WHERE link_id = ?
		AND (state IN ('completed', 'closed_refunded') OR ended_at < ?)`, id, t.now.Add(-lateMoney)).Error; err != nil {
		return err
	}
	return t.g.Exec("UPDATE consents SET withdrawn_at = ? WHERE link_id = ? AND withdrawn_at IS NULL", t.now, id).Error
}

// lateMoney is how long after an order's end a provider may still report money: 24 h 4 min by WeChat's rules, doubled.
const lateMoney = 48 * time.Hour
