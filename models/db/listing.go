package db

import (
	"context"

	"github.com/jieban/jieban/models"
)

// SetListing moves a product through its listing: see models.ListingStates and Product.MayList. Moving it to where it
// already is changes nothing. It answers ErrNotFound, ErrForbidden, ErrListing and ErrNoPacks.
func (d *DB) SetListing(ctx context.Context, by models.Account, productID string, to models.Listing) error {
	return d.write(ctx, func(t *tx) error {
		var p models.Product
		err := t.lock().Select("id, supplier_id, name, state").Where("id = ?", productID).Take(&p).Error
		if err != nil {
			return found(err, "这个商品")
		}
		if p.State == to && (by.May(models.RoleOfficer) || by.SupplierID == p.SupplierID) {
			return nil
		}
		if err := p.MayList(by, to); err != nil {
			return err
		}
		if err := t.checkPacks(p.ID, to); err != nil {
			return err
		}
		err = one(t.g.Exec("UPDATE products SET state = ?, version = version + 1 WHERE id = ? AND state = ?", to, p.ID, p.State))
		if err != nil {
			return err
		}
		if by.Role != models.RoleSupplier {
			text := "“" + p.Name + "”的状态由“" + p.State.ZH() + "”改为“" + to.ZH() + "”。"
			if err := t.noticeSupplier(p.SupplierID, "product_listing", text); err != nil {
				return err
			}
		}
		return t.audit(ByAccount(by.ID), "product."+string(to), "product:"+p.ID, string(p.State))
	})
}

// checkPacks refuses to show, or to ask an officer about, a product that has nothing to sell.
func (t *tx) checkPacks(productID string, to models.Listing) error {
	if to != models.ListingInReview && to != models.ListingListed {
		return nil
	}
	var n int64
	err := t.g.Model(&models.SKU{}).Where(`product_id = ? AND NOT "off"`, productID).Count(&n).Error
	if err == nil && n == 0 {
		return models.ErrNoPacks
	}
	return err
}

// SetStock sets what a pack has on hand, as counted, and writes the difference as a stock move. A supplier may only set
// its own. It answers ErrStockSet, ErrNotFound, and ErrStockBelow where orders hold more than that.
func (d *DB) SetStock(ctx context.Context, by models.Account, skuID string, onHand int) error {
	if onHand < 0 || onHand > models.MaxStock {
		return models.ErrStockSet
	}
	if by.Role != models.RoleSupplier && !by.May(models.RoleOfficer) {
		return models.ErrForbidden
	}
	return d.write(ctx, func(t *tx) error {
		q := t.lock().Where("id = ?", skuID)
		if by.Role == models.RoleSupplier {
			q = q.Where("product_id IN (SELECT id FROM products WHERE supplier_id = ?)", by.SupplierID)
		}
		var s models.SKU
		if err := q.Take(&s).Error; err != nil {
			return found(err, "这个规格")
		}
		switch {
		case onHand < s.Reserved:
			return models.ErrStockBelow.With(s.Reserved)
		case onHand == s.OnHand:
			return nil
		}
		err := one(t.g.Exec("UPDATE skus SET on_hand = ? WHERE id = ? AND on_hand = ? AND reserved <= ?", onHand, skuID, s.OnHand, onHand))
		if err != nil {
			return err
		}
		move := models.StockMove{SKUID: skuID, Kind: models.MoveCorrect, Quantity: onHand - s.OnHand, Actor: ByAccount(by.ID), At: t.now}
		if err := t.g.Create(&move).Error; err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "stock.set", "sku:"+skuID, "")
	})
}
