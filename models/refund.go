package models

import "time"

// RefundState is where money on its way back stands.
type RefundState string

const (
	RefundRefunding RefundState = "refunding"
	RefundDone      RefundState = "refunded"
	RefundFailed    RefundState = "failed" // the provider said no for good: an officer must act
)

// RefundStates is the machine of one refund.
var RefundStates = Machine{
	Noun: "refund", ZH: "退款", Start: "refunding", Ends: []string{"refunded"},
	Steps: []Step{
		{"refunding", "refunded", "the provider's final success"},
		{"refunding", "failed", "the provider refuses for good"},
		{"failed", "refunding", "an officer tries again"},
	},
}

// Refund is money going back to a buyer. No is given to the provider and stays the same over every try.
type Refund struct {
	ID        int64
	No        string // UNIQUE
	PaymentID int64
	OrderID   *int64
	AmountFen Fen
	Reason    string
	State     RefundState
	Tries     int
	NextTryAt time.Time
	AskedAt   time.Time
	EndedAt   *time.Time
}
