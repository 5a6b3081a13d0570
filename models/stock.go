package models

import "time"

// MoveKind says why stock on hand changed.
type MoveKind string

const (
	MoveRestock MoveKind = "restock"
	MoveSale    MoveKind = "sale"    // shipped
	MoveReturn  MoveKind = "return"  // came back, sellable
	MoveCorrect MoveKind = "correct" // counted anew
)

// StockMove is one change of stock on hand: OnHand is always the sum of the moves.
type StockMove struct {
	ID       int64
	SKUID    string `gorm:"column:sku_id"`
	Kind     MoveKind
	Quantity int // signed
	OrderID  *int64
	Actor    string
	At       time.Time
}
