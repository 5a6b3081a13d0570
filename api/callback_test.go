package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCallbacksReachTheirChannel(t *testing.T) {
	t.Parallel()
	_, d := newTestApp(t)
	var heard []string
	var left time.Duration
	a := appOn(t, d, func(c *Config) {
		c.Callbacks = map[string]http.Handler{"wechat": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			heard = append(heard, r.Method+" "+r.URL.String()+" "+string(body))
			end, _ := r.Context().Deadline()
			left = time.Until(end)
			_, _ = io.WriteString(w, "success")
		})}
		c.Counts = map[string]func() map[string]int64{"wechat": func() map[string]int64 { return map[string]int64{"answered": 3, "bad_signature": 1} }}
	})
	c := program(t, a)
	for _, ask := range []struct{ method, path, body string }{
		{"GET", "/callback/wechat?signature=s&echostr=%3Cb%3E", ""},
		{"POST", "/callback/wechat?nonce=1", "<xml/>"},
		{"GET", "/callback/wechat/login?to=/shop", ""},
		{"GET", "/callback/wechat/jssdk?url=http://localhost:8080/gate", ""},
		{"GET", "/MP_verify_AbC123.txt", ""},
	} {
		var body any
		if ask.body != "" {
			body = ask.body
		}
		if got := c.send(ask.method, ask.path, body).want(http.StatusOK); string(got.body) != "success" {
			t.Errorf("%s %s: %q", ask.method, ask.path, got.body)
		}
		if want := ask.method + " " + ask.path + " " + ask.body; heard[len(heard)-1] != want {
			t.Errorf("the channel heard %q, want %q", heard[len(heard)-1], want)
		}
	}
	// A platform names no kind, or any: what it sends is its channel's to judge, and never a form of ours.
	for _, kind := range []string{"text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"} {
		c.post("/callback/wechat", []byte("<xml/>"), "Content-Type", kind, "Origin", "https://elsewhere.example").want(http.StatusOK)
		if want := "POST /callback/wechat <xml/>"; heard[len(heard)-1] != want {
			t.Errorf("%s: the channel heard %q, want %q", kind, heard[len(heard)-1], want)
		}
	}
	if left < 10*time.Second { // a held answer takes longer than the deadline of other requests
		t.Errorf("%s left for the channel", left)
	}
	c.send("POST", "/callback/telegram", "{}").want(http.StatusNotFound) // not set up
	text := string(c.send("GET", "/metrics", nil).body)
	for _, line := range []string{`jieban_channel_total{channel="wechat",what="answered"} 3`, `jieban_channel_total{channel="wechat",what="bad_signature"} 1`} {
		if !strings.Contains(text, line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}

func TestTicketFromAChatOpensItsPageOnce(t *testing.T) {
	t.Parallel()
	a, d := newTestApp(t)
	ctx := context.Background()
	link, err := d.LinkFor(ctx, "telegram", "4711")
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Product(ctx, "cuihongli")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetBasket(ctx, link.ID, p.SKUs[0].ID, 2); err != nil {
		t.Fatal(err)
	}
	ticket, err := d.PageTicket(ctx, link.ID, "/shop/basket")
	if err != nil {
		t.Fatal(err)
	}
	c := browser(t, a)
	for range 3 { // what previews a link in a chat changes nothing
		c.send("GET", "/in/"+ticket, nil).want(http.StatusOK)
	}
	c.press("/in/" + ticket).goesTo("/shop/basket")
	if page := string(c.send("GET", "/shop/basket", nil).want(http.StatusOK).body); !strings.Contains(page, p.Name) {
		t.Error("the page is not the chat's: its basket is not there")
	}
	other := browser(t, a)
	other.send("GET", "/in/"+ticket, nil).want(http.StatusOK)
	if again := other.press("/in/" + ticket).want(http.StatusNotFound); !strings.Contains(string(again.body), "用过了或过期了") {
		t.Errorf("a used ticket: %s", again.body)
	}
	outside, err := d.PageTicket(ctx, link.ID, "//evil.example/")
	if err != nil {
		t.Fatal(err)
	}
	other.press("/in/" + outside).goesTo("/")
}
