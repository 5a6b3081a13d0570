package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

const noticeRows = 20

// deadBody is what officer_notices.html shows.
type deadBody struct {
	Rows    []deadRow
	Counts  db.NoticeCounts
	Many    int64 // where counting ends
	Pager   pagerBody
	Problem string
}

// deadRow is a notice in words.
type deadRow struct {
	db.DeadNotice
	What, Where, Reason string
	Raw                 string // the platform's own words; "" where it said nothing
}

// said is what a platform said, for those who mend it; our own reasons are explained already.
func (n deadRow) said() string {
	if slices.Contains([]string{models.WhyGone, models.WhySealed, models.WhyUnheard}, n.Why) {
		return ""
	}
	return n.Why
}

// noticesZH name the kinds of notices; one that is not here is shown as it is stored.
var noticesZH = map[string]string{
	"eligibility_decided": "资格结果", "visit_tomorrow": "明天的行程", "voucher_revoked": "券作废", "spot_closed": "景区开放变动", "spot_changed": "景区资料变动",
	"offer_changed": "优惠变动", "message_answered": "留言的回复", "order_placed": "新订单", "order_paid": "订单付款", "order_shipped": "订单发货",
	"order_accepted": "订单收货", "order_cancelled": "订单取消", "order_expired": "订单关闭", "hold_ending": "快到付款时间", "payment_stray": "多付的款",
	"refund_done": "退款到账", "refund_failed": "退款没退成", "product_listing": "商品审核",
}

// deadReasons explain what a platform said, the first that fits: what it means, and what an officer can do.
var deadReasons = []struct {
	signs []string // any of them in the fault's words
	zh    string
}{
	{[]string{models.WhyGone}, "对方取消了关注或拉黑了我们。再发也送不到，要等对方重新关注、发来消息。要紧的事请打电话。"},
	{[]string{models.WhySealed}, "内容或收信人打不开，再发没有用。请信息人员核对密钥文件。"},
	{[]string{models.WhyUnheard}, "发了多次都没有结果，可能是服务中途停过。再发一次就行。"},
	{[]string{"45009", "45011", "429", "Too Many"}, "平台说我们发得太多。过几个小时再发。"},
	{[]string{"40164", "61004"}, "平台不认我们服务器的地址。请信息人员在公众号后台把地址加进白名单，然后再发。"},
	{[]string{"40001", "40013", "40014", "40125", "42001", "401"}, "平台不认我们的密钥。请信息人员核对后再发。"},
	{[]string{"40037"}, "公众号后台没有这个通知模板。请信息人员核对后再发。"},
	{[]string{"48001"}, "公众号没有发这种消息的权限。请信息人员核对认证状态。"},
	{[]string{"timeout", "deadline", "dial ", "no such host", "connection", "EOF", "502", "503", "504", "TLS"}, "当时连不上平台。网络好了再发一次。"},
	{[]string{"400", "Bad Request"}, "平台不收这条内容。再发多半还是不行，要紧的事请打电话。"},
}

// deadReason explains a fault in plain words.
func deadReason(why string) string {
	for _, r := range deadReasons {
		for _, sign := range r.signs {
			if strings.Contains(why, sign) {
				return r.zh
			}
		}
	}
	return "平台没有收下，原因不明。可以再发一次；还不行，请信息人员看下面的原话。"
}

// inWords is the word for what is stored, or the stored itself.
func inWords(words map[string]string, stored string) string {
	if w := words[stored]; w != "" {
		return w
	}
	return stored
}

// officerNotices lists the notices that were given up.
func (a *App) officerNotices(c *fiber.Ctx) error { return a.showNotices(c, "") }

func (a *App) showNotices(c *fiber.Ctx, problem string) error {
	t := readTrail(c, "/officer/notices", nil)
	list, err := a.DB.DeadNotices(c.UserContext(), t.at, noticeRows+1)
	if err != nil {
		return err
	}
	body := deadBody{Many: db.NoticesCounted, Problem: problem}
	if body.Counts, err = a.DB.NoticeCounts(c.UserContext()); err != nil {
		return err
	}
	list, body.Pager = turned(t, list, noticeRows, func(n db.DeadNotice) int64 { return n.ID })
	for _, n := range list {
		where := "没有绑定聊天" // their things are kept for the chat they bind next
		if w, known := channelsZH[n.Channel]; known {
			where = w
		}
		row := deadRow{DeadNotice: n, What: inWords(noticesZH, n.Kind), Where: where, Reason: deadReason(n.Why)}
		row.Raw = row.said()
		body.Rows = append(body.Rows, row)
	}
	return a.officerPage(c, "officer_notices.html", "没送到的通知", "/officer/notices", body)
}

// officerResend tries one of them again.
func (a *App) officerResend(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这条通知")
	if err != nil {
		return err
	}
	if err := a.DB.ResendNotice(c.UserContext(), *a.caller(c).Account, id); err != nil {
		zh, err := officerRefusal(c, err)
		if err != nil {
			return err
		}
		return a.showNotices(c, zh)
	}
	return a.back(c, "/officer/notices", "已安排再发。送不到的，对方下次发来消息时会看到。")
}
