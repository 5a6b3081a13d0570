package api

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

const auditRows = 50

// actsZH says what was done. An act that is not here is shown as it is stored.
var actsZH = []option{
	{"evidence.read", "查看证明材料"},
	{"address.read", "查看收货地址"},
	{"eligibility.approved", "资格通过"},
	{"eligibility.refused", "资格不通过"},
	{"eligibility.asked", "提出资格申请"},
	{"evidence.give", "提交证明材料"},
	{"resident.bind", "登记证件"},
	{"resident.release", "解除绑定"},
	{"resident.phone", "留手机号"},
	{"resident.phone_code", "发短信验证码"},
	{"link.leave", "本人解绑聊天"},
	{"resident.find", "按证件号码找人"},
	{"eligibility.reopen", "重新核对资格"},
	{"resident.erase", "删除个人信息"},
	{"consent.give", "同意"},
	{"consent.withdraw", "撤回同意"},
	{"roster.import", "导入名册"},
	{"programme.set", "改活动设置"},
	{"offer.set", "改优惠设置"},
	{"spot.set", "改景区资料"},
	{"voucher.claim", "领券"},
	{"voucher.cancel", "取消券"},
	{"voucher.revoke", "作废券"},
	{"scan.undo", "撤销放行"},
	{"message.ask", "留言"},
	{"message.answer", "回复留言"},
	{"notice.resend", "再发通知"},
	{"order.place", "下单"},
	{"order.cancel", "取消订单"},
	{"order.expire", "订单超时"},
	{"order.ship", "发货"},
	{"order.accept", "收货"},
	{"payment.book", "入账"},
	{"payment.stray", "无主款项"},
	{"refund.done", "退款完成"},
	{"refund.failed", "退款失败"},
	{"refund.retry", "再试退款"},
	{"supplier.save", "改供应商"},
	{"product.save", "改商品"},
	{"product.in_review", "商品送审"},
	{"product.listed", "商品上架"},
	{"product.paused", "商品暂停"},
	{"product.draft", "商品退回"},
	{"product.withdrawn", "商品下架"},
	{"photo.save", "上传照片"},
	{"stock.set", "改库存"},
	{"account.add", "开账号"},
	{"account.password", "改密码"},
	{"account.code", "取聊天验证码"},
	{"link.bind_staff", "绑定工作聊天"},
	{"link.unbind", "解绑工作聊天"},
	{"session.open", "登录"},
}

// auditRow is one entry in words.
type auditRow struct {
	At                    time.Time
	Object                string // as stored, for the filter
	Who, Did, What, Extra string // words, or what is stored where there are none
	To                    string // where the object can be seen; "" = nowhere
}

// auditBody is what officer_audit.html shows.
type auditBody struct {
	Rows               []auditRow
	Pager              pagerBody
	Actor, Act, Object string
	Actors, Acts       []option
	Filtered           bool
}

// officerAudit lists what was done by whom, the newest first.
func (a *App) officerAudit(c *fiber.Ctx) error {
	body := auditBody{
		Actor: strings.TrimSpace(c.Query("actor")), Act: strings.TrimSpace(c.Query("act")), Object: strings.TrimSpace(c.Query("object")), Acts: actsZH,
	}
	keep := url.Values{}
	for name, value := range map[string]string{"actor": body.Actor, "act": body.Act, "object": body.Object} {
		if value != "" {
			keep.Set(name, value)
			body.Filtered = true
		}
	}
	staff, err := a.DB.Accounts(c.UserContext())
	if err != nil {
		return err
	}
	names := map[string]string{db.System: "系统"}
	body.Actors = append(body.Actors, option{db.System, "系统"})
	for _, s := range staff {
		names[db.ByAccount(s.ID)] = s.Name
		body.Actors = append(body.Actors, option{db.ByAccount(s.ID), s.Name})
	}
	t := readTrail(c, "/officer/audit", keep)
	list, err := a.DB.AuditEntries(c.UserContext(), db.AuditFilter{
		Before: t.at, Actor: body.Actor, Act: body.Act, Object: body.Object, Limit: auditRows + 1,
	})
	if err != nil {
		return err
	}
	list, body.Pager = turned(t, list, auditRows, func(e models.Audit) int64 { return e.ID })
	for _, e := range list {
		body.Rows = append(body.Rows, rowOfAudit(e, names))
	}
	return a.officerPage(c, "officer_audit.html", "操作记录", "/officer/audit", body)
}

// objectsZH names the kinds of things that acts are done to.
var objectsZH = map[string]string{
	"eligibility": "资格申请", "resident": "居民", "link": "会话", "account": "账号", "message": "留言", "notice": "通知", "programme": "活动", "offer": "优惠", "spot": "景区",
	"voucher": "券", "order": "订单", "refund": "退款", "supplier": "供应商", "product": "商品", "sku": "规格", "photo": "照片",
}

// detailsZH says the words that entries carry.
var detailsZH = strings.NewReplacer(
	"sensitive", "处理证件信息", "sharing", "给景区核对", "guardian", "监护人", "in_review", "原来：待审核", "draft", "原来：草稿", "listed", "原来：已上架",
	"paused", "原来：已暂停", "evidence", "凭证明材料", "roster", "凭名册", "rows", "共", "added", "新增", "changed", "改动", "same", "不变", "bad", "有错",
	"paid before", "付了两次", "wrong amount", "金额不符", "goods gone", "货没有了", "gate", "检票", "supplier", "供应商", "officer", "经办员", "admin", "管理员",
	"on sale", "准许销售", "switched off", "停用", "vouchers revoked", "作废的券", "shipment:", "包裹 ",
)

func rowOfAudit(e models.Audit, names map[string]string) auditRow {
	row := auditRow{At: e.At, Object: e.Object, Who: names[e.Actor], Did: e.Act, What: e.Object, Extra: detailsZH.Replace(e.Detail)}
	if id, link := strings.CutPrefix(e.Actor, "link:"); link {
		row.Who = objectsZH["link"] + " " + id
	}
	if row.Who == "" {
		row.Who = e.Actor
	}
	for _, o := range actsZH {
		if o.Value == e.Act {
			row.Did = o.Label
		}
	}
	kind, id, _ := strings.Cut(e.Object, ":")
	if word := objectsZH[kind]; word != "" {
		row.What = word + " " + id
	}
	if e.Object == "resident:none" {
		row.What = "没有找到人"
	}
	if name := names[e.Object]; name != "" {
		row.What = name
	}
	switch kind {
	case "eligibility":
		row.To = "/officer/cases/" + url.PathEscape(id)
	case "resident":
		if id != "none" {
			row.To = "/officer/residents/" + url.PathEscape(id)
		}
	case "offer":
		row.To = "/officer/offers/" + url.PathEscape(id)
	case "supplier":
		row.To = "/officer/suppliers/" + url.PathEscape(id)
	case "product":
		row.To = "/officer/products/" + url.PathEscape(id)
	}
	return row
}
