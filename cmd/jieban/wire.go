package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/jieban/jieban/api"
	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/bot/webchat"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// wire puts the parts together: the database, the conversation and its channels, the payment provider, the HTTP side and
// the jobs.
func (c serveCmd) wire(d *db.DB, base string) (app *api.App, list []job, err error) {
	conf := api.Config{DB: d, Demo: !c.production(), PublicURL: base, Version: version, Log: slog.Default(), Proxies: c.Proxies, Flood: c.Flood}
	if c.Flood == 0 {
		conf.Flood = -1
	}
	talk := bot.Options{PublicURL: base, Demo: conf.Demo}
	if conf.Demo {
		if conf.Samples, err = db.Samples(); err != nil {
			return nil, nil, err
		}
		if conf.DemoAccounts, err = db.DemoAccounts(); err != nil {
			return nil, nil, err
		}
		talk.Samples, talk.SMS = samples(conf.Samples), sandboxSMS
	}
	if c.Payment == "sandbox" {
		conf.Pay = api.NewSandbox(d)
	}
	talk.Cancel = api.NewCancel(d, conf.Pay)
	e := bot.New(d, talk)
	conf.Chat = webChat(d, e, strings.HasPrefix(base, "https://"))
	ch, err := c.channels(people{d: d, e: e, base: base}, func(ctx context.Context, path string) ([]byte, error) { return app.Picture(ctx, path) })
	if err != nil {
		return nil, nil, err
	}
	conf.Callbacks, conf.Counts = ch.callbacks()
	app, err = api.New(conf)
	return app, append(jobs(d, conf.Pay), ch.jobs(d)...), err
}

// sandboxSMS sends no text message: it prints it where the demonstration was started. Production has no sender yet.
func sandboxSMS(_ context.Context, phone, text string) error {
	_, err := fmt.Println("演示短信 →", models.MaskPhone(phone), text)
	return err
}

func samples(people []db.Sample) func(context.Context) []bot.Sample {
	list := make([]bot.Sample, len(people))
	for i, s := range people {
		list[i] = bot.Sample{Label: s.Label, Number: s.Number, Name: s.Name}
	}
	return func(context.Context) []bot.Sample { return list }
}

// webChat joins the conversation to its page: a session's token is who is talking.
func webChat(d *db.DB, e *bot.Engine, secure bool) http.Handler {
	link := func(ctx context.Context, session string) (int64, error) {
		l, err := d.LinkFor(ctx, db.WebChannel, session)
		return l.ID, err
	}
	return webchat.New(webchat.Config{
		Secure: secure,
		Answer: func(ctx context.Context, session string, in bot.In) ([]bot.Reply, int64, error) {
			var err error
			if in.LinkID, err = link(ctx, session); err != nil {
				return nil, 0, err
			}
			replies, err := e.Answer(ctx, in)
			if err != nil {
				return nil, 0, err
			}
			after, err := e.After(ctx, in.LinkID)
			return replies, after, err
		},
		Later: func(ctx context.Context, session string, after int64) ([]bot.Reply, int64, error) {
			id, err := link(ctx, session)
			if err != nil {
				return nil, 0, err
			}
			return e.Later(ctx, id, after)
		},
		History: func(ctx context.Context, session string) ([]bot.Item, int64, error) {
			id, err := link(ctx, session)
			if err != nil {
				return nil, 0, err
			}
			return e.History(ctx, id)
		},
		Greet: e.Greet,
	})
}

// jobs is what runs by itself. Holds are freed within two seconds of their deadline.
func jobs(d *db.DB, sandbox *pay.Sandbox) []job {
	clerk := api.NewClerk(d, sandbox)
	return []job{
		{"expire orders", time.Second, clerk.ExpireDue},
		{"send refunds", time.Second, clerk.SendRefunds},
		{"accept parcels", time.Minute, func(ctx context.Context) error { _, err := d.AutoAccept(ctx); return err }},
		{"remind of visits", time.Minute, d.RemindVisits},
		{"warn of holds", 10 * time.Second, d.WarnHolds},
		{"forget stored answers", time.Hour, d.Forget},
	}
}
