// Package telegram carries the conversation through a Telegram bot. It is a plain net/http handler, a poller and a Send;
// it keeps nothing by itself: what must outlive a process it reads and writes through the functions of Config.
//
//	POST /callback/telegram   updates, where a webhook is set
//	Run                       asks for updates, where none is
//
// update.go reads what comes; take.go answers it; order.go lets one person's messages through one after another and knows
// those that were answered. send.go says the answer in what Telegram can show, message.go lays it out. client.go calls the
// platform, setup.go tells it where we are.
//
// An update is answered exactly once by the conversation: its id is the message's id, and a repeat gets the stored answer.
// What is sent of it is remembered in the process alone. A process that dies between the sending and the word of thanks
// to Telegram is given the update again, by Telegram, and the same answer is sent a second time: shown twice, done once.
package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"

	"github.com/jieban/jieban/bot"
)

// Config is what the channel is told and what it may call. Functions get the person's chat id as user, in decimals.
type Config struct {
	Token     string           // of the bot, <number>:<secret>
	Secret    string           // what the webhook's header must hold, 1–256 of A-Za-z0-9_-; "" = every webhook call is refused
	API       string           // base address; "" = the platform's own
	Webhook   bool             // updates are pushed to PublicURL; false = Run asks for them. Only Setup looks at it
	PublicURL string           // scheme and host of our pages, no slash at the end
	Log       *slog.Logger     // nil = slog.Default()
	Now       func() time.Time // real time; nil = time.Now

	// Answer answers a message of a person. in.LinkID is filled in by whoever is called. With an error of the kind
	// models.Unavailable the update is answered again; any other refusal is said to the person, and a fault logged.
	Answer func(ctx context.Context, user string, in bot.In) ([]bot.Reply, error)
	// Picture gives the bytes of an image reply, by its URL (a path of ours), as PNG or JPEG.
	Picture func(ctx context.Context, path string) ([]byte, error)
	// Link makes the address of a page that this person can open from the chat, signed in, out of a path of ours.
	Link func(ctx context.Context, user, path string) (string, error)
	// Gone remembers that a person blocked the bot (or came back).
	Gone func(ctx context.Context, user string, gone bool) error
	// Late puts what could not be sent in front of the person's next answer.
	Late func(ctx context.Context, user string, replies []bot.Reply) error

	// Offset and SaveOffset keep the id of the first update that is not answered yet, and 0 once Telegram was told of all;
	// nil = Telegram alone knows, and a process that ended between an answer and the next poll answers again.
	Offset     func(ctx context.Context) (int64, error)
	SaveOffset func(ctx context.Context, next int64) error
	// Lead says whether this process is the one that polls; it is asked before every poll, at least once in 45 s, so a
	// lease should last a minute. nil = always.
	Lead func(ctx context.Context) (bool, error)
}

// platform is where the Bot API answers.
const platform = "https://api.telegram.org"

// atOnce is how many messages are answered at the same time, those of the webhook and of the poller together.
const atOnce = 32

// What the settings may look like. A token of another shape could not be kept out of logs for sure.
var (
	tokenShape  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)
)

// Channel is a Telegram bot: an http.Handler for what is pushed, Run for what is asked for, and Send for what goes out.
// Safe for concurrent use.
type Channel struct {
	c      Config
	api    *tg.Bot
	http   *http.Client
	second time.Duration // a second, but in tests

	lines lines
	known known
	hush  hush
	slots chan struct{}
	told  told
	count bot.Counts
}

// New checks the settings and makes the channel; it calls nobody. An error names the setting that is wrong, never its value.
func New(c Config) (*Channel, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.API = strings.TrimRight(c.API, "/"); c.API == "" {
		c.API = platform
	}
	switch {
	case !tokenShape.MatchString(c.Token):
		return nil, errors.New("telegram: the token must be <number>:<secret>")
	case !secretShape.MatchString(c.Secret):
		return nil, errors.New("telegram: the secret must be up to 256 of A-Z, a-z, 0-9, _ and -")
	case c.Answer == nil || c.Picture == nil || c.Link == nil || c.Gone == nil || c.Late == nil:
		return nil, errors.New("telegram: Answer, Picture, Link, Gone and Late are needed")
	case (c.Offset == nil) != (c.SaveOffset == nil):
		return nil, errors.New("telegram: Offset and SaveOffset go together")
	}
	ch := &Channel{c: c, http: newHTTP(), second: time.Second, slots: make(chan struct{}, atOnce)}
	api, err := tg.New(c.Token, tg.WithSkipGetMe(), tg.WithServerURL(c.API), tg.WithHTTPClient(pollFor, whole{ch.http}),
		tg.WithErrorsHandler(func(err error) { ch.c.Log.Debug("telegram", "err", ch.bare(err)) }))
	if err != nil {
		return nil, ch.bare(err)
	}
	ch.api = api
	return ch, nil
}

// Counts says how often each thing happened since the start: updates, answered, repeats, ignored, groups, malformed,
// bad_secret, faults, unavailable, sent, too_many (429), gone, late, plain (shown without buttons), poll_errors, conflicts.
func (ch *Channel) Counts() map[string]int64 { return ch.count.All() }

// wait lets some time pass; false = the context ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
