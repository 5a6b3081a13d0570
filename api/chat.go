package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/jieban/jieban/models"
)

// chat hands a request to the web chat's own handler, which knows sessions, forms and refusals by itself.
func (a *App) chat(c *fiber.Ctx) error {
	if a.Chat == nil {
		return models.ErrUnavailable
	}
	return adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The adaptor's context is the server's memory of the request; what reaches the database must outlive it.
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		a.Chat.ServeHTTP(w, r.WithContext(ctx))
	})(c)
}

// What the chat's own handler takes and gives; the replies are those of page_chat.go.
type (
	chatAnswer struct {
		Session string      `json:"session" doc:"the opaque token of the session, as in the cookie"`
		Replies []chatReply `json:"replies"`
		After   int64       `json:"after" doc:"give this as ?after= to read what came later"`
		History []chatItem  `json:"history,omitempty" doc:"only without after"`
	}
	chatMessage struct {
		Text string `json:"text" maxLength:"4000"`
		ID   string `json:"id,omitempty" maxLength:"64" doc:"the message's own id: the same again gets the same answer"`
	}
)

// chatOperation describes what the web chat's handler takes and gives.
func (a *App) chatOperation(op *huma.Operation) {
	schemas := a.huma.OpenAPI().Components.Schemas
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		fiber.MIMEApplicationJSON: {Schema: schemas.Schema(reflect.TypeFor[chatAnswer](), true, "")},
	}}}
	if op.Method == http.MethodGet {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "after", In: "query", Schema: &huma.Schema{Type: "integer"}, Description: "The last answer's after: gives only what came since. Without it, what was said before.",
		})
		return
	}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		fiber.MIMEApplicationJSON: {Schema: schemas.Schema(reflect.TypeFor[chatMessage](), true, "")},
		fiber.MIMEMultipartForm: {Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{
			"text": {Type: "string"}, "id": {Type: "string"}, "photo": {Type: "string", Format: "binary", Description: "JPEG or PNG, at most 8 MB"},
		}}},
	}}
}
