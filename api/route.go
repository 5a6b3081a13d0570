package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
)

// route is one line of the list: what answers, for whom, and how it is added.
type route struct {
	method, path string
	who          access
	summary      string
	json         bool // an operation of the API's document
	creates      bool // honours Idempotency-Key
	etag         bool // answers 304 to who has it already
	passwords    bool // guarded against guessing
	describe     []func(*huma.Operation)
	register     func(*App, route)
}

// routeOption changes how a route is served or described.
type routeOption func(*route)

// creates marks a POST that makes something: the same Idempotency-Key again gives the first answer again.
func creates(r *route) { r.creates = true; status(http.StatusCreated)(r) }

// etag marks a read whose answer is the same for a while.
func etag(r *route) { r.etag = true }

// guardPasswords marks what takes a password: a few tries a minute from one address.
func guardPasswords(r *route) { r.passwords = true }

// status sets the status of a success; 200, or 204 without a body, where it is not said.
func status(code int) routeOption {
	return describe(func(op *huma.Operation) { op.DefaultStatus = code })
}

// answers says that a success is not JSON but, say, image/png.
func answers(mime string) routeOption {
	return describe(func(op *huma.Operation) {
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{mime: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
		}}
	})
}

// upTo allows larger bodies than JSON's.
func upTo(bytes int64) routeOption {
	return describe(func(op *huma.Operation) { op.MaxBodyBytes = bytes })
}

// describe changes the operation before it is registered.
func describe(f func(*huma.Operation)) routeOption {
	return func(r *route) { r.describe = append(r.describe, f) }
}

// handler is a JSON handler: it reads its input, calls one verb and returns the verb's error as it is.
type handler[I, O any] func(context.Context, *I) (*O, error)

func get[I, O any](path string, who access, summary string, h handler[I, O], opts ...routeOption) route {
	return operation(http.MethodGet, path, who, summary, h, opts)
}

func post[I, O any](path string, who access, summary string, h handler[I, O], opts ...routeOption) route {
	return operation(http.MethodPost, path, who, summary, h, opts)
}

func put[I, O any](path string, who access, summary string, h handler[I, O], opts ...routeOption) route {
	return operation(http.MethodPut, path, who, summary, h, opts)
}

func del[I, O any](path string, who access, summary string, h handler[I, O], opts ...routeOption) route {
	return operation(http.MethodDelete, path, who, summary, h, opts)
}

// operation is a route of the JSON API: it stands in the document, and its input is checked against its schema.
func operation[I, O any](method, path string, who access, summary string, h handler[I, O], opts []routeOption) route {
	r := route{method: method, path: path, who: who, summary: summary, json: true}
	for _, opt := range opts {
		opt(&r)
	}
	r.register = func(a *App, r route) {
		op := a.operation(r)
		huma.Register(a.huma, *op, func(ctx context.Context, in *I) (*O, error) {
			out, err := h(ctx, in)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			return out, nil
		})
	}
	return r
}

// page is a route that answers HTML; its errors become the error page, and nobody signed in is sent to sign in.
func page(method, path string, who access, h fiber.Handler, opts ...routeOption) route {
	return plain(method, path, who, h, opts...)
}

// plain is a route outside the document: pages, pictures, operation.
func plain(method, path string, who access, h fiber.Handler, opts ...routeOption) route {
	r := route{method: method, path: path, who: who}
	for _, opt := range opts {
		opt(&r)
	}
	r.register = func(a *App, r route) { a.add(r, h) }
	return r
}

// mount is a JSON route that another handler answers; its operation is written by hand into the document.
func mount(method, path string, who access, summary string, h fiber.Handler, opts ...routeOption) route {
	r := plain(method, path, who, h, opts...)
	r.json, r.summary = true, summary
	r.register = func(a *App, r route) {
		op := a.operation(r)
		op.Middlewares = nil
		a.refusals(op)
		a.huma.OpenAPI().AddOperation(op)
		a.add(r, h)
	}
	return r
}

// add puts a plain handler behind the same guard as the JSON API.
func (a *App) add(r route, h fiber.Handler) {
	path := strings.NewReplacer("{", ":", "}", "").Replace(r.path)
	answer := func(c *fiber.Ctx) error {
		if _, err := a.enter(c, r); err != nil {
			return err
		}
		if err := h(c); err != nil {
			return err
		}
		if r.etag {
			return tagged(c)
		}
		return nil
	}
	a.fiber.Add(r.method, path, answer)
	if r.method == fiber.MethodGet {
		a.fiber.Add(fiber.MethodHead, path, answer) // probes ask so; the server leaves the body out
	}
}

// enter is what every route asks first: not too many tries, and who calls.
func (a *App) enter(c *fiber.Ctx, r route) (Caller, error) {
	c.Locals(routeKey{}, r.path)
	if r.passwords {
		if err := a.within(a.guesses, c); err != nil {
			return Caller{}, err
		}
	}
	who, err := a.admit(c, r.who)
	c.Locals(callerKey{}, who)
	return who, err
}

// around is what stands before a JSON handler: who calls, then the stored answer of a repeat, then the handler.
func (a *App) around(r route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(hc)
		who, err := a.enter(c, r)
		if err != nil {
			_ = a.fail(c, err) // writes the answer; nothing is left to report
			return
		}
		hc = huma.WithValue(huma.WithValue(hc, callerKey{}, who), fiberKey{}, c)
		run := func() { next(hc) }
		if r.creates {
			err = a.once(c, who, r, run)
		} else {
			run()
		}
		if err == nil && r.etag {
			err = tagged(c)
		}
		if err != nil {
			_ = a.fail(c, err)
		}
	}
}
