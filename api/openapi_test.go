package api

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// contract is the document as an independent reader understands it. Every answer that a test's client gets from the API
// is held against it.
type contract struct {
	doc   *openapi3.T
	paths map[string]*regexp.Regexp
}

// contracts keeps the document of each application, by its text: applications of one process say the same.
var contracts sync.Map

func contractOf(t testing.TB, a *App) *contract {
	t.Helper()
	if c, ok := contracts.Load(string(a.spec.json)); ok {
		return c.(*contract)
	}
	doc, err := openapi3.NewLoader().LoadFromData(a.spec.json)
	if err != nil {
		t.Fatalf("the document cannot be read: %v", err)
	}
	c := &contract{doc, map[string]*regexp.Regexp{}}
	for path := range doc.Paths.Map() {
		c.paths[path] = regexp.MustCompile("^" + regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`) + "$")
	}
	contracts.Store(string(a.spec.json), c)
	return c
}

// find gives the operation that an address belongs to; of several patterns the one with the fewest parameters.
func (c *contract) find(method, address string) (*openapi3.Operation, string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, ""
	}
	best := ""
	for path, pattern := range c.paths {
		if pattern.MatchString(u.Path) && c.doc.Paths.Value(path).GetOperation(method) != nil &&
			(best == "" || strings.Count(path, "{") < strings.Count(best, "{")) {
			best = path
		}
	}
	if best == "" {
		return nil, ""
	}
	return c.doc.Paths.Value(best).GetOperation(method), best
}

// hold fails the test where an answer is not what the document promises.
func (c *contract) hold(t testing.TB, method, address string, status int, header http.Header, body []byte) {
	t.Helper()
	op, path := c.find(method, address)
	if op == nil {
		if status < 400 || status > 499 {
			t.Errorf("%s %s answers %d and is not in the document", method, address, status)
		}
		return
	}
	answer := op.Responses.Value(strconv.Itoa(status))
	if answer == nil {
		t.Errorf("%s %s answers %d, which the document does not name: %s", method, path, status, body)
		return
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if len(answer.Value.Content) == 0 {
		if len(body) > 0 {
			t.Errorf("%s %s answers %d with a body that the document does not name: %s", method, path, status, body)
		}
		return
	}
	media := answer.Value.Content[kind]
	if media == nil {
		t.Errorf("%s %s answers %d as %q, which the document does not name", method, path, status, kind)
		return
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Errorf("%s %s answers what is not JSON: %v", method, path, err)
		return
	}
	if err := c.doc.ValidateSchemaJSON(media.Schema.Value, value); err != nil {
		t.Errorf("%s %s answers %d other than its schema: %v\n%s", method, path, status, err, body)
	}
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := contractOf(t, a)
	if err := c.doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
	if c.doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", c.doc.OpenAPI)
	}
}

func TestEveryJSONRouteIsInTheDocument(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := contractOf(t, a)
	listed := 0
	for _, r := range a.list {
		if !r.json {
			if strings.HasPrefix(r.path, apiPrefix) {
				t.Errorf("%s %s is under %s and not in the document", r.method, r.path, apiPrefix)
			}
			continue
		}
		item := c.doc.Paths.Value(r.path)
		if item == nil || item.GetOperation(r.method) == nil {
			t.Errorf("%s %s is not in the document", r.method, r.path)
			continue
		}
		listed++
		op := item.GetOperation(r.method)
		if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
			t.Errorf("%s %s is not described: %q %q %q", r.method, r.path, op.Summary, op.OperationID, op.Tags)
		}
		if open := r.who == anyone; open != (op.Security == nil || len(*op.Security) == 0) {
			t.Errorf("%s %s: the document and the list differ on who may call", r.method, r.path)
		}
	}
	for _, item := range c.doc.Paths.Map() {
		listed -= len(item.Operations())
	}
	if listed != 0 {
		t.Errorf("the document names %d operations that the list does not", -listed)
	}
}

func TestDocsPageShowsEveryOperation(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	page := string(program(t, a).get("/docs").want(http.StatusOK).body)
	for _, r := range a.list {
		if r.json && !strings.Contains(page, "<code>"+r.path+"</code>") {
			t.Errorf("%s %s is not on the page", r.method, r.path)
		}
	}
	if strings.Contains(page, "://unpkg") || strings.Contains(page, "<script>") {
		t.Error("the page loads from elsewhere or holds a script")
	}
}
