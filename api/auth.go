package api

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// access says who may call a route. Values can be joined: gate | officer. It is decided in admit and nowhere else.
type access uint8

// anyone may call without being known.
const anyone access = 0

const (
	resident access = 1 << iota // a person with a session; one is made where there is none
	gate
	supplier
	officer
	admin

	staff = gate | supplier | officer | admin // any account
)

// roleBits names the account role behind each bit.
var roleBits = []struct {
	bit  access
	role models.Role
}{{gate, models.RoleGate}, {supplier, models.RoleSupplier}, {officer, models.RoleOfficer}, {admin, models.RoleAdmin}}

// roles lists the account roles that may call.
func (who access) roles() (rs []models.Role) {
	for _, r := range roleBits {
		if who&r.bit != 0 {
			rs = append(rs, r.role)
		}
	}
	return rs
}

// words names who may call, for the document.
func (who access) words() []string {
	if who == anyone {
		return []string{"anyone"}
	}
	var words []string
	if who&resident != 0 {
		words = append(words, "resident")
	}
	for _, r := range who.roles() {
		words = append(words, string(r))
	}
	if who&officer != 0 && who&admin == 0 {
		words = append(words, string(models.RoleAdmin)) // models.Account.May: an admin may what officers may
	}
	return words
}

// Caller is who calls. Link is set for residents, Account for staff; Actor is how audit entries name them.
type Caller struct {
	Link    *models.Link
	Account *models.Account
	Actor   string
	Session string // the resident's session token; "" where it was not needed
}

type (
	callerKey struct{}
	routeKey  struct{}
	fiberKey  struct{}
)

// caller is who calls, in a JSON handler.
func caller(ctx context.Context) Caller {
	who, _ := ctx.Value(callerKey{}).(Caller)
	return who
}

// caller is who calls, in a page.
func (a *App) caller(c *fiber.Ctx) Caller {
	who, _ := c.Locals(callerKey{}).(Caller)
	return who
}

// admit lets the request in, or answers ErrUnsigned, ErrForbidden or ErrCSRF. An account that may call goes before a
// resident's session where a route takes both.
func (a *App) admit(c *fiber.Ctx, who access) (Caller, error) {
	if err := a.checkOrigin(c); err != nil {
		return Caller{}, err
	}
	if who == anyone && (isAPI(c) || !wantsPage(c)) {
		return Caller{}, nil // files and open reads are the same for everybody: nobody is looked up for them
	}
	account, err := a.account(c)
	if err != nil {
		return Caller{}, err
	}
	if account != nil && (who == anyone || account.May(who.roles()...)) {
		return Caller{Account: account, Actor: db.ByAccount(account.ID)}, nil
	}
	switch {
	case who == anyone:
		return Caller{}, nil
	case who&resident != 0:
		return a.residentCaller(c)
	case account == nil:
		return Caller{}, models.ErrUnsigned
	default:
		return Caller{}, models.ErrForbidden
	}
}

// routeOf is the pattern of the route that answers, "other" where none does. An address may hold a voucher's code and
// can be made up by anybody; a pattern neither.
func routeOf(c *fiber.Ctx) string {
	if path, ok := c.Locals(routeKey{}).(string); ok {
		return path
	}
	return "other"
}

// account is who is signed in; nil if nobody is, or the session has ended.
func (a *App) account(c *fiber.Ctx) (*models.Account, error) {
	token := staffToken(c)
	if token == "" {
		return nil, nil
	}
	account, err := a.DB.AccountBySession(c.UserContext(), token)
	if errors.Is(err, models.ErrUnsigned) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &account, nil
}

func (a *App) residentCaller(c *fiber.Ctx) (Caller, error) {
	token := a.residentToken(c)
	link, err := a.DB.LinkFor(c.UserContext(), db.WebChannel, token)
	if err != nil {
		return Caller{}, err
	}
	return Caller{Link: &link, Actor: db.ByLink(link.ID), Session: token}, nil
}

// checkOrigin refuses a write that a page of another site made the browser send with our cookies. A header that only
// programs and our own scripts can set is proof enough; so is the browser's own word; so is a token of the session.
func (a *App) checkOrigin(c *fiber.Ctx) error {
	if slices.Contains([]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions}, c.Method()) {
		return nil
	}
	if strings.HasPrefix(c.Path(), "/callback/") {
		return nil // what a platform sends proves itself by its signature, whatever kind it says it is of; no cookie counts
	}
	kind := strings.ToLower(strings.TrimSpace(strings.Split(c.Get(fiber.HeaderContentType), ";")[0]))
	form := kind == fiber.MIMEApplicationForm || kind == fiber.MIMEMultipartForm
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	switch {
	case bearer(c) != "" || c.Get(headerSession) != "":
		return nil // no browser adds these to another site's request without asking us first
	case a.validCSRF(c, c.Get("X-CSRF-Token")):
		return nil
	case form && (!isAPI(c) || site == "" && origin == "" && c.Cookies(cookieStaff) != ""):
		return a.checkForm(c)
	case site != "":
		return unless(site == "same-origin" || site == "none")
	case origin != "":
		return unless(a.ourOrigin(c, origin))
	}
	return nil // no browser sent it: browsers name the origin of every such request
}

// ourOrigin says whether a page of this very site sent the request.
func (a *App) ourOrigin(c *fiber.Ctx, origin string) bool {
	from, err := url.Parse(origin)
	if err != nil || from.Host == "" {
		return false
	}
	public, err := url.Parse(a.PublicURL)
	return strings.EqualFold(from.Host, string(c.Request().Host())) || err == nil && strings.EqualFold(from.Host, public.Host)
}

// checkForm demands the token that every form of ours carries.
func (a *App) checkForm(c *fiber.Ctx) error { return unless(a.validCSRF(c, c.FormValue("csrf_token"))) }

func unless(ok bool) error {
	if ok {
		return nil
	}
	return models.ErrCSRF
}

// isAPI tells the JSON API from pages.
func isAPI(c *fiber.Ctx) bool { return strings.HasPrefix(strings.ToLower(c.Path()), "/api/") }
