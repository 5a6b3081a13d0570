package db

import (
	"context"
	"errors"
	"slices"

	"github.com/jieban/jieban/models"
)

// Programme gives the programme that runs here. There is one per installation today; its id is on every row that
// depends on it, so that a second one is data and not a change.
func (d *DB) Programme(ctx context.Context) (p models.Programme, err error) {
	err = d.read(ctx).Order("no").Take(&p).Error
	return p, found(err, "优惠活动")
}

// SetProgramme changes the programme's dates, clauses, zone and who answers for data, and tells the holders of live
// vouchers what is different for them. p.Version must be the one that was read (ErrStale).
func (d *DB) SetProgramme(ctx context.Context, by models.Account, p models.Programme) (models.Programme, error) {
	if _, err := models.ParseDay(string(p.ValidFrom)); err != nil {
		return p, err
	}
	if _, err := models.ParseDay(string(p.ValidTo)); err != nil {
		return p, err
	}
	if p.ValidTo < p.ValidFrom || p.KeepDays < 0 || p.KeepDays > 3650 || p.Title == "" || !p.Answerable() {
		return p, models.ErrOfferSettings.With("活动名称、负责单位、联系方式、起止日期都要填，开始不能晚于结束。")
	}
	return p, d.write(ctx, func(t *tx) error {
		var old models.Programme
		if err := found(t.lock().Where("id = ?", p.ID).Take(&old).Error, "优惠活动"); err != nil {
			return err
		}
		next := p
		next.Version++
		res := t.g.Model(&models.Programme{}).Where("id = ? AND version = ?", p.ID, p.Version).
			Select("title", "home", "host", "valid_from", "valid_to", "controller", "contact", "clauses", "holidays", "workdays", "zone", "keep_days", "version").Updates(&next)
		if err := one(res); err != nil {
			return err
		}
		if err := t.tellOfProgramme(old, next); err != nil {
			return err
		}
		if err := t.audit(ByAccount(by.ID), "programme.set", "programme:"+p.ID, string(p.ValidFrom)+"/"+string(p.ValidTo)); err != nil {
			return err
		}
		p = next
		return nil
	})
}

// tellOfProgramme tells holders of a programme's new days, where days have changed.
func (t *tx) tellOfProgramme(old, next models.Programme) error {
	if old.ValidFrom == next.ValidFrom && old.ValidTo == next.ValidTo && slices.Equal(old.Holidays, next.Holidays) {
		return nil
	}
	var spots []models.Spot
	var offers []models.Offer
	if err := errors.Join(t.g.Find(&spots).Error, t.g.Where("programme_id = ?", old.ID).Find(&offers).Error); err != nil {
		return err
	}
	ids, was, is := make([]string, len(spots)), map[string]terms{}, map[string]terms{}
	for i, s := range spots {
		ids[i] = s.ID
		for _, o := range offers {
			if o.SpotID == s.ID {
				was[o.ID], is[o.ID] = terms{old, o, s}, terms{next, o, s}
			}
		}
	}
	return t.tellHolders(ids, func(id string) terms { return was[id] }, func(id string) terms { return is[id] })
}

// Spots lists the scenic spots in the order in which they are offered.
func (d *DB) Spots(ctx context.Context) (list []models.Spot, err error) {
	err = d.read(ctx).Order("sort, id").Find(&list).Error
	return list, err
}

// Spot gives one scenic spot.
func (d *DB) Spot(ctx context.Context, id string) (s models.Spot, err error) {
	return s, found(d.read(ctx).Where("id = ?", id).Take(&s).Error, "这个景区")
}

// SetSpot changes what is known of a spot: name, hours, list price, days shut; and tells the holders of live vouchers
// what is different for them. s.Version must be the one that was read (ErrStale).
func (d *DB) SetSpot(ctx context.Context, by models.Account, s models.Spot) (models.Spot, error) {
	if s.Name == "" || (s.ListPrice != nil && (*s.ListPrice < 0 || *s.ListPrice > models.MaxFen)) {
		return s, models.ErrOfferSettings.With("景区名称要填，票价不能是负数。")
	}
	return s, d.write(ctx, func(t *tx) error {
		var old models.Spot
		if err := found(t.lock().Where("id = ?", s.ID).Take(&old).Error, "这个景区"); err != nil {
			return err
		}
		next := s
		next.Version++
		res := t.g.Model(&models.Spot{}).Where("id = ? AND version = ?", s.ID, s.Version).
			Select("name", "aliases", "grade", "town", "hours", "intro", "bring", "tickets", "list_price_fen", "closed", "version").Updates(&next)
		if err := one(res); err != nil {
			return err
		}
		if err := t.tellOfSpot(old, next); err != nil {
			return err
		}
		if err := t.audit(ByAccount(by.ID), "spot.set", "spot:"+s.ID, ""); err != nil {
			return err
		}
		s = next
		return nil
	})
}

// tellOfSpot tells holders what is new at their spot, where there is something in it that can touch a holder.
func (t *tx) tellOfSpot(old, next models.Spot) error {
	if old.Name == next.Name && old.Hours == next.Hours && old.Bring == next.Bring && slices.Equal(old.Closed, next.Closed) {
		return nil
	}
	var offers []models.Offer
	if err := t.g.Where("spot_id = ?", old.ID).Find(&offers).Error; err != nil {
		return err
	}
	var p models.Programme
	if err := t.g.Order("no").Take(&p).Error; err != nil {
		return err
	}
	with := func(s models.Spot) func(string) terms {
		return func(id string) terms {
			i := slices.IndexFunc(offers, func(o models.Offer) bool { return o.ID == id })
			return terms{p, offers[i], s}
		}
	}
	return t.tellHolders([]string{old.ID}, with(old), with(next))
}
