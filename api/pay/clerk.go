package pay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
)

// Clerk does what must be done with money while nobody looks. Every function it is given is a verb that stands repeats
// and races by itself, so several clerks may work at once.
type Clerk struct {
	Provider Provider // nil: no money comes in, so there is nobody to ask
	Due      func(ctx context.Context, limit int) ([]models.Order, error)
	Book     func(context.Context, models.Report) (models.Payment, error)
	Expire   func(ctx context.Context, orderID int64) error
	Refunds  func(ctx context.Context, limit int) ([]Refunding, error)
	Done     func(ctx context.Context, refundID int64) error
	Tried    func(ctx context.Context, refundID int64, again time.Time, failed bool) error
	Now      func() time.Time // business time
}

// Refunding is a refund on its way, with what the provider knows the payment by.
type Refunding struct {
	models.Refund
	Provider string
	Ref      string
	OrderNo  string
}

// batch is how many rows a clerk takes up at a time.
const batch = 100

// ExpireDue ends the orders whose hold has run out. The provider is asked first: a payment whose notice was lost is
// booked, never expired. One order's failure does not stop the others.
func (c Clerk) ExpireDue(ctx context.Context) error {
	due, err := c.Due(ctx, batch)
	if err != nil {
		return err
	}
	var errs []error
	for _, o := range due {
		if err := c.expire(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("order %s: %w", o.No, err))
		}
	}
	return errors.Join(errs...)
}

func (c Clerk) expire(ctx context.Context, o models.Order) error {
	if err := c.Settle(ctx, o.No); err != nil {
		return err
	}
	// What was just booked is no longer waiting for its payment: the guard of the verb says so.
	if err := c.Expire(ctx, o.ID); !errors.Is(err, models.ErrStale) {
		return err
	}
	return nil
}

// Settle comes before an unpaid order ends in any way. It books what was paid, though its notice was lost, or closes the
// payment for good. Between question and closing somebody may pay: then it is asked again.
func (c Clerk) Settle(ctx context.Context, orderNo string) error {
	if c.Provider == nil {
		return nil
	}
	for range 2 {
		state, err := c.Provider.Query(ctx, orderNo)
		if err != nil {
			return err
		}
		if state.Status == Paid {
			_, err := c.Book(ctx, state.Report)
			return err
		}
		if err := c.Provider.Close(ctx, orderNo); !errors.Is(err, ErrPaid) {
			return err
		}
	}
	return fmt.Errorf("provider %s neither closes nor shows the payment", c.Provider.Name())
}

// SendRefunds asks the provider for every refund that is due, and notes what it answered.
func (c Clerk) SendRefunds(ctx context.Context) error {
	due, err := c.Refunds(ctx, batch)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range due {
		if err := c.send(ctx, r); err != nil {
			errs = append(errs, fmt.Errorf("refund %s: %w", r.No, err))
		}
	}
	return errors.Join(errs...)
}

func (c Clerk) send(ctx context.Context, r Refunding) error {
	if c.Provider == nil || c.Provider.Name() != r.Provider {
		return c.Tried(ctx, r.ID, c.Now().Add(time.Hour), false) // its provider may be set up again
	}
	err := c.Provider.Refund(ctx, RefundRequest{No: r.No, OrderNo: r.OrderNo, Ref: r.Ref, Amount: r.AmountFen, Reason: r.Reason})
	switch {
	case err == nil:
		return c.Done(ctx, r.ID)
	case errors.Is(err, ErrRefused):
		return errors.Join(err, c.Tried(ctx, r.ID, c.Now(), true))
	}
	return errors.Join(err, c.Tried(ctx, r.ID, c.Now().Add(wait(r.Tries)), false))
}

// wait doubles from 10 seconds to an hour.
func wait(tries int) time.Duration {
	return min(10*time.Second<<min(max(tries, 0), 12), time.Hour)
}
