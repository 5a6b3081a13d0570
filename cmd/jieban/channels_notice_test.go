package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// asks leaves a question for an officer.
func (p person) asks(t *testing.T, question string) {
	t.Helper()
	if shown, _ := p.talks("人工", question); !strings.Contains(shown, "已经转给工作人员") {
		t.Fatalf("%s: %q was not passed on: %s", p.channel, question, shown)
	}
}

// answers lets an officer answer the question, over the API.
func (c *client) answers(question, answer string) {
	c.s.t.Helper()
	var list struct {
		Items []struct {
			ID   int64
			Text string
		}
	}
	c.call("GET", "/api/v1/messages?limit=100", nil, 200, &list)
	for _, m := range list.Items {
		if m.Text == question {
			c.call("POST", fmt.Sprintf("/api/v1/messages/%d/answer", m.ID), map[string]any{"text": answer}, 204, nil)
			return
		}
	}
	c.s.t.Fatalf("the question %q is not in the list: %+v", question, list)
}

// What an officer answers reaches people where they are, once. Who cannot be written to reads it with the next answer,
// who left when they come back; until then what they were to be told is on the officers' list, as is what somebody missed
// who blocked us.
func TestAnswersOfOfficersArrive(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		const inWeChat, noCredit, inTelegram, blocked = "o-asks", "o-silent", 501, 502
		wx, silent := s.inWeChat(t, inWeChat), s.inWeChat(t, noCredit)
		tg, gone := s.inTelegram(t, inTelegram), s.inTelegram(t, blocked)
		wx.asks(t, "老人要不要带证件")
		silent.asks(t, "神龟峡的船几点开")
		tg.asks(t, "小孩要不要买票")
		gone.asks(t, "脆红李什么时候上")
		left := s.inWeChat(t, "o-left")
		left.asks(t, "十三寨能不能骑车")
		if _, err := s.post(wxSealed("o-left", "<MsgType>event</MsgType><Event>unsubscribe</Event>")); err != nil {
			t.Fatal(err)
		}
		s.twin(t) // two processes tell no more than one
		before := len(s.tg.to(inTelegram))
		s.wx.refusing(noCredit, 45015)
		s.tg.blocked(blocked)
		officer, began := s.staff("officer"), time.Now()
		officer.answers("老人要不要带证件", "要带，原件")
		officer.answers("神龟峡的船几点开", "九点")
		officer.answers("小孩要不要买票", "一米二以下不要")
		officer.answers("脆红李什么时候上", "七月中")
		soon(t, "WeChat tells", func() bool { return len(s.wx.to(inWeChat)) > 0 })
		soon(t, "Telegram tells", func() bool { return len(s.tg.to(inTelegram)) > before })
		t.Logf("told %v and %v after the officer began to answer five", s.wx.to(inWeChat)[0].at.Sub(began).Round(time.Millisecond), s.tg.to(inTelegram)[before].at.Sub(began).Round(time.Millisecond))
		soon(t, "one without credit is tried", func() bool { return s.wx.tries(noCredit) == 1 })
		officer.answers("十三寨能不能骑车", "可以")
		isDead(t, s, officer, "telegram 七月中", "wechat 可以")
		time.Sleep(3 * time.Second) // three more runs of the outbox
		if got := s.wx.to(inWeChat); len(got) != 1 || !strings.Contains(got[0].text, "要带，原件") {
			t.Errorf("WeChat told %+v", got)
		}
		if got := s.tg.to(inTelegram)[before:]; len(got) != 1 || !strings.Contains(got[0].text, "一米二以下不要") {
			t.Errorf("Telegram told %+v", got)
		}
		if n := s.wx.tries(noCredit); n != 1 {
			t.Errorf("one without credit was tried %d times", n)
		}
		s.wx.refusing(noCredit, 0)
		if shown, _ := silent.say("你好"); strings.Count(shown, "九点") != 1 {
			t.Errorf("the next message does not open what waits: %s", shown)
		}
		if a, err := s.post(wxSealed("o-left", "<MsgType>event</MsgType><Event>subscribe</Event>")); err != nil || strings.Count(a.Content, "工作人员回复您：可以") != 1 {
			t.Errorf("who comes back is told %s %v", a.Content, err)
		}
		if shown, _ := left.say("你好"); s.wx.tries("o-left") != 0 || strings.Contains(shown, "工作人员回复您") {
			t.Errorf("who left was pushed to %d times, and is told with their second message: %s", s.wx.tries("o-left"), shown)
		}
		for _, p := range []person{wx, silent, tg, left} {
			if shown, _ := p.say("我的订单"); strings.Contains(shown, "工作人员回复您") {
				t.Errorf("%s: told again: %s", p.channel, shown)
			}
		}
		if n := s.wx.tries(noCredit); n != 1 {
			t.Errorf("what was read is pushed as well: %d tries", n)
		}
	})
}

// isDead demands that the officers' list holds exactly the notices that did not arrive, given as channel and words, and
// that others do not see the list.
func isDead(t *testing.T, s *stage, officer *client, want ...string) {
	t.Helper()
	var list struct {
		Items []struct{ Text, Why, Channel string }
	}
	soon(t, "the officers' list has them", func() bool {
		officer.call("GET", "/api/v1/notices?state=dead", nil, 200, &list)
		return len(list.Items) >= len(want)
	})
	var got []string
	for _, n := range list.Items {
		_, words, _ := strings.Cut(n.Text, "：")
		if got = append(got, n.Channel+" "+words); n.Why == "" {
			t.Errorf("nobody knows why: %+v", n)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("the officers' list is %q, want %q", got, want)
	}
	if raw, status := s.browser().try("GET", "/api/v1/notices?state=dead", nil); status != 403 {
		t.Errorf("a stranger's list: %d %s", status, raw)
	}
}

// A power cut loses no notice: neither one that is on its way to the platform nor one that nobody has taken yet.
func TestNoticesOutliveAPowerCut(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		const onItsWay, untaken = "o-way", "o-untaken"
		s.inWeChat(t, onItsWay).asks(t, "开车多久")
		s.inWeChat(t, untaken).asks(t, "路好不好走")
		officer := s.staff("officer")
		s.wx.stall(make(chan struct{}))
		officer.answers("开车多久", "三个半小时")
		soon(t, "it is on its way", func() bool {
			s.wx.mu.Lock()
			defer s.wx.mu.Unlock()
			return s.wx.waiting > 0
		})
		officer.answers("路好不好走", "全程高速")
		s.kill()
		s.wx.stall(nil)
		if len(s.wx.sent) > 0 {
			t.Fatalf("sent before the power cut: %+v", s.wx.sent)
		}
		// The dead process had two minutes to say what came of it; they are over now.
		d := s.books(t)
		if _, err := d.SQL().Exec("UPDATE notices SET taken_until = written_at WHERE taken_until IS NOT NULL"); err != nil {
			t.Fatal(err)
		}
		s.run(t)
		soon(t, "both arrive", func() bool { return len(s.wx.to(onItsWay)) > 0 && len(s.wx.to(untaken)) > 0 })
		if waiting := number(t, d, "SELECT COUNT(*) FROM notices WHERE link_id IS NOT NULL AND state = 'dead'"); waiting != 0 {
			t.Errorf("%d were given up", waiting)
		}
	})
}
