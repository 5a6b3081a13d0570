package wechat

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jieban/jieban/models"
)

// allowance is what a person's act allows us to push: n customer messages within a time, counted afresh from each act.
type allowance struct {
	kind string
	n    int
	d    time.Duration
}

// The platform's quotas since 2025, by what the person did. A menu click that only opens a page allows nothing.
var (
	byMessage   = allowance{"message", 5, 48 * time.Hour}
	byMenu      = allowance{"menu", 3, time.Minute}
	bySubscribe = allowance{"subscribe", 3, time.Minute}
	byScan      = allowance{"scan", 3, time.Minute}
)

// allowance says what the message allows.
func (m *message) allowance() (a allowance, ok bool) {
	switch m.event() {
	case "":
		return byMessage, true
	case "subscribe":
		return bySubscribe, true
	case "scan":
		return byScan, true
	case "click", "scancode_push", "scancode_waitmsg":
		return byMenu, true
	}
	return a, false
}

// felt says whether an event changes what we may do, though there is nothing to answer.
func (m *message) felt() bool {
	switch m.event() {
	case "unsubscribe", "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event":
		return true
	}
	return false
}

// quiet says whether an event is known and means nothing to us.
func (m *message) quiet() bool {
	switch m.event() {
	case "view", "view_miniprogram", "location", "templatesendjobfinish", "masssendjobfinish",
		"pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select":
		return true
	}
	return false
}

// feel does what the message itself does, before anything is answered. What fails is logged and no reason not to answer.
func (ch *Channel) feel(ctx context.Context, m *message) {
	now := ch.c.Now()
	if a, ok := m.allowance(); ok {
		ch.must(ctx, "grant", func() error { return ch.c.Grant(ctx, m.From, a.kind, a.n, now.Add(a.d), false) })
	}
	switch m.event() {
	case "subscribe":
		ch.must(ctx, "back", func() error { return ch.c.Gone(ctx, m.From, false) })
	case "unsubscribe":
		ch.must(ctx, "gone", func() error { return ch.c.Gone(ctx, m.From, true) })
	}
	for _, o := range slices.Concat(m.Popup, m.Change) {
		ch.optIn(ctx, m.From, o, now)
	}
	for _, o := range m.Sent {
		if o.Template == ch.c.Template && o.Code != "" && o.Code != "0" { // it did not arrive, so it was not used up
			ch.must(ctx, "grant", func() error { return ch.c.Grant(ctx, m.From, noticeKind, 1, now.Add(noticeFor), true) })
		}
	}
}

// optIn counts one more notice that the person wants, or none any more. Other templates are not ours to count.
func (ch *Channel) optIn(ctx context.Context, user string, o optIn, now time.Time) {
	switch {
	case ch.c.Template == "" || o.Template != ch.c.Template:
	case o.Status == "accept":
		ch.must(ctx, "grant", func() error { return ch.c.Grant(ctx, user, noticeKind, 1, now.Add(noticeFor), true) })
	case o.Status == "reject":
		ch.must(ctx, "void", func() error { return ch.c.Void(ctx, user, noticeKind) })
	}
}

// must does one thing, again and again while the database is away; what stays undone is logged and counted.
func (ch *Channel) must(ctx context.Context, what string, do func() error) {
	if err := ch.again(ctx, do); err != nil {
		ch.fault(ctx, what, err)
	}
}

// again does something until it is no longer unavailable, or ctx ends.
func (ch *Channel) again(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, models.ErrUnavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(ch.limits.again):
		}
	}
}
