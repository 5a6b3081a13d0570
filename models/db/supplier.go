package db

import (
	"context"
	"slices"

	"github.com/jieban/jieban/models"
)

// supplierColumns leave out the sealed phone: no page shows it.
const supplierColumns = "id, name, town, intro, licence_kind, licence, uscc, contact, ship_from, approved, created_at, version"

// Suppliers lists the approved suppliers by name.
func (d *DB) Suppliers(ctx context.Context) ([]models.Supplier, error) {
	var list []models.Supplier
	err := d.read(ctx).Select(supplierColumns).Where("approved").Order("name, id").Find(&list).Error
	return list, err
}

// AllSuppliers lists every supplier by name, those that were switched off too.
func (d *DB) AllSuppliers(ctx context.Context) ([]models.Supplier, error) {
	var list []models.Supplier
	err := d.read(ctx).Select(supplierColumns).Order("name, id").Find(&list).Error
	return list, err
}

// Supplier gives one supplier with the licence that its front page must show. It answers ErrNotFound.
func (d *DB) Supplier(ctx context.Context, id string) (models.Supplier, error) {
	var s models.Supplier
	err := d.read(ctx).Select(supplierColumns).Where("id = ?", id).Take(&s).Error
	return s, found(err, "这家供货商")
}

// supplierWritten are the columns an officer writes; the phone is written only where one was given.
var supplierWritten = []string{"name", "town", "intro", "licence_kind", "licence", "uscc", "contact", "ship_from", "approved", "version"}

// SaveSupplier stores a supplier: ID "" makes a new one; otherwise Version must be the one that was loaded. Approved false
// takes all of its products off the shop and lets none be ordered; orders that are placed go on. phone nil leaves the
// phone alone, "" removes it. It answers ErrForbidden, ErrSupplier, ErrPhone, the refusals of ParseUSCC and
// ParseFoodLicence, ErrNotFound and ErrStale.
func (d *DB) SaveSupplier(ctx context.Context, by models.Account, s models.Supplier, phone *string) (models.Supplier, error) {
	if !by.May(models.RoleOfficer) {
		return s, models.ErrForbidden
	}
	columns := supplierWritten
	if phone != nil {
		sealed, err := d.sealPhone(*phone)
		if err != nil {
			return s, err
		}
		s.PhoneSealed, columns = sealed, append(slices.Clip(columns), "phone_sealed")
	}
	saved := ""
	err := d.write(ctx, func(t *tx) (err error) {
		if saved, err = t.saveSupplier(s.Tidy(), columns); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "supplier.save", "supplier:"+saved, map[bool]string{true: "on sale", false: "switched off"}[s.Approved])
	})
	if err != nil {
		return s, err
	}
	return d.Supplier(ctx, saved)
}

// sealPhone checks and seals a phone; "" stays absent.
func (d *DB) sealPhone(phone string) (models.Sealed, error) {
	if phone == "" {
		return nil, nil
	}
	number, err := models.ParsePhone(phone)
	if err != nil {
		return nil, err
	}
	return d.seal(number)
}

func (t *tx) saveSupplier(s models.Supplier, columns []string) (id string, err error) {
	if s.ID == "" {
		if err := s.Check(); err != nil {
			return "", err
		}
		s.ID, s.CreatedAt, s.Version = "s-"+randomID(), t.now, 1
		return s.ID, t.g.Create(&s).Error
	}
	var old models.Supplier
	if err := t.lock().Where("id = ?", s.ID).Take(&old).Error; err != nil {
		return "", found(err, "这家供应商")
	}
	if old.Version != s.Version {
		return "", models.ErrStale
	}
	if err := s.CheckChange(old); err != nil {
		return "", err
	}
	s.Version++
	return s.ID, one(t.g.Model(&models.Supplier{}).Where("id = ? AND version = ?", s.ID, old.Version).Select(columns).Updates(s))
}
