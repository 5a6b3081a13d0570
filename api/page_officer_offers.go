package api

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// offerRow is one line of the table of offers; what is not set says so.
type offerRow struct {
	db.OfferView
	Pay, Window, PerDay, PerSpot, Total, Quota, Party, Ahead, Shut string
}

// offersBody is what officer_offers.html shows.
type offersBody struct {
	Programme models.Programme
	Rows      []offerRow
}

// officerOffers lists what the programme gives at each spot.
func (a *App) officerOffers(c *fiber.Ctx) error {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	views, err := a.DB.Offers(c.UserContext())
	if err != nil {
		return err
	}
	body := offersBody{Programme: p}
	for _, v := range views {
		body.Rows = append(body.Rows, rowOfOffer(v))
	}
	return a.officerPage(c, "officer_offers.html", "优惠", "/officer/offers", body)
}

func rowOfOffer(v db.OfferView) offerRow {
	o := v.Offer
	row := offerRow{
		OfferView: v, Pay: yuanWord(v.PayEach), Window: "同活动", PerDay: limitText(o.PerDay, "张"), PerSpot: limitText(o.PerSpot, "张"),
		Total: limitText(o.Total, "张"), Quota: limitText(o.DailyQuota, "人"), Party: limitText(o.MaxParty, "人"),
		Ahead: limitText(o.AdvanceDays, "天"), Shut: "无",
	}
	if o.ValidFrom != "" || o.ValidTo != "" {
		row.Window = string(o.ValidFrom) + " 至 " + string(o.ValidTo)
	}
	if n := len(o.Blackout); n > 0 {
		row.Shut = strconv.Itoa(n) + "天"
	}
	if o.HolidayBlackout {
		row.Shut += "，法定节假日"
	}
	return row
}

// offerFields are an offer's settings in the order of the form.
func offerFields() []formField {
	return []formField{
		{Name: "kind", Label: "优惠方式", Kind: "choice", Wide: true, Options: []option{{"free", "免费"}, {"percent", "折扣"}, {"fixed", "优惠价"}}},
		{Name: "pay_percent", Label: "折扣：游客付百分之几", Kind: "number", Hint: "3折填 30。只在选“折扣”时有用。"},
		{Name: "fixed", Label: "优惠价（元）", Kind: "money", Hint: "只在选“优惠价”时有用。"},
		{Name: "rounding", Label: "折后零头", Kind: "select", Options: []option{{"fen", "算到分，四舍五入"}, {"yuan_down", "角分抹掉"}, {"yuan_up", "进到整元"}}},
		{Name: "paused", Label: "暂停办理：居民暂时领不到这里的券", Kind: "check"},
		{Name: "clause", Label: "依据的政策原文", Kind: "area", Wide: true, Hint: "拒绝时会引用这一句，请按公布的原文写。"},
		{Name: "components", Label: "包含哪些项目", Kind: "area", Wide: true},
		{Name: "valid_from", Label: "从哪天起", Kind: "date", Hint: "留空：同活动的开始日期。"},
		{Name: "valid_to", Label: "到哪天止（含当日）", Kind: "date", Hint: "留空：同活动的结束日期。"},
		{Name: "per_day", Label: "每人每天最多几张", Kind: "number", Hint: "所有景区合计。留空：未设定，就是不限。"},
		{Name: "per_spot", Label: "每人在本景区最多几张", Kind: "number"},
		{Name: "total", Label: "每人一共最多几张", Kind: "number"},
		{Name: "daily_quota", Label: "每天名额（人）", Kind: "number"},
		{Name: "max_party", Label: "一张券最多几人（含本人）", Kind: "number", Hint: "最多20人。"},
		{Name: "advance_days", Label: "要提前几天领", Kind: "number", Hint: "0：当天也能领。"},
		{Name: "blackout", Label: "不办理的日子", Kind: "days", Hint: "一行一个，例如 2021-10-01。"},
		{Name: "holiday_blackout", Label: "法定节假日不办理", Kind: "check", Hint: "是哪几天，在“活动设置”里。"},
	}
}

func offerValues(o models.Offer) map[string]string {
	percent := ""
	if o.PayPercent != 0 {
		percent = strconv.Itoa(o.PayPercent)
	}
	return map[string]string{
		"kind": string(o.Kind), "pay_percent": percent, "fixed": fenText(o.FixedFen), "rounding": string(o.Rounding),
		"paused": checkText(o.Paused), "clause": o.ClauseText, "components": o.Components, "valid_from": string(o.ValidFrom),
		"valid_to": string(o.ValidTo), "per_day": intText(o.PerDay), "per_spot": intText(o.PerSpot), "total": intText(o.Total),
		"daily_quota": intText(o.DailyQuota), "max_party": intText(o.MaxParty), "advance_days": intText(o.AdvanceDays),
		"blackout": daysText(o.Blackout), "holiday_blackout": checkText(o.HolidayBlackout),
	}
}

// readOffer puts what was typed into the offer that is stored.
func readOffer(o models.Offer, r reader) models.Offer {
	o.Kind, o.FixedFen, o.Rounding = models.OfferKind(r.text("kind")), r.money("fixed"), models.Rounding(r.text("rounding"))
	o.PayPercent = 0
	if n := r.number("pay_percent"); n != nil {
		o.PayPercent = *n
	}
	o.Paused, o.ClauseText, o.Components = r.yes("paused"), r.text("clause"), r.text("components")
	o.ValidFrom, o.ValidTo = r.day("valid_from"), r.day("valid_to")
	o.PerDay, o.PerSpot, o.Total = r.number("per_day"), r.number("per_spot"), r.number("total")
	o.DailyQuota, o.MaxParty, o.AdvanceDays = r.number("daily_quota"), r.number("max_party"), r.number("advance_days")
	o.Blackout, o.HolidayBlackout = r.days("blackout"), r.yes("holiday_blackout")
	if o.ClauseText == "" {
		r.wrong["clause"] = "政策原文不能空着：每次拒绝都要说出依据。"
	}
	return o
}

// spotFields are what an officer keeps up to date of a spot.
func spotFields() []formField {
	return []formField{
		{Name: "list_price", Label: "原价（元/人）", Kind: "money", Hint: "折扣按它算。留空：未设定，检票时按窗口票价收。"},
		{Name: "hours", Label: "开放时间", Kind: "text", Hint: "留空：未设定。"},
		{Name: "bring", Label: "请居民带什么", Kind: "area", Wide: true},
		{Name: "closed", Label: "景区关门的日子", Kind: "days", Wide: true, Hint: "一行一个，例如 2021-08-20。对所有人都关。"},
	}
}

func spotValues(s models.Spot) map[string]string {
	return map[string]string{"list_price": fenText(s.ListPrice), "hours": s.Hours, "bring": s.Bring, "closed": daysText(s.Closed)}
}

// officerOffer shows an offer's settings and its spot's.
func (a *App) officerOffer(c *fiber.Ctx) error {
	v, err := a.DB.Offer(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return a.showOffer(c, v, nil)
}

// showOffer shows both forms; retry is one of them after a refusal, in place of what is stored.
func (a *App) showOffer(c *fiber.Ctx, v db.OfferView, retry *settingsForm) error {
	id := v.Offer.ID
	forms := []settingsForm{
		{
			ID: "offer", Title: "优惠设置", Note: "已经领走的券，按领的时候说好的算，不受改动影响。", Action: "/officer/offers/" + id, Submit: "保存优惠设置",
			Version: strconv.Itoa(v.Offer.Version), Fields: filled(offerFields(), offerValues(v.Offer), nil),
		},
		{
			ID: "spot", Title: "景区资料", Action: "/officer/offers/" + id + "/spot", Submit: "保存景区资料",
			Version: strconv.Itoa(v.Spot.Version), Fields: filled(spotFields(), spotValues(v.Spot), nil),
		},
	}
	for i := range forms {
		if retry != nil && retry.ID == forms[i].ID {
			forms[i].Problem, forms[i].Theirs, forms[i].Fields = retry.Problem, retry.Theirs, retry.Fields
			if retry.Theirs == nil {
				forms[i].Version = retry.Version
			}
		}
	}
	status := "办理中"
	if v.Offer.Paused {
		status = "暂停办理"
	}
	return a.officerPage(c, "officer_settings.html", v.Spot.Name, "/officer/offers", settingsBody{
		Back: NavItem{Label: "全部优惠", Href: "/officer/offers"}, Forms: forms,
		Lead: "现在：" + v.Offer.Label() + "，每位游客付 " + yuanWord(v.PayEach) + "，" + status + "。",
	})
}

// officerSetOffer saves an offer's settings. Where somebody else was faster, what was typed stays and what they saved
// is shown beside it; saving again is then a decision.
func (a *App) officerSetOffer(c *fiber.Ctx) error {
	v, err := a.DB.Offer(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	r := readValues(typed(c, offerFields()))
	o := readOffer(v.Offer, r)
	o.Version, _ = strconv.Atoi(c.FormValue("version")) // anything else is a version that never was: stale
	if err = r.err(); err == nil {
		_, err = a.DB.SetOffer(c.UserContext(), *a.caller(c).Account, o)
	}
	if err == nil {
		return a.back(c, "/officer/offers", v.Spot.Name+"的优惠设置已保存，现在就起作用。")
	}
	retry, err := retryForm(c, "offer", err, offerFields(), offerValues(v.Offer), r)
	if err != nil {
		return err
	}
	return a.showOffer(c, v, retry)
}

// officerSetSpot saves what is known of the spot of an offer.
func (a *App) officerSetSpot(c *fiber.Ctx) error {
	v, err := a.DB.Offer(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	r := readValues(typed(c, spotFields()))
	s := v.Spot
	s.ListPrice, s.Hours, s.Bring, s.Closed = r.money("list_price"), r.text("hours"), r.text("bring"), r.days("closed")
	s.Version, _ = strconv.Atoi(c.FormValue("version"))
	if err = r.err(); err == nil {
		_, err = a.DB.SetSpot(c.UserContext(), *a.caller(c).Account, s)
	}
	if err == nil {
		return a.back(c, "/officer/offers/"+v.Offer.ID, v.Spot.Name+"的资料已保存。")
	}
	retry, err := retryForm(c, "spot", err, spotFields(), spotValues(v.Spot), r)
	if err != nil {
		return err
	}
	return a.showOffer(c, v, retry)
}

// retryForm is a form after a refusal: what was typed, what is wrong, and what somebody else saved, if that is why.
func retryForm(c *fiber.Ctx, id string, err error, fields []formField, stored map[string]string, r reader) (*settingsForm, error) {
	f := settingsForm{ID: id, Version: c.FormValue("version")}
	if errors.Is(err, models.ErrStale) {
		f.Theirs = differences(fields, stored, r.values)
		if f.Theirs == nil {
			f.Theirs = []difference{} // they saved the very same
		}
	}
	f.Problem, err = officerRefusal(c, err)
	f.Fields = filled(fields, r.values, r.wrong)
	return &f, err
}
