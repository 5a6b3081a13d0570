package telegram

import (
	"context"
	"sync"
	"time"
)

// lines lets the messages of one chat through one after another, in the order in which they joined.
type lines struct {
	mu   sync.Mutex
	last map[int64]chan struct{} // closed when the last one in the chat's line has left
}

// place is a place in a line.
type place struct {
	before <-chan struct{} // nil = nobody is before
	leave  func()
}

// join takes the next place in a chat's line. It must be left, whether its turn came or not.
func (l *lines) join(chat int64) place {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[int64]chan struct{}{}
	}
	before, mine := l.last[chat], make(chan struct{})
	l.last[chat] = mine
	return place{before, func() {
		if before != nil {
			<-before // who gave up waiting must not let the next one overtake
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.last[chat] == mine {
			delete(l.last, chat)
		}
		close(mine)
	}}
}

// turn waits until everybody before has left.
func (p place) turn(ctx context.Context) error {
	if p.before == nil {
		return nil
	}
	select {
	case <-p.before:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxKnown bounds what is remembered of updates. Telegram repeats what it got no thanks for within minutes.
const maxKnown = 4096

// allSent marks an update that needs nothing more.
const allSent = -1

// known remembers how many messages of an update's answer were sent.
type known struct {
	mu   sync.Mutex
	sent map[int64]int
	ids  []int64 // in the order of their coming, the oldest at next
	next int
}

// get gives how many messages were sent, or allSent.
func (k *known) get(id int64) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sent[id]
}

// set remembers it.
func (k *known) set(id int64, sent int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sent == nil {
		k.sent = map[int64]int{}
	}
	if _, ok := k.sent[id]; !ok {
		if len(k.ids) < maxKnown {
			k.ids = append(k.ids, id)
		} else {
			delete(k.sent, k.ids[k.next])
			k.ids[k.next] = id
			k.next = (k.next + 1) % maxKnown
		}
	}
	k.sent[id] = sent
}

// hush remembers until when Telegram wants no more messages to a chat.
type hush struct {
	mu    sync.Mutex
	until map[int64]time.Time
}

// left is how long the silence still lasts; 0 = speak.
func (h *hush) left(chat int64, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	until, ok := h.until[chat]
	if ok && !until.After(now) {
		delete(h.until, chat)
		ok = false
	}
	if !ok {
		return 0
	}
	return until.Sub(now)
}

// set begins a silence. Those that are over are forgotten when there are many.
func (h *hush) set(chat int64, now time.Time, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[int64]time.Time{}
	}
	if len(h.until) >= maxKnown {
		for c, until := range h.until {
			if !until.After(now) {
				delete(h.until, c)
			}
		}
	}
	h.until[chat] = now.Add(d)
}

// told remembers the groups that were told once.
type told struct {
	mu    sync.Mutex
	chats map[int64]bool
}

// first says whether the chat was not told before, and remembers it.
func (t *told) first(chat int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.chats[chat] {
		return false
	}
	if t.chats == nil || len(t.chats) >= maxKnown { // so many groups are an attack; being told twice does them no harm
		t.chats = map[int64]bool{}
	}
	t.chats[chat] = true
	return true
}
