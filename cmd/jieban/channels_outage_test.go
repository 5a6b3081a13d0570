package main

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// outage is how long the database takes no writes in these tests: longer than a platform waits.
const outage = 8 * time.Second

// lock takes every write away from the program, until the function that it gives is called.
func (s *stage) lock(t *testing.T) (free func()) {
	t.Helper()
	d := s.books(t)
	tx, err := d.SQL().BeginTx(context.Background(), nil) // SQLite's transactions lock at once
	if err != nil {
		t.Fatal(err)
	}
	if s.onPostgres() {
		if _, err := tx.Exec("LOCK TABLE links, talks, push_credits IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// A database that stands still for eight seconds keeps no platform waiting for five, and everybody still gets their
// answer: pushed, with the next message, on the platform's second try, or late in Telegram, which waits.
func TestADatabaseThatStandsStill(t *testing.T) {
	t.Parallel()
	all := map[string]func(*testing.T, *stage){"pushed": stillPushed, "held": stillHeld, "stopped": stillStopped}
	var wg sync.WaitGroup
	for name, database := range databases(t) {
		for what, do := range all {
			if name == "postgres" && what != "pushed" {
				continue // the rest is the channel's own, whatever the database
			}
			wg.Go(func() {
				t.Run(what+" "+name, func(t *testing.T) {
					s := newStage(t, database)
					s.run(t)
					do(t, s)
				})
			})
		}
	}
	wg.Wait()
}

// stillPushed: the platform is told at once that there is no answer, which follows as a customer message.
func stillPushed(t *testing.T, s *stage) {
	const me, silent = "o-patient", "o-no-window"
	s.inWeChat(t, me).say("你好")
	s.inWeChat(t, silent).say("你好")
	s.inTelegram(t, 801).say("你好")
	s.wx.refusing(silent, 45015)
	free := s.lock(t)
	began := time.Now()
	time.AfterFunc(outage, free)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.push(tgUpdate(801, "景区")); err != nil {
			t.Errorf("Telegram: %v", err)
		}
	})
	for _, user := range []string{me, silent} {
		wg.Go(func() {
			a, err := s.post(wxText(user, "景区"))
			if took := time.Since(began); err != nil || a.raw != "success" || took >= 5*time.Second {
				t.Errorf("answered after %v: %+v %v", took, a, err)
			} else {
				t.Logf("the platform was answered after %v", took.Round(time.Millisecond))
			}
		})
	}
	wg.Wait()
	if s.tg.told() < 2 || !strings.Contains(s.tg.to(801)[len(s.tg.to(801))-1].text, "濯水景区") {
		t.Errorf("Telegram told %+v", s.tg.to(801))
	}
	soon(t, "the answer is pushed", func() bool { return len(s.wx.to(me)) > 0 })
	if m := s.wx.to(me); len(m) != 1 || !strings.Contains(m[0].text, "濯水景区") {
		t.Errorf("pushed %+v", m)
	}
	soon(t, "the other is kept", func() bool { return s.counted("wechat", "inbox") == 1 })
	s.wx.refusing(silent, 0)
	if shown, _ := s.inWeChat(t, silent).say("好了吗"); !strings.Contains(shown, "濯水景区") {
		t.Errorf("the next message does not give the answer: %s", shown)
	}
	if s.counted("wechat", "late") != 2 {
		t.Errorf("%d late", s.counted("wechat", "late"))
	}
}

// stillHeld: an account that can push nothing holds the platform's tries on one computation.
func stillHeld(t *testing.T, s *stage) {
	s.stop()
	s.run(t, "JIEBAN_WECHAT_SECRET=")
	const me = "o-held"
	s.inWeChat(t, me).say("你好")
	ask := wxText(me, "景区")
	began := time.Now()
	time.AfterFunc(outage, s.lock(t))
	for try := 1; try <= 3; try++ {
		a, err := s.post(ask) // it hangs up after five seconds, and asks again
		if err == nil {
			t.Logf("try %d was answered after %v in all", try, time.Since(began).Round(time.Millisecond))
			if try != 2 || !strings.Contains(a.Content, "濯水景区") {
				t.Errorf("try %d: %+v", try, a)
			}
			return
		}
	}
	t.Error("no try was answered")
}

// stillStopped: who stops the program meanwhile loses no answer.
func stillStopped(t *testing.T, s *stage) {
	const me = "o-stopped"
	s.inWeChat(t, me).say("你好")
	free := s.lock(t)
	if a, err := s.post(wxText(me, "景区")); err != nil || a.raw != "success" {
		t.Errorf("%+v %v", a, err)
	}
	time.AfterFunc(time.Second, free)
	s.stop()
	if m := s.wx.to(me); len(m) != 1 || !strings.Contains(m[0].text, "濯水景区") {
		t.Errorf("pushed %+v", m)
	}
}

// TestWrongChannelSettings: the program refuses to start, in one line that names what is wrong and not the secret.
func TestWrongChannelSettings(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, nil)
	for name, c := range map[string]struct {
		args []string
		set  string
		says string
	}{
		"a short AES key":        {nil, "JIEBAN_WECHAT_AES_KEY=short", "WeChat: wechat: the current key: an EncodingAESKey has 43 letters"},
		"an old key of no shape": {nil, "JIEBAN_WECHAT_AES_KEY_OLD=x", "WeChat: wechat: the previous key"},
		"no token":               {nil, "JIEBAN_WECHAT_TOKEN=", "WeChat: wechat: the token"},
		"a token with a space":   {nil, "JIEBAN_WECHAT_TOKEN=a bad one", "WeChat: wechat: the token"},
		"an AppID with a space":  {nil, "JIEBAN_WECHAT_APPID=wx 1", "WeChat: wechat: the app id"},
		"an unknown mode":        {nil, "JIEBAN_WECHAT_MODE=open", "--wechat-mode must be one of"},
		"no bot's token":         {nil, "JIEBAN_TELEGRAM_TOKEN=hunter2", "Telegram: telegram: the token must be <number>:<secret>"},
		"a secret of no shape":   {nil, "JIEBAN_TELEGRAM_SECRET=a b", "Telegram: telegram: the secret"},
		"setup, no account":      {[]string{"wechat", "setup"}, "JIEBAN_WECHAT_APPID=", "JIEBAN_WECHAT_APPID is not set"},
		"setup, no secret":       {[]string{"wechat", "setup"}, "JIEBAN_WECHAT_SECRET=", "no app secret"},
		"setup, a wrong secret":  {[]string{"wechat", "setup"}, "JIEBAN_WECHAT_SECRET=wrong", "40125"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.args == nil {
				c.args = []string{"serve", "--addr", "127.0.0.1:0"}
			}
			cmd := exec.Command(path, c.args...)
			cmd.Dir, cmd.Env = s.dir, append(append(cmd.Environ(), s.settings...), c.set)
			out, err := cmd.CombinedOutput()
			said := strings.TrimSpace(string(out))
			if err == nil || !strings.Contains(said, c.says) || strings.ContainsAny(said, "\n") || strings.Contains(said, "hunter2") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
