package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

const (
	headerKey      = "Idempotency-Key"
	headerReplayed = "Replayed"
)

// once runs a request that creates something, or gives the stored answer of the first request with the same key. A key
// belongs to its caller and its route: nobody ever sees another's answer. Only successes are kept, so that a refusal can
// be put right and tried again under the same key.
func (a *App) once(c *fiber.Ctx, who Caller, r route, run func()) error {
	key := c.Get(headerKey)
	if key == "" || who.Actor == "" {
		run()
		return nil
	}
	if len(key) > 128 || plainText(key) != key {
		return models.ErrInvalid.With("Idempotency-Key要是1到128个可见字符")
	}
	name := r.method + " " + r.path
	stored, replay, err := a.begin(c.UserContext(), who.Actor, name, key, bodyHash(c))
	if err != nil {
		return err
	}
	if replay {
		c.Set(headerReplayed, "true")
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Status(stored.Status).Send(stored.Body)
	}
	kept := false
	defer func() { // also when the handler panics: the key must not stay taken
		if !kept {
			// The request's own deadline may have passed, and the key must be free all the same.
			if err := a.DB.DropRequest(context.WithoutCancel(c.UserContext()), who.Actor, name, key); err != nil {
				a.Log.Error("idempotency key not released", "request", requestID(c), "err", err)
			}
		}
	}()
	run()
	status := c.Response().StatusCode()
	if status < 200 || status > 299 {
		return nil
	}
	// What was made is made: the answer is kept even when the deadline passes now.
	ctx := context.WithoutCancel(c.UserContext())
	if err := a.DB.EndRequest(ctx, who.Actor, name, key, status, slices.Clone(c.Response().Body())); err != nil {
		return err
	}
	kept = true
	return nil
}

// firstFor is how long a repeat waits for the answer of the first, which is being made at this moment.
const firstFor = 3 * time.Second

// begin takes the key, or waits for who has it: a client that sends twice wants the answer, not to be told to ask again.
func (a *App) begin(ctx context.Context, actor, route, key, hash string) (db.StoredAnswer, bool, error) {
	until := time.Now().Add(firstFor)
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		stored, replay, err := a.DB.BeginRequest(ctx, actor, route, key, hash)
		inHand := errors.Is(err, models.ErrUnavailable) && models.Refusal(err).Cause == nil // a cause: the database is away
		if !inHand || time.Now().After(until) {
			return stored, replay, err
		}
		select {
		case <-ctx.Done():
			return stored, replay, err
		case <-time.After(wait):
		}
	}
}

// bodyHash tells requests apart: the address with its parameters, and what was sent. The boundaries of a form differ
// from try to try, so its parts are hashed instead.
func bodyHash(c *fiber.Ctx) string {
	h := sha256.New()
	_, _ = io.WriteString(h, c.OriginalURL()+"\x00")
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		if form, err := c.MultipartForm(); err == nil {
			hashForm(h, form)
			return hex.EncodeToString(h.Sum(nil))
		}
	}
	_, _ = h.Write(c.Body())
	return hex.EncodeToString(h.Sum(nil))
}

func hashForm(h io.Writer, form *multipart.Form) {
	values, _ := json.Marshal(form.Value) // maps are written in the order of their keys
	_, _ = h.Write(values)
	for _, name := range slices.Sorted(maps.Keys(form.File)) {
		for _, header := range form.File[name] {
			_, _ = fmt.Fprintf(h, "\x00%s\x00%d\x00", name, header.Size)
			if f, err := header.Open(); err == nil {
				_, _ = io.Copy(h, f)
				_ = f.Close()
			}
		}
	}
}

// requestKey is the key a creating verb is told, so that it too makes one thing of a repeated request: the client's own,
// or one that nobody else has.
func requestKey(ctx context.Context) string {
	if key := request(ctx).Get(headerKey); key != "" {
		return "api:" + key
	}
	return "api:" + rand.Text()
}
