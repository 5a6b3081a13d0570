package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// sandboxCallback is where the sandbox's notices go, as a real provider's would.
const sandboxCallback = "/callback/pay/sandbox"

// NewSandbox gives the sandbox provider with its books in the database. New tells it where to post its notices.
func NewSandbox(d *db.DB) *pay.Sandbox {
	trade := func(t db.SandboxTrade, err error) (pay.Trade, error) {
		return pay.Trade{OrderNo: t.OrderNo, Amount: t.AmountFen, Ref: t.Ref, Status: pay.Status(t.State), Refunded: t.Refunded, At: t.UpdatedAt}, err
	}
	return &pay.Sandbox{
		Key: d.Mac("pay", pay.SandboxName), Now: d.Now,
		Ledger: pay.Ledger{
			Open: func(ctx context.Context, no string, amount models.Fen) (pay.Trade, error) {
				return trade(d.OpenTrade(ctx, no, amount))
			},
			Find: func(ctx context.Context, no string) (pay.Trade, error) { return trade(d.Trade(ctx, no)) },
			Pay:  func(ctx context.Context, no string) (pay.Trade, error) { return trade(d.PayTrade(ctx, no)) },
			Close: func(ctx context.Context, no string) (pay.Trade, error) {
				return trade(d.CloseTrade(ctx, no))
			},
			Refund: func(ctx context.Context, no string, amount models.Fen) (pay.Trade, error) {
				return trade(d.RefundTrade(ctx, no, amount))
			},
		},
	}
}

// NewClerk gives who looks after money while nobody looks. p nil means that no money comes in.
func NewClerk(d *db.DB, p *pay.Sandbox) pay.Clerk {
	c := pay.Clerk{
		Due: d.DueOrders, Book: d.BookPayment, Expire: d.ExpireOrder, Done: d.RefundDone, Tried: d.RefundTried, Now: d.Now,
		Refunds: func(ctx context.Context, limit int) ([]pay.Refunding, error) {
			due, err := d.DueRefunds(ctx, limit)
			list := make([]pay.Refunding, len(due))
			for i, r := range due {
				list[i] = pay.Refunding(r)
			}
			return list, err
		},
	}
	if p != nil {
		c.Provider = p
	}
	return c
}

// NewCancel gives how a buyer takes an order back, for pages, API and chat alike. The provider is asked first: what was
// paid goes back with the order though its notice was lost, and what was not can be paid no more. Beside the refusals of
// CancelOrder it answers ErrUnavailable where the provider does not say.
func NewCancel(d *db.DB, p *pay.Sandbox) func(ctx context.Context, linkID int64, no string) (db.OrderView, error) {
	clerk := NewClerk(d, p)
	return func(ctx context.Context, linkID int64, no string) (db.OrderView, error) {
		v, err := d.Order(ctx, linkID, no)
		if err != nil {
			return v, err
		}
		if v.State == models.OrderPendingPayment {
			if err := clerk.Settle(ctx, no); err != nil {
				return v, models.ErrUnavailable.From(err)
			}
		}
		return d.CancelOrder(ctx, linkID, no)
	}
}

// postNotice hands a sandbox's notice to the handler of our own callback, signature and all. It goes by no connection:
// one of our own making would count against the limits of strangers, and is not let in while the service stops.
func (a *App) postNotice(ctx context.Context, notice []byte) error {
	var in noticeInput
	if err := json.Unmarshal(notice, &in.Body); err != nil {
		return err
	}
	_, err := a.sandboxNotice(ctx, &in)
	return err
}

type noticeInput struct{ Body pay.Notice }

// paymentView is a payment as it was booked.
type paymentView struct {
	ID        int64      `json:"id"`
	OrderNo   string     `json:"order_no"`
	AmountFen models.Fen `json:"amount_fen"`
	Stray     bool       `json:"stray" doc:"no order could take the money; it goes back"`
	BookedAt  time.Time  `json:"booked_at"`
}

// sandboxNotice books what the sandbox reports. A repeat is answered as the first was.
func (a *App) sandboxNotice(ctx context.Context, in *noticeInput) (*bodyOf[paymentView], error) {
	if a.Pay == nil {
		return nil, models.ErrNotFound.With("这个地址")
	}
	report, err := in.Body.Report(a.Pay.Key)
	if err != nil {
		return nil, err
	}
	p, err := a.DB.BookPayment(ctx, report)
	if err != nil {
		return nil, err
	}
	return &bodyOf[paymentView]{paymentView{p.ID, p.OrderNo, p.AmountFen, p.Stray, p.BookedAt.UTC()}}, nil
}
