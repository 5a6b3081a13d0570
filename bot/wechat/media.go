package wechat

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"time"
)

// maxImage is the platform's bound of an image, in bytes.
const maxImage = 10 << 20

// keepMedia is how long a media id is used. The platform keeps an image for three days; the rest is so that a message
// that was made now can still be shown.
const keepMedia = 60 * time.Hour

// imageTypes are the pictures that the platform takes, with the ending that it wants to see.
var imageTypes = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}

// upload gives an image (PNG, JPEG or GIF, up to 10 MB) to the platform and gets the id that a message names it by. The
// id is good for three days.
func (a *client) upload(ctx context.Context, image []byte) (mediaID string, err error) {
	kind := http.DetectContentType(image)
	ending, ok := imageTypes[kind]
	if !ok || len(image) > maxImage {
		return "", fmt.Errorf("wechat: an image of %d bytes and type %s cannot be shown", len(image), kind)
	}
	body, form, err := imageForm(image, kind, ending)
	if err != nil {
		return "", err
	}
	var out struct {
		MediaID string `json:"media_id"`
	}
	q := errand{path: "/cgi-bin/media/upload", query: url.Values{"type": {"image"}}, body: body, kind: form}
	if err := a.call(ctx, q, &out); err != nil {
		return "", err
	}
	if out.MediaID == "" {
		return "", fmt.Errorf("wechat: %s: no media id was given", q.path)
	}
	return out.MediaID, nil
}

// imageForm wraps an image as the field "media" of a form.
func imageForm(image []byte, kind, ending string) (body []byte, form string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="media"; filename="image` + ending + `"`},
		"Content-Type":        {kind},
	})
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(image); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// mediaFor gives the media id of an image of ours, named by its path. It is uploaded once in 60 hours, whatever the load.
func (ch *Channel) mediaFor(ctx context.Context, path string) (id string, err error) {
	return ch.mediaAgain(ctx, path, "")
}

// mediaAgain is mediaFor where stale is an id that the platform does not know any more.
func (ch *Channel) mediaAgain(ctx context.Context, path, stale string) (id string, err error) {
	sum := sha256.Sum256([]byte(path)) // the path of a voucher is its secret: it is not kept in the clear
	name := ch.api.kept("media:" + hex.EncodeToString(sum[:16]))
	return ch.c.Renew(ctx, name, stale, func(ctx context.Context) (string, time.Time, error) {
		image, err := ch.c.Picture(ctx, path)
		if err != nil {
			return "", time.Time{}, err
		}
		id, err := ch.api.upload(ctx, image)
		if refusedWith(err, codeForbidden) { // such an account has no customer messages either
			ch.bar()
		}
		return id, ch.c.Now().Add(keepMedia), err
	})
}
