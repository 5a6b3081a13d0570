package api

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// programmeFields are the programme's settings; its clauses have a field each.
func programmeFields(p models.Programme) []formField {
	fields := []formField{
		{Name: "title", Label: "活动名称", Kind: "text", Wide: true},
		{Name: "valid_from", Label: "开始日期", Kind: "date"},
		{Name: "valid_to", Label: "结束日期（含当日）", Kind: "date"},
		{Name: "controller", Label: "负责个人信息的单位", Kind: "text", Hint: "居民同意之前会看到。"},
		{Name: "contact", Label: "怎么联系", Kind: "text"},
		{Name: "keep_days", Label: "活动结束后个人信息最多保存几天", Kind: "number"},
		{Name: "holidays", Label: "法定节假日", Kind: "days", Wide: true, Hint: "一行一个。优惠设了“法定节假日不办理”的，就按这里。"},
	}
	for _, cl := range p.Clauses {
		fields = append(fields, formField{Name: "clause_" + cl.ID, Label: "条款 " + cl.ID, Kind: "area", Wide: true})
	}
	return fields
}

func programmeValues(p models.Programme) map[string]string {
	values := map[string]string{
		"title": p.Title, "valid_from": string(p.ValidFrom), "valid_to": string(p.ValidTo), "controller": p.Controller, "contact": p.Contact,
		"keep_days": strconv.Itoa(p.KeepDays), "holidays": daysText(p.Holidays),
	}
	for _, cl := range p.Clauses {
		values["clause_"+cl.ID] = cl.Text
	}
	return values
}

func readProgramme(p models.Programme, r reader) models.Programme {
	p.Title, p.Controller, p.Contact = r.text("title"), r.text("controller"), r.text("contact")
	p.ValidFrom, p.ValidTo, p.Holidays = r.day("valid_from"), r.day("valid_to"), r.days("holidays")
	switch n := r.number("keep_days"); {
	case n != nil:
		p.KeepDays = *n
	case r.wrong["keep_days"] == "":
		r.wrong["keep_days"] = "请填天数，例如 90。"
	}
	for name, label := range map[string]string{"valid_from": "开始日期", "valid_to": "结束日期"} {
		if r.text(name) == "" {
			r.wrong[name] = "请填" + label + "。"
		}
	}
	p.Clauses = slices.Clone(p.Clauses)
	for i, cl := range p.Clauses {
		name := "clause_" + cl.ID
		if p.Clauses[i].Text = r.text(name); p.Clauses[i].Text == "" {
			r.wrong[name] = "条款不能空着：每次拒绝都要说出依据。"
		}
	}
	return p
}

// officerProgramme shows the programme's settings.
func (a *App) officerProgramme(c *fiber.Ctx) error {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	return a.showProgramme(c, p, nil)
}

func (a *App) showProgramme(c *fiber.Ctx, p models.Programme, retry *settingsForm) error {
	form := settingsForm{
		ID: "programme", Title: "日期、单位和条款", Action: "/officer/programme", Submit: "保存活动设置",
		Version: strconv.Itoa(p.Version), Fields: filled(programmeFields(p), programmeValues(p), nil),
	}
	if retry != nil {
		form.Problem, form.Theirs, form.Fields = retry.Problem, retry.Theirs, retry.Fields
		if retry.Theirs == nil {
			form.Version = retry.Version
		}
	}
	zone := readList{Title: "哪些镇街算" + p.Home, Note: "住在这些镇街的居民可以享受。要增减，请联系系统管理员。"}
	for _, t := range p.Zone {
		line := t.Name
		if n := len(t.Villages); n > 0 {
			line += "（" + strconv.Itoa(n) + "个村社）"
		}
		zone.Lines = append(zone.Lines, line)
	}
	return a.officerPage(c, "officer_settings.html", "活动设置", "/officer/offers", settingsBody{
		Back: NavItem{Label: "全部优惠", Href: "/officer/offers"}, Lead: p.Home + " ↔ " + p.Host, Forms: []settingsForm{form}, Lists: []readList{zone},
		Facts: []settingsFact{{"公布日期", p.AnnouncedOn.ZH()}, {"优惠期", p.ValidFrom.ZH() + " 到 " + p.ValidTo.ZH()}},
	})
}

// officerSetProgramme saves the programme's settings.
func (a *App) officerSetProgramme(c *fiber.Ctx) error {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	r := readValues(typed(c, programmeFields(p)))
	changed := readProgramme(p, r)
	changed.Version, _ = strconv.Atoi(c.FormValue("version"))
	if err = r.err(); err == nil {
		_, err = a.DB.SetProgramme(c.UserContext(), *a.caller(c).Account, changed)
	}
	if err == nil {
		return a.back(c, "/officer/programme", "活动设置已保存，现在就起作用。")
	}
	retry, err := retryForm(c, "programme", err, programmeFields(p), programmeValues(p), r)
	if err != nil {
		return err
	}
	return a.showProgramme(c, p, retry)
}
