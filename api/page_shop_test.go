package api

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db/dbtest"
)

// press sends a form as a browser without scripts does.
func (c *client) press(to string, fields ...string) reply {
	c.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	session := c.cookies[cookieStaff]
	if session == "" {
		session = c.cookies[cookieResident]
	}
	values.Set("csrf_token", c.app.csrf(session))
	return c.send(http.MethodPost, to, []byte(values.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
}

// goesTo fails the test where the form did not lead there.
func (r reply) goesTo(path string) reply {
	r.t.Helper()
	r.want(http.StatusSeeOther)
	if got := r.Header.Get("Location"); got != path {
		r.t.Fatalf("went to %s, want %s", got, path)
	}
	return r
}

// hidden is the value of a hidden field of a page.
func (r reply) hidden(name string) string {
	r.t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(r.text())
	if m == nil {
		r.t.Fatalf("no field %s in\n%s", name, brief(r.text()))
	}
	return m[1]
}

// staffOf is a browser in which a member of staff has signed in.
func staffOf(t testing.TB, a *App, login string) *client {
	t.Helper()
	c := signedIn(t, a, login)
	c.cookies[cookieStaff] = strings.TrimPrefix(c.headers["Authorization"], "Bearer ")
	c.headers = map[string]string{"Sec-Fetch-Site": "same-origin"}
	return c
}

// hands is a clock that a test moves.
type hands struct{ now time.Time }

func (h *hands) option() dbtest.Option {
	h.now = dbtest.Start
	return dbtest.Clock(func() time.Time { return h.now })
}

// TestBuyingByFormsAlone is the whole purchase, from the search to the receipt, without any script.
func TestBuyingByFormsAlone(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c := browser(t, a)
	c.get("/shop?q=cuihongli").want(http.StatusOK).says("黔江脆红李", "/shop/p/cuihongli", "当季", "消费帮扶").lacks("羊肚菌（鲜）")
	c.get("/shop/p/cuihongli").want(http.StatusOK).says("5斤装/箱", "鲜活易腐", "产地", "马上买", "中塘坡上家庭农场")
	c.get("/shop/p/tianma").want(http.StatusOK).says("都卖完了", "售罄").lacks("马上买")
	c.get("/shop/basket").want(http.StatusOK).says("购物篮是空的")
	c.get("/shop/orders").want(http.StatusOK).says("还没有订单")
	c.press("/shop/p/cuihongli", "sku", plums, "quantity", "2", "act", "basket").goesTo("/shop/basket")
	c.press("/shop/p/cuihongli", "sku", plums, "quantity", "0", "act", "basket").want(http.StatusBadRequest).says("1到99")
	c.press("/shop/p/hetao", "sku", "hetao-2j", "quantity", "1", "act", "basket").goesTo("/shop/basket")
	c.press("/shop/basket", "sku", plums, "quantity", "1").goesTo("/shop/basket")
	c.get("/shop/basket").want(http.StatusOK).says("87.00", "去结算", "共2件")
	page := c.get("/shop/checkout").want(http.StatusOK).says("87.00", "重庆市沙坪坝区")
	form := []string{
		"key", page.hidden("key"), "expect", page.hidden("expect"), "address", "new", "name", "张三丰", "phone", "199 0000 0099",
		"region", "重庆沙坪坝", "detail", "曾家镇演示路1号",
	}
	wrong := func(field, value, says string) {
		t.Helper()
		f := append(append([]string{}, form...), field, value)
		c.press("/shop/checkout", f...).want(http.StatusBadRequest).says(says, "张三丰", `value="`+page.hidden("key"))
	}
	wrong("phone", "123", "手机号不对")
	wrong("region", "火星", "认不出")
	wrong("detail", "路", "街道和门牌")
	c.press("/shop/checkout", append(append([]string{}, form...), "expect", "100")...).want(http.StatusConflict).says("¥87.00")
	c.press("/shop/checkout", form...).goesTo("/shop/pay/1")
	c.press("/shop/checkout", form...).goesTo("/shop/pay/1") // a double tap
	c.get("/shop/pay/1").want(http.StatusOK).says("要付", "87.00", "还有30分钟", "支付全部")
	c.press("/shop/pay/1", "fault", "").goesTo("/shop/pay/1")
	c.get("/shop/pay/1").want(http.StatusOK).says("付款成功").lacks("支付全部")
	c.get("/shop/orders").want(http.StatusOK).says("已付款，待发货")
	c.get("/shop/orders/J20210712000001").want(http.StatusOK).says("购物凭证", "取消订单", "沙坪坝").lacks("确认收货")
	browser(t, a).get("/shop/orders/J20210712000001").want(http.StatusNotFound)
	browser(t, a).get("/shop/pay/1").want(http.StatusNotFound)

	seller := staffOf(t, a, plumsFarm)
	seller.get("/supplier").want(http.StatusOK).says("J20210712000001", "已付款")
	order := "/supplier/orders/J20210712000001"
	seller.get(order).want(http.StatusOK).says("张三丰", "19900000099", "重庆市沙坪坝区曾家镇演示路1号", "顺丰速运")
	seller.press(order+"/ship", "carrier", "顺丰速运", "number", "12").want(http.StatusBadRequest).says("单号应是", "张三丰")
	seller.press(order+"/ship", "carrier", "顺丰速运", "number", "SF1234567890").goesTo(order)
	seller.get(order).want(http.StatusOK).says("SF1234567890", "已寄出").lacks(`name="carrier"`)
	c.get("/shop/orders/J20210712000001").want(http.StatusOK).says("SF1234567890", "确认收货").lacks("取消订单")
	c.press("/shop/orders/J20210712000001/accept").goesTo("/shop/orders/J20210712000001")
	c.get("/shop/orders/J20210712000001").want(http.StatusOK).says("已收货")
}

func TestBuyingAtOnceLeavesTheBasketAlone(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c := browser(t, a)
	c.get("/shop/p/hetao")
	c.press("/shop/p/hetao", "sku", "hetao-2j", "quantity", "1", "act", "basket").want(http.StatusSeeOther)
	to := c.press("/shop/p/cuihongli", "sku", plums, "quantity", "3", "act", "buy").want(http.StatusSeeOther).Header.Get("Location")
	page := c.get(to).want(http.StatusOK).says("135.00").lacks("核桃")
	c.press("/shop/checkout", "key", page.hidden("key"), "expect", page.hidden("expect"), "product", page.hidden("product"), "sku", page.hidden("sku"),
		"quantity", page.hidden("quantity"), "address", "new", "name", "张三丰", "phone", "19900000099", "province", "重庆市", "city", "市辖区",
		"district", "沙坪坝区", "detail", "曾家镇演示路1号").goesTo("/shop/pay/1")
	c.get("/shop/basket").says("薄壳山核桃")
	again := c.get("/shop/checkout").want(http.StatusOK).says("上次的地址", "张**").lacks("演示路")
	c.press("/shop/checkout", "key", again.hidden("key"), "expect", again.hidden("expect"), "address", "last").goesTo("/shop/pay/2")
	c.get("/shop/basket").says("购物篮是空的")
}

// TestCashierFaults plays every fault on an order of its own and looks where it ends.
func TestCashierFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault           pay.Fault
		state           models.OrderState
		payment         models.PaymentState
		payments, stray int
	}{
		{pay.Once, models.OrderConfirmed, models.PaymentPaid, 1, 0},
		{pay.Twice, models.OrderConfirmed, models.PaymentPaid, 1, 0},
		{pay.Late, models.OrderConfirmed, models.PaymentPaid, 1, 0}, // there are plums left
		{pay.WrongAmount, models.OrderPendingPayment, models.PaymentUnpaid, 1, 1},
		{pay.Lost, models.OrderPendingPayment, models.PaymentUnpaid, 0, 0},
	} {
		t.Run("fault "+string(test.fault), func(t *testing.T) {
			t.Parallel()
			a, d := newShop(t)
			c := browser(t, a)
			v := placed(t, c)
			c.press(v.PayURL, "fault", string(test.fault)).goesTo(v.PayURL)
			c.get(v.PayURL).want(http.StatusOK)
			o := c.get("/api/v1/orders/" + v.Orders[0].No).want(http.StatusOK).object()
			if o["state"] != string(test.state) || o["payment"] != string(test.payment) {
				t.Errorf("the order is %v, %v", o["state"], o["payment"])
			}
			var n, stray int
			row := d.SQL().QueryRow("SELECT COUNT(*), COALESCE(SUM(CASE WHEN stray THEN 1 ELSE 0 END), 0) FROM payments")
			if err := row.Scan(&n, &stray); err != nil || n != test.payments || stray != test.stray {
				t.Errorf("%d payments, %d stray, %v", n, stray, err)
			}
		})
	}
}

func TestLateMoneyForGoodsThatAreGoneGoesBack(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	first, second := browser(t, a), browser(t, a)
	var one, two checkoutView
	const only, fen = "xilankapu-1", 68000 // there is one
	first.post("/api/v1/orders", wanted(only, 1, fen)).want(http.StatusCreated).into(&one)
	first.post("/api/v1/orders/"+one.Orders[0].No+"/cancel", nil).want(http.StatusOK)
	second.post("/api/v1/orders", wanted(only, 1, fen)).want(http.StatusCreated).into(&two)
	first.press(one.PayURL, "fault", string(pay.Late)).goesTo(one.PayURL)
	if err := NewClerk(d, a.Pay).SendRefunds(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.get(one.PayURL).want(http.StatusOK).says("款已退回")
	second.press(two.PayURL, "fault", "").goesTo(two.PayURL)
	second.get(two.PayURL).says("付款成功")
}

func TestLostNoticeIsFoundByAskingBeforeTheOrderEnds(t *testing.T) {
	t.Parallel()
	var clock hands
	a, d := newShop(t, clock.option())
	c := browser(t, a)
	lost, unpaid, asked := placed(t, c), placed(t, c), placed(t, c)
	for _, v := range []checkoutView{lost, asked} {
		c.press(v.PayURL, "fault", string(pay.Lost)).goesTo(v.PayURL)
	}
	c.press(asked.PayURL, "act", "query").goesTo(asked.PayURL)
	c.get(asked.PayURL).says("付款成功", "查到了")
	c.press(unpaid.PayURL, "act", "query").goesTo(unpaid.PayURL)
	c.get(unpaid.PayURL).says("还没有收到钱")
	clock.now = clock.now.Add(models.HoldFor + time.Second)
	if err := NewClerk(d, a.Pay).ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.get(lost.PayURL).want(http.StatusOK).says("付款成功")
	c.get(unpaid.PayURL).want(http.StatusOK).says("不用付款了", "超时未付", "钱迟到")
	c.get("/shop/orders/" + unpaid.Orders[0].No).want(http.StatusOK).says("已关闭").lacks("去付款")
	c.press(unpaid.PayURL, "fault", string(pay.Late)).goesTo(unpaid.PayURL)
	c.get("/shop/orders/" + unpaid.Orders[0].No).want(http.StatusOK).says("已付款，待发货")
}

func TestFaultsAreOfferedInTheDemonstrationOnly(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	a := appOn(t, d, func(c *Config) { c.Pay, c.Demo = NewSandbox(d), false })
	c := browser(t, a)
	v := placed(t, c)
	c.get(v.PayURL).want(http.StatusOK).lacks("通知丢了", "演示数据")
	c.press(v.PayURL, "fault", string(pay.Lost)).want(http.StatusBadRequest)
	closed := appOn(t, d)
	c.app = closed
	c.get(v.PayURL).want(http.StatusOK).says("付款还没有开通").lacks("支付全部")
	c.press(v.PayURL, "fault", "").goesTo(v.PayURL)
}

func TestCancellingAPaidOrderSendsTheMoneyBack(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	c := browser(t, a)
	v := paid(t, a, c)
	order := "/shop/orders/" + v.Orders[0].No
	c.press(order + "/cancel").goesTo(order)
	c.get(order).want(http.StatusOK).says("已取消，退款中", "正在原路退回")
	if err := NewClerk(d, a.Pay).SendRefunds(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.get(order).want(http.StatusOK).says("已取消，已退款")
}

func TestUnpaidOrderCancelledIsClosedAtTheProvider(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c := browser(t, a)
	v := placed(t, c)
	if _, err := a.Pay.Cashier(t.Context(), stored(v)); err != nil {
		t.Fatal(err)
	}
	c.post("/api/v1/orders/"+v.Orders[0].No+"/cancel", nil).want(http.StatusOK)
	if state, err := a.Pay.Query(t.Context(), v.Orders[0].No); err != nil || state.Status != pay.Closed {
		t.Errorf("the provider says %v, %v", state.Status, err)
	}
}

// TestSupplierKeepsGoodsByForms is a product from the empty form to the shop, with what people type wrongly on the way.
func TestSupplierKeepsGoodsByForms(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	seller := staffOf(t, a, plumsFarm)
	seller.get("/supplier/products").want(http.StatusOK).says("黔江脆红李", "已上架", "暂停销售")
	seller.get("/supplier/stock").want(http.StatusOK).says("5斤装/箱", "还能卖180箱")
	page := seller.get("/supplier/products/new").want(http.StatusOK)
	fields := map[string]string{
		"csrf_token": page.hidden("csrf_token"), "version": "0", "rows": "2", "name": "<script>alert(1)</script>", "category": "guo",
		"return": "seven", "aliases": "李干、干李子", "shelf": "180", "p0-pack": "250克/袋", "p0-unit": "袋", "p0-price": "19.9", "p0-stock": "5",
	}
	send := func(path string, change map[string]string) reply {
		t.Helper()
		f := form{fields: map[string]string{}, files: map[string]string{"photo_file": string(drawing(t))}}
		for _, m := range []map[string]string{fields, change} {
			for k, v := range m {
				f.fields[k] = v
			}
		}
		return seller.send(http.MethodPost, path, f, "Accept", "text/html")
	}
	for _, wrong := range []struct{ field, value, says string }{
		{"p0-price", "免费", "价格应写成"},
		{"shelf", "半年", "请填天数"},
		{"name", "李", "名称要2到30个字"},
		{"p0-stock", "多", "应是整数"},
		{"category", "没有", "请选一个分类"},
		{"season_from", "07-10", "产季"},
	} {
		send("/supplier/products/new", map[string]string{wrong.field: wrong.value}).want(http.StatusBadRequest).says(wrong.says, "250克/袋", "李干、干李子")
	}
	send("/supplier/products/new", nil).goesTo("/supplier/products")
	list := seller.get("/supplier/products").want(http.StatusOK).says("草稿", "&lt;script&gt;").lacks("<script>alert")
	id := regexp.MustCompile(`/supplier/products/(farm-zhongtang-[a-z0-9]+)"`).FindStringSubmatch(list.text())[1]
	seller.get("/supplier/products/"+id).want(http.StatusOK).says("19.90", "/photos/p/", `value="seven" checked`, "180").lacks("<script>alert")
	seller.press("/supplier/products/"+id+"/listing", "to", "in_review").goesTo("/supplier/products")
	signedIn(t, a, "officer").post("/api/v1/products/"+id+"/listing", map[string]string{"to": "listed"}).want(http.StatusOK)
	for _, path := range []string{"/shop", "/shop/p/" + id, "/shop/s/" + plumsFarm} {
		browser(t, a).get(path).want(http.StatusOK).says("&lt;script&gt;").lacks("<script>alert")
	}
	seller.press("/supplier/stock", "sku", plums, "on_hand", "7").goesTo("/supplier/stock")
	browser(t, a).get("/shop/p/cuihongli").says("只剩7箱")
	seller.press("/supplier/stock", "sku", plums, "on_hand", "七").want(http.StatusBadRequest)
}

func TestShippingInParts(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c, seller := browser(t, a), staffOf(t, a, plumsFarm)
	var v checkoutView
	c.post("/api/v1/orders", wanted(plums, 3, 3*plumsFen)).want(http.StatusCreated).into(&v)
	c.press(v.PayURL, "fault", "").want(http.StatusSeeOther)
	order := "/supplier/orders/" + v.Orders[0].No
	line := fmt.Sprintf("line-%d", v.Orders[0].Lines[0].ID)
	seller.press(order+"/ship", "carrier", "中通快递", "number", "ZT100001", "part", "1", line, "9").want(http.StatusConflict).says("发货数量比订单多")
	seller.press(order+"/ship", "carrier", "中通快递", "number", "ZT100001", "part", "1", line, "1").goesTo(order)
	page := seller.get(order).want(http.StatusOK).says("还有2箱没发", "部分已发货", "<option selected>中通快递")
	if !strings.Contains(page.text(), "这个包裹已发出") {
		t.Error("nobody says that goods are left")
	}
	c.get("/shop/orders/"+v.Orders[0].No).says("部分已发货", "ZT100001", "确认收货")
	seller.press(order+"/ship", "carrier", "自己送货", "number", "").goesTo(order)
	c.press("/shop/orders/" + v.Orders[0].No + "/accept").want(http.StatusSeeOther)
	c.get("/shop/orders/" + v.Orders[0].No).says("已收货")
}

func TestCatalogueWalksBothWays(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c := browser(t, a)
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	prev := regexp.MustCompile(`rel="prev" href="([^"]+)"`)
	first := c.get("/shop").want(http.StatusOK)
	if prev.MatchString(first.text()) {
		t.Error("there is something before the first page")
	}
	second := c.get(strings.ReplaceAll(next.FindStringSubmatch(first.text())[1], "&amp;", "&")).want(http.StatusOK)
	if second.text() == first.text() || next.MatchString(second.text()) {
		t.Error("30 products make two pages")
	}
	if back := prev.FindStringSubmatch(second.text()); back == nil || back[1] != "/shop" {
		t.Errorf("back leads to %v", back)
	}
	c.get("/shop?category=cha&in_stock=1").want(http.StatusOK).says("珍珠兰茶").lacks("黔江脆红李")
	c.get("/shop?q=%E6%B2%A1%E6%9C%89%E7%9A%84").want(http.StatusOK).says("没有找到")
	c.get("/shop?after=nonsense").want(http.StatusBadRequest)
	c.get("/shop/p/none").want(http.StatusNotFound)
	c.get("/shop/s/none").want(http.StatusNotFound)
}

// TestCatalogueAsksAsOftenForManyAsForOne counts: without idle connections every statement closes one.
func TestCatalogueAsksAsOftenForManyAsForOne(t *testing.T) {
	a, d := newShop(t)
	c := browser(t, a)
	c.get("/shop")
	d.SQL().SetMaxIdleConns(0)
	statements := func(path string) int64 {
		before := d.SQL().Stats().MaxIdleClosed
		c.get(path).want(http.StatusOK)
		return d.SQL().Stats().MaxIdleClosed - before
	}
	one, many := statements("/shop?q=chl"), statements("/shop")
	if one != many || many == 0 || many > 4 {
		t.Errorf("one product takes %d statements, 24 take %d", one, many)
	}
	if one, all := statements("/api/v1/products?limit=1"), statements("/api/v1/products?limit=100"); one != all {
		t.Errorf("one product takes %d statements, all take %d", one, all)
	}
}

func TestStepsSayWhereAnOrderIs(t *testing.T) {
	t.Parallel()
	line := []models.OrderLine{{Quantity: 2, Shipped: 1}}
	for _, c := range []struct {
		order models.Order
		want  string
	}{
		{models.Order{State: models.OrderPendingPayment, PaymentState: models.PaymentUnpaid}, "下单done 付款now 发货 收货"},
		{models.Order{State: models.OrderConfirmed, PaymentState: models.PaymentPaid, Lines: line}, "下单done 付款done 发货now 收货"},
		{models.Order{State: models.OrderConfirmed, PaymentState: models.PaymentPaid}, "下单done 付款done 发货done 收货now"},
		{models.Order{State: models.OrderCompleted, PaymentState: models.PaymentPaid}, "下单done 付款done 发货done 收货done"},
		{models.Order{State: models.OrderExpired, PaymentState: models.PaymentUnpaid}, "下单done 已关闭bad"},
		{models.Order{State: models.OrderCancelled, PaymentState: models.PaymentPaid}, "下单done 付款done 已取消bad"},
	} {
		var words []string
		for _, s := range steps(c.order) {
			words = append(words, s.Label+s.State)
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.order.State, got, c.want)
		}
	}
}

func TestSeasonMayGoOverTheNewYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		day      models.Day
		want     bool
	}{
		{"07-10", "08-31", "2021-07-12", true},
		{"07-10", "08-31", "2021-09-01", false},
		{"11-15", "04-30", "2021-01-02", true},
		{"11-15", "04-30", "2021-07-12", false},
		{"", "", "2021-07-12", false},
	} {
		if got := inSeason(models.Product{SeasonFrom: c.from, SeasonTo: c.to}, c.day); got != c.want {
			t.Errorf("%s to %s on %s: %v", c.from, c.to, c.day, got)
		}
	}
}
