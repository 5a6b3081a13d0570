package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// The two sessions. A resident's is only a name for a chat, so it lives long; staff must sign in every working day.
const (
	cookieResident = "jieban_session"
	cookieStaff    = "jieban_staff"
	headerSession  = "X-Chat-Session"
	residentFor    = 180 * 24 * time.Hour
)

// staffToken is the session token of a member of staff: Authorization: Bearer, or the cookie.
func staffToken(c *fiber.Ctx) string {
	if token := bearer(c); token != "" {
		return token
	}
	return c.Cookies(cookieStaff)
}

// bearer is the token of Authorization: Bearer; "" for other schemes, which browsers may add by themselves.
func bearer(c *fiber.Ctx) string {
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// knownToken is the resident's session that came with the request, "" if none did or it has not the form of ours, 32
// bytes in base64url: a token that somebody chose by hand could be guessed. The web chat asks the same of it, so that
// one token is one person there and here.
func knownToken(c *fiber.Ctx) string {
	for _, token := range []string{c.Get(headerSession), c.Cookies(cookieResident)} {
		if raw, err := base64.RawURLEncoding.Strict().DecodeString(token); err == nil && len(raw) == 32 {
			return token
		}
	}
	return ""
}

// residentToken is the resident's session, made where there is none. The header is set too, for a handler that is
// mounted and knows no cookies.
func (a *App) residentToken(c *fiber.Ctx) string {
	token, _ := c.Locals(headerSession).(string)
	if token == "" {
		token = knownToken(c)
	}
	if token == "" {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
		token = base64.RawURLEncoding.EncodeToString(raw)
		a.setCookie(c, cookieResident, token, fiber.CookieSameSiteLaxMode, residentFor)
	} else if c.Cookies(cookieResident) == token && !isAPI(c) {
		a.setCookie(c, cookieResident, token, fiber.CookieSameSiteLaxMode, residentFor) // who comes back stays known
	}
	c.Locals(headerSession, token)
	c.Request().Header.Set(headerSession, token)
	return token
}

func (a *App) secure() bool { return strings.HasPrefix(strings.ToLower(a.PublicURL), "https://") }

// setCookie keeps a cookie from scripts and, over https, from the open line. lives ≤ 0 removes it.
func (a *App) setCookie(c *fiber.Ctx, name, value, sameSite string, lives time.Duration) {
	cookie := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: a.secure(), SameSite: sameSite}
	cookie.MaxAge = int(lives.Seconds())
	if lives <= 0 {
		cookie.Expires = time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// csrfBytes is the length of the proof that forms carry, and of its mask.
const csrfBytes = 18

// csrf is what the session's forms carry: only who can read our pages knows it. It is the session's proof under a random
// mask, and so another one in every answer: the length of a packed page tells nothing about it.
func (a *App) csrf(session string) string {
	raw := make([]byte, csrfBytes, 2*csrfBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(append(raw, masked(raw, a.csrfProof(session))...))
}

func (a *App) csrfProof(session string) []byte { return a.DB.Mac("csrf", session)[:csrfBytes] }

// masked puts a mask on, or takes it off; both have csrfBytes.
func masked(mask, proof []byte) []byte {
	out := make([]byte, csrfBytes)
	subtle.XORBytes(out, mask, proof)
	return out
}

// validCSRF holds for the token of either session that came with the request.
func (a *App) validCSRF(c *fiber.Ctx, token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 2*csrfBytes {
		return false
	}
	proof := masked(raw[:csrfBytes], raw[csrfBytes:])
	for _, session := range []string{c.Cookies(cookieStaff), knownToken(c)} {
		if session != "" && hmac.Equal(a.csrfProof(session), proof) {
			return true
		}
	}
	return false
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64" doc:"account name, in any case"`
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

type sessionView struct {
	Token     string      `json:"token,omitempty" doc:"send it as Authorization: Bearer; it is shown this once"`
	CSRF      string      `json:"csrf_token" doc:"for scripts that sign in by cookie: send it as X-CSRF-Token with every write"`
	Account   accountView `json:"account"`
	ExpiresIn int         `json:"expires_in,omitempty" doc:"seconds until one must sign in again"`
}

type accountView struct {
	ID       int64       `json:"id"`
	Login    string      `json:"login"`
	Name     string      `json:"name"`
	Role     models.Role `json:"role" enum:"gate,supplier,officer,admin"`
	Spot     string      `json:"spot,omitempty" doc:"gate staff: the only spot they scan at; absent = any"`
	Supplier string      `json:"supplier,omitempty" doc:"suppliers: whose goods they keep"`
}

func viewAccount(m models.Account) accountView {
	return accountView{ID: m.ID, Login: m.Login, Name: m.Name, Role: m.Role, Spot: m.SpotID, Supplier: m.SupplierID}
}

type sessionOutput struct{ Body sessionView }

// signIn opens a staff session, as a cookie for browsers and as a token for programs.
func (a *App) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	token, account, err := a.DB.SignIn(ctx, in.Body.Login, in.Body.Password)
	if err != nil {
		return nil, err
	}
	a.setCookie(request(ctx), cookieStaff, token, fiber.CookieSameSiteStrictMode, models.SessionFor)
	return &sessionOutput{sessionView{
		Token: token, CSRF: a.csrf(token), Account: viewAccount(account), ExpiresIn: int(models.SessionFor.Seconds()),
	}}, nil
}

// signOut ends the session.
func (a *App) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	c := request(ctx)
	if err := a.DB.SignOut(ctx, staffToken(c)); err != nil {
		return nil, err
	}
	a.setCookie(c, cookieStaff, "", fiber.CookieSameSiteStrictMode, 0)
	return nil, nil
}

// me says who is signed in.
func (a *App) me(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	return &sessionOutput{sessionView{CSRF: a.csrf(staffToken(request(ctx))), Account: viewAccount(*caller(ctx).Account)}}, nil
}

// request is the Fiber request behind a JSON handler's context, for cookies and the like; never for the database.
func request(ctx context.Context) *fiber.Ctx { return ctx.Value(fiberKey{}).(*fiber.Ctx) }
