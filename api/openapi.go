package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
)

// document is /openapi.json as it is sent, and /docs as it is shown: both made once, from the same operations.
type document struct {
	json []byte
	docs docsBody
}

const apiPrefix = "/api/v1/"

const description = `The API of jieban: the mutual-help programme of two districts.

Money is whole fen (1 yuan = 100 fen) in fields named *_fen. Times are RFC 3339 in UTC; days are civil dates in
Asia/Shanghai, written 2021-07-17. Lists answer {"items": […], "next": "cursor"}; give next back as ?after= for more.
Refusals are application/problem+json (RFC 9457) with a stable code; detail is Chinese for people, detail_en English.
A POST that creates honours Idempotency-Key: the same key again gives the first answer, with the header Replayed: true.
Residents are known by a session: the cookie jieban_session, or the header X-Chat-Session. Staff sign in at
/api/v1/sessions and send Authorization: Bearer, or use the cookie.`

func newHuma(f *fiber.App, version string) huma.API {
	teachHuma()
	return humafiber.New(f, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0", Info: &huma.Info{Title: "jieban", Version: cmp.Or(version, "dev"), Description: description},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"staff":    {Type: "http", Scheme: "bearer", Description: "the token that POST /api/v1/sessions gave"},
					"browser":  {Type: "apiKey", In: "cookie", Name: cookieStaff, Description: "the same, for browsers"},
					"resident": {Type: "apiKey", In: "cookie", Name: cookieResident, Description: "made at the first request"},
					"session":  {Type: "apiKey", In: "header", Name: headerSession, Description: "a resident's session, for programs: 32 to 128 letters, digits, - or _"},
				},
			},
		},
		Formats: huma.DefaultFormats, DefaultFormat: "application/json",
	})
}

// operation describes a route for the document and for the library.
func (a *App) operation(r route) *huma.Operation {
	op := &huma.Operation{
		OperationID: operationID(r), Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{noun(r.path)},
		MaxBodyBytes: jsonLimit, BodyReadTimeout: -1, Security: security(r.who), Errors: failures(r),
		Responses: map[string]*huma.Response{}, Middlewares: huma.Middlewares{a.around(r)}, Extensions: map[string]any{"x-roles": r.who.words()},
	}
	if r.creates {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: headerKey, In: "header", Schema: &huma.Schema{Type: "string", MaxLength: ptr(128)},
			Description: "the same key again gives the first answer again",
		})
	}
	if r.etag {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: fiber.HeaderIfNoneMatch, In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "an ETag: 304 without a body if nothing has changed",
		})
	}
	for _, change := range r.describe {
		change(op)
	}
	return op
}

// refusals writes the refusals of an operation that the library does not register.
func (a *App) refusals(op *huma.Operation) {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{(*problem)(nil).ContentType(""): {Schema: schema}},
		}
	}
}

func ptr[T any](v T) *T { return &v }

// operationID is made of the method and the path: post-orders-no-cancel.
func operationID(r route) string {
	words := strings.FieldsFunc(strings.TrimPrefix(r.path, apiPrefix), func(c rune) bool { return strings.ContainsRune("/{}.", c) })
	return strings.ToLower(r.method) + "-" + strings.Join(words, "-")
}

// noun is the first word of a path: vouchers.
func noun(path string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(path, apiPrefix), "/")
	return word
}

func security(who access) (list []map[string][]string) {
	if who&resident != 0 {
		list = append(list, map[string][]string{"resident": {}}, map[string][]string{"session": {}})
	}
	if len(who.roles()) > 0 {
		list = append(list, map[string][]string{"staff": {}}, map[string][]string{"browser": {}})
	}
	return list
}

// failures are the statuses a route can answer beside its success.
func failures(r route) []int {
	list := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if r.who != anyone && r.who&resident == 0 || r.passwords {
		list = append(list, http.StatusUnauthorized)
	}
	if r.method != http.MethodGet || len(r.who.roles()) > 0 {
		list = append(list, http.StatusForbidden)
	}
	if r.method != http.MethodGet {
		list = append(list, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(list)
	return list
}

// publish makes the document once all routes are in.
func (a *App) publish() error {
	spec := a.huma.OpenAPI()
	for _, item := range spec.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			a.finish(op)
		}
	}
	var err error
	a.spec.json, err = json.Marshal(spec)
	a.spec.docs = a.groups()
	return err
}

// finish corrects what the library adds by itself.
func (a *App) finish(op *huma.Operation) {
	if op == nil {
		return
	}
	delete(op.Responses, "422") // what the schema refuses is 400 here
	if _, ok := op.Responses["304"]; !ok && slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == fiber.HeaderIfNoneMatch }) {
		op.Responses["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
	}
}

// openapi sends the document.
func (a *App) openapi(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "application/vnd.oai.openapi+json;version=3.1")
	if err := c.Send(a.spec.json); err != nil {
		return err
	}
	return tagged(c)
}
