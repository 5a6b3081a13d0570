package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/jieban/jieban/models"
)

// callbackFor bounds what a channel does within a platform's request. What it has begun for a person it ends by limits of
// its own, which no request that hangs up cuts short.
const callbackFor = 20 * time.Second

// callback hands a request of a platform to its channel, which knows signatures and answers refusals by itself. A
// channel that is not set up is not there.
func (a *App) callback(channel string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		h := a.Callbacks[channel]
		if h == nil {
			return models.ErrNotFound.With("这个地址")
		}
		return adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// The adaptor's context is the server's memory of the request; what reaches the database must outlive it.
			ctx, cancel := context.WithTimeout(context.Background(), callbackFor)
			defer cancel()
			h.ServeHTTP(w, r.WithContext(ctx))
		})(c)
	}
}

// Picture gives the bytes of a picture that the chat shows, by its path: channels send pictures, not addresses.
func (a *App) Picture(_ context.Context, path string) ([]byte, error) {
	token, isVoucher := strings.CutPrefix(path, "/v/")
	token, isPNG := strings.CutSuffix(token, ".png")
	if !isVoucher || !isPNG {
		return nil, models.ErrNotFound.With("这张图片")
	}
	return a.qr(token)
}

// enterBody is what enter.html shows.
type enterBody struct{ Action string }

// enterPage asks for a tap before a ticket from a chat is used: programs that look at links in chats tap nothing.
func (a *App) enterPage(c *fiber.Ctx) error {
	return a.render(c, "enter.html", View{Title: "从聊天打开", Body: enterBody{c.Path()}})
}

// enterForm opens the page of a ticket, in the name of the chat that it came from.
func (a *App) enterForm(c *fiber.Ctx) error {
	session, path, err := a.DB.UseTicket(c.UserContext(), c.Params("ticket"))
	if errors.Is(err, models.ErrTicket) {
		c.Status(fiber.StatusNotFound)
		return a.render(c, "error.html", View{Body: errorBody{fiber.StatusNotFound, models.ErrTicket.Code, models.ErrTicket.ZH, nil}})
	}
	if err != nil {
		return err
	}
	a.setCookie(c, cookieResident, session, fiber.CookieSameSiteLaxMode, residentFor)
	if path = localPath(path); path == "" {
		path = "/"
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}
