package wechat

import (
	"context"
	"crypto/rand"
	"crypto/sha1" // the platform's signature of a page; it guards no secret of ours
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

// maxPage bounds the address of a page that is signed, in bytes.
const maxPage = 2048

// pageSign is what a page shows to WeChat before it may scan, under the names that WeChat gives the fields.
type pageSign struct {
	AppID     string `json:"appId"`
	Timestamp int64  `json:"timestamp"` // seconds
	Nonce     string `json:"nonceStr"`
	Signature string `json:"signature"`
}

// jssdk signs a page of ours, and no other: a signature lets a page act in WeChat in our name.
func (ch *Channel) jssdk(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		ch.problem(w, http.StatusMethodNotAllowed, models.ErrInvalid.With("这个地址只能用GET"))
		return
	}
	page, ok := ch.ownPage(r.URL.Query().Get("url"))
	if !ok {
		ch.problem(w, http.StatusBadRequest, models.ErrInvalid.With("url要是本站页面的完整地址"))
		return
	}
	s, err := ch.sign(r.Context(), page)
	switch {
	case errors.Is(err, errNoSecret):
		ch.problem(w, http.StatusNotFound, models.ErrNotFound.With("微信扫一扫功能（没有设置公众号密钥）"))
	case err != nil:
		ch.c.Log.ErrorContext(r.Context(), "wechat: a page could not be signed", "err", err)
		w.Header().Set("Retry-After", "2")
		ch.problem(w, http.StatusServiceUnavailable, models.ErrUnavailable)
	default:
		ch.counts.Add("jssdk")
		ch.writeJSON(w, http.StatusOK, "application/json; charset=utf-8", s)
	}
}

// ownPage gives the address as it is signed: without what follows '#', and only if it is under our own.
func (ch *Channel) ownPage(address string) (page string, ok bool) {
	page, _, _ = strings.Cut(address, "#")
	own := ch.c.PublicURL
	return page, len(page) <= maxPage && (page == own || strings.HasPrefix(page, own+"/"))
}

// sign makes a page's signature of this moment.
func (ch *Channel) sign(ctx context.Context, page string) (pageSign, error) {
	ticket, err := ch.api.ticket(ctx)
	if err != nil {
		return pageSign{}, err
	}
	s := pageSign{AppID: ch.c.AppID, Timestamp: ch.c.Now().Unix(), Nonce: rand.Text()[:16]}
	s.Signature = signPage(ticket, s.Nonce, s.Timestamp, page)
	return s, nil
}

// signPage is the platform's formula: the names in this order, nothing escaped.
func signPage(ticket, nonce string, timestamp int64, page string) string {
	sum := sha1.Sum([]byte("jsapi_ticket=" + ticket + "&noncestr=" + nonce +
		"&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + page))
	return hex.EncodeToString(sum[:])
}

// problem answers with an RFC 9457 problem.
func (ch *Channel) problem(w http.ResponseWriter, status int, e *models.Error) {
	ch.writeJSON(w, status, "application/problem+json; charset=utf-8", map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": e.Code, "detail": e.ZH, "detail_en": e.EN,
	})
}

// writeJSON sends the body. Nobody is left to tell if that fails.
func (ch *Channel) writeJSON(w http.ResponseWriter, status int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		ch.c.Log.Debug("wechat: the answer could not be sent", "err", err)
	}
}
