package api

import (
	"cmp"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// staffChats is the page on which every member of staff binds and unbinds their chats.
const staffChats = "/staff/chats"

// staffChatsBody is what staff_chats.html shows.
type staffChatsBody struct {
	Code  string // just made, "1234 5678"; "" = none
	Sent  string // the same without a gap, as it is sent
	Use   string // what this role can do in a chat
	Chats []staffChat
}

// staffChat is one chat that is bound to the account.
type staffChat struct {
	ID     int64
	Name   string
	SeenAt time.Time
	Gone   bool // it takes no messages any more
}

// channelsZH are the channels as people call them.
var channelsZH = map[string]string{db.WebChannel: "网页聊天", "wechat": "微信", "telegram": "Telegram"}

// chatUses say to each role what binding a chat is good for.
var chatUses = map[models.Role]string{
	models.RoleGate:     "绑定后，在聊天里扫游客的二维码，或把券码贴进去，就能验票。",
	models.RoleSupplier: "绑定后，来了新订单会在聊天里告诉您，也能在聊天里发货、看今天卖了多少。",
	models.RoleOfficer:  "绑定后，在聊天里说“待办”，就知道有多少事等着办。",
	models.RoleAdmin:    "绑定后，在聊天里说“待办”，就知道有多少事等着办。",
}

// staffChatsPage lists the chats that are bound to the account.
func (a *App) staffChatsPage(c *fiber.Ctx) error { return a.showStaffChats(c, "") }

// staffChatsCode shows a fresh code. It is shown this once: only its hash is kept.
func (a *App) staffChatsCode(c *fiber.Ctx) error {
	code, err := a.DB.StaffCode(c.UserContext(), *a.caller(c).Account)
	if err != nil {
		return err
	}
	return a.showStaffChats(c, code)
}

func (a *App) showStaffChats(c *fiber.Ctx, code string) error {
	who := *a.caller(c).Account
	list, err := a.DB.StaffLinks(c.UserContext(), who.ID)
	if err != nil {
		return err
	}
	b := staffChatsBody{Sent: code, Use: chatUses[who.Role]}
	if code != "" {
		b.Code = code[:4] + " " + code[4:]
	}
	for _, l := range list {
		b.Chats = append(b.Chats, staffChat{l.ID, cmp.Or(channelsZH[l.Channel], l.Channel), l.SeenAt, l.GoneAt != nil})
	}
	if who.May(models.RoleOfficer) {
		return a.officerPage(c, "staff_chats.html", "在聊天里收消息", staffChats, b)
	}
	items := gateNav(staffChats)
	if who.Role == models.RoleSupplier {
		items = supplierNav(staffChats)
	}
	return a.render(c, "staff_chats.html", View{Title: "在聊天里收消息", Nav: items, Body: b})
}

// staffChatsUnbind ends what a chat may do in the account's name.
func (a *App) staffChatsUnbind(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这个聊天")
	if err != nil {
		return err
	}
	if err := a.DB.UnbindStaff(c.UserContext(), *a.caller(c).Account, id); err != nil {
		return err
	}
	return a.back(c, staffChats, "已解绑，那个聊天不能再用您的账号。")
}
