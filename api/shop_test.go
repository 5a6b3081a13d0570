package api

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// newShop is an application whose sandbox takes payments.
func newShop(t testing.TB, opts ...dbtest.Option) (*App, *db.DB) {
	t.Helper()
	d := dbtest.SQLite(t, opts...)
	return shopOn(t, d), d
}

func shopOn(t testing.TB, d *db.DB) *App {
	t.Helper()
	return appOn(t, d, func(c *Config) { c.Pay = NewSandbox(d) })
}

// The pack that tests buy, and its supplier.
const (
	plums     = "cuihongli-5j"
	plumsFen  = 4500
	plumsFarm = "farm-zhongtang"
	otherFarm = "farm-apeng"
)

// home is an address of nobody.
func home() map[string]any {
	return map[string]any{
		"name": "张三丰", "phone": "19900000099", "province": "重庆市", "city": "市辖区", "district": "沙坪坝区", "detail": "曾家镇演示路1号",
	}
}

// wanted orders n of a pack.
func wanted(sku string, n, fen int) map[string]any {
	return map[string]any{"items": []map[string]any{{"sku": sku, "quantity": n}}, "address": home(), "expect_fen": fen}
}

// placed orders one box of plums and gives the order's number.
func placed(t testing.TB, c *client) checkoutView {
	t.Helper()
	var v checkoutView
	c.post("/api/v1/orders", wanted(plums, 1, plumsFen)).want(http.StatusCreated).into(&v)
	return v
}

// stored is an order as the sandbox is shown it.
func stored(v checkoutView) models.Order {
	o := v.Orders[0]
	return models.Order{No: o.No, CheckoutID: v.ID, TotalFen: o.TotalFen, State: o.State}
}

// paid is a checkout whose orders are paid.
func paid(t testing.TB, a *App, c *client) checkoutView {
	t.Helper()
	v := placed(t, c)
	if err := a.Pay.Pay(t.Context(), stored(v), pay.Once); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestScenarioOfAnOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, orderScenario, frozen())
}

func orderScenario(t *testing.T, d *db.DB) {
	a := shopOn(t, d)
	s := &transcript{t: t}
	buyer, seller, other := browser(t, a), signedIn(t, a, plumsFarm), signedIn(t, a, otherFarm)
	say := func(method, path string, body any, extra ...string) reply {
		t.Helper()
		return s.say("buyer", buyer, method, path, body, extra...)
	}
	say(http.MethodGet, "/api/v1/products?q=chl&limit=1", nil)
	say(http.MethodPut, "/api/v1/basket/"+plums, map[string]any{"quantity": 2})
	say(http.MethodPut, "/api/v1/basket/tianma-250g", map[string]any{"quantity": 1})
	say(http.MethodPut, "/api/v1/basket/none", map[string]any{"quantity": 1})
	say(http.MethodPost, "/api/v1/orders", map[string]any{"expect_fen": 9000, "address": home()})
	say(http.MethodPut, "/api/v1/basket/tianma-250g", map[string]any{"quantity": 0})
	say(http.MethodPost, "/api/v1/orders", map[string]any{"expect_fen": 9000})
	say(http.MethodPost, "/api/v1/orders", map[string]any{"expect_fen": 8000, "address": home()})
	say(http.MethodPost, "/api/v1/orders", map[string]any{"expect_fen": 9000, "address": home(), "note": "周末送"}, headerKey, "first")
	say(http.MethodPost, "/api/v1/orders", map[string]any{"expect_fen": 9000, "address": home(), "note": "周末送"}, headerKey, "first")
	say(http.MethodGet, "/api/v1/basket", nil)
	say(http.MethodGet, "/api/v1/addresses/last", nil)
	const no = "J20210712000001"
	s.say("supplier", seller, http.MethodGet, "/api/v1/supplier/orders/"+no, nil)
	ship := map[string]any{"carrier": "顺丰速运", "tracking_no": "sf 1234567890"}
	s.say("supplier", seller, http.MethodPost, "/api/v1/supplier/orders/"+no+"/shipments", ship)
	if err := a.Pay.Pay(t.Context(), models.Order{No: no, TotalFen: 9000}, pay.Twice); err != nil {
		t.Fatal(err)
	}
	say(http.MethodGet, "/api/v1/checkouts/1", nil)
	s.say("supplier", seller, http.MethodGet, "/api/v1/supplier/orders?state=to_ship", nil)
	s.say("supplier", seller, http.MethodGet, "/api/v1/supplier/orders/"+no, nil)
	s.say("another supplier", other, http.MethodGet, "/api/v1/supplier/orders/"+no, nil)
	s.say("another supplier", other, http.MethodPost, "/api/v1/supplier/orders/"+no+"/shipments", ship)
	say(http.MethodPost, "/api/v1/orders/"+no+"/accept", nil)
	s.say("supplier", seller, http.MethodPost, "/api/v1/supplier/orders/"+no+"/shipments", map[string]any{"carrier": "飞鸽传书", "tracking_no": "1"})
	s.say("supplier", seller, http.MethodPost, "/api/v1/supplier/orders/"+no+"/shipments", ship)
	say(http.MethodPost, "/api/v1/orders/"+no+"/cancel", nil)
	say(http.MethodPost, "/api/v1/orders/"+no+"/accept", nil)
	say(http.MethodPost, "/api/v1/orders/"+no+"/accept", nil)
	s.say("another buyer", browser(t, a), http.MethodGet, "/api/v1/orders/"+no, nil)
	say(http.MethodGet, "/api/v1/notices", nil)
	s.compare("order")
}

func TestScenarioOfASupplier(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, supplierScenario, frozen())
}

func supplierScenario(t *testing.T, d *db.DB) {
	a := shopOn(t, d)
	seller, other, boss := signedIn(t, a, plumsFarm), signedIn(t, a, otherFarm), signedIn(t, a, "officer")
	body := map[string]any{
		"name": "脆红李干", "category": "guo", "intro": "晒干的李子", "aliases": []string{"李子干"}, "seven_day_return": true,
		"packs": []map[string]any{{"pack": "250克/袋", "unit": "袋", "price_fen": 1990, "on_hand": 12}},
	}
	var made listingView
	seller.post("/api/v1/supplier/products", body).want(http.StatusCreated).into(&made)
	if made.State != models.ListingDraft || len(made.Stock) != 1 || made.Stock[0].OnHand != 12 {
		t.Fatalf("made %+v", made)
	}
	path := "/api/v1/supplier/products/" + made.Product.ID
	browser(t, a).get("/api/v1/products/"+made.Product.ID).refused(http.StatusNotFound, "not_found")
	other.get(path).refused(http.StatusNotFound, "not_found")
	other.send(http.MethodPut, path, body).refused(http.StatusNotFound, "not_found")
	sku := made.Stock[0].Pack.SKU
	other.send(http.MethodPut, "/api/v1/supplier/skus/"+sku+"/stock", map[string]any{"on_hand": 1}).refused(http.StatusNotFound, "not_found")
	photo := seller.post("/api/v1/supplier/photos", form{files: map[string]string{"photo": string(drawing(t))}}).want(http.StatusCreated).object()["photo"]
	body["photo"], body["version"], body["packs"] = photo, made.Version, []map[string]any{{"sku": sku, "pack": "250克/袋", "unit": "袋", "price_fen": 2090}}
	seller.send(http.MethodPut, path, body).want(http.StatusOK).into(&made)
	seller.send(http.MethodPut, path, body).refused(http.StatusConflict, "stale")
	listing := "/api/v1/products/" + made.Product.ID + "/listing"
	seller.post(listing, map[string]string{"to": "listed"}).refused(http.StatusConflict, "listing_state")
	other.post(listing, map[string]string{"to": "in_review"}).refused(http.StatusNotFound, "not_found")
	seller.post(listing, map[string]string{"to": "in_review"}).want(http.StatusOK)
	boss.get("/api/v1/listings").want(http.StatusOK).says("脆红李干")
	boss.post(listing, map[string]string{"to": "listed"}).want(http.StatusOK)
	browser(t, a).get("/api/v1/products?q=lizigan").want(http.StatusOK).says("脆红李干", "2090", fmt.Sprint(photo))
	seller.send(http.MethodPut, "/api/v1/supplier/skus/"+sku+"/stock", map[string]any{"on_hand": 3}).want(http.StatusNoContent)
	browser(t, a).get("/api/v1/products/" + made.Product.ID).says(`"free":3`)
	seller.post(listing, map[string]string{"to": "paused"}).want(http.StatusOK)
	browser(t, a).get("/api/v1/products/"+made.Product.ID).refused(http.StatusNotFound, "not_found")
}

func TestRepeatsOfOneKeyMakeOneOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, repeatedOrder)
}

func repeatedOrder(t *testing.T, d *db.DB) {
	a := shopOn(t, d)
	buyer := browser(t, a)
	first := buyer.post("/api/v1/orders", wanted(plums, 1, plumsFen), headerKey, "k").want(http.StatusCreated)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			c := browser(t, a)
			c.cookies[cookieResident] = buyer.cookies[cookieResident]
			if got := c.post("/api/v1/orders", wanted(plums, 1, plumsFen), headerKey, "k").want(http.StatusCreated); string(got.body) != string(first.body) {
				t.Errorf("a repeat answers %s", got.body)
			}
		})
	}
	wg.Wait()
	if list, err := d.Orders(t.Context(), 1, 0, 100); err != nil || len(list) != 1 {
		t.Errorf("%d orders, %v", len(list), err)
	}
}

func TestNoticeWithAWrongSignatureChangesNothing(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	buyer, stranger := browser(t, a), program(t, a)
	v := placed(t, buyer)
	n := pay.Notice{OrderNo: v.Orders[0].No, Ref: "S1", AmountFen: plumsFen, PaidAt: time.Now()}
	stranger.post(sandboxCallback, n.Sign([]byte("guessed"))).refused(http.StatusUnauthorized, "payment_signature")
	good := n.Sign(a.Pay.Key)
	good.AmountFen++
	stranger.post(sandboxCallback, good).refused(http.StatusUnauthorized, "payment_signature")
	if got := buyer.get("/api/v1/orders/" + v.Orders[0].No).object()["payment"]; got != "unpaid" {
		t.Errorf("a forged notice made the order %v", got)
	}
	for range 3 {
		if answer := stranger.post(sandboxCallback, n.Sign(a.Pay.Key)).want(http.StatusOK).object(); answer["stray"] != false {
			t.Errorf("a good notice answers %v", answer)
		}
	}
	if got := buyer.get("/api/v1/orders/" + v.Orders[0].No).object()["payment"]; got != "paid" {
		t.Errorf("a good notice made the order %v", got)
	}
	closed := appOn(t, a.DB)
	program(t, closed).post(sandboxCallback, n.Sign(a.Pay.Key)).want(http.StatusNotFound)
}

// TestSupplierSeesNothingOfAnother walks every address of a supplier that names an order, a product or a pack.
func TestSupplierSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	no := paid(t, a, browser(t, a)).Orders[0].No
	other := signedIn(t, a, otherFarm)
	walked := 0
	for _, r := range a.list {
		if !strings.HasPrefix(r.path, "/supplier/") && !strings.HasPrefix(r.path, "/api/v1/supplier/") || !strings.Contains(r.path, "{") {
			continue
		}
		walked++
		path := strings.NewReplacer("{no}", no, "/skus/{id}", "/skus/"+plums, "{id}", "cuihongli").Replace(r.path)
		var body any
		switch {
		case strings.HasSuffix(r.path, "/stock"):
			body = map[string]any{"on_hand": 1}
		case strings.HasSuffix(r.path, "/shipments"):
			body = map[string]any{"carrier": "顺丰速运", "tracking_no": "SF0000000001"}
		case r.method == http.MethodPut:
			body = map[string]any{"name": "我的了", "category": "guo", "version": 1}
		case r.method == http.MethodPost:
			body = form{fields: map[string]string{"to": "paused", "carrier": "顺丰速运", "number": "SF0000000001", "name": "我的了", "category": "guo", "version": "1"}}
		}
		if got := other.send(r.method, path, body); got.StatusCode != http.StatusNotFound || strings.Contains(got.text(), "张三丰") {
			t.Errorf("%s %s answers another supplier %d: %s", r.method, path, got.StatusCode, brief(got.text()))
		}
	}
	if walked < 8 {
		t.Errorf("walked %d addresses only", walked)
	}
	for _, path := range []string{"/api/v1/supplier/orders", "/supplier?state=all"} {
		other.get(path).want(http.StatusOK).lacks(no, "脆红李")
	}
}

func TestDeliveryDataIsForItsSupplierOnceItIsPaid(t *testing.T) {
	t.Parallel()
	a, d := newShop(t)
	buyer, seller := browser(t, a), signedIn(t, a, plumsFarm)
	v := placed(t, buyer)
	path := "/api/v1/supplier/orders/" + v.Orders[0].No
	seller.get(path).want(http.StatusOK).lacks("张三丰", "19900000099", "演示路")
	if err := a.Pay.Pay(t.Context(), stored(v), pay.Once); err != nil {
		t.Fatal(err)
	}
	seller.get(path).want(http.StatusOK).says("张三丰", "19900000099", "演示路")
	looks, err := d.AuditEntries(t.Context(), db.AuditFilter{Act: "address.read", Limit: 10})
	if err != nil || len(looks) != 1 {
		t.Errorf("one look at an address left %d entries, %v", len(looks), err)
	}
	for _, path := range []string{"/api/v1/orders", "/api/v1/orders/" + v.Orders[0].No, "/api/v1/checkouts/1", "/api/v1/addresses/last", "/shop/orders", "/shop/orders/" + v.Orders[0].No, "/shop/checkout?product=cuihongli&quantity=1&sku=" + plums} {
		buyer.get(path).want(http.StatusOK).lacks("张三丰", "19900000099", "演示路")
	}
	seller.get("/api/v1/supplier/orders").want(http.StatusOK).lacks("张三丰", "19900000099", "演示路")
}

func TestRegionsAreSentAsTheyAreKept(t *testing.T) {
	t.Parallel()
	a, _ := newShop(t)
	c := browser(t, a)
	first := c.get("/api/v1/regions").want(http.StatusOK)
	var list []region
	first.into(&list)
	if len(list) < 31 {
		t.Errorf("%d provinces", len(list))
	}
	c.get("/api/v1/regions", "If-None-Match", first.Header.Get("ETag")).want(http.StatusNotModified)
	if len(packedRegions()) >= len(db.Regions())/2 {
		t.Errorf("packed into %d bytes of %d", len(packedRegions()), len(db.Regions()))
	}
}

func TestFindPlace(t *testing.T) {
	t.Parallel()
	list, err := regions()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"重庆市沙坪坝区", "重庆市沙坪坝区"},
		{"重庆 沙坪坝", "重庆市沙坪坝区"},
		{"重庆九龙坡区", "重庆市九龙坡区"},
		{"黔江", "重庆市黔江区"},
		{"北京市朝阳区", "北京市朝阳区"},
		{"吉林长春朝阳区", "吉林省长春市朝阳区"},
		{"朝阳区", ""},
		{"火星", ""},
		{"重庆市", ""},
		{"", ""},
		{"重庆市酉阳土家族苗族自治县", "重庆市酉阳土家族苗族自治县"},
		{"贵州省铜仁市松桃苗族自治县", "贵州省铜仁市松桃苗族自治县"},
	} {
		p, ok := findPlace(list, c.text)
		if ok != (c.want != "") || ok && p.String() != c.want {
			t.Errorf("%q is %v %v, want %q", c.text, p, ok, c.want)
		}
	}
}
