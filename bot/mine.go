package bot

import (
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// ordersShown is how many orders one answer lists.
const ordersShown = 5

// orders is 我的订单: the newest, in the words buyers read.
func (t *turn) orders() error {
	views, err := t.e.d.Orders(t.ctx, t.link, 0, ordersShown)
	if err != nil {
		return t.refuse(err)
	}
	t.k.rest()
	if len(views) == 0 {
		t.choose("您还没有订单。", append(list("买特产", "购物篮"), home)...)
		return nil
	}
	return t.listOrders("您的订单：", views)
}

// listOrders lists orders, each to be tapped.
func (t *turn) listOrders(head string, views []db.OrderView) error {
	lines := []string{head}
	var choices []Choice
	for _, o := range views {
		lines = append(lines, orderLine(o))
		choices = append(choices, Choice{"看 " + goods(o) + " " + o.Status, "看订单" + o.No})
	}
	t.say(strings.Join(lines, "\n"))
	t.choose("要看哪一笔？", append(choices, one("买特产"), home)...)
	return nil
}

// orderLine is an order in one line.
func orderLine(o db.OrderView) string {
	return o.No + " " + goods(o) + " " + o.TotalFen.String() + " " + o.Status
}

// goods names what was ordered, shortly.
func goods(o db.OrderView) string {
	if len(o.Lines) == 0 {
		return o.SupplierName
	}
	s := o.Lines[0].ProductName + "×" + strconv.Itoa(o.Lines[0].Quantity)
	if n := len(o.Lines); n > 1 {
		s += "等" + strconv.Itoa(n) + "样"
	}
	return s
}

// orderCommand reads 看订单J…, 付款J…, 取消订单J…, 确认收货J… and 查物流J…, which choices send.
func (t *turn) orderCommand() (bool, error) {
	for _, c := range []struct {
		word string
		do   func(db.OrderView) error
	}{
		{"看订单", t.showOrder}, {"付款", t.payOrder}, {"取消订单", t.askDrop}, {"确认收货", t.askReceive}, {"查物流", t.track},
	} {
		no, ok := strings.CutPrefix(t.text, c.word)
		no = strings.ToUpper(strings.TrimSpace(no))
		if !ok || !strings.HasPrefix(no, "J") || len(no) > 32 {
			continue
		}
		o, err := t.e.d.Order(t.ctx, t.link, no)
		if err != nil {
			return true, t.refuse(err, list("我的订单", "人工")...)
		}
		t.k.rest()
		return true, c.do(o)
	}
	return false, nil
}

// showOrder shows one order and only what can be done with it now.
func (t *turn) showOrder(o db.OrderView) error {
	lines := []string{"订单" + o.No + "，" + o.Status, o.SupplierName}
	for _, l := range o.Lines {
		lines = append(lines, l.ProductName+" "+l.Pack+" ×"+strconv.Itoa(l.Quantity)+" "+l.Sum().String())
	}
	lines = append(lines, "合计"+o.TotalFen.String(), "寄到："+o.AddressMasked)
	t.say(strings.Join(append(lines, parcels(o)...), "\n"))
	var choices []Choice
	if o.State == models.OrderPendingPayment {
		choices = append(choices, Choice{"付款", "付款" + o.No})
	}
	if o.Cancel() == nil {
		choices = append(choices, Choice{"取消订单", "取消订单" + o.No})
	}
	if receivable(o) {
		choices = append(choices, Choice{"确认收货", "确认收货" + o.No})
	}
	if len(o.Shipments) > 0 {
		choices = append(choices, Choice{"查物流", "查物流" + o.No})
	}
	t.choose("要办什么？", append(choices, one("我的订单"), one("人工"), home)...)
	return nil
}

// parcels names carrier and number of every parcel.
func parcels(o db.OrderView) []string {
	var lines []string
	for _, s := range o.Shipments {
		lines = append(lines, "快递："+s.Carrier+" 单号"+s.TrackingNo+"，"+s.ShippedAt.In(models.Zone).Format("1月2日 15:04")+"发出")
	}
	return lines
}

// receivable says whether there is something to confirm: a parcel of an order that is still open.
func receivable(o db.OrderView) bool {
	return o.State == models.OrderConfirmed && len(o.Shipments) > 0
}

// payOrder leads to the cashier of the whole checkout: its orders are paid together.
func (t *turn) payOrder(o db.OrderView) error {
	if o.State != models.OrderPendingPayment {
		return t.showOrder(o)
	}
	t.say("订单" + o.No + "还没付款，要付" + o.TotalFen.String() + "，请在" + o.ExpiresAt.In(models.Zone).Format("15:04") + "前付。")
	t.lead("去付款", t.e.o.PayURL(o.CheckoutID))
	t.choose("付了款在“我的订单”里能看到。", append(list("我的订单"), home)...)
	return nil
}

// track tells where a parcel can be asked after; the carriers are not asked from here.
func (t *turn) track(o db.OrderView) error {
	lines := parcels(o)
	if len(lines) == 0 {
		lines = []string{"订单" + o.No + "还没有发货，现在是：" + o.Status + "。发货了会在这里告诉您。"}
	}
	t.say(strings.Join(lines, "\n"))
	choices := list("我的订单", "人工")
	if receivable(o) {
		choices = append([]Choice{{"确认收货", "确认收货" + o.No}}, choices...)
	}
	t.choose("可以拿单号到快递公司查走到哪了。", append(choices, home)...)
	return nil
}

// askDrop asks before an order is cancelled, and says what becomes of money paid.
func (t *turn) askDrop(o db.OrderView) error {
	if err := o.Cancel(); err != nil {
		return t.refuse(err)
	}
	t.k.Pick = o.No
	text := "要取消这笔订单吗？" + goods(o) + " " + o.TotalFen.String() + "。"
	if o.PaymentState == models.PaymentPaid {
		text += "付的钱会原路退回。"
	}
	return t.ask(stepDrop, text, list("确定取消", "不取消")...)
}

// takeDrop cancels on a yes. The verb asks again whether that is still possible.
func (t *turn) takeDrop() (bool, error) {
	switch {
	case t.says("不取消", "不", "不用", "算"):
		return true, t.rest("好的，订单还在。", one("我的订单"))
	case !t.says("确定取消", "确定", "确认", "是", "是的", "对", "好", "好的", "取消订单"):
		return false, nil
	}
	o, err := t.e.o.Cancel(t.ctx, t.link, t.k.Pick)
	t.k.rest()
	if err != nil {
		return true, t.refuse(err)
	}
	return true, t.rest("订单"+o.No+"："+o.Status+"。", list("我的订单", "买特产")...)
}

// askReceive warns that the money goes to the seller.
func (t *turn) askReceive(o db.OrderView) error {
	if !receivable(o) {
		return t.showOrder(o)
	}
	t.k.Pick = o.No
	return t.ask(stepReceive, "货都收到了、没有问题吗？"+goods(o)+"。确认后钱会结给商家；有问题先别确认，回复“人工”。", list("都收到了", "还没收到")...)
}

// takeReceive accepts the parcels on a yes.
func (t *turn) takeReceive() (bool, error) {
	switch {
	case t.says("还没收到", "没收到", "没有", "没", "不", "还没"):
		return true, t.rest("好的，收到了再来确认。", list("我的订单", "人工")...)
	case !t.says("都收到", "收到", "确认收货", "确认", "是", "是的", "好", "好的", "对"):
		return false, nil
	}
	o, err := t.e.d.AcceptOrder(t.ctx, t.link, t.k.Pick)
	t.k.rest()
	if err != nil {
		return true, t.refuse(err)
	}
	return true, t.rest("谢谢！订单"+o.No+"："+o.Status+"。", list("我的订单", "买特产")...)
}

// someOrder does something with the only order it can be done with; several are listed, to be chosen from.
func (t *turn) someOrder(none string, fits func(db.OrderView) bool, do func(db.OrderView) error) error {
	views, err := t.e.d.Orders(t.ctx, t.link, 0, 50)
	if err != nil {
		return t.refuse(err)
	}
	var fit []db.OrderView
	for _, o := range views {
		if fits(o) {
			fit = append(fit, o)
		}
	}
	t.k.rest()
	switch len(fit) {
	case 0:
		if len(views) > 0 {
			none += "\n最近一笔：" + orderLine(views[0])
		}
		t.choose(none, append(list("我的订单", "人工"), home)...)
		return nil
	case 1:
		return do(fit[0])
	}
	return t.listOrders("有好几笔，请先选一笔：", fit[:min(len(fit), ordersShown)])
}
