package bot

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/unicode/norm"
)

// toShip is 待发货: what is paid and not sent. Where it goes stands on the page only: a buyer's address is nothing for a
// platform to carry.
func (t *turn) toShip(a models.Account) error {
	list, err := t.e.d.SupplierOrders(t.ctx, a.SupplierID, "to_ship", 0, ordersShown)
	if err != nil {
		return err
	}
	t.k.rest()
	if len(list) == 0 {
		t.choose("没有要发的货。", append([]Choice{one("今天卖了多少")}, home)...)
		return nil
	}
	lines := []string{"等您发货："}
	var choices []Choice
	for _, o := range list {
		lines = append(lines, o.No+" "+goods(o)+"，"+o.AddressMasked)
		choices = append(choices, Choice{"发 " + goods(o) + "（" + o.No[max(0, len(o.No)-4):] + "）", "发货" + o.No})
	}
	if len(list) == ordersShown {
		lines = append(lines, "也许还有更早的，先列"+countZH(ordersShown)+"笔。")
	}
	t.say(strings.Join(lines, "\n"))
	t.lead("收货地址和全部订单", "/supplier?state=to_ship")
	t.choose("发哪一笔？", append(choices, home)...)
	return nil
}

// countZH says a number from 0 to 9 in words.
func countZH(n int) string { return string([]rune("零一二三四五六七八九")[n]) }

var (
	orderNo  = regexp.MustCompile(`(?i)J20[0-9]{12,18}`)
	parcelNo = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z-]{4,40}[0-9A-Za-z]`)
)

// notNumber is what people write into a number, or right before it.
var notNumber = strings.NewReplacer(" ", "", "EMS", " ", "ems", " ")

// ship is 发货, with as much as was said of which order, which carrier and which number.
func (t *turn) ship(a models.Account) error {
	said := strings.TrimPrefix(norm.NFKC.String(t.text), "发货")
	no := strings.ToUpper(orderNo.FindString(said))
	if no == "" {
		return t.toShip(a)
	}
	t.k.rest()
	t.k.Staff.Order = no
	t.parcel(orderNo.ReplaceAllString(said, ""))
	return t.shipNext(a)
}

// parcel takes over what a text says of carrier and number, and tells whether it said anything.
func (t *turn) parcel(said string) bool {
	s := &t.k.Staff
	carrier, number := carrierIn(said), parcelNo.FindString(notNumber.Replace(said))
	if carrier != "" {
		s.Carrier, s.Chosen = carrier, true
	}
	if number != "" {
		s.Number = number
	}
	return carrier != "" || number != ""
}

// shipNext asks for the first thing that is missing, and then whether all of it is right: what is sent is sent.
func (t *turn) shipNext(a models.Account) error {
	s := &t.k.Staff
	o, err := t.waiting(a, s.Order)
	if err != nil {
		t.k.rest()
		return t.refuse(err, one("待发货"))
	}
	if !s.Chosen {
		carriers := slices.Clone(models.Carriers)
		if i := slices.Index(carriers, s.Carrier); i > 0 {
			carriers = append([]string{s.Carrier}, slices.Delete(carriers, i, i+1)...)
		}
		return t.ask(stepCarrier, "发"+goods(o)+"（"+o.AddressMasked+"），用哪家快递？", list(carriers...)...)
	}
	if s.Number == "" && s.Carrier != models.OwnDelivery {
		return t.askParcel()
	}
	if s.Number, err = models.CheckTracking(s.Carrier, s.Number); err != nil {
		t.say(models.Refusal(err).ZH)
		return t.askParcel()
	}
	return t.ask(stepShip, "发货："+goods(o)+"，"+strings.TrimSpace(s.Carrier+" "+s.Number)+"。剩下的货都在这个包裹里。发了不能改，对吗？", list("确认发货", "改快递", "改单号")...)
}

// askParcel asks for the parcel's number; what was taken for it is forgotten.
func (t *turn) askParcel() error {
	t.k.Staff.Number = ""
	return t.ask(stepParcel, t.k.Staff.Carrier+"的单号是多少？照面单打。")
}

// waiting finds an order among those to be shipped: the verb that opens a single one would open its address too.
func (t *turn) waiting(a models.Account, no string) (db.OrderView, error) {
	before := int64(0)
	for range orderPages {
		list, err := t.e.d.SupplierOrders(t.ctx, a.SupplierID, "to_ship", before, 100)
		if err != nil {
			return db.OrderView{}, err
		}
		if i := slices.IndexFunc(list, func(o db.OrderView) bool { return o.No == no }); i >= 0 {
			return list[i], nil
		}
		if len(list) < 100 {
			break
		}
		before = list[len(list)-1].ID
	}
	return db.OrderView{}, models.ErrNotFound.With("等您发货的订单" + no)
}

// takeParcel takes carrier and number, in whatever order they are said.
func (t *turn) takeParcel() (bool, error) {
	a, ok, err := t.account(models.RoleSupplier)
	if err != nil || !ok {
		return false, err
	}
	said := norm.NFKC.String(t.text)
	if !t.parcel(said) {
		if t.k.Step != stepParcel || strings.IndexFunc(said, unicode.IsDigit) < 0 {
			return false, nil
		}
		t.k.Staff.Number = said // too short: the rule says so
	}
	return true, t.shipNext(a)
}

// takeShip sends the parcel on a yes, by the verb of the page.
func (t *turn) takeShip() (bool, error) {
	a, ok, err := t.account(models.RoleSupplier)
	if err != nil || !ok {
		return false, err
	}
	s := &t.k.Staff
	switch {
	case t.says("改快递", "换快递"):
		s.Chosen, s.Number = false, "" // a number is its carrier's
		return true, t.shipNext(a)
	case t.says("改单号", "不对", "不是", "错"):
		return true, t.askParcel()
	case !t.says("确认发货", "确认", "对", "对的", "是", "是的", "好", "好的", "发货"):
		return t.takeParcel()
	}
	o, err := t.e.d.Ship(t.ctx, a, s.Order, db.ShipRequest{Carrier: s.Carrier, TrackingNo: s.Number})
	if errors.Is(err, models.ErrTracking) || errors.Is(err, models.ErrTrackingTaken) {
		t.say(models.Refusal(err).ZH)
		return true, t.askParcel()
	}
	t.k.rest()
	if err != nil {
		return true, t.refuse(err, one("待发货"))
	}
	return true, t.rest("已发货："+goods(o)+"。买家会收到通知。", list("待发货", "今天卖了多少")...)
}
