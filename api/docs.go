package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// docsBody is what docs.html shows.
type docsBody struct{ Groups []docsGroup }

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	Method, Path, Summary, Description string
	Roles                              []string
	Params                             []docsParam
	Example                            string
}

type docsParam struct {
	Name, In, Type string
	Required       bool
	Description    string
}

func (a *App) docsPage(c *fiber.Ctx) error {
	return a.render(c, "docs.html", View{Title: "API", Body: a.spec.docs})
}

// groups reads the document by noun, in the order of the list of routes.
func (a *App) groups() docsBody {
	var body docsBody
	at := map[string]int{}
	for _, r := range a.list {
		if !r.json {
			continue
		}
		name := noun(r.path)
		i, ok := at[name]
		if !ok {
			i = len(body.Groups)
			at[name] = i
			body.Groups = append(body.Groups, docsGroup{Name: name})
		}
		body.Groups[i].Operations = append(body.Groups[i].Operations, a.docsFor(r))
	}
	return body
}

func (a *App) docsFor(r route) docsOperation {
	op := operationAt(a.huma.OpenAPI(), r.method, r.path)
	d := docsOperation{Method: r.method, Path: r.path, Summary: r.summary, Description: op.Description, Roles: r.who.words()}
	for _, p := range op.Parameters {
		d.Params = append(d.Params, docsParam{p.Name, p.In, a.typeWord(p.Schema), p.Required, p.Description})
	}
	if op.RequestBody != nil {
		for _, mime := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			d.Params = append(d.Params, a.bodyParams(mime, op.RequestBody.Content[mime].Schema)...)
		}
	}
	d.Example = a.exampleFor(op)
	return d
}

func (a *App) bodyParams(mime string, s *huma.Schema) (list []docsParam) {
	s = a.resolve(s)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		list = append(list, docsParam{name, "body (" + mime + ")", a.typeWord(p), slices.Contains(s.Required, name), p.Description})
	}
	return list
}

// exampleFor shows the shape of a successful answer.
func (a *App) exampleFor(op *huma.Operation) string {
	for _, code := range []int{200, 201} {
		answer := op.Responses[strconv.Itoa(code)]
		if answer == nil || answer.Content["application/json"] == nil {
			continue
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if e.Encode(a.sample(answer.Content["application/json"].Schema, 0)) == nil {
			return strconv.Itoa(code) + "\n" + b.String()
		}
	}
	return ""
}

// operationAt finds an operation in the document.
func operationAt(spec *huma.OpenAPI, method, path string) *huma.Operation {
	item := spec.Paths[path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{
		fiber.MethodGet: item.Get, fiber.MethodPost: item.Post, fiber.MethodPut: item.Put, fiber.MethodPatch: item.Patch, fiber.MethodDelete: item.Delete,
	}[method]
}

// resolve follows a reference to where the schema stands.
func (a *App) resolve(s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return &huma.Schema{}
	}
	return s
}

// typeWord says a schema's type in a word or two.
func (a *App) typeWord(s *huma.Schema) string {
	s = a.resolve(s)
	switch {
	case s.Type == huma.TypeArray:
		return "list of " + a.typeWord(s.Items)
	case s.Format != "":
		return s.Format
	case len(s.Enum) > 0:
		raw, _ := json.Marshal(s.Enum)
		return string(raw)
	}
	return s.Type
}

// sample makes a value of the schema, from its examples where it has some. Schemas may contain themselves: depth ends it.
func (a *App) sample(s *huma.Schema, depth int) any {
	s = a.resolve(s)
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case depth > 6:
		return nil
	}
	switch s.Type {
	case huma.TypeObject:
		object := map[string]any{}
		for name, p := range s.Properties {
			object[name] = a.sample(p, depth+1)
		}
		return object
	case huma.TypeArray:
		return []any{a.sample(s.Items, depth+1)}
	case huma.TypeInteger, huma.TypeNumber:
		return 0
	case huma.TypeBoolean:
		return true
	}
	if s.Format == "date-time" {
		return "2021-07-12T01:00:00Z"
	}
	return "…"
}
