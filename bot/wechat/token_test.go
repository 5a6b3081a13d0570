package wechat

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
)

// What a hundred pushes at the moment of expiry do to the platform: one refresh.
func TestHundredExpiredTokensOneRefresh(t *testing.T) {
	for range 20 {
		d := newDouble(t)
		ch, _ := opposite(t, d, nil)
		ch.api.limit = 20 * time.Second
		if _, err := ch.api.accessToken(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		d.expire()
		before := d.count(tokenPath)
		var wg sync.WaitGroup
		errs := make([]error, 100)
		for i := range errs {
			wg.Go(func() {
				errs[i] = ch.api.custom(context.Background(), testUser, bot.Reply{Text: "您好"}, "")
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n := d.count(tokenPath) - before; n != 1 || len(d.messages()) != 100 {
			t.Fatalf("%d refreshes, %d messages; want 1 and 100", n, len(d.messages()))
		}
	}
}

func TestTokenIsRenewedForEachCodeAndOnce(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		d := newDouble(t)
		ch, m := opposite(t, d, nil)
		d.next(sendPath, code)
		if err := ch.api.custom(t.Context(), testUser, bot.Reply{Text: "您好"}, ""); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		// The platform gave the same token again, which it had refused: only then one is demanded before its time.
		if n, kept := d.count(tokenPath), m.kept["access_token:"+testAppID].value; n != 3 || kept != "TOKEN-2" {
			t.Errorf("%d: asked %d times, kept %q", code, n, kept)
		}
		d.next(sendPath, code, code, code)
		before := d.count(sendPath)
		err := ch.api.custom(t.Context(), testUser, bot.Reply{Text: "您好"}, "")
		if n := d.count(sendPath) - before; err == nil || n > 2 {
			t.Errorf("%d for ever: %v after %d calls", code, err, n)
		}
	}
}

// A forced token is one of the day's twenty, so a lost answer is not asked for again.
func TestForcingIsNotRepeated(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	stale, err := ch.api.accessToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	d.next(tokenPath, 0, 502)
	if _, err := ch.api.accessToken(t.Context(), stale); err == nil || d.count(tokenPath) != 3 {
		t.Errorf("%v after %d calls", err, d.count(tokenPath))
	}
}

// The platform allows twenty forced tokens a day and one in thirty seconds.
func TestTokensAreNotForcedInAStorm(t *testing.T) {
	d := newDouble(t)
	now := time.Date(2021, 7, 12, 1, 0, 0, 0, time.UTC)
	ch, _ := opposite(t, d, func(c *Config) { c.Now = func() time.Time { return now } })
	stale, err := ch.api.accessToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	next := func(want error) {
		t.Helper()
		token, err := ch.api.accessToken(t.Context(), stale)
		if !errors.Is(err, want) || err == nil && token == stale {
			t.Errorf("%v, token %q after %q", err, token, stale)
		}
		if err == nil {
			stale = token
		}
	}
	next(nil)
	next(bot.RetryAfter(30 * time.Second))
	now = now.Add(29 * time.Second)
	next(bot.RetryAfter(time.Second))
	now = now.Add(time.Second)
	next(nil)
	if d.issued != 3 {
		t.Errorf("%d tokens were made, want 3", d.issued)
	}
}

func TestHowLongTokensAreKept(t *testing.T) {
	now := time.Now()
	a := newClient(Config{Now: func() time.Time { return now }})
	for seconds, want := range map[int64]time.Duration{
		7200: 6900 * time.Second, 600: 300 * time.Second, 361: 61 * time.Second, 330: time.Minute, 300: time.Minute, 60: 30 * time.Second, 1: 500 * time.Millisecond,
	} {
		value, until, err := a.lasting("T", seconds)
		if err != nil || value != "T" || until.Sub(now) != want {
			t.Errorf("one for %d s is kept %v (%v), want %v", seconds, until.Sub(now), err, want)
		}
	}
	for _, seconds := range []int64{0, -1} {
		if _, _, err := a.lasting("T", seconds); err == nil {
			t.Errorf("one for %d s is kept", seconds)
		}
	}
}

func TestTokensOfAnotherAccountAreNotTaken(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	m.kept["access_token:wx0000000000000000"] = &keptValue{value: "OTHER", until: time.Now().Add(time.Hour)}
	if token, err := ch.api.accessToken(t.Context(), ""); err != nil || token != "TOKEN-1" {
		t.Errorf("%q, %v", token, err)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, func(c *Config) { c.Secret = "wrong" })
	_, err := ch.api.accessToken(t.Context(), "")
	if !refusedWith(err, codeSecret) || err.Error() != `wechat: /cgi-bin/stable_token: 40125 "refused 40125" (the app secret is wrong, or was reset in the console)` {
		t.Error(err)
	}
	ch, _ = opposite(t, d, func(c *Config) { c.Secret = "" })
	if _, err = ch.api.ticket(t.Context()); !errors.Is(err, errNoSecret) {
		t.Error(err)
	}
}
