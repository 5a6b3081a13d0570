package bot

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// staffSlots is what a member of staff is at. Carrier, Spot and Scan stay: they are what one used last.
type staffSlots struct {
	Order   string `json:"order,omitempty"`   // to be shipped
	Number  string `json:"number,omitempty"`  // of the parcel
	Carrier string `json:"carrier,omitempty"` // of the parcel, and the last one
	Chosen  bool   `json:"chosen,omitempty"`  // the carrier is that of this parcel
	Spot    string `json:"spot,omitempty"`    // where an account of no spot scans
	Code    string `json:"code,omitempty"`    // scanned before the spot was known
	Scan    string `json:"scan,omitempty"`    // the last admission, to be taken back
}

// rolesZH are the roles as staff call them.
var rolesZH = map[models.Role]string{
	models.RoleGate: "景区检票", models.RoleSupplier: "供应商", models.RoleOfficer: "经办员", models.RoleAdmin: "管理员",
}

// staffWords are what each role can say, beside all that residents can.
var staffWords = map[models.Role][]string{
	models.RoleGate: {"检票"}, models.RoleSupplier: {"待发货", "今天卖了多少"}, models.RoleOfficer: {"待办"}, models.RoleAdmin: {"待办"},
}

// welcomeStaff greets who bound a chat to their account, and says what it is good for.
func (t *turn) welcomeStaff(a models.Account) error {
	what := map[models.Role]string{
		models.RoleGate:     "在这里扫游客的二维码，或把券码贴进来，就能验票。",
		models.RoleSupplier: "来了新订单会在这里告诉您。在这里也能发货、看卖了多少。",
		models.RoleOfficer:  "说“待办”，看有什么等着办。",
		models.RoleAdmin:    "说“待办”，看有什么等着办。",
	}[a.Role]
	t.say("您好，" + a.Name + "（" + rolesZH[a.Role] + "）。这个聊天和您的工作账号绑定好了。" + what + "\n手机给别人用之前，请说“解绑”。")
	return t.rest("您可以：", append(list(staffWords[a.Role]...), one("解绑"))...)
}

// staffCommand reads what only staff say. For everybody else these are words like any other.
func (t *turn) staffCommand() (bool, error) {
	if code := voucherCode(t.text); code != "" {
		t.shown = "[券码]"
		return true, t.scanned(code)
	}
	do := t.staffWord(bare(t.text))
	if do == nil {
		return false, nil
	}
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil || s.Account == nil {
		return false, err
	}
	return do(*s.Account)
}

// staffWord knows the words of staff. What it gives says false for another role.
func (t *turn) staffWord(word string) func(models.Account) (bool, error) {
	only := func(role models.Role, do func(models.Account) error) func(models.Account) (bool, error) {
		return func(a models.Account) (bool, error) {
			if !a.May(role) {
				return false, nil
			}
			return true, do(a)
		}
	}
	switch word {
	case "帮助", "怎么用": // what everybody is told follows
		return func(a models.Account) (bool, error) {
			t.say("您的工作账号“" + a.Name + "”还可以说：“" + strings.Join(append(staffWords[a.Role], "解绑"), "”“") + "”。")
			return false, nil
		}
	case "店铺", "商家", "我的店", "我的店铺":
		return only(models.RoleSupplier, t.stall)
	case "待发货", "要发货", "有没有订单", "新订单":
		return only(models.RoleSupplier, t.toShip)
	case "今天卖了多少", "今天卖多少", "卖了多少", "今天的生意", "今天生意怎么样":
		return only(models.RoleSupplier, t.soldToday)
	case "待办", "有什么要办", "工作台":
		return only(models.RoleOfficer, t.desk)
	case "检票", "验票":
		return only(models.RoleGate, t.gate)
	case "换检票景区":
		return only(models.RoleGate, t.moveGate)
	case "撤销放行":
		return only(models.RoleGate, t.undo)
	}
	if strings.HasPrefix(word, "发货") {
		return only(models.RoleSupplier, t.ship)
	}
	return nil
}

// account is who works here, and whether they may what a step is about: a chat can be unbound while a question stands.
func (t *turn) account(role models.Role) (models.Account, bool, error) {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil || s.Account == nil || !s.Account.May(role) {
		t.k.rest()
		return models.Account{}, false, err
	}
	return *s.Account, true, nil
}

// chore is something that waits for an officer, and the page where it is done.
type chore struct {
	n          int
	what, page string
}

// chores counts what waits for officers; of products and refunds at most 100.
func (t *turn) chores() ([]chore, error) {
	today := t.e.d.Today()
	f, err := t.e.d.Figures(t.ctx, today, today)
	if err != nil {
		return nil, err
	}
	goods, err := t.e.d.Products(t.ctx, db.ProductFilter{State: models.ListingInReview, Limit: 100})
	if err != nil {
		return nil, err
	}
	refunds, err := t.e.d.FailedRefunds(t.ctx)
	if err != nil {
		return nil, err
	}
	notices, err := t.e.d.NoticeCounts(t.ctx)
	return []chore{
		{f.Undecided, "人等着核对资格", "/officer/cases"},
		{f.Messages, "条留言等着回复", "/officer/messages"},
		{len(goods.Products), "种商品等着审核", "/officer/products"},
		{len(refunds), "笔款没有退成", "/officer/refunds"},
		{int(notices.Dead), "条通知没有送到", "/officer/notices"},
	}, err
}

// desk is 待办: what waits for an officer, each with its page.
func (t *turn) desk(models.Account) error {
	waiting, err := t.chores()
	if err != nil {
		return err
	}
	t.k.rest()
	waiting = slices.DeleteFunc(waiting, func(c chore) bool { return c.n == 0 })
	for _, c := range waiting {
		t.lead(strconv.Itoa(c.n)+c.what, c.page)
	}
	if len(waiting) == 0 {
		t.say("都办完了，没有等着办的事。")
	}
	t.choose("办事请点开页面，要先登录。", append(list("待办"), home)...)
	return nil
}

// stall is 店铺: how things stand, and the page for everything else.
func (t *turn) stall(a models.Account) error {
	ship, err := t.e.d.SupplierOrders(t.ctx, a.SupplierID, "to_ship", 0, 100)
	if err != nil {
		return err
	}
	t.k.rest()
	t.say(strconv.Itoa(len(ship)) + "笔订单等您发货。")
	t.lead("打开店铺页面", "/supplier")
	t.choose("您可以：", append(list("待发货", "今天卖了多少", "解绑"), home)...)
	return nil
}

// orderPages bounds how many pages of a supplier's orders are looked through for one answer, 100 orders each.
const orderPages = 20

// soldToday counts what was paid since midnight. An order placed before midnight may be paid after it.
func (t *turn) soldToday(a models.Account) error {
	since := t.e.d.Today().Start()
	orders, unpaid, sum, before := 0, 0, models.Fen(0), int64(0)
	for range orderPages {
		list, err := t.e.d.SupplierOrders(t.ctx, a.SupplierID, "", before, 100)
		if err != nil {
			return err
		}
		for _, o := range list {
			switch {
			case o.State == models.OrderPendingPayment:
				unpaid++
			case o.ConfirmedAt != nil && !o.ConfirmedAt.Before(since) && (o.State == models.OrderConfirmed || o.State == models.OrderCompleted):
				orders++
				sum += o.TotalFen
			}
		}
		if len(list) < 100 || list[len(list)-1].PlacedAt.Before(since.Add(-models.HoldFor)) {
			break
		}
		before = list[len(list)-1].ID
	}
	t.k.rest()
	t.say("今天付了款的订单" + strconv.Itoa(orders) + "笔，一共" + sum.String() + "。还有" + strconv.Itoa(unpaid) + "笔等买家付款。")
	t.choose("您可以：", append(list("待发货", "店铺"), home)...)
	return nil
}

// carrierIn finds the courier that is meant, as people call it; "" where none is.
func carrierIn(text string) string {
	for _, c := range models.Carriers {
		short := string([]rune(c)[:2])
		if strings.Contains(text, c) || strings.Contains(text, short) {
			return c
		}
	}
	if i := slices.IndexFunc([]string{"EMS", "邮政", "自己送", "自送", "送货上门"}, func(w string) bool { return strings.Contains(strings.ToUpper(text), w) }); i >= 0 {
		return map[bool]string{true: "中国邮政", false: models.OwnDelivery}[i < 2]
	}
	return ""
}
