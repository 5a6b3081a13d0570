package api

import (
	"net/http"
	"testing"

	"github.com/jieban/jieban/api/pay"
)

// A buyer pays, the notice is lost, and the buyer gives up: the money must go back, not stay with the provider.
func TestCancellingAsksTheProviderForLostMoney(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	c := browser(t, a)
	byPage, byAPI := placed(t, c), placed(t, c)
	for _, v := range []checkoutView{byPage, byAPI} {
		c.press(v.PayURL, "fault", string(pay.Lost)).goesTo(v.PayURL)
	}
	page, no := "/shop/orders/"+byPage.Orders[0].No, byAPI.Orders[0].No
	c.press(page + "/cancel").goesTo(page)
	c.post("/api/v1/orders/"+no+"/cancel", nil).want(http.StatusOK)
	if err := NewClerk(d, a.Pay).SendRefunds(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{page, "/shop/orders/" + no} {
		c.get(path).want(http.StatusOK).says("已取消，已退款")
	}
}

// Who stands at the cashier while the order is cancelled elsewhere cannot pay for it any more, even unheard.
func TestACancelledOrderTakesNoMoney(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	c := browser(t, a)
	no := placed(t, c).Orders[0].No
	c.post("/api/v1/orders/"+no+"/cancel", nil).want(http.StatusOK)
	order, err := d.OpenTrade(t.Context(), no, 100)
	if err != nil || order.State != "closed" {
		t.Errorf("trade %+v, %v", order, err)
	}
}

// Nobody else's cancelling touches the payment of an order.
func TestAStrangerClosesNoPayment(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	c, stranger := browser(t, a), browser(t, a)
	v := placed(t, c)
	stranger.post("/api/v1/orders/"+v.Orders[0].No+"/cancel", nil).want(http.StatusNotFound)
	if _, err := d.Trade(t.Context(), v.Orders[0].No); err == nil {
		t.Error("a stranger closed the payment")
	}
}
