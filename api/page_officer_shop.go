package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// goodsBody is what officer_products.html shows.
type goodsBody struct {
	Tabs     []NavItem
	State    models.Listing
	Products []db.ProductView
	Next     string
}

// goodsStates are the tabs of the list, in order.
var goodsStates = []models.Listing{models.ListingInReview, models.ListingListed, models.ListingPaused, models.ListingWithdrawn}

// officerProducts lists products by where they stand, first those that wait for an officer.
func (a *App) officerProducts(c *fiber.Ctx) error {
	body := goodsBody{State: models.Listing(c.Query("state", string(models.ListingInReview)))}
	if !slices.Contains(goodsStates, body.State) {
		body.State = models.ListingInReview
	}
	for _, s := range goodsStates {
		body.Tabs = append(body.Tabs, NavItem{Label: s.ZH(), Href: goodsAddress(s), Current: s == body.State})
	}
	page, err := a.DB.Products(c.UserContext(), db.ProductFilter{State: body.State, After: c.Query("after"), Limit: 50})
	if err != nil {
		return err
	}
	if body.Products = page.Products; page.Next != "" {
		body.Next = goodsAddress(body.State) + "&after=" + page.Next
	}
	return a.officerPage(c, "officer_products.html", "商品审核", "/officer/products", body)
}

func goodsAddress(s models.Listing) string { return "/officer/products?state=" + string(s) }

// goodBody is what officer_product.html shows.
type goodBody struct {
	Product  db.ProductView
	Supplier models.Supplier
	Problem  string
	Moves    []goodMove
}

// goodMove is one button: where it takes the product.
type goodMove struct {
	To                    models.Listing
	Label, Class, Confirm string
}

// goodMoves are the buttons at each place of a listing. A paused product is the supplier's to resume, or an officer's.
var goodMoves = map[models.Listing][]goodMove{
	models.ListingInReview: {{models.ListingListed, "通过，上架", "btn-primary", ""}, {models.ListingDraft, "退回修改", "btn-danger", ""}},
	models.ListingListed:   {{models.ListingPaused, "暂停销售", "btn-danger", "暂停后居民就买不到了，确定暂停？"}},
	models.ListingPaused: {
		{models.ListingListed, "恢复上架", "btn-primary", ""},
		{models.ListingWithdrawn, "永久下架", "btn-danger", "下架以后不能再恢复，确定下架？"},
	},
}

// officerProduct shows all that a label must say, with the buttons to decide.
func (a *App) officerProduct(c *fiber.Ctx) error { return a.showGood(c, "") }

func (a *App) showGood(c *fiber.Ctx, problem string) error {
	v, err := a.DB.SupplierProduct(c.UserContext(), *a.caller(c).Account, c.Params("id"))
	if err != nil {
		return err
	}
	s, err := a.DB.Supplier(c.UserContext(), v.SupplierID)
	if err != nil {
		return err
	}
	return a.officerPage(c, "officer_product.html", v.Name, "/officer/products", goodBody{v, s, problem, goodMoves[v.State]})
}

// officerList moves a product through its listing; its supplier is told.
func (a *App) officerList(c *fiber.Ctx) error {
	to := models.Listing(c.FormValue("to"))
	if err := a.DB.SetListing(c.UserContext(), *a.caller(c).Account, c.Params("id"), to); err != nil {
		zh, err := officerRefusal(c, err)
		if err != nil {
			return err
		}
		return a.showGood(c, zh)
	}
	return a.back(c, goodsAddress(models.ListingInReview), "商品已改为“"+to.ZH()+"”，供应商会收到通知。")
}

// refundsBody is what officer_refunds.html shows.
type refundsBody struct {
	Refunds []refundRow
	Problem string
}

type refundRow struct {
	db.RefundDue
	Why string
}

// refundsZH say why money goes back; a reason that is not here is shown as it is stored.
var refundsZH = map[string]string{
	"cancelled": "买家取消了订单", "paid before": "同一笔订单付了两次", "wrong amount": "付的金额和订单不一致", "goods gone": "付款太晚，货已经没有了", "no such order": "付款对不上任何订单",
}

// officerRefunds lists the refunds that the provider refused for good.
func (a *App) officerRefunds(c *fiber.Ctx) error { return a.showRefunds(c, "") }

func (a *App) showRefunds(c *fiber.Ctx, problem string) error {
	list, err := a.DB.FailedRefunds(c.UserContext())
	if err != nil {
		return err
	}
	body := refundsBody{Problem: problem}
	for _, r := range list {
		why := refundsZH[r.Reason]
		if why == "" {
			why = r.Reason
		}
		body.Refunds = append(body.Refunds, refundRow{r, why})
	}
	return a.officerPage(c, "officer_refunds.html", "没退成的款", "/officer/refunds", body)
}

// officerRetryRefund asks the provider again, under the same number: it cannot pay twice.
func (a *App) officerRetryRefund(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这笔退款")
	if err != nil {
		return err
	}
	if err := a.DB.RetryRefund(c.UserContext(), *a.caller(c).Account, id); err != nil {
		zh, err := officerRefusal(c, err)
		if err != nil {
			return err
		}
		return a.showRefunds(c, zh)
	}
	return a.back(c, "/officer/refunds", "已经再次向支付平台申请退款，结果会自动更新。")
}
