package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
)

func TestWrongSecret(t *testing.T) {
	w := newWorld(t)
	for _, secret := range []string{"", "S3CRET", "s3cre", "s3cret ", strings.Repeat("x", 1<<16)} {
		r := httptest.NewRequest("POST", callbackPath, strings.NewReader(text(1, 5, "领券")))
		r.Header.Set(secretHeader, secret)
		rec := httptest.NewRecorder()
		if w.ch.ServeHTTP(rec, r); rec.Code != 403 {
			t.Errorf("%.10q: %d", secret, rec.Code)
		}
	}
	if len(w.hears()) != 0 || w.ch.Counts()["bad_secret"] != 5 {
		t.Errorf("heard %v, %v", w.hears(), w.ch.Counts())
	}
	open := newWorld(t, func(c *Config) { c.Secret = "" })
	r := httptest.NewRequest("POST", callbackPath, strings.NewReader(text(1, 5, "领券")))
	rec := httptest.NewRecorder()
	if open.ch.ServeHTTP(rec, r); rec.Code != 403 || len(open.hears()) != 0 {
		t.Errorf("without a secret: %d", rec.Code)
	}
	rec = httptest.NewRecorder()
	if w.ch.ServeHTTP(rec, httptest.NewRequest("GET", callbackPath, nil)); rec.Code != 405 {
		t.Errorf("GET: %d", rec.Code)
	}
}

func TestMalformedBodiesAreHarmless(t *testing.T) {
	w := newWorld(t)
	bodies := []string{
		"", "null", "[]", "{}", `"x"`, "{", `{"update_id":`, `{"update_id":"1"}`, `{"update_id":1.5}`, `{"update_id":99999999999999999999}`,
		`{"update_id":1,"message":5}`, `{"update_id":1,"message":{"text":5}}`, `{"update_id":1,"message":{"chat":{"id":"x"}}}`,
		`{"update_id":1,"callback_query":[]}`, "<xml/>", strings.Repeat("[", 100000), strings.Repeat(`{"message":`, 20000),
		"\xff\xfe", text(1, 5, strings.Repeat("长", 1<<19)),
	}
	for _, b := range bodies {
		if code := w.hook(b); code != 200 {
			t.Errorf("%.40q: %d", b, code)
		}
	}
	if n := w.ch.Counts()["malformed"]; n != int64(len(bodies)) || len(w.hears()) != 0 || len(w.made("sendMessage")) != 0 {
		t.Errorf("%d of %d counted, heard %v", n, len(bodies), w.hears())
	}
}

func TestSameUpdateIsAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	w.answer = func(string, bot.In) ([]bot.Reply, error) {
		time.Sleep(20 * time.Millisecond)
		return says("好的"), nil
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if code := w.hook(text(7, 5, "领券")); code != 200 {
				t.Errorf("status %d", code)
			}
		})
	}
	wg.Wait()
	w.hook(text(7, 5, "领券"))
	if len(w.texts(5)) != 1 || len(w.hears()) != 1 || w.ch.Counts()["repeats"] != 3 {
		t.Errorf("said %q, heard %d times, %v", w.texts(5), len(w.hears()), w.ch.Counts())
	}
}

func TestDatabaseAwayIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	away := true
	w.answer = func(string, bot.In) ([]bot.Reply, error) {
		if away {
			return nil, models.ErrUnavailable.From(errors.New("db7 at 10.0.0.1 is away"))
		}
		return says("好的"), nil
	}
	if code := w.hook(text(7, 5, "领券")); code != 503 || len(w.texts(5)) != 0 {
		t.Errorf("%d, said %q", code, w.texts(5))
	}
	away = false
	if code := w.hook(text(7, 5, "领券")); code != 200 || len(w.texts(5)) != 1 {
		t.Errorf("%d, said %q", code, w.texts(5))
	}
	if heard := w.hears(); len(heard) != 2 || heard[0].MessageID != heard[1].MessageID {
		t.Errorf("heard %+v", heard)
	}
}

func TestFaultsAndRefusalsAreSpoken(t *testing.T) {
	w := newWorld(t)
	for i, c := range []struct {
		err  error
		want string
		code int
	}{
		{errors.New("the disk of db7 is full"), models.ErrInternal.ZH, 200},
		{models.ErrForbidden, models.ErrForbidden.ZH, 200},
		{fmt.Errorf("stalled: %w", context.DeadlineExceeded), "", 503},
	} {
		w.answer = func(string, bot.In) ([]bot.Reply, error) { return nil, c.err }
		chat := int64(100 + i)
		code := w.hook(text(int64(i+1), chat, "领券"))
		if said := strings.Join(w.texts(chat), ""); code != c.code || said != c.want {
			t.Errorf("%v: %d %q", c.err, code, said)
		}
	}
	w.answer = func(string, bot.In) ([]bot.Reply, error) { panic("nil map " + token) }
	if code := w.hook(text(50, 200, "领券")); code != 200 || strings.Join(w.texts(200), "") != models.ErrInternal.ZH || w.ch.Counts()["faults"] != 2 {
		t.Errorf("panic: %d, said %q, %v", code, w.texts(200), w.ch.Counts())
	}
}

// TestOnePersonInOrder: what one person sends is answered one after another in the order of its coming, others meanwhile.
func TestOnePersonInOrder(t *testing.T) {
	w := newWorld(t)
	hold, begun := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.answer = func(user string, in bot.In) ([]bot.Reply, error) {
		if user == "5" {
			once.Do(func() { close(begun); <-hold })
		}
		return says(in.Text), nil
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.hook(text(1, 5, "一")) })
	<-begun
	for i, s := range []string{"二", "三", "四", "五"} {
		before := w.queued(5)
		wg.Go(func() { w.hook(text(int64(i+2), 5, s)) })
		eventually(t, "in line", func() bool { return w.queued(5) != before })
	}
	if w.hook(text(20, 6, "别人")); len(w.texts(6)) != 1 || len(w.texts(5)) != 0 {
		t.Errorf("others wait: %q %q", w.texts(5), w.texts(6))
	}
	close(hold)
	wg.Wait()
	if got := strings.Join(w.texts(5), ""); got != "一二三四五" {
		t.Errorf("in the order %s", got)
	}
	if n := len(w.ch.lines.last); n != 0 {
		t.Errorf("%d lines are remembered", n)
	}
}

// queued is the last place in a chat's line.
func (w *world) queued(chat int64) chan struct{} {
	w.ch.lines.mu.Lock()
	defer w.ch.lines.mu.Unlock()
	return w.ch.lines.last[chat]
}

func TestLeavingEarlyLetsNobodyOvertake(t *testing.T) {
	var l lines
	first, second, third := l.join(1), l.join(1), l.join(1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if second.turn(gone) == nil {
		t.Fatal("the second's turn came")
	}
	go second.leave()
	soon, stop := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer stop()
	if third.turn(soon) == nil {
		t.Error("the third overtook the first")
	}
	first.leave()
	if err := third.turn(t.Context()); err != nil {
		t.Error(err)
	}
	third.leave()
	if len(l.last) != 0 {
		t.Error("the line is remembered")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var k known
	for id := int64(1); id <= 3*maxKnown; id++ {
		k.set(id, 1)
		k.set(id, allSent)
	}
	if len(k.sent) != maxKnown || len(k.ids) != maxKnown || k.get(3*maxKnown) != allSent || k.get(2*maxKnown+1) != allSent || k.get(2*maxKnown) != 0 {
		t.Errorf("%d remembered", len(k.sent))
	}
	var told told
	for id := range int64(3 * maxKnown) {
		told.first(-id)
	}
	if len(told.chats) > maxKnown {
		t.Errorf("%d groups remembered", len(told.chats))
	}
	var h hush
	now := time.Now()
	for id := range int64(3 * maxKnown) {
		h.set(id, now, time.Second)
		now = now.Add(time.Second)
	}
	if len(h.until) > maxKnown || h.left(3*maxKnown-1, now.Add(-time.Millisecond)) != time.Millisecond || h.left(3*maxKnown-1, now) != 0 {
		t.Errorf("%d silences remembered", len(h.until))
	}
}
