package main

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
)

// go test ./cmd/jieban -run TestScreenshots -screenshots writes the guides' pictures anew, from the running program.
var screenshots = flag.Bool("screenshots", false, "write docs/images from the running program")

// maxPicture keeps the repository and a phone's data plan small, in bytes.
const maxPicture = 120 << 10

func TestScreenshots(t *testing.T) {
	if !*screenshots {
		t.Skip("writes docs/images only with -screenshots")
	}
	base := serve(t)
	people := openBrowser(t, base, "")
	visit := people.tab(phone)
	code := residentPictures(t, visit)
	gatePictures(t, openBrowser(t, base, ""), code)
	order := shopPictures(t, people.tab(phone))
	seller := openBrowser(t, base, "")
	shelf := seller.tab(phone)
	shelf.signIn("farm-zhongtang", "/supplier")
	keep(t, shelf, "supplier-orders")
	shelf.visit("/supplier/orders/" + order)
	keep(t, shelf, "supplier-ship")
	for _, name := range []string{"products", "stock"} {
		shelf.visit("/supplier/" + name)
		keep(t, shelf, "supplier-"+name)
	}
	ship(t, seller, order)
	parcel := people.tab(phone)
	parcel.visit("/shop/orders/" + order)
	keep(t, parcel, "order-parcel")
	askForAnOfficer(t, openBrowser(t, base, "").tab(phone))
	officerPictures(t, openBrowser(t, base, "").tab(desk))
}

// keep writes what the screen shows into docs/images.
func keep(t *testing.T, p *tab, name string) {
	t.Helper()
	time.Sleep(300 * time.Millisecond) // fonts and fades
	img, err := png.Decode(bytes.NewReader(p.picture()))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer // the browser packs for speed
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&packed, fewColours(img)); err != nil {
		t.Fatal(err)
	}
	if packed.Len() > maxPicture {
		t.Errorf("%s has %d bytes, at most %d", name, packed.Len(), maxPicture)
	}
	folder := filepath.Join("..", "..", "docs", "images")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fewColours keeps the 256 colours that a page uses most; nobody sees the difference, and the file is half as large.
func fewColours(img image.Image) image.Image {
	exact, near := map[color.RGBA]int{}, map[color.RGBA]int{}
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			exact[c]++
			near[color.RGBA{c.R&^7 | 4, c.G&^7 | 4, c.B&^7 | 4, 255}]++
		}
	}
	// Grounds and inks are flat and stay exactly what they are; the rest is drawings and the edges of letters.
	palette := append(mostUsed(exact, 64), mostUsed(near, 192)...)
	few := image.NewPaletted(bounds, palette)
	draw.Draw(few, bounds, img, bounds.Min, draw.Src)
	return few
}

func mostUsed(colours map[color.RGBA]int, most int) (palette color.Palette) {
	used := slices.SortedFunc(maps.Keys(colours), func(a, b color.RGBA) int { // the same page gives the same file
		return cmp.Or(colours[b]-colours[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	for _, c := range used[:min(len(used), most)] {
		palette = append(palette, c)
	}
	return palette
}

// residentPictures shows the chat from the greeting to the code, and gives the code.
func residentPictures(t *testing.T, p *tab) (code string) {
	t.Helper()
	p.visit("/")
	p.sees("领券")
	keep(t, p, "chat-start")
	code = strings.TrimSuffix(strings.TrimPrefix(claimToday(t, p), "/v/"), ".png")
	keep(t, p, "chat-voucher")
	p.press("the code", `document.querySelector(".code-link")`)
	p.sees("关闭")
	keep(t, p, "code-full")
	p.tap("关闭")
	p.say("资格")
	p.sees("资格")
	p.until("wait for the answer", `!document.querySelector(".typing")`)
	keep(t, p, "chat-eligibility")
	p.visit("/v/" + code)
	keep(t, p, "voucher")
	return code
}

// gatePictures shows a gate's day: nothing yet, let in, refused, and the counts.
func gatePictures(t *testing.T, b *browser, code string) {
	t.Helper()
	p := b.tab(phone)
	p.visit("/signin?to=/gate")
	keep(t, p, "signin")
	p.signIn("gate-zhuoshui", "/gate")
	p.tap("设置")
	p.fill("#set-lane", "东门1号")
	keep(t, p, "gate-settings")
	p.tap("好了")
	keep(t, p, "gate")
	for _, verdict := range []struct{ word, name string }{{"放行", "gate-ok"}, {"拒绝", "gate-refused"}} {
		p.fill("#code", code)
		p.tap("验票")
		p.sees(verdict.word, "继续扫码")
		keep(t, p, verdict.name)
		p.tap("继续扫码")
	}
	keep(t, p, "gate-day")
}

// shopPictures shows a purchase, and gives the order's number.
func shopPictures(t *testing.T, p *tab) (order string) {
	t.Helper()
	p.visit("/shop")
	keep(t, p, "shop")
	p.visit("/shop/p/cuihongli")
	keep(t, p, "product")
	order = buy(t, p)
	keep(t, p, "order")
	p.visit("/shop/p/yangdujun-dry")
	p.tap("放进购物篮")
	p.sees("去结算")
	keep(t, p, "basket")
	p.tap("去结算")
	p.sees("确认订单")
	keep(t, p, "checkout")
	p.tap("提交订单")
	p.sees("沙盒收银台")
	keep(t, p, "cashier")
	return order
}

// askForAnOfficer gives the officer something to do: an undecided person with evidence, and a message.
func askForAnOfficer(t *testing.T, p *tab) {
	t.Helper()
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	introduce(t, p, samples[1])
	p.sees("哪个镇街")
	p.tap(samples[1].Town)
	p.sees("请把证明发在这里")
	keep(t, p, "chat-evidence")
	p.say("我住金凤镇龙凤社区，租房合同上是我的名字，社区可以作证。")
	p.sees("收到了")
	p.tap("发完了")
	p.sees("已经交给工作人员")
	p.say("人工")
	p.sees("工作人员")
	p.say("老人没有智能手机，怎么领券？")
	p.until("wait for the answer", `!document.querySelector(".typing")`)
}

// officerPictures shows the officer's desk.
func officerPictures(t *testing.T, p *tab) {
	t.Helper()
	p.signIn("officer", "/officer")
	keep(t, p, "officer")
	for _, name := range []string{"cases", "messages", "roster", "offers", "figures", "audit"} {
		p.visit("/officer/" + name)
		keep(t, p, "officer-"+name)
	}
	p.visit("/officer/cases")
	p.press("the case", `document.querySelector("main a[href^='/officer/cases/']")`)
	p.sees("金凤镇")
	keep(t, p, "officer-case")
}
