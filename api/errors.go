package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// statusOf is the only place where a kind of refusal becomes an HTTP status.
var statusOf = map[models.Kind]int{
	models.Internal: http.StatusInternalServerError, models.Invalid: http.StatusBadRequest, models.Unsigned: http.StatusUnauthorized,
	models.Forbidden: http.StatusForbidden, models.NotFound: http.StatusNotFound, models.Conflict: http.StatusConflict,
	models.Exhausted: http.StatusConflict, models.TooMany: http.StatusTooManyRequests, models.Unavailable: http.StatusServiceUnavailable,
}

// problem is an error as RFC 9457 wants it, with our stable code and both languages.
type problem struct {
	Type      string          `json:"type" format:"uri" example:"urn:jieban:error:quota_full" doc:"urn:jieban:error: and the code"`
	Title     string          `json:"title" doc:"the status in words" example:"Conflict"`
	Status    int             `json:"status" doc:"HTTP status" example:"409"`
	Code      string          `json:"code" doc:"stable, for programs" example:"quota_full"`
	Detail    string          `json:"detail" doc:"Chinese, for people: what was refused, why, and what to do next"`
	DetailEN  string          `json:"detail_en" doc:"English, for programmers"`
	Reasons   []models.Reason `json:"reasons,omitempty" doc:"every ground of a decision, where it has several"`
	Fields    []fieldProblem  `json:"fields,omitempty" doc:"what is wrong with which field of the request"`
	RequestID string          `json:"request_id,omitempty" doc:"names the entry of the log, where the fault is ours"`
}

// fieldProblem says what is wrong with one field.
type fieldProblem struct {
	Field   string `json:"field" example:"body.people"`
	Message string `json:"message" example:"expected number >= 1"`
}

// Error makes a problem an error for the library beneath.
func (p *problem) Error() string { return p.Code }

// GetStatus gives the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *problem) ContentType(string) string { return "application/problem+json" }

func newProblem(e *models.Error) *problem {
	status := statusOf[e.Kind]
	if e.Code == models.ErrTooLarge.Code {
		status = http.StatusRequestEntityTooLarge
	}
	return &problem{
		Type: "urn:jieban:error:" + e.Code, Title: http.StatusText(status), Status: status, Code: e.Code,
		Detail: e.ZH, DetailEN: e.EN, Reasons: e.Reasons,
	}
}

// problem turns a verb's error into the API's body. A fault of ours is logged whole, once, and shown bare.
func (a *App) problem(ctx context.Context, err error) *problem { return a.toProblem(request(ctx), err) }

func (a *App) toProblem(c *fiber.Ctx, err error) *problem {
	var ready *problem
	if errors.As(err, &ready) {
		return ready
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return fiberProblem(fe)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = models.ErrUnavailable.From(err)
	}
	e := models.Refusal(err)
	p := newProblem(e)
	if e.Kind == models.Unavailable {
		c.Set(fiber.HeaderRetryAfter, "2")
	}
	if e.Kind == models.Internal || e.Kind == models.Unavailable {
		p.RequestID = requestID(c)
		a.Log.Error("request failed", "request", p.RequestID, "method", c.Method(), "route", routeOf(c), "err", err,
			"stack", c.Locals("stack"))
	}
	return p
}

// fiberProblem is what the server itself refuses: no such route, too large, unreadable.
func fiberProblem(fe *fiber.Error) *problem {
	e := models.ErrInvalid.With(http.StatusText(fe.Code))
	switch fe.Code {
	case http.StatusNotFound:
		e = models.ErrNotFound.With("这个地址")
	case http.StatusRequestEntityTooLarge:
		e = models.ErrTooLarge.With("10MB")
	case http.StatusMethodNotAllowed:
		e = models.ErrInvalid.With("这个地址不接受这种请求方法")
	case http.StatusRequestHeaderFieldsTooLarge:
		e = models.ErrTooLarge.With("16KB的请求头")
	}
	p := newProblem(e)
	if fe.Code >= 400 && fe.Code < 500 {
		p.Status, p.Title = fe.Code, http.StatusText(fe.Code)
	}
	return p
}

// fail answers any error: problem+json for the API, the error page for people. Who is not signed in is sent to do so.
func (a *App) fail(c *fiber.Ctx, err error) error {
	p := a.toProblem(c, err)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Response().ResetBody()
	if p.Status == http.StatusUnauthorized && isAPI(c) {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="jieban"`)
	}
	if isAPI(c) || !wantsPage(c) {
		body, err := json.Marshal(p)
		if err != nil {
			return err
		}
		c.Status(p.Status).Set(fiber.HeaderContentType, p.ContentType(""))
		return c.Send(body)
	}
	if p.Code == models.ErrUnsigned.Code {
		to := ""
		if c.Method() == fiber.MethodGet { // a form cannot be sent again by a redirect
			to = "?to=" + url.QueryEscape(localPath(c.OriginalURL()))
		}
		return c.Redirect("/signin"+to, fiber.StatusSeeOther)
	}
	c.Status(p.Status)
	return a.render(c, "error.html", View{Body: errorBody{p.Status, p.Code, p.Detail, p.Reasons}})
}

// errorBody is what error.html shows.
type errorBody struct {
	Status   int
	Code, ZH string
	Reasons  []models.Reason
}

// wantsPage tells people from probes and pictures, which have no use for a page.
func wantsPage(c *fiber.Ctx) bool {
	for _, prefix := range []string{"/static/", "/photos/", "/healthz", "/readyz", "/metrics", "/callback/"} {
		if strings.HasPrefix(c.Path(), prefix) {
			return false
		}
	}
	return !strings.HasSuffix(c.Path(), ".png")
}

var teach sync.Once

// teachHuma gives the library our error and our strictness. Its hooks are variables of its package, so they are set
// once for the process and hold no state of an App.
func teachHuma() {
	teach.Do(func() {
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return badRequest(status, msg, errs) }
		huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
			return badRequest(status, msg, errs)
		}
		huma.DefaultArrayNullable = false // our lists are empty, never null
		huma.ValidateStrictCasing = true
	})
}

// badRequest is what the schema refuses, in words that name the field. It never repeats a value: it may be a number.
func badRequest(status int, msg string, errs []error) *problem {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return newProblem(models.ErrTooLarge.With("1MB"))
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable, http.StatusRequestTimeout:
		return fiberProblem(fiber.NewError(status))
	case http.StatusInternalServerError:
		return newProblem(models.ErrInternal)
	}
	var zh []string
	var fields []fieldProblem
	for _, err := range errs {
		field, rule := "body", msg
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			field, rule = plainText(d.Location), plainText(d.Message)
		}
		if len(fields) < 10 {
			fields = append(fields, fieldProblem{field, rule})
			zh = append(zh, ruleZH(field, rule))
		}
	}
	if len(zh) == 0 {
		zh = []string{ruleZH("body", msg)}
	}
	p := newProblem(models.ErrInvalid.With(strings.Join(zh, "；")))
	p.Fields = fields
	return p
}

// plainText keeps what a client sent from doing anything in a log or on a screen.
func plainText(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}

// rulesZH says the schema's rules in Chinese; the first that matches counts.
var rulesZH = []struct {
	match *regexp.Regexp
	say   string
}{
	{regexp.MustCompile(`^expected required property (\S+) to be present`), "缺少“{n}”"},
	{regexp.MustCompile(`^required \w+ parameter is missing`), "缺少“{field}”"},
	{regexp.MustCompile(`^unexpected property`), "不认识“{field}”这一项"},
	{regexp.MustCompile(`^expected number >= (\S+)`), "“{field}”不能小于{n}"},
	{regexp.MustCompile(`^expected number <= (\S+)`), "“{field}”不能大于{n}"},
	{regexp.MustCompile(`^expected length >= (\d+)`), "“{field}”太短（至少{n}个字符）"},
	{regexp.MustCompile(`^expected length <= (\d+)`), "“{field}”太长（最多{n}个字符）"},
	{regexp.MustCompile(`^expected array length <= (\d+)`), "“{field}”太多（最多{n}项）"},
	{regexp.MustCompile(`^expected array length >= (\d+)`), "“{field}”太少（至少{n}项）"},
	{regexp.MustCompile(`^expected value to be one of "(.*)"`), "“{field}”只能是{n}"},
	{regexp.MustCompile(`^(?:expected integer|invalid integer)`), "“{field}”应是整数"},
	{regexp.MustCompile(`^(?:expected number|invalid float)`), "“{field}”应是数字"},
	{regexp.MustCompile(`^(?:expected boolean|invalid boolean)`), "“{field}”应是true或false"},
	{regexp.MustCompile(`^expected string to be RFC 3339 date-time`), "“{field}”应是2021-07-17T09:00:00+08:00这样的时间"},
	{regexp.MustCompile(`^expected string to match pattern`), "“{field}”的写法不对"},
	{regexp.MustCompile(`^expected string`), "“{field}”应是文字"},
	{regexp.MustCompile(`^expected (?:array|object)`), "“{field}”的结构不对"},
	{regexp.MustCompile(`^request body is required`), "没有内容"},
	{regexp.MustCompile(`(?i)^unknown content type`), "请用application/json提交"},
}

func ruleZH(field, rule string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(field, "body."), "query."), "path.")
	for _, r := range rulesZH {
		if m := r.match.FindStringSubmatch(rule); m != nil {
			return strings.NewReplacer("{field}", name, "{n}", m[len(m)-1]).Replace(r.say)
		}
	}
	if field == "body" {
		return "内容不是正确的JSON"
	}
	return "“" + name + "”不对"
}
