package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// licencesZH are the kinds of licence, with what their numbers begin with.
var licencesZH = []option{
	{"SC", "食品生产许可证（SC）"}, {"JY", "食品经营许可证（JY）"}, {"YB", "仅销售预包装食品备案（YB）"}, {"none", "不需要（如农户自产自销、不是食品）"},
}

// sellerRow is one line of the list of suppliers.
type sellerRow struct {
	models.Supplier
	Licensed string
	Account  bool // somebody can sign in for it
	Doubtful bool // a number is stored that would be refused today
}

// officerSuppliers lists every supplier, those that were switched off too.
func (a *App) officerSuppliers(c *fiber.Ctx) error {
	list, err := a.DB.AllSuppliers(c.UserContext())
	if err != nil {
		return err
	}
	logins, err := a.sellersLogins(c)
	if err != nil {
		return err
	}
	var rows []sellerRow
	for _, s := range list {
		rows = append(rows, sellerRow{s, s.LicenceKind.ZH(), logins[s.ID] != nil, s.Check() != nil})
	}
	return a.officerPage(c, "officer_suppliers.html", "供应商", "/officer/suppliers", rows)
}

// sellersLogins are the accounts of each supplier.
func (a *App) sellersLogins(c *fiber.Ctx) (map[string][]string, error) {
	staff, err := a.DB.Accounts(c.UserContext())
	logins := map[string][]string{}
	for _, s := range staff {
		if s.SupplierID != "" {
			logins[s.SupplierID] = append(logins[s.SupplierID], s.Login)
		}
	}
	return logins, err
}

func sellerFields() []formField {
	return []formField{
		{Name: "name", Label: "名称", Kind: "text", Hint: "2到40个字，和执照上的一样。买家看得到。"},
		{Name: "uscc", Label: "统一社会信用代码", Kind: "text", Hint: "营业执照右上角的18位。个人农户没有就不填。"},
		{Name: "licence_kind", Label: "食品证照", Kind: "select", Options: append([]option{{"", "请选择"}}, licencesZH...)},
		{Name: "licence", Label: "证照编号，或为什么不需要", Kind: "text", Hint: "编号是SC、JY或YB加14位数字。店铺页上要公示。"},
		{Name: "town", Label: "在哪个镇街", Kind: "text"},
		{Name: "ship_from", Label: "发货地", Kind: "text", Hint: "例如：重庆市黔江区濯水镇。"},
		{Name: "contact", Label: "联系人", Kind: "text", Hint: "称呼或岗位，例如“田老师”。买家看得到。可不填。"},
		{Name: "phone", Label: "联系手机", Kind: "text", Hint: "加密保存，页面上不显示。可不填；已存的，留空就不改。"},
		{Name: "intro", Label: "介绍", Kind: "area", Wide: true, Hint: "最多300个字。"},
		{Name: "approved", Label: "准许销售：去掉勾，它的商品马上从店里撤下，已下的订单照常发货", Kind: "check", Wide: true},
	}
}

func sellerValues(s models.Supplier) map[string]string {
	return map[string]string{
		"name": s.Name, "uscc": s.USCC, "licence_kind": string(s.LicenceKind), "licence": s.Licence, "town": s.Town, "ship_from": s.ShipFrom,
		"contact": s.Contact, "phone": "", "intro": s.Intro, "approved": checkText(s.Approved),
	}
}

// readSeller puts what was typed into the supplier that is stored.
func readSeller(s models.Supplier, r reader) models.Supplier {
	s.Name, s.USCC, s.LicenceKind, s.Licence = r.text("name"), r.text("uscc"), models.LicenceKind(r.text("licence_kind")), r.text("licence")
	s.Town, s.ShipFrom, s.Contact, s.Intro, s.Approved = r.text("town"), r.text("ship_from"), r.text("contact"), r.text("intro"), r.yes("approved")
	return s
}

// seller is the supplier that the address names; "new" is one that is not there yet.
func (a *App) seller(c *fiber.Ctx) (models.Supplier, error) {
	if c.Params("id") == "new" {
		return models.Supplier{Approved: true}, nil
	}
	return a.DB.Supplier(c.UserContext(), c.Params("id"))
}

// officerSupplier shows a supplier's form.
func (a *App) officerSupplier(c *fiber.Ctx) error {
	s, err := a.seller(c)
	if err != nil {
		return err
	}
	return a.showSeller(c, s, nil)
}

func (a *App) showSeller(c *fiber.Ctx, s models.Supplier, retry *settingsForm) error {
	title, body := "添加供应商", settingsBody{
		Back: NavItem{Label: "全部供应商", Href: "/officer/suppliers"}, Lead: "证照请对着原件填。编号的校验码会自动核对；真不真，要您看原件。",
	}
	form := settingsForm{ID: "supplier", Title: "资料", Action: "/officer/suppliers/new", Submit: "添加供应商", Fields: filled(sellerFields(), sellerValues(s), nil)}
	body.Facts = []settingsFact{
		{"第1步", "在这一页添加。"}, {"第2步", "请管理员在“账号”页开一个供应商账号。"}, {"第3步", "供应商自己填商品、送审，您在“商品”里看过再上架。"},
	}
	if s.ID != "" {
		title, form.Action, form.Submit, form.Version = s.Name, "/officer/suppliers/"+s.ID, "保存资料", strconv.Itoa(s.Version)
		logins, err := a.sellersLogins(c)
		if err != nil {
			return err
		}
		body.Facts = sellerFacts(s, logins[s.ID])
	}
	if retry != nil {
		form.Problem, form.Theirs, form.Fields = retry.Problem, retry.Theirs, retry.Fields
		if retry.Theirs == nil {
			form.Version = retry.Version
		}
	}
	body.Forms = []settingsForm{form}
	return a.officerPage(c, "officer_settings.html", title, "/officer/suppliers", body)
}

// sellerFacts are how a supplier stands, and what is left to do for it.
func sellerFacts(s models.Supplier, logins []string) []settingsFact {
	state, account := "准许销售", strings.Join(logins, "、")
	if !s.Approved {
		state = "已停用，商品不在店里"
	}
	if account == "" {
		account = "还没有。请管理员在“账号”页开一个供应商账号，它才能上架和发货。"
	}
	facts := []settingsFact{{"状态", state}, {"账号", account}, {"添加日期", models.DayOf(s.CreatedAt).ZH()}}
	for _, doubt := range s.Doubts() {
		facts = append(facts, settingsFact{"请核对", doubt})
	}
	return facts
}

// officerSetSupplier adds a supplier, or saves what changed.
func (a *App) officerSetSupplier(c *fiber.Ctx) error {
	stored, err := a.seller(c)
	if err != nil {
		return err
	}
	r := readValues(typed(c, sellerFields()))
	s := readSeller(stored, r)
	if s.ID != "" {
		s.Version, _ = strconv.Atoi(c.FormValue("version"))
	}
	var phone *string
	if text := r.text("phone"); text != "" {
		phone = &text
	}
	saved, err := a.DB.SaveSupplier(c.UserContext(), *a.caller(c).Account, s, phone)
	switch {
	case err == nil && s.ID == "":
		return a.back(c, "/officer/suppliers/"+saved.ID, "已添加"+saved.Name+"。还差一步：请管理员在“账号”页给它开供应商账号。")
	case err == nil:
		return a.back(c, "/officer/suppliers", saved.Name+"的资料已保存，现在就起作用。")
	}
	values := sellerValues(stored)
	values["phone"] = r.text("phone") // what is stored is not shown, so it is no difference either
	retry, err := retryForm(c, "supplier", pointed(err, r), sellerFields(), values, r)
	if err != nil {
		return err
	}
	return a.showSeller(c, stored, retry)
}

// pointed puts a refusal of one number below its field, and says so at the top.
func pointed(err error, r reader) error {
	for field, refusals := range map[string][]error{
		"uscc":    {models.ErrUSCCLength, models.ErrUSCCCharacter, models.ErrUSCCCheck},
		"licence": {models.ErrFoodShape, models.ErrFoodCheck},
		"phone":   {models.ErrPhone},
	} {
		for _, refusal := range refusals {
			if errors.Is(err, refusal) {
				r.wrong[field] = models.Refusal(err).ZH
				return r.err()
			}
		}
	}
	return err
}
