package db

import (
	"context"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// MaxBasket is how many different packs a basket or an order may name.
const MaxBasket = 50

// Basket is what the person means to buy, in the order it was put in. It holds no stock.
func (d *DB) Basket(ctx context.Context, linkID int64) ([]models.BasketItem, error) {
	return basketItems(d.read(ctx).Joins("JOIN basket_lines b ON b.sku_id = k.id").Where("b.link_id = ?", linkID).
		Order("b.added_at, b.sku_id"), "b.quantity")
}

// basketRow is one line of the join that says all a basket needs to know.
type basketRow struct {
	models.SKU
	Quantity, ProductVersion                int
	SupplierID, Name, Photo                 string
	State                                   models.Listing
	Fresh, Approved                         bool
	ShipBy                                  models.Day
	SupplierName, SupplierTown, SupplierOut string
}

const basketColumns = `k.id, k.product_id, k.pack, k.unit, k.price_fen, k.grams, k.on_hand, k.reserved, k."off", k.sort,
 p.supplier_id, p.name, p.photo, p.state, p.fresh, p.ship_by, p.version AS product_version,
 s.approved, s.name AS supplier_name, s.town AS supplier_town, s.ship_from AS supplier_out, `

// basketItems runs a query over skus k with what they belong to, in one round trip.
func basketItems(q *gorm.DB, quantity string) ([]models.BasketItem, error) {
	var rows []basketRow
	err := q.Table("skus k").Select(basketColumns + quantity + " AS quantity").
		Joins("JOIN products p ON p.id = k.product_id").Joins("JOIN suppliers s ON s.id = p.supplier_id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	items := make([]models.BasketItem, len(rows))
	for i, r := range rows {
		items[i] = models.BasketItem{
			SKU: r.SKU, Quantity: r.Quantity,
			Product: models.Product{
				ID: r.ProductID, SupplierID: r.SupplierID, Name: r.Name, Photo: r.Photo, State: r.State, Fresh: r.Fresh,
				ShipBy: r.ShipBy, Version: r.ProductVersion,
			},
			Supplier: models.Supplier{ID: r.SupplierID, Name: r.SupplierName, Town: r.SupplierTown, ShipFrom: r.SupplierOut, Approved: r.Approved},
		}
	}
	return items, nil
}

// SetBasket puts this many of a pack into the basket, whatever was there; 0 takes it out. It gives the whole basket.
// It answers ErrQuantity, ErrNotFound and ErrNotListed; whether there is stock is asked when the order is placed.
func (d *DB) SetBasket(ctx context.Context, linkID int64, skuID string, quantity int) ([]models.BasketItem, error) {
	const sql = `INSERT INTO basket_lines (link_id, sku_id, quantity, added_at, request_key) VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (link_id, sku_id) DO UPDATE SET quantity = excluded.quantity`
	err := d.write(ctx, func(t *tx) error {
		if quantity == 0 {
			return t.g.Exec("DELETE FROM basket_lines WHERE link_id = ? AND sku_id = ?", linkID, skuID).Error
		}
		return t.putIn(sql, linkID, skuID, quantity, nil)
	})
	if err != nil {
		return nil, err
	}
	return d.Basket(ctx, linkID)
}

// AddToBasket puts this many more of each pack into the basket, all or none, and gives the whole basket. key is the id
// of a request that may come again: the same key again adds nothing; "" adds every time. It answers as SetBasket does,
// ErrQuantity also where a sum would exceed 99.
func (d *DB) AddToBasket(ctx context.Context, linkID int64, key string, items ...OrderItem) ([]models.BasketItem, error) {
	err := d.write(ctx, func(t *tx) error { return t.addToBasket(linkID, key, items) })
	if err != nil {
		return nil, err
	}
	return d.Basket(ctx, linkID)
}

func (t *tx) addToBasket(linkID int64, key string, items []OrderItem) error {
	const sql = `INSERT INTO basket_lines (link_id, sku_id, quantity, added_at, request_key) VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (link_id, sku_id) DO UPDATE SET quantity = basket_lines.quantity + excluded.quantity,
 request_key = COALESCE(excluded.request_key, basket_lines.request_key) WHERE basket_lines.quantity + excluded.quantity <= 99`
	var name *string
	if key != "" {
		name = &key
		var done int64
		err := t.lock().Select("id").Take(&models.Link{}, linkID).Error // the same request at the same moment waits here
		if err == nil {
			err = t.g.Model(&models.BasketLine{}).Where("link_id = ? AND request_key = ?", linkID, key).Count(&done).Error
		}
		if err != nil || done > 0 {
			return found(err, "这个会话")
		}
	}
	for _, it := range items {
		if err := t.putIn(sql, linkID, it.SKUID, it.Quantity, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putIn(sql string, linkID int64, skuID string, quantity int, key *string) error {
	if quantity < 1 || quantity > models.MaxQuantity {
		return models.ErrQuantity
	}
	items, err := basketItems(t.g.Where("k.id = ?", skuID), "1")
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return models.ErrNotFound.With("这个规格")
	}
	if it := items[0]; it.Product.State != models.ListingListed || it.SKU.Off || !it.Supplier.Approved {
		return models.ErrNotListed.With(it.Product.Name)
	}
	res := t.g.Exec(sql, linkID, skuID, quantity, t.now, key)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.ErrQuantity
	}
	if res.Error != nil {
		return res.Error
	}
	var n int64
	if err := t.g.Model(&models.BasketLine{}).Where("link_id = ?", linkID).Count(&n).Error; err != nil {
		return err
	}
	if n > MaxBasket {
		return models.ErrInvalid.With("购物篮最多放50种，请先下单或去掉几样")
	}
	return nil
}
