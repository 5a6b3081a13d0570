package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/jieban/jieban/bot"
)

// photoHosts are the platform's own, where photos lie that people send. The address comes with the message, so nothing
// else is asked: it could be a machine of our own network.
var photoHosts = []string{".qpic.cn", ".qlogo.cn", ".weixin.qq.com", ".wechat.com"}

var errPhotoHost = errors.New("wechat: the photo lies where none of the platform's do")

// photo fetches a photo. Its errors do not say where it lies: they are logged, and whoever has the address has the photo.
func (ch *Channel) photo(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || !ch.photoHost(u) {
		return nil, errPhotoHost
	}
	ctx, cancel := context.WithTimeout(ctx, ch.limits.photo)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, bare(err)
	}
	res, err := ch.photos.Do(r)
	if err != nil {
		return nil, bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("wechat: a photo could not be fetched: HTTP status %d", res.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, bot.MaxPhoto+1))
	if err == nil && (len(b) == 0 || len(b) > bot.MaxPhoto) {
		err = fmt.Errorf("wechat: a photo of 1 to %d bytes was expected", bot.MaxPhoto)
	}
	return b, err
}

// photoHost says whether photos may lie there.
func (ch *Channel) photoHost(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	if api, err := url.Parse(ch.c.API); err == nil && u.Host == api.Host {
		return true // the platform's, or the double that stands for it
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	for _, h := range photoHosts {
		if strings.HasSuffix(host, h) && (port == "" || port == "80" || port == "443") {
			return true
		}
	}
	return false
}

// photoClient fetches photos, and follows nobody to where they may not lie.
func (ch *Channel) photoClient() *http.Client {
	return &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > 3 || !ch.photoHost(r.URL) {
			return errPhotoHost
		}
		return nil
	}}
}
