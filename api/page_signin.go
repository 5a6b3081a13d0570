package api

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// signInBody is what signin.html shows.
type signInBody struct {
	Action, Message, Login string
	DemoAccounts           []DemoAccount
}

// homes is where each role begins.
var homes = map[models.Role]string{
	models.RoleGate: "/gate", models.RoleSupplier: "/supplier", models.RoleOfficer: "/officer", models.RoleAdmin: "/officer",
}

// signInPage asks staff to sign in; who is signed in already goes on.
func (a *App) signInPage(c *fiber.Ctx) error {
	if who := a.caller(c).Account; who != nil && c.Query("to") == "" {
		return c.Redirect(homes[who.Role], fiber.StatusSeeOther)
	}
	return a.showSignIn(c, "", "")
}

func (a *App) showSignIn(c *fiber.Ctx, login, message string) error {
	body := signInBody{Action: "/signin", Message: message, Login: login}
	if to := localPath(c.Query("to")); to != "" {
		body.Action += "?to=" + url.QueryEscape(to)
	}
	if a.Demo {
		body.DemoAccounts = a.DemoAccounts
	}
	return a.render(c, "signin.html", View{Title: "工作人员登录", Body: body})
}

// signInForm signs in and goes on to where one was sent from.
func (a *App) signInForm(c *fiber.Ctx) error {
	login := strings.TrimSpace(c.FormValue("login"))
	token, account, err := a.DB.SignIn(c.UserContext(), login, c.FormValue("password"))
	if errors.Is(err, models.ErrWrongPassword) || errors.Is(err, models.ErrLocked) {
		c.Status(statusOf[models.Refusal(err).Kind])
		return a.showSignIn(c, login, models.Refusal(err).ZH)
	}
	if err != nil {
		return err
	}
	a.setCookie(c, cookieStaff, token, fiber.CookieSameSiteStrictMode, models.SessionFor)
	to := localPath(c.Query("to"))
	if to == "" {
		to = homes[account.Role]
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// signOutForm ends the staff session.
func (a *App) signOutForm(c *fiber.Ctx) error {
	if err := a.DB.SignOut(c.UserContext(), staffToken(c)); err != nil {
		return err
	}
	a.setCookie(c, cookieStaff, "", fiber.CookieSameSiteStrictMode, 0)
	return a.back(c, "/signin", "已退出登录。")
}

// localPath lets only paths of this site through: a link to our sign-in must not lead elsewhere after it.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return ""
	}
	return to
}
