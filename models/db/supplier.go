package db

import (
	"context"

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

// Supplier gives one supplier with the licence that its front page must show. It answers ErrNotFound.
func (d *DB) Supplier(ctx context.Context, id string) (models.Supplier, error) {
	var s models.Supplier
	err := d.read(ctx).Select(supplierColumns).Where("id = ?", id).Take(&s).Error
	return s, found(err, "这家供货商")
}
