package telegram

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
)

// polls runs the poller until the test ends; stop ends it before and waits.
func (w *world) polls(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.ch.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// kept is the offset that was kept.
func (w *world) keptOffset() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.offset
}

func newKeeper(t *testing.T, change ...func(*Config)) *world {
	var w *world
	w = newWorld(t, append([]func(*Config){func(c *Config) {
		c.Offset = func(context.Context) (int64, error) { return w.keptOffset(), nil }
		c.SaveOffset = func(_ context.Context, next int64) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.offset, w.saves = next, append(w.saves, next)
			return nil
		}
	}}, change...)...)
	return w
}

func TestAHundredUpdatesAtOnce(t *testing.T) {
	w := newKeeper(t)
	var want [4]string
	for i := range 100 {
		s := fmt.Sprintf("%03d", i)
		w.push(text(int64(i+1), int64(i%4+5), s))
		want[i%4] += "听到：" + s
	}
	w.polls(t)
	eventually(t, "all confirmed", func() bool { return w.waiting() == 0 && w.keptOffset() == 0 })
	for i := range 4 {
		if got := strings.Join(w.texts(int64(i+5)), ""); got != want[i] {
			t.Errorf("chat %d: %s", i+5, got)
		}
	}
	if n := len(w.hears()); n != 100 || !slices.Contains(w.saves, 101) {
		t.Errorf("heard %d, kept %v", n, w.saves)
	}
}

// TestConfirmedAfterTheAnswer: while one update is being answered neither it nor what came after it is confirmed, and
// others are answered meanwhile.
func TestConfirmedAfterTheAnswer(t *testing.T) {
	w := newKeeper(t)
	hold := make(chan struct{})
	w.answer = func(_ string, in bot.In) ([]bot.Reply, error) {
		if in.Text == "慢" {
			<-hold
		}
		return says(in.Text), nil
	}
	w.push(text(1, 5, "慢"), text(2, 6, "快"), text(3, 5, "后"))
	w.polls(t)
	eventually(t, "the other is answered", func() bool { return len(w.texts(6)) == 1 })
	w.push(text(4, 6, "又快"))
	eventually(t, "what comes later is answered", func() bool { return len(w.texts(6)) == 2 })
	if n := w.waiting(); n != 4 || w.keptOffset() > 1 || len(w.texts(5)) != 0 {
		t.Errorf("%d wait, kept %d, said %q", n, w.keptOffset(), w.texts(5))
	}
	close(hold)
	eventually(t, "all confirmed", func() bool { return w.waiting() == 0 })
	if got := strings.Join(w.texts(5), ""); got != "慢后" || len(w.hears()) != 4 {
		t.Errorf("said %s, heard %d", got, len(w.hears()))
	}
}

func TestDatabaseAwayWhilePolling(t *testing.T) {
	w := newKeeper(t)
	var away atomic.Bool
	away.Store(true)
	w.answer = func(_ string, in bot.In) ([]bot.Reply, error) {
		if away.Load() {
			return nil, models.ErrUnavailable
		}
		return says(in.Text), nil
	}
	w.push(text(1, 5, "一"), text(2, 5, "二"), text(3, 6, "三"))
	stop := w.polls(t)
	eventually(t, "it was tried again", func() bool { return len(w.hears()) >= 5 })
	stop()
	if w.waiting() != 3 || len(w.texts(5)) != 0 || w.keptOffset() > 1 {
		t.Fatalf("%d wait, kept %d", w.waiting(), w.keptOffset())
	}
	away.Store(false)
	w.polls(t)
	eventually(t, "all confirmed", func() bool { return w.waiting() == 0 })
	if got := strings.Join(w.texts(5), "") + strings.Join(w.texts(6), ""); got != "一二三" {
		t.Errorf("said %s", got)
	}
}

// TestOneThatNeverWorks does not hold up the others for ever.
func TestOneThatNeverWorks(t *testing.T) {
	w := newKeeper(t)
	w.ch.second = time.Microsecond * 50
	w.answer = func(_ string, in bot.In) ([]bot.Reply, error) {
		if in.Text == "毒" {
			return nil, models.ErrUnavailable
		}
		return says(in.Text), nil
	}
	w.push(text(1, 5, "毒"), text(2, 6, "好"))
	w.polls(t)
	eventually(t, "it is given up", func() bool { return w.waiting() == 0 })
	if w.ch.Counts()["faults"] != 1 || len(w.texts(6)) != 1 {
		t.Errorf("%v", w.ch.Counts())
	}
}

// TestTheNextProcessGoesOn: what was answered before the end, but not confirmed, is not answered again. A number far
// below the kept offset is a new count of Telegram's, not the past.
func TestTheNextProcessGoesOn(t *testing.T) {
	w := newKeeper(t)
	w.offset = 5003
	w.push(text(17, 5, "新的一周"), text(5001, 5, "旧"), text(5002, 5, "旧"), text(5003, 5, "新"))
	w.polls(t)
	eventually(t, "all confirmed", func() bool { return w.waiting() == 0 && w.keptOffset() == 0 })
	if got := strings.Join(w.texts(5), " "); got != "听到：新的一周 听到：新" {
		t.Errorf("said %s", got)
	}
	w.push(text(3, 5, "又从头数")) // all is confirmed; a stale offset would drop it unseen
	eventually(t, "a lower number is answered", func() bool { return len(w.texts(5)) == 3 })
}

func TestConflictIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	w.ch.second = time.Millisecond
	w.webhook = true
	w.polls(t)
	eventually(t, "some conflicts", func() bool { return w.ch.Counts()["conflicts"] >= 4 })
	w.mu.Lock()
	logged := strings.Count(w.log.String(), "another process polls")
	w.mu.Unlock()
	if logged != 1 {
		t.Errorf("logged %d times", logged)
	}
}

func TestPollingThroughFailures(t *testing.T) {
	w := newWorld(t)
	w.ch.second = time.Millisecond
	w.fail(trouble{method: "getUpdates", code: 502, description: "Bad Gateway", times: 2})
	w.fail(trouble{method: "getUpdates", drop: true, times: 2})
	w.fail(trouble{method: "getUpdates", code: 429, description: "Too Many Requests", after: 1})
	w.push(`{"update_id":1,"message":{"chat":7}}`, `{"update_id":2}`, text(3, 5, "领券"))
	w.polls(t)
	eventually(t, "all confirmed", func() bool { return w.waiting() == 0 })
	n := w.ch.Counts()
	if n["poll_errors"] != 4 || n["too_many"] != 1 || n["malformed"] != 1 || n["ignored"] != 1 || len(w.texts(5)) != 1 {
		t.Errorf("%v", n)
	}
}

func TestOnlyTheLeaderPolls(t *testing.T) {
	var lead atomic.Int32 // 0 no, 1 an error, 2 yes
	var asked atomic.Int32
	w := newWorld(t, func(c *Config) {
		c.Lead = func(context.Context) (bool, error) {
			asked.Add(1)
			if lead.Load() == 1 {
				return true, errors.New("the database is away")
			}
			return lead.Load() == 2, nil
		}
	})
	w.ch.second = time.Millisecond
	w.push(text(1, 5, "领券"))
	w.polls(t)
	for _, state := range []int32{0, 1} {
		lead.Store(state)
		n := asked.Load()
		eventually(t, "it was asked", func() bool { return asked.Load() > n+2 })
	}
	w.double.mu.Lock()
	polls := len(w.asked)
	w.double.mu.Unlock()
	if polls != 0 {
		t.Errorf("%d polls", polls)
	}
	lead.Store(2)
	eventually(t, "the leader polls", func() bool { return len(w.texts(5)) == 1 })
}

func TestRunLeavesNothingBehind(t *testing.T) {
	w := newKeeper(t)
	before := runtime.NumGoroutine()
	stop := w.polls(t)
	w.push(text(1, 5, "一"), text(2, 6, "二"))
	eventually(t, "answered", func() bool { return w.waiting() == 0 })
	stop()
	w.ch.http.CloseIdleConnections()
	w.CloseClientConnections()
	eventually(t, "no more goroutines than before", func() bool { return runtime.NumGoroutine() <= before })
}
