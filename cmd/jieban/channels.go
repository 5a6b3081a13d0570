package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/bot/telegram"
	"github.com/jieban/jieban/bot/wechat"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// wechatConf is what the console of a WeChat service account shows. Without an AppID there is no such channel.
type wechatConf struct {
	AppID    string `env:"JIEBAN_WECHAT_APPID" help:"AppID of the service account; empty: no WeChat."`
	Secret   string `env:"JIEBAN_WECHAT_SECRET" help:"AppSecret; empty: answers only, nothing is pushed, no menu, no sign-in."`
	Token    string `env:"JIEBAN_WECHAT_TOKEN" help:"Token of the message settings."`
	AESKey   string `name:"aes-key" env:"JIEBAN_WECHAT_AES_KEY" help:"EncodingAESKey, 43 characters."`
	AESOld   string `name:"aes-key-old" env:"JIEBAN_WECHAT_AES_KEY_OLD" help:"The EncodingAESKey before, while it is being changed."`
	Mode     string `env:"JIEBAN_WECHAT_MODE" default:"secure" enum:"plain,compatible,secure" help:"As set in the console; secure takes nothing else."`
	OAuth    bool   `name:"oauth" env:"JIEBAN_WECHAT_OAUTH" default:"true" negatable:"" help:"Sign people in to the phone pages through WeChat (verified accounts, needs the secret)."`
	Verify   string `env:"JIEBAN_WECHAT_VERIFY" help:"The <code> of MP_verify_<code>.txt."`
	Template string `env:"JIEBAN_WECHAT_TEMPLATE" help:"Subscription notice template with the fields thing1 and time2."`
	API      string `env:"JIEBAN_WECHAT_API" help:"Base address of the platform's API; empty: its own."`
	Open     string `env:"JIEBAN_WECHAT_OPEN" help:"Base address of its sign-in; empty: its own."`
	MP       string `name:"mp" env:"JIEBAN_WECHAT_MP" help:"Base address of its QR pictures; empty: its own."`
}

// telegramConf is a Telegram bot. Without a token there is no such channel.
type telegramConf struct {
	Token  string `env:"JIEBAN_TELEGRAM_TOKEN" help:"Token of the bot; empty: no Telegram."`
	Secret string `env:"JIEBAN_TELEGRAM_SECRET" help:"Secret of the webhook, 1-256 of A-Z a-z 0-9 _ -; empty: updates are asked for."`
	API    string `env:"JIEBAN_TELEGRAM_API" help:"Base address of the Bot API; empty: the platform's own."`
}

// people joins a platform's users to the conversation and to what is kept of them.
type people struct {
	d       *db.DB
	e       *bot.Engine
	channel string
	base    string // scheme and host of our pages
}

// link is who stands behind a platform's user who has just written.
func (p people) link(ctx context.Context, user string) (int64, error) {
	l, err := p.d.LinkFor(ctx, p.channel, user)
	return l.ID, err
}

// known is who stands behind a platform's user whom we write to: that does not bring back who has left.
func (p people) known(ctx context.Context, user string) (int64, error) {
	l, err := p.d.LinkOf(ctx, p.channel, user)
	return l.ID, err
}

func (p people) answer(ctx context.Context, user string, in bot.In) (replies []bot.Reply, err error) {
	if in.LinkID, err = p.link(ctx, user); err != nil {
		return nil, err
	}
	return p.e.Answer(ctx, in)
}

func (p people) late(ctx context.Context, user string, replies []bot.Reply) error {
	id, err := p.known(ctx, user)
	if err != nil {
		return err
	}
	return p.e.Late(ctx, id, replies)
}

func (p people) gone(ctx context.Context, user string, gone bool) error {
	id, err := p.link(ctx, user) // who is found is taken for back
	if err != nil || !gone {
		return err
	}
	return p.d.LinkGone(ctx, id)
}

// page is a page of ours that the person can open from the chat: vouchers as they are, the rest by a one-time ticket.
func (p people) page(ctx context.Context, user, path string) (string, error) {
	switch {
	case !strings.HasPrefix(path, "/"):
		return path, nil
	case strings.HasPrefix(path, "/v/"):
		return p.base + path, nil
	}
	id, err := p.known(ctx, user)
	if err != nil {
		return "", err
	}
	ticket, err := p.d.PageTicket(ctx, id, path)
	return p.base + "/in/" + ticket, err
}

func (p people) signIn(ctx context.Context, user string) (string, error) {
	id, err := p.link(ctx, user)
	if err != nil {
		return "", err
	}
	return p.d.OpenPages(ctx, id)
}

// grant allows pushes to a person. Some are given back because the person has left: that brings nobody back, what they
// write does.
func (p people) grant(ctx context.Context, user, kind string, n int, until time.Time, add bool) error {
	id, err := p.known(ctx, user)
	if errors.Is(err, models.ErrNotFound) { // their first act
		id, err = p.link(ctx, user)
	}
	if err != nil {
		return err
	}
	return p.d.Grant(ctx, id, kind, n, until, add)
}

func (p people) spend(ctx context.Context, user string, kinds ...string) (string, bool, error) {
	id, err := p.known(ctx, user)
	if err != nil {
		return "", false, err
	}
	return p.d.Spend(ctx, id, kinds...)
}

func (p people) void(ctx context.Context, user, kind string) error {
	id, err := p.known(ctx, user)
	if err != nil {
		return err
	}
	return p.d.Void(ctx, id, kind)
}

type pictures func(ctx context.Context, path string) ([]byte, error)

// channel makes the WeChat channel; nil where none is set up.
func (c wechatConf) channel(p people, picture pictures) (*wechat.Channel, error) {
	if c.AppID == "" {
		return nil, nil
	}
	p.channel = "wechat"
	conf := wechat.Config{
		AppID: c.AppID, Secret: c.Secret, Token: c.Token, Mode: wechat.Mode(c.Mode), AESKey: c.AESKey, OldAESKey: c.AESOld,
		API: c.API, Open: c.Open, MP: c.MP, PublicURL: p.base, Verify: c.Verify, Template: c.Template, Log: slog.Default(),
		Answer: p.answer, Picture: picture, Link: p.page, SignIn: p.signIn, Gone: p.gone, Late: p.late,
		Grant: p.grant, Spend: p.spend, Void: p.void,
		Renew: func(ctx context.Context, name, stale string, fetch func(context.Context) (string, time.Time, error)) (string, error) {
			return p.d.Renew(ctx, "wechat:"+name, stale, fetch)
		},
	}
	if c.OAuth && c.Secret != "" {
		conf.Link = func(ctx context.Context, user, path string) (string, error) {
			if strings.HasPrefix(path, "/v/") {
				return p.page(ctx, user, path)
			}
			return wechat.LoginURL(p.base, path), nil
		}
	}
	return wechat.New(conf)
}

// leadFor is how long the process that polls Telegram is the one that does, after it asked last.
const leadFor = time.Minute

// leading makes this process, until a moment, the one that polls Telegram; false = another one is.
type leading func(ctx context.Context, until time.Time) (bool, error)

// keptAs names what is kept for the bot: by its number, not by the secret in its token.
func (c telegramConf) keptAs(what string) string {
	number, _, _ := strings.Cut(c.Token, ":")
	return "telegram:" + number + ":" + what
}

func (c telegramConf) leading(d *db.DB) leading {
	name, me := c.keptAs("leader"), rand.Text()
	return func(ctx context.Context, until time.Time) (bool, error) { return d.Lead(ctx, name, me, until) }
}

// channel makes the Telegram channel; nil where none is set up.
func (c telegramConf) channel(p people, picture pictures, lead leading) (*telegram.Channel, error) {
	if c.Token == "" {
		return nil, nil
	}
	p.channel = "telegram"
	offset := c.keptAs("offset")
	return telegram.New(telegram.Config{
		Token: c.Token, Secret: c.Secret, API: c.API, Webhook: c.Secret != "", PublicURL: p.base, Log: slog.Default(),
		Answer: p.answer, Picture: picture, Link: p.page, Gone: p.gone, Late: p.late,
		Offset: func(ctx context.Context) (int64, error) {
			text, err := p.d.Kept(ctx, offset)
			if err != nil || text == "" {
				return 0, err
			}
			return strconv.ParseInt(text, 10, 64)
		},
		SaveOffset: func(ctx context.Context, next int64) error {
			return p.d.Keep(ctx, offset, strconv.FormatInt(next, 10), time.Now().AddDate(1, 0, 0))
		},
		Lead: func(ctx context.Context) (bool, error) { return lead(ctx, time.Now().Add(leadFor)) },
	})
}

// channels are the platforms that are set up.
type channels struct {
	wechat   *wechat.Channel
	telegram *telegram.Channel
	polls    bool // Telegram is asked for updates
	lead     leading
}

// channels makes the channels that are set up.
func (c serveCmd) channels(p people, picture pictures) (ch channels, err error) {
	if ch.wechat, err = c.WeChat.channel(p, picture); err != nil {
		return ch, fmt.Errorf("the settings of WeChat: %w", err)
	}
	ch.lead = c.Telegram.leading(p.d)
	if ch.telegram, err = c.Telegram.channel(p, picture, ch.lead); err != nil {
		return ch, fmt.Errorf("the settings of Telegram: %w", err)
	}
	ch.polls = c.Telegram.Secret == ""
	return ch, nil
}

// callbacks are the channels as those who mount them and read their counts know them.
func (ch channels) callbacks() (map[string]http.Handler, map[string]func() map[string]int64) {
	handlers, counts := map[string]http.Handler{}, map[string]func() map[string]int64{}
	if ch.wechat != nil {
		handlers["wechat"], counts["wechat"] = ch.wechat, ch.wechat.Counts
	}
	if ch.telegram != nil {
		handlers["telegram"], counts["telegram"] = ch.telegram, ch.telegram.Counts
	}
	return handlers, counts
}

// jobs is what the channels do by themselves: push what is due and, where Telegram pushes nothing to us, ask it.
func (ch channels) jobs(d *db.DB) []job {
	list := []job{{"send notices", time.Second, sendNotices(d, ch.senders())}}
	if ch.wechat != nil {
		list = append(list, job{"finish answers in WeChat", 0, ch.finishInWeChat})
	}
	if ch.telegram != nil {
		list = append(list, job{"talk on Telegram", 0, ch.talkOnTelegram})
	}
	return list
}

// talkOnTelegram tells Telegram where updates go, however often that takes, and asks for them where it does not push.
func (ch channels) talkOnTelegram(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := ch.telegram.Setup(ctx)
		if err == nil {
			break
		}
		slog.Warn("Telegram is not set up yet, trying again", "in", pause, "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
	if !ch.polls {
		return nil
	}
	ch.telegram.Run(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobTimeout)
	defer cancel()
	_, err := ch.lead(ctx, time.Now()) // another process, or the next start of this one, need not wait for its end
	return err
}

// finishInWeChat waits for the end, and then for the answers that no request waits for any more: the service stops after
// they were sent or kept.
func (ch channels) finishInWeChat(ctx context.Context) error {
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	return ch.wechat.Wait(end)
}
