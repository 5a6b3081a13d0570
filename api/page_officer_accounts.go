package api

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// rolesZH are the roles as staff call them.
var rolesZH = []option{{"gate", "景区检票"}, {"supplier", "供应商"}, {"officer", "经办员"}, {"admin", "管理员"}}

// accountRow is one member of staff in the table.
type accountRow struct {
	Login, Name, Role, Place string
	Demo, Locked             bool
	Since                    time.Time
}

// officerAccounts lists the staff, with the forms to let somebody in and to give a new password.
func (a *App) officerAccounts(c *fiber.Ctx) error { return a.showAccounts(c, nil) }

func (a *App) showAccounts(c *fiber.Ctx, retry *settingsForm) error {
	staff, err := a.DB.Accounts(c.UserContext())
	if err != nil {
		return err
	}
	spots, sellers, err := a.places(c)
	if err != nil {
		return err
	}
	body := settingsBody{Lead: "只有管理员看得到这一页。密码只在这里设一次，系统里查不到原文。", Wide: true}
	logins := []option{{"", "请选择"}}
	for _, s := range staff {
		place := formField{Options: spots}.label(s.SpotID) + formField{Options: sellers}.label(s.SupplierID)
		body.Accounts = append(body.Accounts, accountRow{
			Login: s.Login, Name: s.Name, Role: formField{Options: rolesZH}.label(string(s.Role)), Place: place, Demo: s.Demo,
			Locked: s.LockedUntil != nil && s.LockedUntil.After(a.RealClock()), Since: s.CreatedAt,
		})
		logins = append(logins, option{s.Login, s.Login + "（" + s.Name + "）"})
	}
	body.Forms = []settingsForm{
		{ID: "add", Title: "开一个账号", Action: "/officer/accounts", Submit: "开账号", Fields: accountFields(spots, sellers)},
		{ID: "password", Title: "设新密码", Note: "设好后，这个人在所有设备上都要重新登录。", Action: "/officer/accounts/password", Submit: "设新密码", Fields: passwordFields(logins)},
	}
	for i, f := range body.Forms {
		if retry != nil && retry.ID == f.ID {
			body.Forms[i].Problem, body.Forms[i].Fields = retry.Problem, filled(f.Fields, retry.values(), nil)
		}
	}
	return a.officerPage(c, "officer_settings.html", "工作账号", "/officer/accounts", body)
}

// places are the spots and suppliers that an account can belong to.
func (a *App) places(c *fiber.Ctx) (spots, sellers []option, err error) {
	list, err := a.DB.Spots(c.UserContext())
	if err != nil {
		return nil, nil, err
	}
	for _, s := range list {
		spots = append(spots, option{s.ID, s.Name})
	}
	suppliers, err := a.DB.AllSuppliers(c.UserContext())
	for _, s := range suppliers {
		sellers = append(sellers, option{s.ID, s.Name})
	}
	return spots, sellers, err
}

// label is an option's word, "" for none.
func (f formField) label(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}

// values are what stands in a form.
func (f settingsForm) values() map[string]string {
	values := make(map[string]string, len(f.Fields))
	for _, field := range f.Fields {
		values[field.Name] = field.Value
	}
	return values
}

const passwordHint = "10到128个字符。请当面交给本人。"

func accountFields(spots, sellers []option) []formField {
	any := []option{{"", "不限"}}
	none := []option{{"", "不是供应商"}}
	return []formField{
		{Name: "login", Label: "账号名", Kind: "text", Hint: "登录时用，小写字母和数字。"},
		{Name: "name", Label: "姓名或岗位", Kind: "text"},
		{Name: "role", Label: "角色", Kind: "select", Options: rolesZH},
		{Name: "spot", Label: "检票的景区", Kind: "select", Options: append(any, spots...), Hint: "只对“景区检票”有用。"},
		{Name: "supplier", Label: "哪家供应商", Kind: "select", Options: append(none, sellers...), Hint: "只对“供应商”有用。"},
		{Name: "password", Label: "密码", Kind: "password", Hint: passwordHint},
	}
}

func passwordFields(logins []option) []formField {
	return []formField{
		{Name: "login", Label: "谁的账号", Kind: "select", Options: logins},
		{Name: "password", Label: "新密码", Kind: "password", Hint: passwordHint},
	}
}

// officerAddAccount lets a member of staff in.
func (a *App) officerAddAccount(c *fiber.Ctx) error {
	fields := accountFields(nil, nil)
	v := typed(c, fields)
	n := db.NewAccount{Login: v["login"], Name: v["name"], Role: models.Role(v["role"]), Password: v["password"]}
	if n.Role == models.RoleGate {
		n.SpotID = v["spot"]
	}
	if n.Role == models.RoleSupplier {
		n.SupplierID = v["supplier"]
	}
	made, err := a.DB.AddAccount(c.UserContext(), a.caller(c).Actor, n)
	if err == nil {
		return a.back(c, "/officer/accounts", "已开账号 "+made.Login+"（"+made.Name+"）。")
	}
	return a.retryAccount(c, "add", err, filled(fields, v, nil))
}

// officerPassword gives an account a new password and ends its sessions.
func (a *App) officerPassword(c *fiber.Ctx) error {
	fields := passwordFields(nil)
	v := typed(c, fields)
	err := models.ErrInvalid.With("还没有选账号")
	if v["login"] == "" {
		return a.retryAccount(c, "password", err, filled(fields, v, nil))
	}
	if err := a.DB.SetPassword(c.UserContext(), a.caller(c).Actor, v["login"], v["password"]); err != nil {
		return a.retryAccount(c, "password", err, filled(fields, v, nil))
	}
	return a.back(c, "/officer/accounts", v["login"]+" 的新密码已设好，请当面告诉本人。")
}

func (a *App) retryAccount(c *fiber.Ctx, id string, err error, fields []formField) error {
	zh, err := officerRefusal(c, err)
	if err != nil {
		return err
	}
	return a.showAccounts(c, &settingsForm{ID: id, Problem: zh, Fields: fields})
}
