package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strconv"
	"sync"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// Options is what an Engine needs beside the database.
type Options struct {
	PublicURL string                                              // scheme and host of the pages, for people who ask where they are; "" = not said
	Demo      bool                                                // offers the sample people at the number question
	Samples   func(ctx context.Context) []Sample                  // the demonstration's people; nil = none
	PayURL    func(checkoutID int64) (path string)                // the cashier of a checkout; nil = /shop/pay/<id>
	SMS       func(ctx context.Context, phone, text string) error // sends a text message; nil = none can be sent
	// Cancel takes an order back once the payment provider was asked; nil = the database's own CancelOrder, for a shop
	// that takes no money.
	Cancel func(ctx context.Context, linkID int64, no string) (db.OrderView, error)
}

// Sample is one made-up person of the demonstration. Replies name its Label, never its Number.
type Sample struct {
	Label, Number, Name string
}

// Engine answers messages. It is safe for concurrent use; messages of one person are answered one after another.
type Engine struct {
	d      *db.DB
	o      Options
	locks  [lockShards]chan struct{}
	names  nameCache
	failed failures
}

// lockShards bounds the memory that serialising people takes; two people who share one wait for each other.
const lockShards = 256

// New makes an engine on an open database.
func New(d *db.DB, o Options) *Engine {
	if o.PayURL == nil {
		o.PayURL = func(id int64) string { return "/shop/pay/" + strconv.FormatInt(id, 10) }
	}
	if o.Cancel == nil {
		o.Cancel = d.CancelOrder
	}
	if o.Samples == nil || !o.Demo {
		o.Samples = func(context.Context) []Sample { return nil }
	}
	e := &Engine{d: d, o: o}
	for i := range e.locks {
		e.locks[i] = make(chan struct{}, 1)
	}
	return e
}

// In is one message of one person. The same MessageID again gets the same answer; "" means that the channel has none.
type In struct {
	LinkID    int64
	MessageID string
	Text      string
	Photo     []byte
	Kind      string // of a message that is neither text nor photo; "" = it is
	Scene     string // where a scanned poster or a start link leads: spot:<id>, product:<id>, bind:<code>; "" = nowhere
	Scan      string // what stands in a code that was scanned from inside the chat
}

// The kinds of messages that are neither text nor photo.
const (
	KindVoice = "voice" // cannot be heard; the person is told how to dictate
	KindPlace = "place" // a location
	KindLost  = "lost"  // a photo that its platform did not hand over
	KindOther = "other" // stickers, videos, files and whatever comes
)

// key names the message among all. Ids of messages are unique within a channel only, and a person may have several.
func (in In) key() string { return "chat:" + strconv.FormatInt(in.LinkID, 10) + ":" + in.MessageID }

// Reply is one of four things: text {text}, image {url, alt}, choices {text, choices}, link {text, url}.
type Reply struct {
	Type    string   `json:"type"`
	Text    string   `json:"text,omitempty"`
	URL     string   `json:"url,omitempty"`
	Alt     string   `json:"alt,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
}

// Choice is one thing to tap. Sending Send as text is the same as tapping it.
type Choice struct {
	Label string `json:"label"`
	Send  string `json:"send"`
}

// The four kinds of reply. Every channel renders these and no others.
const (
	ReplyText    = "text"
	ReplyImage   = "image"
	ReplyChoices = "choices"
	ReplyLink    = "link"
)

// Answer answers one message, exactly once: the same id again, at the same time or after a crash, gets the stored
// answer and nothing is done twice. Refusals are spoken; an error is a fault of ours or ErrUnavailable, and then the
// same message may simply be sent again.
func (e *Engine) Answer(ctx context.Context, in In) ([]Reply, error) {
	free, err := e.lock(ctx, in.LinkID)
	if err != nil {
		return nil, err
	}
	defer free()
	if in.MessageID == "" {
		in.MessageID = rand.Text()
	}
	stored, done, err := e.d.BeginMessage(ctx, in.LinkID, in.MessageID)
	if failed := e.failed.take(in); err != nil && !(failed && errors.Is(err, models.ErrUnavailable)) {
		return nil, err
	}
	var replies []Reply
	if done {
		return replies, json.Unmarshal(stored, &replies)
	}
	if replies, err = e.answer(ctx, in); err == nil {
		err = e.end(ctx, in, replies)
	}
	if err != nil {
		e.failed.add(in)
		return nil, err
	}
	return replies, nil
}

// end keeps the answer, so that the message is known when it comes again.
func (e *Engine) end(ctx context.Context, in In, replies []Reply) error {
	body, err := json.Marshal(replies)
	if err != nil {
		return err
	}
	return e.d.EndMessage(ctx, in.LinkID, in.MessageID, body)
}

// failures are the messages that this process took up and could not answer. The database holds such a message for a
// while, as it cannot know that nobody is at it any more; here it is known, and a repeat is answered at once.
type failures struct {
	mu  sync.Mutex
	ids map[string]bool
}

// maxFailures bounds the memory of a long outage; who is forgotten waits as after a crash.
const maxFailures = 1000

// add remembers a message that could not be answered.
func (f *failures) add(in In) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ids == nil || len(f.ids) >= maxFailures {
		f.ids = map[string]bool{}
	}
	f.ids[in.key()] = true
}

// take says whether the message failed before, and forgets it.
func (f *failures) take(in In) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	failed := f.ids[in.key()]
	delete(f.ids, in.key())
	return failed
}

// answer takes the turn and keeps what came of it. A talk that moved meanwhile (another process, a notice) is read anew
// once; the verbs called twice know the message's key.
func (e *Engine) answer(ctx context.Context, in In) ([]Reply, error) {
	for try := 0; ; try++ {
		k, version, err := e.talk(ctx, in.LinkID)
		if err != nil {
			return nil, err
		}
		if k.LastID == in.MessageID { // kept, but the process died before it could say so
			return k.LastSaid, nil
		}
		t := newTurn(ctx, e, in, k)
		if err := t.run(); err != nil {
			return nil, err
		}
		if t.erased { // nothing of the talk outlives its person
			return t.said, nil
		}
		err = e.keep(ctx, in.LinkID, t.k, version)
		switch {
		case !errors.Is(err, models.ErrStale):
			return t.said, err
		case try == 1:
			return nil, models.ErrUnavailable.From(err)
		}
	}
}

// lock waits for the turn of one person's message.
func (e *Engine) lock(ctx context.Context, linkID int64) (free func(), err error) {
	l := e.locks[uint64(linkID)%lockShards]
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	case <-ctx.Done():
		return nil, models.ErrUnavailable.From(ctx.Err())
	}
}

// Later gives what came since notice number after, and the number to ask with next time. What it gives is not put in
// front of the next answer again.
func (e *Engine) Later(ctx context.Context, linkID, after int64) (replies []Reply, next int64, err error) {
	free, err := e.lock(ctx, linkID)
	if err != nil {
		return nil, after, err
	}
	defer free()
	notices, err := e.d.NoticesAfter(ctx, linkID, after, noticesAtOnce)
	if err != nil || len(notices) == 0 {
		return nil, after, err
	}
	for _, n := range notices {
		replies = append(replies, NoticeReply(n))
	}
	next = max(after, notices[len(notices)-1].ID)
	k, version, err := e.talk(ctx, linkID)
	if err != nil {
		return nil, after, err
	}
	k.noted(notices)
	err = e.keep(ctx, linkID, k, version)
	if errors.Is(err, models.ErrStale) { // somebody writes at this moment; at worst the notice is shown twice
		err = nil
	}
	return replies, next, err
}

// Late keeps an answer that its platform would not take any more: the person's next message is given it first.
func (e *Engine) Late(ctx context.Context, linkID int64, replies []Reply) error {
	free, err := e.lock(ctx, linkID)
	if err != nil {
		return err
	}
	defer free()
	for try := 0; ; try++ {
		k, version, err := e.talk(ctx, linkID)
		if err != nil {
			return err
		}
		k.Owed = append(k.Owed, replies...)
		if n := len(k.Owed); n > owedKept {
			k.Owed = k.Owed[n-owedKept:]
		}
		if err = e.keep(ctx, linkID, k, version); !errors.Is(err, models.ErrStale) || try == 1 {
			return err
		}
	}
}

// History gives what was said last, for a page that is opened again, and the number of the last notice in it.
func (e *Engine) History(ctx context.Context, linkID int64) (items []Item, after int64, err error) {
	k, _, err := e.talk(ctx, linkID)
	if err != nil {
		return nil, 0, err
	}
	return k.History, k.Notice, nil
}

// After is the number of the last notice this person was given.
func (e *Engine) After(ctx context.Context, linkID int64) (int64, error) {
	k, _, err := e.talk(ctx, linkID)
	if err != nil {
		return 0, err
	}
	return k.Notice, nil
}

// Greet is what a person reads before the first word. It needs no link and writes nothing.
func (e *Engine) Greet(ctx context.Context) ([]Reply, error) {
	t := newTurn(ctx, e, In{}, &talk{})
	if err := t.greet(); err != nil {
		return nil, err
	}
	return t.said, nil
}
