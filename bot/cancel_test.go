package bot_test

import (
	"context"
	"testing"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// The chat takes an order back by the way that pages take, on which the payment provider is asked.
func TestCancellingInTheChatAsksTheProvider(t *testing.T) {
	d, ctx := dbtest.SQLite(t), context.Background()
	var asked string
	e := bot.New(d, bot.Options{Cancel: func(ctx context.Context, link int64, no string) (db.OrderView, error) {
		asked = no
		return d.CancelOrder(ctx, link, no)
	}})
	me := link(t, d, "me")
	to := models.Address{Name: "王小明", Phone: "13800000000", Province: "重庆市", City: "市辖区", District: "九龙坡区", Detail: "西永大道一号"}
	v, err := d.PlaceOrder(ctx, me, db.OrderRequest{Key: "k", Expect: 11800, Address: &to, Items: []db.OrderItem{{SKUID: "yangdujun-fresh-1j", Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	say(t, e, me, "我的订单", "1", "取消订单", "确定取消")
	if asked != v.Orders[0].No {
		t.Errorf("asked for %q, want %q", asked, v.Orders[0].No)
	}
}
