package wechat

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jieban/jieban/bot"
)

// A photo is fetched from where the platform keeps photos, and from nowhere else, whatever a message or a redirect says.
func TestPhoto(t *testing.T) {
	d := newDouble(t)
	asked, strayed := atomic.Int64{}, atomic.Int64{}
	mux := http.NewServeMux()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // a machine of our network
		strayed.Add(1)
		_, _ = w.Write(onePixel)
	}))
	defer other.Close()
	mux.HandleFunc("/photo", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(onePixel) })
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, bot.MaxPhoto+1)) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/photo", http.StatusFound)
	})
	mux.HandleFunc("/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/photo", http.StatusFound) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	d.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		mux.ServeHTTP(w, r)
	})
	for i, c := range []struct {
		address string
		good    bool
	}{
		{d.URL + "/photo", true},
		{d.URL + "/near", true},
		{d.URL + "/big", false},
		{d.URL + "/away", false},
		{d.URL + "/slow", false},
		{d.URL + "/empty", false},
		{d.URL + "/none", false},
		{other.URL + "/photo", false},
		{"file:///etc/passwd", false},
		{"http://mmbiz.qpic.cn.evil.example/1", false},
		{"http://qpic.cn@127.0.0.1/", false},
		{"http://127.0.0.1/?.qpic.cn", false},
		{"", false},
		{"http://a.qpic.cn:8080/", false},
		{"::", false},
	} {
		b := &backend{}
		ch, _ := opposite(t, d, func(cfg *Config) { cfg.Answer = b.answer })
		if strings.HasSuffix(c.address, "/slow") {
			ch.limits.photo /= faster
		}
		a := sealedTo(t, ch).ask(itemXML("image", element("PicUrl", c.address)+"<MsgId>"+strconv.Itoa(i)+"</MsgId>"))
		if a.Content != "办好了" {
			t.Errorf("%s: %+v", c.address, a)
		}
		if got := string(b.in.Photo) == string(onePixel); got != c.good || c.good == (b.in.Kind == bot.KindLost) {
			t.Errorf("%s: %d bytes, kind %q", c.address, len(b.in.Photo), b.in.Kind)
		}
	}
	if asked.Load() != 8 || strayed.Load() > 0 {
		t.Errorf("asked %d times, others %d", asked.Load(), strayed.Load())
	}
}

func TestPhotoHosts(t *testing.T) {
	ch, _ := opposite(t, newDouble(t), func(c *Config) { c.API = "" })
	for _, address := range []string{"http://mmbiz.qpic.cn/a/0", "https://wx.qlogo.cn/a", "https://mp.weixin.qq.com/a", "https://api.weixin.qq.com/a", "https://A.WeChat.com/a"} {
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil || !ch.photoHost(r.URL) {
			t.Errorf("%s", address)
		}
	}
}

// Whoever has a photo's address has the photo, and errors are logged: none of them says where a photo lies.
func TestPhotoAddressIsNotTold(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, func(*Config) {})
	ch.limits.photo /= faster
	d.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away-4f1c":
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere-4f1c", http.StatusFound)
		case "/slow-4f1c":
			<-r.Context().Done()
		}
	})
	for _, address := range []string{d.URL + "/away-4f1c", d.URL + "/slow-4f1c", d.URL + "/none-4f1c", "http://other.example/4f1c", "http://%zz-4f1c/"} {
		if _, err := ch.photo(t.Context(), address); err == nil || strings.Contains(err.Error(), "4f1c") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
