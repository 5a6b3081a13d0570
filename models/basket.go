package models

import "time"

// BasketLine is one SKU a person means to buy. A basket holds nothing: only an order does.
type BasketLine struct {
	LinkID   int64  `gorm:"primaryKey"`
	SKUID    string `gorm:"column:sku_id;primaryKey"`
	Quantity int
	AddedAt  time.Time

	RequestKey *string // of what was added last by a request that may come again
}

// BasketItem is a line with what it names, as the buyer sees it.
type BasketItem struct {
	SKU      SKU
	Product  Product // without its SKUs
	Supplier Supplier
	Quantity int
}

// Sum is what the line costs.
func (b BasketItem) Sum() Fen { return b.SKU.Price * Fen(b.Quantity) }

// BasketSum is what all lines cost.
func BasketSum(items []BasketItem) Fen {
	var sum Fen
	for _, b := range items {
		sum += b.Sum()
	}
	return sum
}
