package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jieban/jieban/bot"
)

// How the poller goes about it; times are in seconds.
const (
	batch     = 100  // updates a poll may bring, and so how many are open at most
	lull      = 1    // how long the poller waits for those that are open before it asks for more
	longest   = 60   // pause between failures
	standBy   = 5    // pause of a process that does not lead
	contested = 30   // pause while somebody else gets the updates
	overlap   = 1000 // how far below the kept offset an id is taken for answered
	giveUp    = 12   // tries of one update, about five minutes, while others are answered
)

// Run asks Telegram for updates and answers them until the context ends; then it lets the answers that are under way
// finish. Several chats are answered at once, one person's messages in order. An update is confirmed after it was
// answered, never before. Failures are logged and counted, and asked again after a pause; Run itself never fails.
func (ch *Channel) Run(ctx context.Context) {
	p := &poller{ch: ch, open: map[int64]bool{}, done: make(chan struct{}, 1)}
	defer func() {
		p.wg.Wait()
		if p.next != 0 {
			p.save(context.WithoutCancel(ctx))
		}
	}()
	for ctx.Err() == nil {
		if pause := p.step(ctx); pause > 0 {
			wait(ctx, pause)
		}
	}
}

// poller is what is known while polling.
type poller struct {
	ch     *Channel
	wg     sync.WaitGroup
	done   chan struct{} // one more was answered
	mu     sync.Mutex
	open   map[int64]bool // updates being answered
	next   int64          // above every update that was seen; 0 = all that were are confirmed
	kept   int64          // updates below were answered by a process before
	saved  int64
	loaded bool // kept was read
	failed int  // polls in a row
	fought bool // a conflict was logged
}

// step polls once, and gives how long to wait before the next.
func (p *poller) step(ctx context.Context) (pause time.Duration) {
	if ok, err := p.lead(ctx); err != nil {
		return p.failure(ctx, err)
	} else if !ok {
		p.loaded = false
		return standBy * p.ch.second
	}
	offset, idle := p.offset()
	hold := pollFor
	if !idle {
		hold = 0
	}
	updates, err := p.ch.getUpdates(ctx, offset, hold)
	if err != nil {
		return p.failure(ctx, err)
	}
	if p.failed > 0 || p.fought {
		p.ch.c.Log.InfoContext(ctx, "telegram: updates come again")
	}
	p.failed, p.fought = 0, false
	if len(updates) == 0 && idle {
		// All is confirmed. An offset that is kept for long does harm: after a quiet week Telegram begins with a new
		// number that may be lower, and whatever is below an offset is dropped.
		p.next, p.kept = 0, 0
		p.save(ctx)
		return 0
	}
	news := 0
	for _, u := range updates {
		if p.take(ctx, u) {
			news++
		}
	}
	p.settle(ctx)
	if news == 0 && idle {
		return p.ch.second // nothing of it can be read, not even the number that confirms it
	}
	return 0
}

// lead says whether this process polls, and reads the kept offset when it begins to.
func (p *poller) lead(ctx context.Context) (bool, error) {
	if p.ch.c.Lead != nil {
		if ok, err := p.ch.c.Lead(ctx); !ok || err != nil {
			return false, err
		}
	}
	if !p.loaded && p.ch.c.Offset != nil {
		kept, err := p.ch.c.Offset(ctx)
		if err != nil {
			return false, err
		}
		p.kept, p.saved = kept, kept
	}
	p.loaded = true
	return true, nil
}

// offset is what to ask with: the oldest update that is open, else the one after the last; idle = none is open.
func (p *poller) offset() (offset int64, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	offset = p.next
	for id := range p.open {
		offset = min(offset, id)
	}
	return offset, len(p.open) == 0
}

// failure says how long to wait after a poll that failed.
func (p *poller) failure(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	p.failed++
	var after bot.RetryAfter
	switch {
	case errors.Is(err, errConflict):
		p.ch.count.Add("conflicts")
		if !p.fought {
			p.fought = true
			p.ch.c.Log.WarnContext(ctx, "telegram: another process polls, or a webhook is set; waiting")
		}
		return jitter(contested * p.ch.second)
	case errors.As(err, &after):
		return time.Duration(after)
	}
	p.ch.count.Add("poll_errors")
	p.ch.c.Log.WarnContext(ctx, "telegram: no updates", "failures", p.failed, "err", p.ch.bare(err))
	return p.ch.backoff(p.failed)
}

// backoff is how long to wait after the n-th failure in a row.
func (ch *Channel) backoff(n int) time.Duration {
	return jitter(time.Duration(min(longest, 1<<min(n-1, 10))) * ch.second)
}

// jitter spreads a pause, so that processes that failed together do not come back together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// take begins to answer an update; false = it was begun before, or cannot be read.
func (p *poller) take(ctx context.Context, body json.RawMessage) bool {
	u, err := readUpdate(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case u.ID == 0:
		p.ch.malformed(0)
		return false
	case u.ID < p.next:
		return false
	}
	p.next = u.ID + 1
	switch {
	case u.ID < p.kept && u.ID >= p.kept-overlap:
		p.ch.count.Add("repeats")
	case err != nil:
		p.ch.malformed(u.ID)
	default:
		p.ch.count.Add("updates")
		p.open[u.ID] = true
		at := p.ch.lines.join(u.chat().ID)
		others := p.ch.count.Of("answered")
		p.wg.Go(func() { p.answer(ctx, u, at, others) })
	}
	return true
}

// answer answers one update, again and again while the database is away. When the context ends it stays open: whoever
// polls next is given it again. others is how many updates were answered when it came.
func (p *poller) answer(ctx context.Context, u *update, at place, others int64) {
	defer at.leave()
	if at.turn(ctx) != nil {
		return
	}
	for n := 1; ; n++ {
		err := p.ch.attempt(ctx, u)
		if err == nil {
			break
		}
		if n >= giveUp && p.ch.count.Of("answered") > others {
			p.ch.fault(ctx, u.ID, err) // it is this update, not the database: it must not hold up all others
			break
		}
		p.ch.c.Log.WarnContext(ctx, "telegram: an update is tried again", "update", u.ID, "err", p.ch.bare(err))
		if !wait(ctx, p.ch.backoff(n)) {
			return
		}
	}
	p.mu.Lock()
	delete(p.open, u.ID)
	p.mu.Unlock()
	select {
	case p.done <- struct{}{}:
	default:
	}
}

// settle waits a moment for what is open, and keeps how far the answers have come.
func (p *poller) settle(ctx context.Context) {
	t := time.NewTimer(lull * p.ch.second)
	defer t.Stop()
	for late := false; !late; {
		if _, idle := p.offset(); idle {
			break
		}
		select {
		case <-p.done:
		case <-t.C:
			late = true
		case <-ctx.Done():
			return
		}
	}
	p.save(ctx)
}

// save keeps the offset. That it fails does no harm while this process lives; after it, answers are sent again.
func (p *poller) save(ctx context.Context) {
	offset, _ := p.offset()
	if p.ch.c.SaveOffset == nil || offset == p.saved {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	if err := p.ch.c.SaveOffset(ctx, offset); err != nil {
		p.ch.c.Log.WarnContext(ctx, "telegram: the offset could not be kept", "err", p.ch.bare(err))
		return
	}
	p.saved = offset
}
