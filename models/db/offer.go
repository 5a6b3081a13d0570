package db

import (
	"context"
	"errors"
	"slices"

	"github.com/jieban/jieban/models"
)

// OfferView is an offer with its spot and what one visitor pays; PayEach is nil where the list price is not set.
type OfferView struct {
	Offer   models.Offer
	Spot    models.Spot
	PayEach *models.Fen
}

// Offers lists the offers in the order of their spots.
func (d *DB) Offers(ctx context.Context) ([]OfferView, error) {
	spots, err := d.Spots(ctx)
	if err != nil {
		return nil, err
	}
	var offers []models.Offer
	if err := d.read(ctx).Find(&offers).Error; err != nil {
		return nil, err
	}
	var views []OfferView
	for _, s := range spots {
		for _, o := range offers {
			if o.SpotID == s.ID {
				views = append(views, viewOffer(o, s))
			}
		}
	}
	return views, nil
}

func viewOffer(o models.Offer, s models.Spot) OfferView {
	v := OfferView{Offer: o, Spot: s}
	if pay, ok := o.PayEach(s); ok {
		v.PayEach = &pay
	}
	return v
}

// Offer gives one offer.
func (d *DB) Offer(ctx context.Context, id string) (OfferView, error) {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	o, s, err := t.offer(id)
	return viewOffer(o, s), err
}

func (t *tx) offer(id string) (o models.Offer, s models.Spot, err error) {
	if err = found(t.g.Where("id = ?", id).Take(&o).Error, "这项优惠"); err != nil {
		return o, s, err
	}
	return o, s, t.g.Where("id = ?", o.SpotID).Take(&s).Error
}

// SetOffer changes an offer's settings, and tells the holders of live vouchers what is different for them. Vouchers
// already claimed keep what they promised. o.Version must be the one that was read (ErrStale); other refusals:
// ErrOfferSettings.
func (d *DB) SetOffer(ctx context.Context, by models.Account, o models.Offer) (models.Offer, error) {
	if err := o.Check(); err != nil {
		return o, err
	}
	return o, d.write(ctx, func(t *tx) error {
		var old models.Offer
		if err := found(t.lock().Where("id = ?", o.ID).Take(&old).Error, "这项优惠"); err != nil {
			return err
		}
		next := o
		next.Version, next.SpotID = o.Version+1, old.SpotID
		res := t.g.Model(&models.Offer{}).Where("id = ? AND version = ?", o.ID, o.Version).
			Select("kind", "pay_percent", "fixed_fen", "rounding", "clause_text", "components", "valid_from", "valid_to", "per_day", "per_spot", "total",
				"daily_quota", "max_party", "advance_days", "blackout", "holiday_blackout", "paused", "version").Updates(&next)
		if err := one(res); err != nil {
			return err
		}
		if err := t.tellOfOffer(old, next); err != nil {
			return err
		}
		if err := t.audit(ByAccount(by.ID), "offer.set", "offer:"+o.ID, ""); err != nil {
			return err
		}
		o = next
		return nil
	})
}

// tellOfOffer tells holders of an offer's new settings, where there is something in them that can touch a holder.
func (t *tx) tellOfOffer(old, next models.Offer) error {
	if old.Label() == next.Label() && old.Components == next.Components && old.ValidFrom == next.ValidFrom && old.ValidTo == next.ValidTo &&
		slices.Equal(old.Blackout, next.Blackout) && old.HolidayBlackout == next.HolidayBlackout {
		return nil
	}
	was := terms{offer: old}
	err := errors.Join(t.g.Where("id = ?", old.ProgrammeID).Take(&was.programme).Error, t.g.Where("id = ?", old.SpotID).Take(&was.spot).Error)
	if err != nil {
		return err
	}
	is := terms{was.programme, next, was.spot}
	return t.tellHolders([]string{old.SpotID}, func(id string) terms {
		if id != old.ID { // of another programme at the same spot
			return is
		}
		return was
	}, func(string) terms { return is })
}

// DayRoom is one day of an offer as a person choosing sees it.
type DayRoom struct {
	Day  models.Day
	Open bool
	Why  string // why not
	Left *int   // places left; nil = no quota is set
}

// OpenDays tells for n days from a day on which a party may go. It costs the same few queries whatever n (1..92) is.
func (d *DB) OpenDays(ctx context.Context, linkID int64, offerID string, from models.Day, n, people int) ([]DayRoom, error) {
	if n < 1 || n > 92 {
		return nil, models.ErrInvalid.With("天数应在1到92之间")
	}
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	q, err := t.question(linkID, offerID)
	if err != nil {
		return nil, err
	}
	last := from.Add(n - 1)
	claimed, err := t.perDay("SELECT day, claimed AS n FROM offer_days WHERE offer_id = ? AND day BETWEEN ? AND ?", offerID, from, last)
	if err != nil {
		return nil, err
	}
	mine := map[models.Day]int{}
	if q.Resident != nil {
		mine, err = t.perDay(`SELECT visit_day AS day, COUNT(*) AS n FROM vouchers WHERE resident_id = ? AND state IN ('issued', 'redeemed')
			AND visit_day BETWEEN ? AND ? GROUP BY visit_day`, q.Resident.ID, from, last)
		if err != nil {
			return nil, err
		}
	}
	rooms := make([]DayRoom, 0, n)
	for i := range n {
		q.Day, q.People = from.Add(i), people
		q.Usage.Claimed, q.Usage.SameDay = claimed[q.Day], mine[q.Day]
		rooms = append(rooms, room(q))
	}
	return rooms, nil
}

// room leaves residency aside: a person may look at days before registering.
func room(q models.Question) DayRoom {
	r := DayRoom{Day: q.Day, Open: true}
	if q.Offer.DailyQuota != nil {
		left := max(*q.Offer.DailyQuota-q.Usage.Claimed, 0)
		r.Left = &left
	}
	personal := map[string]bool{"identity_needed": true, "undecided": true, "not_resident": true, "eligibility_lapsed": true, "guardian_needed": true}
	for _, reason := range models.Decide(q).Reasons {
		if !reason.OK && !personal[reason.Code] && r.Open {
			r.Open, r.Why = false, reason.ZH
		}
	}
	return r
}

func (t *tx) perDay(query string, args ...any) (map[models.Day]int, error) {
	var rows []struct {
		Day models.Day
		N   int
	}
	if err := t.g.Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	m := make(map[models.Day]int, len(rows))
	for _, r := range rows {
		m[r.Day] = r.N
	}
	return m, nil
}
