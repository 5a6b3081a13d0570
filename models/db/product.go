package db

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// Category is a shelf of the shop.
type Category struct {
	ID   string `gorm:"primaryKey"`
	Name string
	Sort int
}

// ProductView is a product with its packs and the words that its ids stand for.
type ProductView struct {
	models.Product
	SupplierName string
	CategoryName string
}

// Categories lists the shelves in their order.
func (d *DB) Categories(ctx context.Context) ([]Category, error) {
	var list []Category
	err := d.read(ctx).Order("sort, id").Find(&list).Error
	return list, err
}

// Product is what a buyer sees of one product: it must be listed and its supplier approved. It answers ErrNotFound.
func (d *DB) Product(ctx context.Context, id string) (ProductView, error) {
	return d.product(ctx, id, "p.state = ? AND s.approved", models.ListingListed)
}

// SupplierProduct is one product as its supplier or an officer sees it, whatever its state. It answers ErrNotFound.
func (d *DB) SupplierProduct(ctx context.Context, by models.Account, id string) (ProductView, error) {
	if by.May(models.RoleOfficer) {
		return d.product(ctx, id, "1 = 1")
	}
	return d.product(ctx, id, "p.supplier_id = ?", by.SupplierID)
}

func (d *DB) product(ctx context.Context, id, where string, args ...any) (ProductView, error) {
	g := d.read(ctx)
	var v ProductView
	err := productRows(g, "p.*").Where("p.id = ?", id).Where(where, args...).Take(&v).Error
	if err != nil {
		return v, found(err, "这个商品")
	}
	views := []ProductView{v}
	err = addPacks(g, views)
	return views[0], err
}

// SupplierProducts lists all of a supplier's products, drafts and withdrawn ones too, with their packs.
func (d *DB) SupplierProducts(ctx context.Context, supplierID string) ([]ProductView, error) {
	g := d.read(ctx)
	var views []ProductView
	err := productRows(g, "p.*").Where("p.supplier_id = ?", supplierID).Order("p.sort, p.id").Find(&views).Error
	if err != nil {
		return nil, err
	}
	return views, addPacks(g, views)
}

// productRows joins the names to the columns that are asked for.
func productRows(g *gorm.DB, columns string) *gorm.DB {
	return g.Table("products p").Select(columns + ", s.name AS supplier_name, c.name AS category_name").
		Joins("JOIN suppliers s ON s.id = p.supplier_id").Joins("JOIN categories c ON c.id = p.category")
}

// addPacks gives every product its packs, in one query for all of them.
func addPacks(g *gorm.DB, views []ProductView) error {
	if len(views) == 0 {
		return nil
	}
	ids, at := make([]string, len(views)), make(map[string]int, len(views))
	for i, v := range views {
		ids[i], at[v.ID] = v.ID, i
	}
	var packs []models.SKU
	if err := g.Where("product_id IN ?", ids).Order("product_id, sort, id").Find(&packs).Error; err != nil {
		return err
	}
	for _, s := range packs {
		v := &views[at[s.ProductID]]
		v.SKUs = append(v.SKUs, s)
	}
	return nil
}

// productColumns are what a supplier writes; the rest of a row is set by other verbs.
var productColumns = []string{
	"name", "aliases", "category", "intro", "origin", "storage", "shelf_life_days", "ingredients", "net", "fresh",
	"seven_day_return", "assistance", "season_from", "season_to", "ship_by", "photo", "version",
}

// SaveProduct stores a supplier's own product: ID "" makes a new draft; otherwise Version must be the one that was
// loaded. SKUs nil leaves the packs alone; a list replaces them, and a pack left out is taken off sale, for orders still
// name it. Stock on hand counts for new packs only: SetStock changes it. It answers ErrForbidden, ErrProductInvalid,
// ErrStockSet, ErrNotFound, ErrStale and ErrListing.
func (d *DB) SaveProduct(ctx context.Context, by models.Account, p models.Product) (models.Product, error) {
	if by.Role != models.RoleSupplier || by.SupplierID == "" {
		return p, models.ErrForbidden
	}
	if err := checkProduct(p); err != nil {
		return p, err
	}
	err := d.write(ctx, func(t *tx) error {
		saved, err := t.saveProduct(by, p)
		if err != nil {
			return err
		}
		p.ID = saved
		return t.audit(ByAccount(by.ID), "product.save", "product:"+saved, "")
	})
	if err != nil {
		return p, err
	}
	v, err := d.SupplierProduct(ctx, by, p.ID)
	return v.Product, err
}

func checkProduct(p models.Product) error {
	if err := p.Check(); err != nil {
		return err
	}
	if len(p.SKUs) > models.MaxPacks {
		return models.ErrProductInvalid.With("一个商品最多20种规格。")
	}
	for _, s := range p.SKUs {
		if err := s.Check(); err != nil {
			return err
		}
		if s.OnHand < 0 || s.OnHand > models.MaxStock {
			return models.ErrStockSet
		}
	}
	return nil
}

func (t *tx) saveProduct(by models.Account, p models.Product) (id string, err error) {
	if err := t.checkReferences(by, p); err != nil {
		return "", err
	}
	old := p.Version
	p.Name, p.Version = strings.TrimSpace(p.Name), old+1
	if p.Aliases == nil {
		p.Aliases = []string{} // stored as [], never as null
	}
	if p.ID == "" {
		p.ID, p.SupplierID, p.State, p.CreatedAt, p.Version = by.SupplierID+"-"+randomID(), by.SupplierID, models.ListingDraft, t.now, 1
		err = t.g.Create(&p).Error
	} else {
		if err := t.ownProduct(by, p.ID, old); err != nil {
			return "", err
		}
		err = one(t.g.Model(&models.Product{}).Where("id = ? AND version = ?", p.ID, old).Select(productColumns).Updates(p))
	}
	if err != nil {
		return "", err
	}
	if p.SKUs != nil {
		if err := t.savePacks(by, p); err != nil {
			return "", err
		}
	}
	return p.ID, t.index(p)
}

// checkReferences says in words what the foreign keys would refuse.
func (t *tx) checkReferences(by models.Account, p models.Product) error {
	var n int64
	if err := t.g.Model(&Category{}).Where("id = ?", p.Category).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return models.ErrProductInvalid.With("请选一个分类。")
	}
	if p.Photo == "" {
		return nil
	}
	err := t.g.Table("photos").Where("path = ? AND owner IN ?", photoKey(p.Photo), []string{by.SupplierID, System}).Count(&n).Error
	if err == nil && n == 0 {
		return models.ErrProductInvalid.With("这张照片不在您的照片里，请重新上传。")
	}
	return err
}

// ownProduct locks a product of the supplier's that may still be edited.
func (t *tx) ownProduct(by models.Account, id string, version int) error {
	var p models.Product
	err := t.lock().Select("id, supplier_id, state, version").Where("id = ? AND supplier_id = ?", id, by.SupplierID).Take(&p).Error
	switch {
	case err != nil:
		return found(err, "这个商品")
	case p.State == models.ListingWithdrawn:
		return models.ErrListing.With(p.State.ZH(), "编辑中")
	case p.Version != version:
		return models.ErrStale
	}
	return nil
}

// savePacks replaces the list of a product's packs. Rows are touched in the order of their ids, as orders touch them.
func (t *tx) savePacks(by models.Account, p models.Product) error {
	var ids []string
	if err := t.lock().Model(&models.SKU{}).Where("product_id = ?", p.ID).Order("id").Pluck("id", &ids).Error; err != nil {
		return err
	}
	keep := make(map[string]models.SKU, len(p.SKUs))
	for i, s := range p.SKUs {
		s.ProductID, s.Sort = p.ID, i
		if s.ID == "" {
			if err := t.newPack(by, s); err != nil {
				return err
			}
			continue
		}
		keep[s.ID] = s
	}
	for _, id := range ids {
		s, kept := keep[id]
		delete(keep, id)
		change := t.g.Model(&models.SKU{}).Where("id = ?", id)
		if !kept {
			change = change.Updates(map[string]any{"off": true})
		} else {
			change = change.Select("pack", "unit", "price_fen", "grams", "off", "sort").Updates(s)
		}
		if err := one(change); err != nil {
			return err
		}
	}
	if len(keep) > 0 {
		return models.ErrNotFound.With("其中一个规格")
	}
	return nil
}

func (t *tx) newPack(by models.Account, s models.SKU) error {
	s.ID, s.Reserved = s.ProductID+"-"+randomID(), 0
	if err := t.g.Create(&s).Error; err != nil || s.OnHand == 0 {
		return err
	}
	return t.g.Create(&models.StockMove{SKUID: s.ID, Kind: models.MoveRestock, Quantity: s.OnHand, Actor: ByAccount(by.ID), At: t.now}).Error
}

// randomID is short enough to be read out and long enough not to meet another: 40 bits.
func randomID() string {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails: crypto/rand aborts the program instead
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

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
