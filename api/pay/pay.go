// Package pay is the seam to payment providers. A Provider takes money for an order, answers what became of it, closes
// what was not paid and sends money back; Sandbox is the one that the demonstration uses. Clerk is what runs by itself:
// it asks the provider before an unpaid order ends, and sends refunds until they are through.
//
// Nothing here knows the database or HTTP: what a provider must remember, and the way its notices travel, are functions
// that are handed in. A notice is only believed once its signature holds, and booking one is idempotent, so that twice,
// late and never are all the same in the end.
package pay

import (
	"context"
	"errors"

	"github.com/jieban/jieban/models"
)

// Provider takes money for orders. All methods may be called again for the same order or refund.
type Provider interface {
	// Name is what payments are booked under.
	Name() string
	// Cashier opens the payment of an order and gives the address where the buyer pays.
	Cashier(ctx context.Context, o models.Order) (url string, err error)
	// Query asks what became of an order's payment. An order the provider never heard of is Open.
	Query(ctx context.Context, orderNo string) (State, error)
	// Close makes sure that nobody pays the order any more, also one that the provider never heard of. It answers ErrPaid
	// where somebody has.
	Close(ctx context.Context, orderNo string) error
	// Refund sends money back: nil is the final success, ErrRefused a final no, anything else may be tried again.
	Refund(ctx context.Context, r RefundRequest) error
}

// Status is where a payment stands at the provider.
type Status string

// The provider's states of a payment.
const (
	Open   Status = "open"
	Paid   Status = "paid"
	Closed Status = "closed"
)

// State is a provider's answer to a query. Report is filled once it is Paid.
type State struct {
	Status Status
	Report models.Report
}

// RefundRequest asks for money back. No stays the same over every try.
type RefundRequest struct {
	No, OrderNo, Ref string
	Amount           models.Fen
	Reason           string
}

var (
	// ErrPaid says that an order cannot be closed because it is paid.
	ErrPaid = errors.New("pay: the order is paid")
	// ErrRefused says that the provider will never make this refund.
	ErrRefused = errors.New("pay: the provider refuses the refund")
)
