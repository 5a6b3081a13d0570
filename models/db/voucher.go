package db

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// VoucherView is a voucher as its holder sees it.
type VoucherView struct {
	Voucher    models.Voucher
	Spot       models.Spot
	Offer      models.Offer
	Token      string // what the QR code says after /V/
	Status     string
	MaskedName string
}

// VoucherURL is the text of the QR code, all of it in QR's alphanumeric alphabet.
func (d *DB) VoucherURL(token string) string {
	return strings.ToUpper(strings.TrimSuffix(d.public, "/")) + "/V/" + token
}

// Decide says whether the person behind a link may use an offer on a day, with every reason. An empty offer asks about
// residency alone; an empty day leaves the day aside.
func (d *DB) Decide(ctx context.Context, linkID int64, offerID string, day models.Day, people int) (models.Decision, error) {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	q, err := t.question(linkID, offerID)
	if err != nil {
		return models.Decision{}, err
	}
	q.Day, q.People = day, people
	if err := t.usage(&q); err != nil {
		return models.Decision{}, err
	}
	return models.Decide(q), nil
}

// question gathers what a decision needs, but for day, people and usage.
func (t *tx) question(linkID int64, offerID string) (q models.Question, err error) {
	if err := found(t.g.Order("no").Take(&q.Programme).Error, "优惠活动"); err != nil {
		return q, err
	}
	s, err := t.standing(q.Programme, linkID)
	if err != nil {
		return q, err
	}
	q.Resident, q.Eligibility, q.Guardian, q.Now = s.Resident, s.Eligibility, s.Consents[models.ConsentGuardian], t.now
	if offerID == "" {
		return q, nil
	}
	o, spot, err := t.offer(offerID)
	q.Offer, q.Spot = &o, &spot
	return q, err
}

// usage counts what the person holds and what the day has left.
func (t *tx) usage(q *models.Question) error {
	if q.Offer == nil {
		return nil
	}
	if q.Resident != nil {
		err := t.g.Raw(`SELECT COUNT(*) AS "all", COALESCE(SUM(CASE WHEN visit_day = ? THEN 1 ELSE 0 END), 0) AS same_day,
			COALESCE(SUM(CASE WHEN spot_id = ? THEN 1 ELSE 0 END), 0) AS same_spot
			FROM vouchers WHERE resident_id = ? AND state IN ('issued', 'redeemed')`, q.Day, q.Offer.SpotID, q.Resident.ID).Scan(&q.Usage).Error
		if err != nil {
			return err
		}
	}
	claimed := t.g.Raw("SELECT COALESCE((SELECT claimed FROM offer_days WHERE offer_id = ? AND day = ?), 0)", q.Offer.ID, q.Day)
	return claimed.Row().Scan(&q.Usage.Claimed)
}

// ClaimRequest asks for a voucher. Key is the request's own id: the same key again gives the same voucher.
type ClaimRequest struct {
	OfferID string
	Day     models.Day
	People  int // the holder included; 0 = 1
	Key     string
}

// Claim issues a voucher. It answers ErrConsentNeeded, the refusals of a decision (with all reasons), ErrQuotaFull
// and ErrDuplicateClaim.
func (d *DB) Claim(ctx context.Context, linkID int64, r ClaimRequest) (v VoucherView, err error) {
	if _, err := models.ParseDay(string(r.Day)); err != nil {
		return v, err
	}
	if err := checkKey(r.Key); err != nil {
		return v, err
	}
	r.People = max(r.People, 1)
	err = d.write(ctx, func(t *tx) error {
		v, err = t.claim(linkID, r)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return v, models.ErrDuplicateClaim
	}
	return v, err
}

func (t *tx) claim(linkID int64, r ClaimRequest) (v VoucherView, err error) {
	q, err := t.question(linkID, r.OfferID)
	if err != nil {
		return v, err
	}
	if q.Resident == nil {
		return v, models.ErrIdentityNeeded
	}
	// The person's row is locked first, so that totals per person hold against claims at the same moment.
	if err := t.lockResident(q.Resident.ID); err != nil {
		return v, err
	}
	if given, err := t.consents(linkID); err != nil || !given[models.ConsentSensitive] || !given[models.ConsentSharing] {
		return v, errors.Join(err, models.ErrConsentNeeded)
	}
	var old models.Voucher
	err = t.g.Where("resident_id = ? AND request_key = ?", q.Resident.ID, r.Key).Take(&old).Error
	if err == nil {
		return t.view(old)
	}
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return v, err
	}
	q.Day, q.People = r.Day, r.People
	if err := t.usage(&q); err != nil {
		return v, err
	}
	if err := models.Decide(q).Refusal(); err != nil {
		return v, err
	}
	return t.issue(q, linkID, r)
}

func (t *tx) lockResident(id int64) error {
	return t.lock().Select("id").Take(&models.Resident{}, id).Error
}

// issue writes the voucher and takes its places; the quota's row is touched last, since everyone wants it.
func (t *tx) issue(q models.Question, linkID int64, r ClaimRequest) (VoucherView, error) {
	v := models.Voucher{
		ProgrammeID: q.Programme.ID, OfferID: q.Offer.ID, SpotID: q.Offer.SpotID, ResidentID: q.Resident.ID, LinkID: linkID,
		Party: r.People, VisitDay: r.Day, State: models.VoucherIssued, KeyID: t.d.keys.Use, RequestKey: r.Key, ClaimedAt: t.now,
	}
	if pay, ok := q.Offer.PayEach(*q.Spot); ok {
		v.PayEach = &pay
	}
	if err := t.g.Create(&v).Error; err != nil {
		return VoucherView{}, err
	}
	if err := t.audit(ByLink(linkID), "voucher.claim", voucherRef(v.ID), v.OfferID+" "+string(v.VisitDay)+" ×"+strconv.Itoa(v.Party)); err != nil {
		return VoucherView{}, err
	}
	if err := t.takePlaces(*q.Offer, r.Day, r.People); err != nil {
		return VoucherView{}, err
	}
	return t.viewOf(v, *q.Offer, *q.Spot, q.Programme.No, q.Resident), nil
}

func voucherRef(id int64) string { return "voucher:" + strconv.FormatInt(id, 10) }

// takePlaces counts people against the day's quota in one guarded statement.
func (t *tx) takePlaces(o models.Offer, day models.Day, people int) error {
	if err := t.g.Exec("INSERT INTO offer_days (offer_id, day, claimed) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", o.ID, day).Error; err != nil {
		return err
	}
	res := t.g.Exec(`UPDATE offer_days SET claimed = claimed + ? WHERE offer_id = ? AND day = ?
		AND claimed + ? <= COALESCE((SELECT daily_quota FROM offers WHERE id = ?), claimed + ?)`, people, o.ID, day, people, o.ID, people)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.ErrQuotaFull.With(day.ZH())
	}
	return res.Error
}

// Vouchers lists a person's vouchers, the newest visit first; at most 100.
func (d *DB) Vouchers(ctx context.Context, linkID int64) ([]VoucherView, error) {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	r, err := t.residentOf(linkID)
	if err != nil || r == nil {
		return nil, err
	}
	var list []models.Voucher
	if err := t.g.Where("resident_id = ?", r.ID).Order("visit_day DESC, id DESC").Limit(100).Find(&list).Error; err != nil {
		return nil, err
	}
	offers, err := d.Offers(ctx)
	if err != nil {
		return nil, err
	}
	p, err := d.Programme(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]OfferView, len(offers))
	for _, o := range offers {
		byID[o.Offer.ID] = o
	}
	views := make([]VoucherView, 0, len(list))
	for _, v := range list {
		o := byID[v.OfferID]
		views = append(views, t.viewOf(v, o.Offer, o.Spot, p.No, r))
	}
	return views, nil
}

func (t *tx) residentOf(linkID int64) (*models.Resident, error) {
	var r models.Resident
	err := t.g.Joins("JOIN links ON links.resident_id = residents.id").Where("links.id = ?", linkID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &r, err
}

// Voucher gives one voucher of the person behind a link; another person's is not found.
func (d *DB) Voucher(ctx context.Context, linkID, id int64) (VoucherView, error) {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	v, err := t.voucherOf(linkID, id)
	if err != nil {
		return VoucherView{}, err
	}
	return t.view(v)
}

func (t *tx) voucherOf(linkID, id int64) (v models.Voucher, err error) {
	err = t.g.Joins("JOIN links ON links.resident_id = vouchers.resident_id").
		Where("links.id = ? AND vouchers.id = ?", linkID, id).Take(&v).Error
	return v, found(err, "这张券")
}

// VoucherByToken gives the voucher a code names. It answers ErrTokenInvalid, ErrTokenForged or ErrNotFound.
func (d *DB) VoucherByToken(ctx context.Context, text string) (VoucherView, error) {
	token, err := d.ReadToken(text)
	if err != nil {
		return VoucherView{}, err
	}
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	var v models.Voucher
	if err := found(t.g.Take(&v, token.VoucherID).Error, "这张券"); err != nil {
		return VoucherView{}, err
	}
	return t.view(v)
}

// ReadToken checks a code's signature without asking the database.
func (d *DB) ReadToken(text string) (models.Token, error) {
	return models.ReadToken(text, d.keys.Public)
}

// view loads what a holder sees beside the voucher itself.
func (t *tx) view(v models.Voucher) (VoucherView, error) {
	o, s, err := t.offer(v.OfferID)
	if err != nil {
		return VoucherView{}, err
	}
	var p models.Programme
	if err := t.g.Select("no").Where("id = ?", v.ProgrammeID).Take(&p).Error; err != nil {
		return VoucherView{}, err
	}
	var r models.Resident
	if err := t.g.Take(&r, v.ResidentID).Error; err != nil {
		return VoucherView{}, err
	}
	return t.viewOf(v, o, s, p.No, &r), nil
}

func (t *tx) viewOf(v models.Voucher, o models.Offer, s models.Spot, programmeNo int, r *models.Resident) VoucherView {
	token := models.Token{KeyID: v.KeyID, VoucherID: v.ID, Programme: programmeNo, Spot: s.No, Party: v.Party, Day: v.VisitDay}
	copy(token.Holder[:], t.d.Mac("holder", fmt.Sprintf("%d:%s", v.ID, r.NumberHash)))
	return VoucherView{
		Voucher: v, Spot: s, Offer: o, MaskedName: r.MaskedName, Status: v.StatusOn(models.DayOf(t.now)),
		Token: token.Sign(ed25519.NewKeyFromSeed(t.d.keys.Sign[v.KeyID])),
	}
}

// CancelVoucher gives a voucher back before it is used. It answers ErrNotFound or ErrVoucherState.
func (d *DB) CancelVoucher(ctx context.Context, linkID, id int64) (view VoucherView, err error) {
	err = d.write(ctx, func(t *tx) error {
		v, err := t.voucherOf(linkID, id)
		if err != nil {
			return err
		}
		if err := t.lock().Take(&v, v.ID).Error; err != nil {
			return err
		}
		today := models.DayOf(t.now)
		switch {
		case v.State == models.VoucherCancelled:
			view, err = t.view(v)
			return err
		case !v.OpenOn(today), v.Admitted > 0:
			return models.ErrVoucherState.With(strings.TrimPrefix(v.StatusOn(today), "已"))
		}
		if err := t.endVoucher(v, models.VoucherCancelled); err != nil {
			return err
		}
		if err := t.audit(ByLink(linkID), "voucher.cancel", voucherRef(id), ""); err != nil {
			return err
		}
		v.State = models.VoucherCancelled
		view, err = t.view(v)
		return err
	})
	return view, err
}

// RevokeVoucher ends a voucher against its holder's will, who is told why. It answers ErrInvalid without a reason (1 to
// 500 characters), ErrNotFound and ErrVoucherState.
func (d *DB) RevokeVoucher(ctx context.Context, by models.Account, id int64, why string) error {
	if why = strings.TrimRight(strings.TrimSpace(why), "。.；;"); why == "" || utf8.RuneCountInString(why) > 500 {
		return models.ErrInvalid.With("请写明作废的原因，1到500个字，持券人会看到")
	}
	return d.write(ctx, func(t *tx) error {
		var v models.Voucher
		if err := found(t.lock().Take(&v, id).Error, "这张券"); err != nil {
			return err
		}
		if v.State != models.VoucherIssued {
			return models.ErrVoucherState.With(strings.TrimPrefix(v.StatusOn(models.DayOf(t.now)), "已"))
		}
		if err := t.tellHolder(v, "voucher_revoked", "您"+v.VisitDay.ZH()+"的券已作废："+why+"。有疑问请回复“人工”。"); err != nil {
			return err
		}
		if err := t.endVoucher(v, models.VoucherRevoked); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "voucher.revoke", voucherRef(id), "")
	})
}

// endVoucher cancels or revokes an issued voucher and gives the places of those not yet admitted back.
func (t *tx) endVoucher(v models.Voucher, to models.VoucherState) error {
	if !models.VoucherStates.Allows(string(v.State), string(to)) {
		return models.ErrStale
	}
	if err := one(t.g.Exec("UPDATE vouchers SET state = ?, ended_at = ? WHERE id = ? AND state = 'issued'", to, t.now, v.ID)); err != nil {
		return err
	}
	return one(t.g.Exec("UPDATE offer_days SET claimed = claimed - ? WHERE offer_id = ? AND day = ?", v.Left(), v.OfferID, v.VisitDay))
}
