package models

import "time"

// PaymentState is where an order's money stands.
type PaymentState string

const (
	PaymentUnpaid       PaymentState = "unpaid"
	PaymentPaid         PaymentState = "paid"
	PaymentPartRefunded PaymentState = "part_refunded"
	PaymentRefunded     PaymentState = "refunded"
)

// PaymentStates is the machine of an order's money.
var PaymentStates = Machine{
	Noun: "payment", ZH: "付款", Start: "unpaid", Ends: []string{"refunded"},
	Steps: []Step{
		{"unpaid", "paid", "the provider reports the money"},
		{"paid", "part_refunded", "a part went back"},
		{"paid", "refunded", "all went back"},
		{"part_refunded", "refunded", "the rest went back"},
	},
}

// Payment is money a provider reports. (Provider, Ref) is UNIQUE: one provider id is at most one payment.
type Payment struct {
	ID        int64
	Provider  string
	Ref       string // the provider's transaction id
	OrderNo   string // as reported; may name no order of ours
	OrderID   *int64 // nil or not confirming: stray
	AmountFen Fen
	Stray     bool // no order could take it; it is refunded
	PaidAt    time.Time
	BookedAt  time.Time
}

// Report is what a provider says about one payment, after its signature was checked.
type Report struct {
	Provider string
	Ref      string
	OrderNo  string
	Amount   Fen
	PaidAt   time.Time
}

// Take says what a reported payment does to an order: confirm it, or be booked as stray and refunded.
// rehold is set where the hold has lapsed and the goods must be held anew first.
func (o Order) Take(r Report) (confirm, rehold bool) {
	if r.Amount != o.TotalFen || o.PaymentState != PaymentUnpaid {
		return false, false
	}
	switch o.State {
	case OrderPendingPayment:
		return true, false
	case OrderExpired, OrderCancelled:
		return true, true
	}
	return false, false
}
