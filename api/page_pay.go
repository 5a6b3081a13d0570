package api

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// payBody is what shop_pay.html shows.
type payBody struct {
	db.CheckoutView
	Cards    []orderCard
	Due      models.Fen // what is still to be paid
	Waiting  int        // orders that wait for it
	Paid     int
	Until    time.Time // the first hold ends
	Minutes  int       // until then, rounded up
	Open     bool      // payments are taken
	Faults   []faultChoice
	AnyFault bool // some order can still be played with
}

// faultChoice is one thing that the sandbox can do wrong.
type faultChoice struct {
	Fault       pay.Fault
	Label, Hint string
	Late        bool
}

// faultChoices are offered in the demonstration only.
var faultChoices = []faultChoice{
	{pay.Twice, "通知来两次", "同一笔付款，同一时刻通知两遍：只记一次。", false},
	{pay.Late, "钱迟到", "订单先关闭，钱后到：有货就恢复订单，没货就退款。", true},
	{pay.WrongAmount, "金额不对", "通知的金额少一元：不算付款，原路退回，订单还能再付。", false},
	{pay.Lost, "通知丢了", "钱付了，通知没来：点“查询付款结果”，或等订单到期前系统自己去问。", false},
}

// payPage is the sandbox's cashier: it shows what is to be paid and until when.
func (a *App) payPage(c *fiber.Ctx) error {
	v, err := a.paying(c)
	if err != nil {
		return err
	}
	b := payBody{CheckoutView: v, Open: a.Pay != nil}
	for _, o := range v.Orders {
		b.Cards = append(b.Cards, cardOf(o))
		switch {
		case o.State == models.OrderPendingPayment:
			b.Waiting++
			b.Due += o.TotalFen
			if b.Until.IsZero() || o.ExpiresAt.Before(b.Until) {
				b.Until = o.ExpiresAt
			}
		case o.PaymentState == models.PaymentPaid:
			b.Paid++
		}
		b.AnyFault = b.AnyFault || canPlay(o.Order, pay.Late)
	}
	b.Minutes = int((max(0, b.Until.Sub(a.DB.Now())) + time.Minute - 1) / time.Minute)
	if a.Demo && b.Open {
		b.Faults = faultChoices
	}
	return a.render(c, "shop_pay.html", View{Title: "付款", Nav: residentNav("/shop/orders"), Body: b})
}

// paying gives the checkout of the address, which must be the caller's own.
func (a *App) paying(c *fiber.Ctx) (db.CheckoutView, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return db.CheckoutView{}, models.ErrNotFound.With("这次下单")
	}
	return a.DB.Checkout(c.UserContext(), a.caller(c).Link.ID, id)
}

// canPlay says whether the sandbox can do this to the order: only late money comes to one that is over.
func canPlay(o models.Order, f pay.Fault) bool {
	if o.State == models.OrderPendingPayment {
		return true
	}
	return f == pay.Late && o.PaymentState == models.PaymentUnpaid
}

// payForm pays all orders that wait, or asks the provider what became of them.
func (a *App) payForm(c *fiber.Ctx) error {
	v, err := a.paying(c)
	if err != nil {
		return err
	}
	if a.Pay == nil {
		return a.back(c, payPath(v.ID), "付款还没有开通，请过几天再来。")
	}
	if c.FormValue("act") == "query" {
		return a.queryPayments(c, v)
	}
	fault := pay.Fault(c.FormValue("fault"))
	if fault != pay.Once && (!a.Demo || !slices.ContainsFunc(faultChoices, func(f faultChoice) bool { return f.Fault == fault })) {
		return models.ErrInvalid.With("不认识的付款方式")
	}
	var errs []error
	for _, o := range v.Orders {
		if canPlay(o.Order, fault) {
			errs = append(errs, a.payOrder(c.UserContext(), o.Order, fault))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return a.back(c, payPath(v.ID), payFlash[fault])
}

// payFlash says what the sandbox has done; a plain payment shows on the page by itself.
var payFlash = map[pay.Fault]string{
	pay.Twice:       "沙盒发了两次通知，只记了一次付款。",
	pay.Late:        "订单先关闭了，随后钱才到。结果见下面。",
	pay.WrongAmount: "沙盒少付了一元：这笔钱不算数，会原路退回。订单还在等付款。",
	pay.Lost:        "沙盒收了钱，但没有发通知。点“查询付款结果”看看。",
}

// payOrder takes the money for one order. Late money finds the order closed, as if the buyer had given up.
func (a *App) payOrder(ctx context.Context, o models.Order, fault pay.Fault) error {
	if fault == pay.Late && o.State == models.OrderPendingPayment {
		if _, err := a.cancel(ctx, o.LinkID, o.No); err != nil {
			return err
		}
	}
	return a.Pay.Pay(ctx, o, fault)
}

// queryPayments asks the provider about every order that waits and books what it says: a notice may be lost.
func (a *App) queryPayments(c *fiber.Ctx, v db.CheckoutView) error {
	flash := "支付方说还没有收到钱。"
	for _, o := range v.Orders {
		if o.State != models.OrderPendingPayment {
			continue
		}
		state, err := a.Pay.Query(c.UserContext(), o.No)
		if err != nil {
			return err
		}
		if state.Status != pay.Paid {
			continue
		}
		if _, err := a.DB.BookPayment(c.UserContext(), state.Report); err != nil {
			return err
		}
		flash = "查到了，钱已经付过。"
	}
	return a.back(c, payPath(v.ID), flash)
}
