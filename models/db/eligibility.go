package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jieban/jieban/models"
)

// decideByRoster decides a person's case at once where the roster knows them, or opens it for an officer. Someone who
// says they live outside the zone is refused, with the reason and the way to prove otherwise.
func (t *tx) decideByRoster(p models.Programme, r *models.Resident) error {
	e, err := t.eligibility(p.ID, r.ID)
	if err != nil {
		return err
	}
	var listed int64
	if err := t.g.Model(&models.RosterEntry{}).Where("programme_id = ? AND number_hash = ? AND name_hash = ?", p.ID, r.NumberHash, r.NameHash).
		Count(&listed).Error; err != nil {
		return err
	}
	next := models.Eligibility{ProgrammeID: p.ID, ResidentID: r.ID, State: models.EligibilityAsked, Basis: models.BasisEvidence, AskedAt: t.now}
	if listed > 0 {
		next.State, next.Basis, next.DecidedAt = models.EligibilityApproved, models.BasisRoster, &t.now
	} else if note := outside(p, r.Town); note != "" {
		next.State, next.Note, next.DecidedAt = models.EligibilityRefused, note, &t.now
	}
	switch {
	case e == nil:
		if err := t.g.Create(&next).Error; err != nil {
			return err
		}
	case e.State == next.State || !models.EligibilityStates.Allows(string(e.State), string(next.State)) || next.State == models.EligibilityAsked:
		return nil
	default:
		if err := t.moveCase(*e, next.State, next.Basis, "", next.Note, nil); err != nil {
			return err
		}
	}
	return t.audit(System, "eligibility."+string(next.State), fmt.Sprintf("resident:%d", r.ID), string(next.Basis))
}

// outside says why a place that a person named is not in the zone; "" if it is, or none was named.
func outside(p models.Programme, town string) string {
	if town == "" {
		return ""
	}
	if _, in := p.InZone(town); in {
		return ""
	}
	return "您填写的住址“" + town + "”不在" + p.Home + "直管园的镇街里。住址填错了可以回复“人工”，或交新的证明。"
}

// moveCase takes a case from the state it was read in to another, guarded.
func (t *tx) moveCase(e models.Eligibility, to models.EligibilityState, basis models.Basis, until models.Day, note string, by *int64) error {
	if !models.EligibilityStates.Allows(string(e.State), string(to)) {
		return models.ErrCaseClosed
	}
	return one(t.g.Model(&models.Eligibility{}).Where("id = ? AND state = ?", e.ID, e.State).Updates(map[string]any{
		"state": to, "basis": basis, "until": until, "note": note, "decided_by": by, "decided_at": t.now,
	}))
}

// evidenceSide is the longer side of a kept evidence photo, in pixels: small print stays readable.
const evidenceSide = 1600

// GiveEvidence adds text or a photo (JPEG or PNG, at most 8 MB) to the person's open case; a refused case is
// opened again. The photo is drawn anew, so that no metadata (place, device) is kept, and sealed. It answers
// ErrIdentityNeeded, ErrEvidenceUnasked, ErrPhoto or ErrMessageEmpty.
func (d *DB) GiveEvidence(ctx context.Context, linkID int64, text string, photo []byte) error {
	var clean []byte
	var err error
	if len(photo) > 0 {
		if clean, err = cleanJPEG(photo, evidenceSide); err != nil {
			return err
		}
	}
	if text = strings.TrimSpace(text); text != "" || clean == nil {
		if text, err = models.CheckMessage(text); err != nil {
			return err
		}
	}
	ev := models.Evidence{}
	if ev.PhotoSealed, err = d.sealBytes(clean); err != nil {
		return err
	}
	if ev.TextSealed, err = d.seal(text); err != nil {
		return err
	}
	p, err := d.Programme(ctx)
	if err != nil {
		return err
	}
	return d.write(ctx, func(t *tx) error { return t.giveEvidence(p, linkID, ev) })
}

func (t *tx) giveEvidence(p models.Programme, linkID int64, ev models.Evidence) error {
	r, err := t.residentOf(linkID)
	if err != nil {
		return err
	}
	if r == nil {
		return models.ErrIdentityNeeded
	}
	var e models.Eligibility
	if err := found(t.lock().Where("programme_id = ? AND resident_id = ?", p.ID, r.ID).Take(&e).Error, "您的申请"); err != nil {
		return err
	}
	switch {
	case e.State == models.EligibilityAsked:
	case e.MayReopen(models.DayOf(t.now)):
		if err := t.reopen(e); err != nil {
			return err
		}
	default:
		return models.ErrEvidenceUnasked
	}
	ev.EligibilityID, ev.CreatedAt = e.ID, t.now
	if err := t.g.Create(&ev).Error; err != nil {
		return err
	}
	return t.audit(ByLink(linkID), "evidence.give", fmt.Sprintf("eligibility:%d", e.ID), "")
}

// reopen puts a decided case back into the queue.
func (t *tx) reopen(e models.Eligibility) error {
	return one(t.g.Exec("UPDATE eligibility SET state = 'asked', until = '', asked_at = ?, decided_at = NULL WHERE id = ? AND state = ?", t.now, e.ID, e.State))
}

// ReopenCase lets a case that was refused, or whose last day is over, be decided again: the person stands at the window
// with a new proof. One that is open already stays so. It answers ErrNotFound, and ErrCaseClosed for what still holds.
func (d *DB) ReopenCase(ctx context.Context, by models.Account, id int64) error {
	return d.write(ctx, func(t *tx) error {
		var e models.Eligibility
		if err := found(t.lock().Take(&e, id).Error, "这个申请"); err != nil {
			return err
		}
		switch {
		case e.State == models.EligibilityAsked:
			return nil
		case !e.MayReopen(models.DayOf(t.now)):
			return models.ErrCaseClosed
		}
		if err := t.reopen(e); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "eligibility.reopen", fmt.Sprintf("eligibility:%d", id), "")
	})
}

// Case is one line of the officer's queue.
type Case struct {
	Eligibility models.Eligibility
	Resident    models.Resident
	Evidence    int // pieces given
}

// Cases lists the undecided, the longest waiting first, after the id of the last one seen; limit 1..100.
func (d *DB) Cases(ctx context.Context, after int64, limit int) ([]Case, error) {
	g := d.read(ctx)
	var list []models.Eligibility
	if err := g.Where("state = 'asked' AND id > ?", after).Order("id").Limit(min(max(limit, 1), 100)).Find(&list).Error; err != nil {
		return nil, err
	}
	residents, ids := make([]int64, len(list)), make([]int64, len(list))
	for i, e := range list {
		residents[i], ids[i] = e.ResidentID, e.ID
	}
	var people []models.Resident
	if err := g.Omit("number_sealed", "name_sealed", "phone_sealed").Where("id IN ?", residents).Find(&people).Error; err != nil {
		return nil, err
	}
	var counts []struct {
		EligibilityID int64
		N             int
	}
	if err := g.Raw("SELECT eligibility_id, COUNT(*) AS n FROM evidence WHERE eligibility_id IN ? GROUP BY eligibility_id", ids).Scan(&counts).Error; err != nil {
		return nil, err
	}
	byID, n := map[int64]models.Resident{}, map[int64]int{}
	for _, r := range people {
		byID[r.ID] = r
	}
	for _, c := range counts {
		n[c.EligibilityID] = c.N
	}
	cases := make([]Case, len(list))
	for i, e := range list {
		cases[i] = Case{e, byID[e.ResidentID], n[e.ID]}
	}
	return cases, nil
}

// EvidenceView is one piece of evidence, opened for an officer.
type EvidenceView struct {
	ID    int64
	Text  string
	Photo []byte // JPEG; nil = none
	At    time.Time
}

// CaseFile is an open case with all that was given. Name and number are masked; the evidence is not.
type CaseFile struct {
	Case
	Pieces []EvidenceView
}

// ReadCase opens a case with its evidence for an officer and leaves an audit entry, each time. A decided case shows
// no evidence any more.
func (d *DB) ReadCase(ctx context.Context, by models.Account, id int64) (f CaseFile, err error) {
	err = d.write(ctx, func(t *tx) error {
		f = CaseFile{}
		if err := found(t.g.Take(&f.Eligibility, id).Error, "这个申请"); err != nil {
			return err
		}
		if err := t.g.Omit("name_sealed", "phone_sealed").Take(&f.Resident, f.Eligibility.ResidentID).Error; err != nil {
			return err
		}
		if err := t.d.readNumber(&f.Resident); err != nil {
			return err
		}
		f.Resident.NumberSealed = nil
		if f.Eligibility.State != models.EligibilityAsked {
			return nil
		}
		var list []models.Evidence
		if err := t.g.Where("eligibility_id = ?", id).Order("id").Limit(50).Find(&list).Error; err != nil {
			return err
		}
		for _, e := range list {
			v := EvidenceView{ID: e.ID, At: e.CreatedAt}
			if v.Text, err = t.d.open(e.TextSealed); err != nil {
				return err
			}
			if v.Photo, err = t.d.openBytes(e.PhotoSealed); err != nil {
				return err
			}
			f.Pieces = append(f.Pieces, v)
		}
		f.Evidence = len(list)
		return t.audit(ByAccount(by.ID), "evidence.read", fmt.Sprintf("eligibility:%d", id), "")
	})
	return f, err
}

// DecideCase is an officer's word on a case; the resident is told, with the note. until is the last day it holds,
// "" = the programme's end; a refusal has none. It answers ErrInvalid for a day that is none or is over, and for a refusal
// without a reason, and ErrCaseClosed where somebody was faster.
func (d *DB) DecideCase(ctx context.Context, by models.Account, id int64, approve bool, until models.Day, note string) error {
	note = strings.TrimSpace(note)
	if !approve && note == "" {
		return models.ErrInvalid.With("不通过时请写明原因，居民会看到")
	}
	if len(note) > 1500 {
		return models.ErrInvalid.With("说明太长，最多500个字")
	}
	if !approve {
		until = ""
	}
	if until != "" {
		if _, err := models.ParseDay(string(until)); err != nil {
			return err
		}
		if until < d.Today() {
			return models.ErrInvalid.With("截止日期" + until.ZH() + "已经过了")
		}
	}
	return d.write(ctx, func(t *tx) error {
		var e models.Eligibility
		if err := found(t.lock().Take(&e, id).Error, "这个申请"); err != nil {
			return err
		}
		if e.State != models.EligibilityAsked {
			return models.ErrCaseClosed
		}
		to, say := models.EligibilityRefused, "您的资格核对没有通过："+note+"。有新的证明可以再交一次，有疑问回复“人工”。"
		if approve {
			to, say = models.EligibilityApproved, "您的资格已核对通过，可以领券了。回复“领券”。"
		}
		if err := t.moveCase(e, to, models.BasisOfficer, until, note, &by.ID); err != nil {
			return err
		}
		if err := t.tell(e.ResidentID, "eligibility_decided", say); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "eligibility."+string(to), fmt.Sprintf("eligibility:%d", id), "")
	})
}

// tell writes a notice to every session of a person, and to a chat in which several of them are told once.
func (t *tx) tell(residentID int64, kind, text string) error {
	var links []models.Link
	if err := t.g.Select("id", "channel").Where("resident_id = ?", residentID).Order("id").Find(&links).Error; err != nil {
		return err
	}
	told := map[int64]bool{}
	for _, l := range links {
		to, err := t.reach(l.ID)
		if err != nil {
			return err
		}
		if told[to.ID] || to.Channel == keptChannel && len(links) > 1 {
			continue
		}
		told[to.ID] = true
		if err := t.noticeTo(to, models.Notice{Kind: kind}, text); err != nil {
			return err
		}
	}
	return nil
}
