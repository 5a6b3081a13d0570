package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
	"github.com/jieban/jieban/models/db/seed"
)

// desk is an office with a few days behind it, and people who know it.
type desk struct {
	t    testing.TB
	app  *App
	db   *db.DB
	now  *time.Time
	ctx  context.Context
	know []string // numbers and phones that no page may show
}

// person is somebody of the demonstration's roster, or made up like them.
type person struct{ Name, Number, Phone, Town string }

func newDesk(t testing.TB) *desk {
	now := dbtest.Start
	d := &desk{t: t, now: &now, ctx: context.Background()}
	d.app, d.db = newTestApp(t, dbtest.Clock(func() time.Time { return *d.now }))
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// staff gives an account of the demonstration.
func (d *desk) staff(login string) models.Account {
	d.t.Helper()
	list, err := d.db.Accounts(d.ctx)
	d.must(err)
	for _, a := range list {
		if a.Login == login {
			return a
		}
	}
	d.t.Fatalf("no account %s", login)
	return models.Account{}
}

// listed gives n people of the roster.
func (d *desk) listed(n int) []person {
	d.t.Helper()
	raw, err := seed.Files.ReadFile("residents.json")
	d.must(err)
	var file struct{ Residents []person }
	d.must(json.Unmarshal(raw, &file))
	return file.Residents[:n]
}

// stranger makes a person whom no roster knows: i tells them apart, the check character is right.
func stranger(i int, name, town string) person {
	head := fmt.Sprintf("5001071985%02d%02d99%d", 1+i/28%12, 1+i%28, i%10)
	sum := 0
	for k, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(head[k]-'0') * weight
	}
	return person{name, head + string("10X98765432"[sum%11]), fmt.Sprintf("1990000%04d", 100+i), town}
}

// register lets a person in and gives their link.
func (d *desk) register(p person) int64 {
	d.t.Helper()
	l, err := d.db.LinkFor(d.ctx, "web", "session of "+p.Number)
	d.must(err)
	d.must(d.db.Consent(d.ctx, l.ID, models.ConsentSensitive, models.ConsentSharing))
	_, err = d.db.Register(d.ctx, l.ID, db.Registration{Kind: models.ResidentID, Number: p.Number, Name: p.Name, Phone: p.Phone, Town: p.Town})
	d.must(err)
	d.know = append(d.know, p.Number, p.Phone)
	return l.ID
}

// waiting registers strangers and lets them give evidence; it gives their case ids.
func (d *desk) waiting(people ...person) []int64 {
	d.t.Helper()
	for _, p := range people {
		d.register(p)
	}
	cases, err := d.db.Cases(d.ctx, 0, 100)
	d.must(err)
	ids := make([]int64, len(cases))
	for i, c := range cases {
		ids[i] = c.Eligibility.ID
	}
	return ids
}

// jpegOf draws something like a photo of a page of print.
func jpegOf(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0xf4, 0xef, 0xe2, 0xff}
			if y%24 > 15 && x > w/12 && x < w-w/12-(y*37)%(w/3) {
				c = color.RGBA{0x55, 0x52, 0x4a, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil)
	return b.Bytes()
}

var csrfField = regexp.MustCompile(`name="csrf_token" value="[^"]+"`)

var csrfMeta = regexp.MustCompile(`<meta name="csrf-token" content="([^"]+)">`)

// sitting is a browser in which somebody has signed in by the form; "" = nobody has.
func (d *desk) sitting(login string) *client {
	d.t.Helper()
	c := browser(d.t, d.app)
	if login == "" {
		return c
	}
	for _, account := range d.app.DemoAccounts {
		if account.Login == login {
			c.fill("/signin", "/signin", map[string]string{"login": login, "password": account.Password}).want(http.StatusSeeOther)
			return c
		}
	}
	d.t.Fatalf("no demonstration account %s", login)
	return c
}

// fill sends a form of the page at from, with that page's token.
func (c *client) fill(from, to string, fields map[string]string, files ...map[string]string) reply {
	c.t.Helper()
	token := csrfMeta.FindSubmatch(c.get(from).body)
	if token == nil {
		c.t.Fatalf("%s carries no token", from)
	}
	all := map[string]string{"csrf_token": html.UnescapeString(string(token[1]))}
	for name, value := range fields {
		all[name] = value
	}
	f := form{fields: all}
	for _, more := range files {
		f.files = more
	}
	return c.send(http.MethodPost, to, f, "Accept", "text/html")
}

// text is the page as it was sent.
func (r reply) text() string { return string(r.body) }

// says fails the test where the page lacks one of the words.
func (r reply) says(words ...string) reply {
	r.t.Helper()
	for _, w := range words {
		if !strings.Contains(r.text(), w) {
			r.t.Errorf("the page does not say %q:\n%s", w, brief(r.text()))
		}
	}
	return r
}

// lacks fails the test where the page holds one of the words.
func (r reply) lacks(words ...string) reply {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(r.text(), w) {
			r.t.Errorf("the page says %q", w)
		}
	}
	return r
}

// brief is the page without what stands around its main part.
func brief(page string) string {
	if _, inside, ok := strings.Cut(page, "<main"); ok {
		page, _, _ = strings.Cut(inside, "</main>")
	}
	return page
}

// busy fills the office: people of the roster who claim and come, strangers who wait, orders, money, messages.
func (d *desk) busy() *desk {
	d.t.Helper()
	d.visits()
	d.shopping()
	names := []string{"陈志远", "胡晓兰", "谭国庆", "向玉梅", "冉启明", "罗小燕"}
	towns := []string{"金凤镇", "白市驿镇", "渝中区解放碑街道", "含谷镇", "", "巴福镇"}
	for i, name := range names {
		*d.now = d.now.Add(7 * time.Minute)
		link := d.register(stranger(i, name, towns[i]))
		if i%3 == 2 {
			continue
		}
		d.must(d.db.GiveEvidence(d.ctx, link, "我2018年起租住在"+towns[i]+"，房东姓周，有租房合同。", nil))
		if i%2 == 0 {
			d.must(d.db.GiveEvidence(d.ctx, link, "", jpegOf(900, 640)))
		}
	}
	for i, text := range []string{
		"老人没有智能手机，可以拿身份证直接去濯水吗？", "我妈妈的券领错了日子，帮我改到星期天行不行？电话19900000123", "从金凤镇过去有没有专线车？",
	} {
		l, err := d.db.LinkFor(d.ctx, "web", fmt.Sprintf("asks %d", i))
		d.must(err)
		d.must(d.db.Ask(d.ctx, l.ID, text, "k"))
		*d.now = d.now.Add(11 * time.Minute)
	}
	return d
}

// visits plays three days of claims and gates.
func (d *desk) visits() {
	d.t.Helper()
	views, err := d.db.Offers(d.ctx)
	d.must(err)
	gateStaff := d.staff("gate-zhuoshui")
	for i, p := range d.listed(40) {
		link := d.register(p)
		v := views[(i*i+i/3)%len(views)]
		day := d.db.Today().Add(i % 9)
		_, err := d.db.Claim(d.ctx, link, db.ClaimRequest{OfferID: v.Offer.ID, Day: day, People: 1 + i%4, Key: "k"})
		d.must(err)
	}
	for n := range 3 {
		for i, p := range d.listed(40) {
			if i%9 != n || i%7 == 3 {
				continue
			}
			s := models.Scan{ID: fmt.Sprintf("scan-%d-%d", n, i), SpotID: views[(i*i+i/3)%len(views)].Spot.ID, Gate: "1号口", StaffID: gateStaff.ID}
			_, _, err := d.db.RedeemByNumber(d.ctx, p.Number, s)
			d.must(err)
			if i%11 == 0 { // once more: refused
				s.ID += "-again"
				_, _, err = d.db.RedeemByNumber(d.ctx, p.Number, s)
				d.must(err)
			}
		}
		if n < 2 {
			*d.now = d.now.Add(24 * time.Hour)
		}
	}
}

// shopping plays orders in every state, and a refund that the provider refused.
func (d *desk) shopping() {
	d.t.Helper()
	page, err := d.db.Products(d.ctx, db.ProductFilter{InStock: true, Limit: 30})
	d.must(err)
	home := &models.Address{Name: "刘桂芳", Phone: "19900000090", Province: "重庆市", City: "市辖区", District: "沙坪坝区", Detail: "虎溪街道大学城南路1号"}
	for i, p := range page.Products {
		l, err := d.db.LinkFor(d.ctx, "web", fmt.Sprintf("buys %d", i%7))
		d.must(err)
		sku, n := p.SKUs[0], 1+i%3
		for _, s := range p.SKUs {
			if !s.Off && s.Free() >= 3 {
				sku = s
			}
		}
		if sku.Free() < n {
			continue
		}
		made, err := d.db.PlaceOrder(d.ctx, l.ID, db.OrderRequest{
			Key: fmt.Sprintf("order %d", i), Expect: sku.Price * models.Fen(n), Address: home, Items: []db.OrderItem{{SKUID: sku.ID, Quantity: n}},
		})
		d.must(err)
		d.follow(i, l.ID, made.Orders[0])
	}
	d.know = append(d.know, home.Phone, home.Detail)
	due, err := d.db.DueRefunds(d.ctx, 10)
	d.must(err)
	for i, r := range due {
		d.must(d.db.RefundTried(d.ctx, r.ID, d.db.Now().Add(time.Hour), i == 0))
	}
}

// follow takes an order as far as its turn says.
func (d *desk) follow(turn int, link int64, o db.OrderView) {
	d.t.Helper()
	report := models.Report{Provider: "sandbox", Ref: "S" + o.No, OrderNo: o.No, Amount: o.TotalFen, PaidAt: d.db.Now()}
	if turn%5 == 0 {
		return
	}
	_, err := d.db.BookPayment(d.ctx, report)
	d.must(err)
	if turn%5 == 1 {
		if turn == 1 {
			report.Ref += "-twice" // paid twice: stray money that must go back
			_, err := d.db.BookPayment(d.ctx, report)
			d.must(err)
		}
		return
	}
	seller := models.Account{ID: d.staff(o.SupplierID).ID, Role: models.RoleSupplier, SupplierID: o.SupplierID}
	_, err = d.db.Ship(d.ctx, seller, o.No, db.ShipRequest{Carrier: "中国邮政", TrackingNo: fmt.Sprintf("EA%09dCQ", 100000+turn)})
	d.must(err)
	if turn%5 > 2 {
		_, err = d.db.AcceptOrder(d.ctx, link, o.No)
		d.must(err)
	}
}

// offered lets a supplier send a product in for review and gives its id.
func (d *desk) offered(name string) string {
	d.t.Helper()
	seller := d.staff("farm-apeng")
	days := 30
	p, err := d.db.SaveProduct(d.ctx, seller, models.Product{
		Name: name, Category: d.shelf(), Intro: "阿蓬江边自家晒的。", Origin: "黔江区濯水镇", Storage: "阴凉干燥处", ShelfLifeDays: &days, Ingredients: "鲜笋、食用盐",
		Net: "250克", SKUs: []models.SKU{{Pack: "250克/袋", Unit: "袋", Price: 2680, Grams: 250, OnHand: 40}},
	})
	d.must(err)
	d.must(d.db.SetListing(d.ctx, seller, p.ID, models.ListingInReview))
	return p.ID
}

func (d *desk) shelf() string {
	list, err := d.db.Categories(d.ctx)
	d.must(err)
	return list[0].ID
}
