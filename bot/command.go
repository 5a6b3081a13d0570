package bot

import (
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// command reads what is said the same way everywhere, whatever was asked: the words of the menu and of the choices.
func (t *turn) command() (bool, error) {
	for _, read := range []func() (bool, error){t.staffCommand, t.linkCommand, t.voucherCommand, t.orderCommand, t.productCommand} {
		if done, err := read(); done || err != nil {
			return done, err
		}
	}
	if do := t.commandOf(bare(t.text)); do != nil {
		return true, do()
	}
	return false, nil
}

// commandOf knows the words of the menu and how else people write them.
func (t *turn) commandOf(word string) func() error {
	switch word {
	case "主菜单", "菜单", "首页":
		return func() error { return t.backToMenu("要办什么？") }
	case "开始", "重新开始":
		return t.greet
	case "返回", "上一步", "后退", "回去":
		return t.goBack
	case "取消", "不办", "算":
		return t.callOff
	case "退出":
		return t.leaveOr
	case "领券", "领劵", "领卷", "领票", "我要领券", "再领一张", "登记":
		return t.claim
	case "我的券", "我的劵", "我的票", "我的二维码", "二维码":
		return t.vouchers
	case "资格", "我的资格", "查资格":
		return t.standing
	case "景区", "景点", "有哪些景区":
		return t.spots
	case "买特产", "特产", "买东西":
		return t.shop
	case "购物篮", "购物车", "篮子":
		return t.basket
	case "我的订单", "订单":
		return t.orders
	case "人工", "转人工", "工作人员", "找人工", "人工服务", "客服":
		return t.askMessage
	case "帮助", "怎么用", "help", "":
		return t.help
	case "交证明", "交材料", "补材料":
		return t.askEvidence
	case "我是监护人":
		return t.askGuardian
	}
	return t.rarerCommand(word)
}

// rarerCommand knows the words that the menu has no room for.
func (t *turn) rarerCommand(word string) func() error {
	switch word {
	case "绑定":
		return t.bind
	case "输入验证码", "验证码":
		return t.askCode
	case "解绑", "解除绑定", "取消绑定", "退出登录":
		return t.askLeave
	case "留手机号":
		if t.e.o.SMS != nil {
			return t.askPhone
		}
	case "撤回同意", "撤销同意":
		return t.askWithdraw
	case "删除我的信息", "删除信息", "注销":
		return t.askErase
	case "查物流", "物流", "到哪":
		return t.trackSome
	case "确认收货", "收货":
		return t.receiveSome
	case "取消订单", "退单":
		return t.dropSome
	case "改日期", "改时间", "换日期", "换一天":
		if t.k.Claim.Spot != "" {
			return func() error { return t.change(func(c *claimSlots) { c.Day = "" }) }
		}
	case "改人数":
		if t.k.Claim.Spot != "" {
			return func() error { return t.change(func(c *claimSlots) { c.People = 0 }) }
		}
	case "换证件", "换证件类型", "换一种证件", "换一个证件":
		t.k.Who = whoSlots{}
		return t.goOn
	case "换景区", "改景区", "换一个景区":
		return func() error { return t.change(func(c *claimSlots) { c.Spot = "" }) }
	}
	return nil
}

// trackSome asks after the parcel that is on its way.
func (t *turn) trackSome() error {
	return t.someOrder("没有已发货的订单。发货了会在这里告诉您。", func(o db.OrderView) bool { return len(o.Shipments) > 0 }, t.track)
}

// receiveSome confirms the parcel that has come.
func (t *turn) receiveSome() error {
	return t.someOrder("没有等您确认收货的订单。", receivable, t.askReceive)
}

// dropSome cancels the order that can be cancelled.
func (t *turn) dropSome() error {
	return t.someOrder("没有可以取消的订单；已经发货的请回复“人工”。", func(o db.OrderView) bool { return o.Cancel() == nil }, t.askDrop)
}

// paySome pays the order that waits for it.
func (t *turn) paySome() error {
	return t.someOrder("没有等您付款的订单。", func(o db.OrderView) bool { return o.State == models.OrderPendingPayment }, t.payOrder)
}
