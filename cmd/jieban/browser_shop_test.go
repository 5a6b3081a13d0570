package main

import "testing"

// buy lets a person find a product, pay for it, and stops at the order's page. It gives the order's number.
func buy(t *testing.T, p *tab) (order string) {
	t.Helper()
	p.visit("/shop")
	p.fill("#q", "脆红李")
	p.tap("搜索")
	p.until("wait for what was found", `location.search.includes("q=") && document.readyState === "complete"`)
	p.tap("脆红李")
	p.sees("选规格", "放进购物篮")
	p.press("the first pack", `document.querySelector("label.pack:has(input:not(:disabled))")`)
	p.tap("放进购物篮")
	p.sees("已放进购物篮", "去结算")
	p.press("one more", `document.querySelector("[data-step='1']")`)
	p.sees("共2件")
	p.tap("去结算")
	p.sees("确认订单")
	p.fill("#name", "刘桂芳")
	p.fill("#phone", "19900000090")
	p.choose("#province", "重庆市")
	p.choose("#city", "市区各区")
	p.choose("#district", "沙坪坝区")
	p.fill("#detail", "曾家镇龙台路8号3栋2单元")
	p.tap("提交订单")
	p.sees("沙盒收银台")
	p.tap("支付全部")
	p.sees("付款成功")
	p.press("the order", `document.querySelector("main .list a.row")`)
	p.sees("购物凭证", "19900000090"[:3]+"****")
	return p.value(`location.pathname.split("/").at(-1)`)
}

// ship lets the supplier send all of an order.
func ship(t *testing.T, b *browser, order string) *tab {
	t.Helper()
	p := b.tab(phone)
	p.signIn("farm-zhongtang", "/supplier")
	p.sees("等您发货")
	p.press("the order", `document.querySelector("a.row[href$='`+order+`']")`)
	p.sees("刘桂芳", "19900000090", "曾家镇龙台路8号3栋2单元")
	p.choose("#carrier", "顺丰")
	p.fill("#number", "SF1234567890123")
	p.press("ship", `document.querySelector("form[action$='/ship'] button.btn-primary")`)
	p.sees("SF1234567890123")
	return p
}

func TestBrowserBuyerPaysSupplierShipsBuyerReceives(t *testing.T) {
	t.Parallel()
	chromium(t)
	base := serve(t)
	buyer := openBrowser(t, base, "").tab(phone)
	order := buy(t, buyer)
	ship(t, openBrowser(t, base, ""), order)
	buyer.visit("/shop/orders/" + order)
	buyer.sees("SF1234567890123")
	buyer.tap("确认收货")
	buyer.sees("已收货")
	buyer.visit("/") // what happened meanwhile stands in the chat
	buyer.sees("SF1234567890123")
}
