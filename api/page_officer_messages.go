package api

import (
	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models/db"
)

const messageRows = 20

// messagesBody is what officer_messages.html shows.
type messagesBody struct {
	Messages []db.MessageView
	Pager    pagerBody
	Wrong    int64  // the message whose answer was refused
	Typed    string // that answer
	Problem  string
}

// officerMessages lists what residents have asked and nobody has answered.
func (a *App) officerMessages(c *fiber.Ctx) error { return a.showMessages(c, messagesBody{}) }

func (a *App) showMessages(c *fiber.Ctx, body messagesBody) error {
	t := readTrail(c, "/officer/messages", nil)
	list, err := a.DB.OpenMessages(c.UserContext(), t.at, messageRows+1)
	if err != nil {
		return err
	}
	body.Messages, body.Pager = turned(t, list, messageRows, func(m db.MessageView) int64 { return m.ID })
	return a.officerPage(c, "officer_messages.html", "居民留言", "/officer/messages", body)
}

// officerAnswer answers one message; the answer comes back into the resident's chat.
func (a *App) officerAnswer(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这条留言")
	if err != nil {
		return err
	}
	body := messagesBody{Wrong: id, Typed: c.FormValue("answer")}
	if err = a.DB.Answer(c.UserContext(), *a.caller(c).Account, id, body.Typed); err != nil {
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.showMessages(c, body)
	}
	return a.back(c, "/officer/messages", "已回复，居民会在聊天里看到。")
}
