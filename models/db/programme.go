package db

import (
	"context"

	"github.com/jieban/jieban/models"
)

// Programme gives the programme that runs here. There is one per installation today; its id is on every row that
// depends on it, so that a second one is data and not a change.
func (d *DB) Programme(ctx context.Context) (p models.Programme, err error) {
	err = d.read(ctx).Order("no").Take(&p).Error
	return p, found(err, "优惠活动")
}

// SetProgramme changes the programme's dates, clauses, zone and who answers for data. p.Version must be the one that
// was read (ErrStale).
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
		version := p.Version
		p.Version++
		res := t.g.Model(&models.Programme{}).Where("id = ? AND version = ?", p.ID, version).
			Select("title", "home", "host", "valid_from", "valid_to", "controller", "contact", "clauses", "holidays", "workdays", "zone", "keep_days", "version").Updates(&p)
		if err := one(res); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "programme.set", "programme:"+p.ID, string(p.ValidFrom)+"/"+string(p.ValidTo))
	})
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

// SetSpot changes what is known of a spot: name, hours, list price, days shut. s.Version must be the one that was read.
func (d *DB) SetSpot(ctx context.Context, by models.Account, s models.Spot) (models.Spot, error) {
	if s.Name == "" || (s.ListPrice != nil && (*s.ListPrice < 0 || *s.ListPrice > models.MaxFen)) {
		return s, models.ErrOfferSettings.With("景区名称要填，票价不能是负数。")
	}
	return s, d.write(ctx, func(t *tx) error {
		version := s.Version
		s.Version++
		res := t.g.Model(&models.Spot{}).Where("id = ? AND version = ?", s.ID, version).
			Select("name", "aliases", "grade", "town", "hours", "intro", "bring", "tickets", "list_price_fen", "closed", "version").Updates(&s)
		if err := one(res); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "spot.set", "spot:"+s.ID, "")
	})
}
