package pay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jieban/jieban/models"
)

// SandboxName is what the sandbox's payments are booked under.
const SandboxName = "sandbox"

// Fault is what the sandbox does wrong on purpose, as real providers sometimes do.
type Fault string

// The faults. Once is none.
const (
	Once        Fault = ""
	Twice       Fault = "twice"        // two notices of one payment, at the same moment
	Late        Fault = "late"         // the money comes when the order is over
	WrongAmount Fault = "wrong_amount" // the notice names one yuan less
	Lost        Fault = "lost"         // paid, and no notice ever comes
)

// Trade is one payment in the sandbox's own books.
type Trade struct {
	OrderNo  string
	Amount   models.Fen
	Ref      string // the transaction id, known from the start
	Status   Status
	Refunded models.Fen
	At       time.Time // of the last change
}

// Ledger is where the sandbox keeps its books. Every function answers the trade as it is afterwards.
type Ledger struct {
	Open   func(ctx context.Context, orderNo string, amount models.Fen) (Trade, error) // or gives the one that is there
	Find   func(ctx context.Context, orderNo string) (Trade, error)                    // models.ErrNotFound
	Pay    func(ctx context.Context, orderNo string) (Trade, error)                    // only an open one changes
	Close  func(ctx context.Context, orderNo string) (Trade, error)                    // an open one, or one that never began
	Refund func(ctx context.Context, orderNo string, amount models.Fen) (Trade, error) // models.ErrAmount
}

// Sandbox plays a payment provider: no money moves. It keeps books of its own and sends signed notices, so that the rest
// of the system cannot tell it from a real one.
type Sandbox struct {
	Ledger Ledger
	Key    []byte                                         // for the signature of its notices
	Now    func() time.Time                               // business time
	Post   func(ctx context.Context, notice []byte) error // delivers a notice; an error means it was not taken
}

var _ Provider = (*Sandbox)(nil)

// Name is sandbox.
func (s *Sandbox) Name() string { return SandboxName }

// Cashier opens the trade. The page is one for all orders of a checkout.
func (s *Sandbox) Cashier(ctx context.Context, o models.Order) (string, error) {
	_, err := s.Ledger.Open(ctx, o.No, o.TotalFen)
	return fmt.Sprintf("/shop/pay/%d", o.CheckoutID), err
}

// Query answers from the books.
func (s *Sandbox) Query(ctx context.Context, orderNo string) (State, error) {
	t, err := s.Ledger.Find(ctx, orderNo)
	if errors.Is(err, models.ErrNotFound) {
		return State{Status: Open}, nil
	}
	if err != nil {
		return State{}, err
	}
	state := State{Status: t.Status}
	if t.Status == Paid {
		state.Report = models.Report{Provider: SandboxName, Ref: t.Ref, OrderNo: t.OrderNo, Amount: t.Amount, PaidAt: t.At}
	}
	return state, nil
}

// Close ends a trade, also before it began: who stands at the cashier while the order ends cannot pay for it any more.
func (s *Sandbox) Close(ctx context.Context, orderNo string) error {
	t, err := s.Ledger.Close(ctx, orderNo)
	if err == nil && t.Status == Paid {
		return ErrPaid
	}
	return err
}

// Refund gives money back. Money of a made-up fault has its own transaction id and stands in no trade.
func (s *Sandbox) Refund(ctx context.Context, r RefundRequest) error {
	t, err := s.Ledger.Find(ctx, r.OrderNo)
	if errors.Is(err, models.ErrNotFound) || err == nil && t.Ref != r.Ref {
		return nil
	}
	if err != nil || t.Refunded >= r.Amount { // asked before, and the answer was lost
		return err
	}
	_, err = s.Ledger.Refund(ctx, r.OrderNo, r.Amount)
	if errors.Is(err, models.ErrAmount) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// Pay is the tap on the cashier's button: it takes the money for an order and tells us, with the fault that was asked
// for. It answers models.ErrOrderState where the trade was closed before.
func (s *Sandbox) Pay(ctx context.Context, o models.Order, f Fault) error {
	t, err := s.Ledger.Open(ctx, o.No, o.TotalFen)
	if err != nil {
		return err
	}
	n := Notice{OrderNo: o.No, Ref: t.Ref, AmountFen: int64(o.TotalFen), PaidAt: s.Now()}
	switch f {
	case Late: // a transaction of its own: the trade itself may be closed by now
		n.Ref += "-late"
		return s.send(ctx, n)
	case WrongAmount: // also of its own, so that the order can still be paid rightly
		n.Ref, n.AmountFen = n.Ref+"-wrong", wrong(n.AmountFen)
		return s.send(ctx, n)
	}
	if t, err = s.Ledger.Pay(ctx, o.No); err != nil {
		return err
	}
	if t.Status != Paid {
		return models.ErrOrderState.With(o.Status(), "付款，收银台已关闭")
	}
	n.PaidAt = t.At
	switch f {
	case Lost:
		return nil
	case Twice:
		return s.sendTwice(ctx, n)
	}
	return s.send(ctx, n)
}

// wrong is a yuan less, or more where that would be nothing.
func wrong(fen int64) int64 {
	if fen > 100 {
		return fen - 100
	}
	return fen + 100
}

func (s *Sandbox) sendTwice(ctx context.Context, n Notice) error {
	var first, second error
	var wg sync.WaitGroup
	wg.Go(func() { first = s.send(ctx, n) })
	wg.Go(func() { second = s.send(ctx, n) })
	wg.Wait()
	return errors.Join(first, second)
}

func (s *Sandbox) send(ctx context.Context, n Notice) error {
	n.PaidAt = n.PaidAt.UTC()
	body, err := json.Marshal(n.Sign(s.Key))
	if err != nil {
		return err
	}
	return s.Post(ctx, body)
}
