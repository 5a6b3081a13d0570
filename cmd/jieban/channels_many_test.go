package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// holders gives people of WeChat that have vouchers each, and the messages that show them, a list for each person.
func holders(t *testing.T, d *db.DB, people, vouchers int) (shows [][]wxPost) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	offers := []string{"O1", "O2", "O3", "O4", "O5"}
	for i := range people {
		openID, who := fmt.Sprint("o-holder-", i), neighbours[i]
		l, err := d.LinkFor(ctx, "wechat", openID)
		must(err)
		must(d.Consent(ctx, l.ID, models.ConsentSensitive, models.ConsentSharing))
		_, err = d.Register(ctx, l.ID, db.Registration{Kind: models.ResidentID, Number: who.number, Name: who.name})
		must(err)
		var mine []wxPost
		for n := range vouchers {
			v, err := d.Claim(ctx, l.ID, db.ClaimRequest{OfferID: offers[n%5], Day: d.Today().Add(1 + n/5), People: 1, Key: fmt.Sprint(i, "-", n)})
			must(err)
			mine = append(mine, wxText(openID, fmt.Sprint("看券", v.Voucher.ID)))
		}
		shows = append(shows, mine)
	}
	return shows
}

// A hundred messages that each need the platform meet a token that it does not take any more: one new token is asked
// for, whatever the number of processes.
func TestAHundredMessagesMeetAnExpiredToken(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		lists := holders(t, s.books(t), 5, 21)
		processes := s.twin(t)
		var all []wxPost
		for i, list := range lists {
			if a, err := processes[i%len(processes)].post(list[0]); err != nil || a.MsgType != "image" {
				t.Fatalf("%+v %v", a, err)
			}
			all = append(all, list[1:]...)
		}
		if len(all) != 100 || s.wx.asked != 1 {
			t.Fatalf("%d messages, %d tokens before", len(all), s.wx.asked)
		}
		s.wx.expire()
		var mu sync.Mutex
		kinds := map[string]int{}
		allAtOnce(len(all), func(i int) {
			a, err := processes[i/20%len(processes)].post(all[i])
			mu.Lock()
			defer mu.Unlock()
			if kinds[a.MsgType]++; err != nil {
				t.Error(err)
			}
		})
		s.wx.mu.Lock()
		defer s.wx.mu.Unlock()
		t.Logf("%d processes, answers by kind %v, %d calls with the old token, %d pictures", len(processes), kinds, s.wx.stale, len(s.wx.media))
		if s.wx.asked != 2 || s.wx.stale < 2 {
			t.Errorf("%d calls of stable_token after the token was lost, %d met the old one", s.wx.asked-1, s.wx.stale)
		}
	})
}

// asking are the settings of a program that asks Telegram for updates, under a prefix of its own.
func asking(s *stage, prefix string) []string {
	return []string{"JIEBAN_TELEGRAM_SECRET=", "JIEBAN_TELEGRAM_API=" + s.tg.URL + prefix}
}

// claimWords are what a new resident says until the code is there.
func claimWords(i int) []string {
	return []string{"我想下周六去濯水，三个人", "同意", "同意", "居民身份证", neighbours[i].number, neighbours[i].name, "确认"}
}

// mixed is what three people say, each in order, one after the other.
func mixed() (updates []json.RawMessage) {
	for n := range len(claimWords(0)) {
		for i := range 3 {
			updates = append(updates, tgUpdate(int64(600+i), claimWords(i)[n]))
		}
	}
	return updates
}

// hasCodes demands that all three have their code and that nothing was done twice.
func hasCodes(t *testing.T, s *stage, d *db.DB) {
	t.Helper()
	for i := range 3 {
		chat := int64(600 + i)
		soon(t, "the code is there", func() bool {
			return slices.ContainsFunc(s.tg.to(chat), func(m tgSaid) bool { return m.picture != nil })
		})
		for _, m := range s.tg.to(chat) {
			if m.picture != nil {
				isVoucher(t, s, m.picture)
			} else if strings.Contains(m.text, "没听懂") {
				t.Errorf("chat %d was heard out of order: %s", chat, m.text)
			}
		}
	}
	if n := number(t, d, "SELECT COUNT(*) FROM vouchers"); n != 3 {
		t.Errorf("%d vouchers of three people", n)
	}
}

// Updates that are asked for are answered in order, each of them, though the program is killed in the middle.
func TestAPowerCutAmongUpdates(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.stop()
		s.tg.slower(20 * time.Millisecond)
		s.tg.queue(mixed()...)
		s.settings = append(s.settings, asking(s, "/a")...)
		s.run(t)
		soon(t, "some are answered", func() bool { return s.tg.told() >= 8 })
		s.kill()
		told := s.tg.told()
		if slices.ContainsFunc(s.tg.to(600), func(m tgSaid) bool { return m.picture != nil }) {
			t.Fatalf("the program was killed too late: %d messages", told)
		}
		// The dead process was the one that polls, for a minute, and it had as long to answer what it was at. It is over now.
		d := s.books(t)
		for _, minute := range []string{"DELETE FROM keeps WHERE name LIKE '%:leader'", "DELETE FROM chat_messages WHERE answer IS NULL"} {
			if _, err := d.SQL().Exec(minute); err != nil {
				t.Fatal(err)
			}
		}
		s.run(t)
		hasCodes(t, s, d)
		t.Logf("%d messages before the power cut, %d in all", told, s.tg.told())
	})
}

// Of two processes one polls; when it is stopped the other goes on where it was. What the first has answered beyond the
// oldest update that it has not may be shown again.
func TestOneProcessPolls(t *testing.T) {
	t.Parallel()
	s := newStage(t, databases(t)["postgres"])
	s.run(t, asking(s, "/a")...)
	soon(t, "the first polls", func() bool { return s.tg.polled("/a") > 0 })
	first := s.service
	s.service = start(t, s.dir, slices.Concat(s.settings, asking(s, "/b"))...)
	s.tg.slower(20 * time.Millisecond)
	s.tg.queue(mixed()...)
	soon(t, "some are answered", func() bool { return s.tg.told() >= 8 })
	if n := s.tg.polled("/b"); n != 0 {
		t.Errorf("both poll: %d", n)
	}
	first.stop()
	told := s.tg.told()
	hasCodes(t, s, s.books(t))
	if s.tg.polled("/b") == 0 || s.tg.clashes > 0 {
		t.Errorf("the second polled %d times, %d polls met another", s.tg.polled("/b"), s.tg.clashes)
	}
	t.Logf("%d messages by the first, %d in all", told, s.tg.told())
	s.stop()
}
