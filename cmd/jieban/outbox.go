package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// sender writes to a platform's user outside an answer.
type sender func(ctx context.Context, user string, replies []bot.Reply) error

func (ch channels) senders() map[string]sender {
	senders := map[string]sender{}
	if ch.wechat != nil {
		senders["wechat"] = ch.wechat.Send
	}
	if ch.telegram != nil {
		senders["telegram"] = ch.telegram.Send
	}
	return senders
}

// What one run of the outbox sends, and how many at once.
const (
	noticesAtOnce = 64
	noticeSenders = 8
)

// sendNotices pushes what is due, through the channels that are set up.
func sendNotices(d *db.DB, senders map[string]sender) func(context.Context) error {
	names := slices.Sorted(maps.Keys(senders))
	return func(ctx context.Context) error {
		if len(names) == 0 {
			return nil
		}
		list, err := d.TakeNotices(ctx, names, noticesAtOnce)
		errs := make([]error, len(list)+1)
		errs[len(list)] = err
		var wg sync.WaitGroup
		free := make(chan struct{}, noticeSenders)
		for i, n := range list {
			free <- struct{}{}
			wg.Go(func() {
				defer func() { <-free }()
				sent := senders[n.Channel](ctx, n.User, []bot.Reply{bot.NoticeReply(n.NoticeView)})
				errs[i] = d.EndNotice(context.WithoutCancel(ctx), n, delivery(sent))
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	}
}

// delivery is what a channel's answer means to the outbox.
func delivery(err error) models.Delivery {
	var wait bot.RetryAfter
	switch {
	case err == nil:
		return models.Delivery{Outcome: models.NoticeTaken}
	case errors.Is(err, bot.ErrNoWindow):
		return models.Delivery{Outcome: models.NoticeKept}
	case errors.Is(err, bot.ErrGone):
		return models.Delivery{Outcome: models.NoticeGone}
	case errors.As(err, &wait):
		return models.Delivery{Outcome: models.NoticeFailed, Why: err.Error(), After: time.Duration(wait)}
	}
	return models.Delivery{Outcome: models.NoticeFailed, Why: err.Error()}
}
