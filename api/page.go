package api

import (
	"bytes"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pageSet is every page with its frame, by file name.
type pageSet map[string]*template.Template

// View is what a page shows. A handler fills Title, Nav and Body; render fills the rest.
type View struct {
	Title string
	Nav   []NavItem
	Body  any
	Flash string // said once, after a redirect

	CSRF         string
	Demo         bool
	BusinessTime string
	Version      string // of the static files
	Account      *models.Account
}

// NavItem is one entry of a page's navigation.
type NavItem struct {
	Label, Href string
	Current     bool
}

// nav marks where one stands.
func nav(current string, items ...NavItem) []NavItem {
	for i := range items {
		items[i].Current = items[i].Href == current
	}
	return items
}

const cookieFlash = "jieban_flash"

// loadPages parses every page once: frame and pieces first, then the page's own file.
func loadPages() (pageSet, error) {
	frame, err := template.New("").Funcs(pageFuncs).ParseFS(pageFiles, "pages/layout.html", "pages/partials.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	set := pageSet{}
	for _, name := range names {
		base := strings.TrimPrefix(name, "pages/")
		if base == "layout.html" || base == "partials.html" {
			continue
		}
		copied, err := frame.Clone()
		if err != nil {
			return nil, err
		}
		if set[base], err = copied.ParseFS(pageFiles, name); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// render shows a page. It is made whole before it is sent: a failure never shows half of it.
func (a *App) render(c *fiber.Ctx, name string, v View) error {
	t, ok := a.pages[name]
	if !ok {
		return fmt.Errorf("no page %s", name)
	}
	a.fill(c, &v)
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(b.Bytes())
}

func (a *App) fill(c *fiber.Ctx, v *View) {
	session := c.Cookies(cookieStaff)
	if session == "" {
		session = a.residentToken(c)
	}
	v.CSRF, v.Demo, v.Version = a.csrf(session), a.Demo, a.assets.version
	v.BusinessTime = a.DB.Now().In(models.Zone).Format("2006年1月2日 15:04")
	v.Account = a.caller(c).Account
	if flash := c.Cookies(cookieFlash); flash != "" {
		if raw, err := base64.RawURLEncoding.DecodeString(flash); err == nil && v.Flash == "" {
			v.Flash = string(raw)
		}
		a.setCookie(c, cookieFlash, "", fiber.CookieSameSiteLaxMode, 0)
	}
}

// back sends the browser on after a form, with a sentence for the next page.
func (a *App) back(c *fiber.Ctx, to, flash string) error {
	if flash != "" {
		a.setCookie(c, cookieFlash, base64.RawURLEncoding.EncodeToString([]byte(flash)), fiber.CookieSameSiteLaxMode, time.Minute)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// pageFuncs are the words that templates use. A nil amount, day or time is 未设定.
var pageFuncs = template.FuncMap{
	"yuan": yuanWord, "day": dayWord, "time": timeWord,
	"lines": func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") },
	"join":  strings.Join,
	"dict":  dict,
	"list":  func(items ...any) []any { return items },
	"add":   func(a, b int) int { return a + b },
	"sub":   func(a, b int) int { return a - b },
}

const unset = "未设定"

// yuanWord says ¥27.00.
func yuanWord(amount any) string {
	switch f := amount.(type) {
	case models.Fen:
		return f.String()
	case *models.Fen:
		if f != nil {
			return f.String()
		}
	}
	return unset
}

// dayWord says 7月17日(周六).
func dayWord(day any) string {
	switch d := day.(type) {
	case models.Day:
		return d.ZH()
	case time.Time:
		return models.DayOf(d).ZH()
	}
	return unset
}

// timeWord says 7月12日 09:05, in the programme's zone.
func timeWord(at any) string {
	switch t := at.(type) {
	case time.Time:
		return t.In(models.Zone).Format("1月2日 15:04")
	case *time.Time:
		if t != nil {
			return t.In(models.Zone).Format("1月2日 15:04")
		}
	}
	return unset
}

// dict makes the dot of a partial that needs several values: dict "Title" "没有券" "Href" "/".
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict: a name that is not text")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
