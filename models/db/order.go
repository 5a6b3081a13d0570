package db

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm/clause"
)

// OrderRequest is one tap on «下单».
type OrderRequest struct {
	Key     string          // chosen by the buyer's device, 1 to 200 bytes: the same key again gives the same checkout
	Expect  models.Fen      // the sum the buyer was shown
	Address *models.Address // nil = the last one
	Note    string          // at most 200 characters
	Items   []OrderItem     // nil = the basket, which is emptied
}

// OrderItem is one pack and how many of it.
type OrderItem struct {
	SKUID    string
	Quantity int
}

// errRaced says that stock or price changed between rule and guard: the transaction is rolled back and run again, so
// that the rule itself finds the words.
var errRaced = errors.New("raced")

// maxRaces bounds how often an order that lost the race for a pack looks again.
const maxRaces = 10

// PlaceOrder makes one order per supplier and holds the goods for models.HoldFor. Prices and stock are read again; the
// same key again, even at the same moment, gives the stored checkout. It answers ErrInvalid, ErrNoAddress, ErrAddress,
// what models.Place answers, and ErrNotFound for a pack that does not exist.
func (d *DB) PlaceOrder(ctx context.Context, linkID int64, r OrderRequest) (CheckoutView, error) {
	r.Note = strings.TrimSpace(r.Note)
	if err := checkKey(r.Key); err != nil {
		return CheckoutView{}, err
	}
	switch {
	case utf8.RuneCountInString(r.Note) > 200:
		return CheckoutView{}, models.ErrInvalid.With("备注最多200个字")
	case len(r.Items) > MaxBasket:
		return CheckoutView{}, models.ErrInvalid.With("一次最多买50种")
	}
	var id int64
	err := errRaced
	for try := 0; errors.Is(err, errRaced); try++ {
		if try == maxRaces {
			return CheckoutView{}, models.ErrUnavailable.From(err)
		}
		err = d.write(ctx, func(t *tx) (err error) {
			id, err = t.placeOnce(linkID, r)
			return err
		})
	}
	if err != nil {
		return CheckoutView{}, err
	}
	return d.Checkout(ctx, linkID, id)
}

// placeOnce gives the checkout that the key already stands for, or makes it. The buyer's row is locked first: two
// requests of one buyer come one after the other, so a key is new to one of them only and nobody slips past the limit
// of unpaid orders.
func (t *tx) placeOnce(linkID int64, r OrderRequest) (int64, error) {
	if err := t.lock().Select("id").Where("id = ?", linkID).Take(&models.Link{}).Error; err != nil {
		return 0, found(err, "这个会话")
	}
	var before struct {
		Stored *int64
		Unpaid int
	}
	err := t.g.Raw(`SELECT (SELECT id FROM checkouts WHERE link_id = ? AND request_key = ?) AS stored,
 (SELECT COUNT(*) FROM orders WHERE link_id = ? AND state = 'pending_payment') AS unpaid`, linkID, r.Key, linkID).Scan(&before).Error
	if err != nil {
		return 0, err
	}
	if before.Stored != nil {
		return *before.Stored, nil
	}
	items, err := t.orderItems(linkID, r.Items)
	if err != nil {
		return 0, err
	}
	orders, err := models.Place(items, r.Expect, before.Unpaid, t.now)
	if err != nil {
		return 0, err
	}
	sealed, masked, err := t.address(linkID, r.Address)
	if err != nil {
		return 0, err
	}
	note, err := t.d.seal(r.Note)
	if err != nil {
		return 0, err
	}
	for i := range orders {
		orders[i].LinkID, orders[i].AddressSealed, orders[i].AddressMasked, orders[i].NoteSealed = linkID, sealed, masked, note
	}
	id, err := t.storeCheckout(linkID, r, orders)
	if err != nil {
		return 0, err
	}
	if r.Items == nil {
		if err := t.emptyBasket(linkID, orders); err != nil {
			return 0, err
		}
	}
	// Last, because a pack that everybody wants is locked from here to the commit.
	return id, t.reserve(orders)
}

// orderItems reads what is to be bought as it is now: the basket, or the packs that are named.
func (t *tx) orderItems(linkID int64, asked []OrderItem) ([]models.BasketItem, error) {
	if asked == nil {
		return basketItems(t.g.Joins("JOIN basket_lines b ON b.sku_id = k.id").Where("b.link_id = ?", linkID).Order("k.id"), "b.quantity")
	}
	ids := make([]string, len(asked))
	for i, a := range asked {
		ids[i] = a.SKUID
	}
	known, err := basketItems(t.g.Where("k.id IN ?", ids), "0")
	if err != nil {
		return nil, err
	}
	byID := make(map[string]models.BasketItem, len(known))
	for _, it := range known {
		byID[it.SKU.ID] = it
	}
	items := make([]models.BasketItem, len(asked))
	for i, a := range asked {
		it, ok := byID[a.SKUID]
		if !ok {
			return nil, models.ErrNotFound.With("其中一种商品")
		}
		it.Quantity = a.Quantity
		items[i] = it
	}
	return items, nil
}

// savedAddress is the address a buyer used last.
type savedAddress struct {
	LinkID int64 `gorm:"primaryKey"`
	Sealed models.Sealed
	Masked string
}

func (savedAddress) TableName() string { return "addresses" }

// address seals and remembers the address given, or takes the last one.
func (t *tx) address(linkID int64, given *models.Address) (models.Sealed, string, error) {
	if given == nil {
		var last savedAddress
		if err := t.g.Where("link_id = ?", linkID).Limit(1).Find(&last).Error; err != nil {
			return nil, "", err
		}
		if last.Sealed == nil {
			return nil, "", models.ErrNoAddress
		}
		return last.Sealed, last.Masked, nil
	}
	a, err := given.Check()
	if err != nil {
		return nil, "", err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, "", err
	}
	sealed, err := t.d.sealBytes(plain)
	if err != nil {
		return nil, "", err
	}
	err = t.g.Exec(`INSERT INTO addresses (link_id, sealed, masked, updated_at) VALUES (?, ?, ?, ?)
 ON CONFLICT (link_id) DO UPDATE SET sealed = excluded.sealed, masked = excluded.masked, updated_at = excluded.updated_at`,
		linkID, sealed, a.Masked(), t.now).Error
	return sealed, a.Masked(), err
}

// LastAddress gives the masked address that the next order uses if none is given; ok is false if there is none.
func (d *DB) LastAddress(ctx context.Context, linkID int64) (masked string, ok bool, err error) {
	var last savedAddress
	err = d.read(ctx).Select("link_id, masked").Where("link_id = ?", linkID).Limit(1).Find(&last).Error
	return last.Masked, last.LinkID != 0, err
}

// reserve holds every line in the order of the packs' ids, whatever supplier they belong to: two orders that want the
// same packs then wait for one another instead of dead-locking. The guard is one statement per pack, price included.
func (t *tx) reserve(orders []models.Order) error {
	var lines []models.OrderLine
	for _, o := range orders {
		lines = append(lines, o.Lines...)
	}
	slices.SortFunc(lines, func(a, b models.OrderLine) int { return strings.Compare(a.SKUID, b.SKUID) })
	for _, l := range lines {
		res := t.g.Exec(`UPDATE skus SET reserved = reserved + ? WHERE id = ? AND NOT "off" AND price_fen = ? AND on_hand - reserved >= ?`,
			l.Quantity, l.SKUID, l.PriceFen, l.Quantity)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected != 1 {
			return errRaced
		}
	}
	return nil
}

// storeCheckout writes the checkout, its orders and their lines, and tells the suppliers.
func (t *tx) storeCheckout(linkID int64, r OrderRequest, orders []models.Order) (int64, error) {
	c := models.Checkout{LinkID: linkID, RequestKey: r.Key, TotalFen: r.Expect, PlacedAt: t.now}
	if err := t.g.Create(&c).Error; err != nil {
		return 0, err
	}
	var lines []models.OrderLine
	for i := range orders {
		o := &orders[i]
		o.CheckoutID, o.No = c.ID, "~"+randomToken() // UNIQUE, until the id is known
		if err := t.g.Omit(clause.Associations).Create(o).Error; err != nil {
			return 0, err
		}
		o.No = models.OrderNo(o.ID, t.now)
		if err := one(t.g.Exec("UPDATE orders SET no = ? WHERE id = ?", o.No, o.ID)); err != nil {
			return 0, err
		}
		for j := range o.Lines {
			o.Lines[j].OrderID = o.ID
		}
		lines = append(lines, o.Lines...)
		text := "新订单 " + o.No + "，合计 " + o.TotalFen.String() + "，等待买家付款。付款后会再通知您发货。"
		if err := t.noticeSupplier(o.SupplierID, "order_placed", text); err != nil {
			return 0, err
		}
		if err := t.audit(ByLink(linkID), "order.place", "order:"+o.No, ""); err != nil {
			return 0, err
		}
	}
	return c.ID, t.g.Create(&lines).Error
}

// emptyBasket takes out what was ordered; what was put in meanwhile stays.
func (t *tx) emptyBasket(linkID int64, orders []models.Order) error {
	var ids []string
	for _, o := range orders {
		for _, l := range o.Lines {
			ids = append(ids, l.SKUID)
		}
	}
	return t.g.Exec("DELETE FROM basket_lines WHERE link_id = ? AND sku_id IN ?", linkID, ids).Error
}
