package bot

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// vouchersShown is how many vouchers one answer lists.
const vouchersShown = 8

// showVoucher shows the code to scan with all that one must know at the gate; one that cannot be used has no picture.
func (t *turn) showVoucher(v db.VoucherView) error {
	head := voucherLine(v)
	if !v.Voucher.OpenOn(t.e.d.Today()) {
		t.say(head + "，" + v.Status + "，不能再用。")
		t.choose("您可以：", append(list("领券", "我的券"), home)...)
		return nil
	}
	t.show("/v/"+v.Token+".png", head+" 入园二维码")
	lines := []string{head, "入园：" + toPay(v)}
	if v.Spot.Hours != "" {
		lines = append(lines, "开放："+v.Spot.Hours)
	}
	if v.Spot.Bring != "" {
		lines = append(lines, "带上："+v.Spot.Bring)
	}
	if v.Offer.Kind != models.OfferFree && v.Offer.Components != "" {
		lines = append(lines, "优惠范围："+v.Offer.Components)
	}
	t.say(strings.Join(append(lines, "不去了请点“取消这张券”，名额让给别人。"), "\n"))
	id := strconv.FormatInt(v.Voucher.ID, 10)
	// Where choices are numbers, people answer 1 without reading: it must do no harm.
	t.choose("到景区把上面的二维码给工作人员扫。", one("我的券"), one("再领一张"), Choice{"取消这张券", "取消券" + id}, home)
	return nil
}

// voucherLine is a voucher in one line.
func voucherLine(v db.VoucherView) string {
	return v.Spot.Name + " " + v.Voucher.VisitDay.ZH() + " " + strconv.Itoa(v.Voucher.Party) + "人"
}

// toPay is what to pay at the gate, as frozen at the claim.
func toPay(v db.VoucherView) string {
	each := v.Voucher.PayEach
	left := v.Voucher.Left()
	switch {
	case v.Offer.Kind == models.OfferFree:
		return "免门票，不用付钱。"
	case each == nil:
		return "按窗口票价的" + v.Offer.Label() + "付，具体看售票处。"
	}
	return v.Offer.Label() + "，每人付" + each.String() + "，" + strconv.Itoa(left) + "人共" + (*each * models.Fen(left)).String() + "。"
}

// vouchers is 我的券: all of them with their state, those still open first and to be tapped.
func (t *turn) vouchers() error {
	views, err := t.e.d.Vouchers(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	t.k.rest()
	if len(views) == 0 {
		t.choose("您还没有券。", append(list("领券", "资格"), home)...)
		return nil
	}
	today := t.e.d.Today()
	slices.SortStableFunc(views, func(a, b db.VoucherView) int {
		x, y := a.Voucher.OpenOn(today), b.Voucher.OpenOn(today)
		switch {
		case x && y:
			return strings.Compare(string(a.Voucher.VisitDay), string(b.Voucher.VisitDay))
		case x:
			return -1
		case y:
			return 1
		}
		return 0
	})
	var lines []string
	var choices []Choice
	for _, v := range views[:min(len(views), vouchersShown)] {
		lines = append(lines, voucherLine(v)+"，"+v.Status)
		if v.Voucher.OpenOn(today) {
			id := strconv.FormatInt(v.Voucher.ID, 10)
			choices = append(choices, Choice{"看 " + v.Spot.Name + " " + v.Voucher.VisitDay.ZH(), "看券" + id})
		}
	}
	if more := len(views) - vouchersShown; more > 0 {
		lines = append(lines, "还有"+strconv.Itoa(more)+"张更早的。")
	}
	t.say("您的券：\n" + strings.Join(lines, "\n"))
	t.choose("要看哪一张？", append(choices, one("领券"), home)...)
	return nil
}

// voucherCommand reads 看券12 and 取消券12, which choices send.
func (t *turn) voucherCommand() (bool, error) {
	for _, c := range []struct {
		word string
		do   func(db.VoucherView) error
	}{{"看券", t.showVoucher}, {"取消券", t.askCancel}} {
		rest, ok := strings.CutPrefix(t.text, c.word)
		if !ok {
			continue
		}
		id, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
		if err != nil {
			continue
		}
		v, err := t.e.d.Voucher(t.ctx, t.link, id)
		if err != nil {
			return true, t.refuse(err, list("我的券", "人工")...)
		}
		t.k.rest()
		return true, c.do(v)
	}
	return false, nil
}

// askCancel names the voucher again: people hold several.
func (t *turn) askCancel(v db.VoucherView) error {
	t.k.Pick = strconv.FormatInt(v.Voucher.ID, 10)
	return t.ask(stepCancel, "要取消这张券吗？"+voucherLine(v)+"。取消后二维码不能再用，以后可以重新领。", list("确定取消", "不取消")...)
}

// takeCancel cancels on a yes. Silence, doubt and other words leave the voucher as it is.
func (t *turn) takeCancel() (bool, error) {
	switch {
	case t.says("不取消", "不", "不用", "算", "还要去"):
		return true, t.rest("好的，券还在。", one("我的券"))
	case !t.says("确定取消", "确定", "确认", "是", "是的", "对", "取消券", "好", "好的"):
		return false, nil
	}
	id, err := strconv.ParseInt(t.k.Pick, 10, 64)
	if err != nil {
		return true, t.vouchers()
	}
	v, err := t.e.d.CancelVoucher(t.ctx, t.link, id)
	t.k.rest()
	if err != nil {
		return true, t.refuse(err)
	}
	return true, t.rest("已取消："+voucherLine(v)+"。名额已让出来。", list("领券", "我的券")...)
}

// cancelSome finds the voucher that a sentence wants cancelled (取消濯水那张); where several fit, they are listed.
func (t *turn) cancelSome(h words.Heard) error {
	views, err := t.e.d.Vouchers(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	var fit []db.VoucherView
	for _, v := range views {
		if v.Voucher.OpenOn(t.e.d.Today()) && (h.Spot == "" || h.Spot == v.Spot.ID) && (h.Date == "" || h.Date == string(v.Voucher.VisitDay)) {
			fit = append(fit, v)
		}
	}
	t.k.rest()
	if len(fit) == 1 {
		return t.askCancel(fit[0])
	}
	if len(fit) == 0 {
		t.say("没有找到可以取消的券。")
	}
	return t.vouchers()
}
