package wechat

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/jieban/jieban/bot"
)

// The platform waits five seconds, hangs up and asks again, three times in all. So a message is computed once, apart
// from the requests that ask for it, and whichever of them is alive when it is done carries the answer. What none of
// them can carry goes out as customer messages, or waits in front of the person's next answer.

// limits are the times that this takes. Tests run with a thousandth of them.
type limits struct {
	answer time.Duration // the longest that a request waits which must be answered; 4.5 s with all that a busy machine adds
	hold   time.Duration // the longest that one waits which the platform will repeat; it has hung up by then
	third  time.Duration // age of a message that is asked for the third time, also if the other tries met other processes
	retry  time.Duration // how long the platform may take to ask again after it hung up
	flight time.Duration // for computing an answer, and once more for sending it
	again  time.Duration // between two tries of what is unavailable
	keep   time.Duration // how long an answer is kept for repetitions; after that the engine knows it
	after  time.Duration // between the passive reply and what follows it, so that it is read in this order
	media  time.Duration // for uploading a picture; later, an article shows it
	photo  time.Duration // for fetching a photo
}

var realLimits = limits{
	answer: 4300 * time.Millisecond, hold: 5500 * time.Millisecond, third: 9 * time.Second, retry: 6 * time.Second,
	flight: 30 * time.Second, again: 150 * time.Millisecond, keep: time.Minute, after: 500 * time.Millisecond,
	media: 2 * time.Second, photo: 3 * time.Second,
}

// What is said where there is no answer yet, or none at all.
const (
	sayStill = "还在办，请过一会儿发“好了吗”看结果。"
	sayBusy  = "系统忙，请过一会儿再发一次。"
)

// lastTry is how often the platform asks.
const lastTry = 3

// maxKept bounds the answers kept for repetitions.
const maxKept = 10_000

// flights are the messages under way, and those that came to an answer a moment ago.
type flights struct {
	mu     sync.Mutex
	by     map[string]*flight
	landed []*flight // oldest first
	wg     sync.WaitGroup
}

// flight is the computing of one message's answer.
type flight struct {
	key string
	m   *message

	mu    sync.Mutex
	tries int  // requests that asked for it
	away  bool // it came too late for a passive reply and goes out by itself
	told  bool // the last try was told to ask later
	taken bool // a request carried the answer

	done   chan struct{} // closed when what follows is set
	took   chan struct{} // closed when taken
	landed time.Time
	said   passive
	rest   []bot.Reply // what said leaves over
	all    []bot.Reply
}

// join finds the flight of a message, or starts it. try is 1 for who starts it.
func (ch *Channel) join(m *message) (f *flight, try int) {
	key := m.From + "\n" + m.key()
	fs := &ch.flights
	fs.mu.Lock()
	defer fs.mu.Unlock()
	ch.sweep()
	f = fs.by[key]
	if f == nil {
		f = &flight{key: key, m: m, done: make(chan struct{}), took: make(chan struct{})}
		if fs.by == nil {
			fs.by = map[string]*flight{}
		}
		fs.by[key] = f
		fs.wg.Go(func() { ch.fly(f) })
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries++
	return f, f.tries
}

// sweep forgets old answers.
func (ch *Channel) sweep() {
	fs := &ch.flights
	for len(fs.landed) > 0 && (len(fs.landed) > maxKept || time.Since(fs.landed[0].landed) > ch.limits.keep) {
		f := fs.landed[0]
		fs.landed[0] = nil
		fs.landed = fs.landed[1:]
		if fs.by[f.key] == f {
			delete(fs.by, f.key)
		}
	}
}

// fly computes the answer and sees to it that it gets to the person. It hangs on no request: the platform hangs up, and
// what a request carries in its context may be used for another by then.
func (ch *Channel) fly(f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), ch.limits.flight)
	defer cancel()
	var replies, rest []bot.Reply
	var said passive
	err := caught(func() (err error) {
		replies, err = ch.compute(ctx, f.m)
		return err
	})
	if err != nil {
		ch.fault(ctx, "a message could not be answered", err)
		replies = []bot.Reply{{Type: bot.ReplyText, Text: sayBusy}}
	}
	lame := caught(func() error {
		said, rest = ch.prepare(ctx, f, replies)
		return nil
	})
	if lame != nil {
		ch.fault(ctx, "an answer could not be shown", lame)
	}
	ch.land(f, err == nil)
	f.mu.Lock()
	f.all, f.said, f.rest = replies, said, rest
	f.away = f.away || lame != nil
	alone := f.away || f.told
	close(f.done)
	f.mu.Unlock()
	if err := caught(func() error { ch.see(f, alone); return nil }); err != nil {
		ch.fault(ctx, "an answer could not be sent", err)
	}
}

// caught turns a panic into an error: no request is there to catch it, and one message must not end the process.
func caught(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// fault logs and counts what should not be.
func (ch *Channel) fault(ctx context.Context, what string, err error) {
	ch.counts.Add("fault")
	ch.c.Log.ErrorContext(ctx, "wechat: "+what, "err", err)
}

// land keeps an answer for repetitions of its message. A failure is not kept: the same message may be tried anew.
func (ch *Channel) land(f *flight, good bool) {
	fs := &ch.flights
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if !good {
		delete(fs.by, f.key)
		return
	}
	f.landed = time.Now()
	fs.landed = append(fs.landed, f)
}

// see sends what no request carries: all of it, or what the passive reply left over.
func (ch *Channel) see(f *flight, alone bool) {
	switch {
	case len(f.all) == 0:
	case alone || !ch.carried(f):
		ch.deliver(f.m.From, f.all)
	case len(f.rest) > 0:
		time.Sleep(ch.limits.after)
		ch.deliver(f.m.From, f.rest)
	}
}

// carried waits for a request to carry the answer, as long as the platform may ask again; who asks later is too late.
func (ch *Channel) carried(f *flight) bool {
	retry := time.NewTimer(ch.limits.retry)
	defer retry.Stop()
	select {
	case <-f.took:
	case <-retry.C:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = !f.taken
	return f.taken
}

// compute does what the message does and asks for its answer, until there is one.
func (ch *Channel) compute(ctx context.Context, m *message) (replies []bot.Reply, err error) {
	ch.feel(ctx, m)
	in, ok := m.in()
	if !ok {
		return nil, nil
	}
	if m.Type == "image" {
		if in.Photo, err = ch.photo(ctx, m.Picture); err != nil {
			ch.counts.Add("photo_lost")
			ch.c.Log.WarnContext(ctx, "wechat: a photo", "err", err)
			in.Kind = bot.KindLost
		}
	}
	err = ch.again(ctx, func() (err error) {
		replies, err = ch.c.Answer(ctx, m.From, in)
		return err
	})
	return replies, err
}

// prepare makes the passive reply. A picture that cannot be uploaded in time is shown by an article.
func (ch *Channel) prepare(ctx context.Context, f *flight, replies []bot.Reply) (p passive, rest []bot.Reply) {
	f.mu.Lock()
	alone := f.away || f.told
	f.mu.Unlock()
	if alone {
		return passive{}, nil
	}
	if p, rest = ch.plan(ctx, f.m.From, replies, ch.canPush()); p.kind != passiveImage {
		return p, rest
	}
	limited, cancel := context.WithTimeout(ctx, ch.limits.media)
	defer cancel()
	var err error
	if p.media, err = ch.mediaFor(limited, p.image.URL); err != nil {
		ch.counts.Add("media_lost")
		ch.c.Log.WarnContext(ctx, "wechat: a picture could not be uploaded", "err", err)
		return ch.plan(ctx, f.m.From, replies, false)
	}
	return p, rest
}

// plan is plan with the addresses that this person can open.
func (ch *Channel) plan(ctx context.Context, user string, replies []bot.Reply, push bool) (passive, []bot.Reply) {
	p, rest := plan(replies, push, func(path string) string { return ch.page(ctx, user, path) })
	if p.kind == passiveNews {
		p.picture = ch.c.PublicURL + p.image.URL
	}
	return p, rest
}

// deliver sends replies outside an answer, or puts them in front of the next one.
func (ch *Channel) deliver(user string, replies []bot.Reply) {
	if len(replies) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), ch.limits.flight)
	defer cancel()
	if ch.canPush() {
		err := ch.Send(ctx, user, replies)
		if err == nil {
			return
		}
		if !errors.Is(err, bot.ErrNoWindow) && !errors.Is(err, bot.ErrGone) {
			ch.c.Log.WarnContext(ctx, "wechat: an answer could not be pushed", "err", err)
		}
	}
	keep, stop := context.WithTimeout(context.Background(), ch.limits.flight) // the push may have taken all the time
	defer stop()
	ch.must(keep, "inbox", func() error { return ch.c.Late(keep, user, replies) })
	ch.counts.Add("inbox")
}

// wait gives what one request is answered. The zero passive is silence.
func (ch *Channel) wait(ctx context.Context, f *flight, try int) passive {
	push, last := ch.canPush(), try >= lastTry || ch.third(f.m)
	limit := ch.limits.answer
	if !push && !last {
		limit = ch.limits.hold
	}
	begun, timer := time.Now(), time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.done:
	case <-timer.C:
	case <-ctx.Done(): // the platform hung up
		return passive{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.done: // perhaps in the same moment as the timer
		return f.take(time.Since(begun) <= ch.limits.answer)
	default:
	}
	ch.counts.Add("late")
	switch {
	case push:
		f.away = true
		return passive{}
	case last:
		f.told = true
	}
	return passive{kind: passiveText, text: sayStill}
}

// take gives the answer to a request. Who is not in time may find that the platform has hung up, and does not count.
// f.mu is held.
func (f *flight) take(inTime bool) passive {
	switch {
	case f.away:
		return passive{}
	case f.told:
		return passive{kind: passiveText, text: sayStill}
	case inTime && !f.taken:
		f.taken = true
		close(f.took)
	}
	return f.said
}

// third says whether a message is so old that the platform must be asking for the last time. Much older ones are not
// fresh at all, and the clocks say nothing.
func (ch *Channel) third(m *message) bool {
	created, err := strconv.ParseInt(m.Created, 10, 64)
	age := ch.c.Now().Sub(time.Unix(created, 0))
	return err == nil && age >= ch.limits.third && age < 6*ch.limits.third
}

// Wait waits until nothing is under way, or ctx ends: for a shutdown that loses no answer. No request may come meanwhile.
func (ch *Channel) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		ch.flights.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
