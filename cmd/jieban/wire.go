package main

import (
	"log/slog"
	"time"

	"github.com/jieban/jieban/api"
	"github.com/jieban/jieban/models/db"
)

// wire puts the parts together: the database, the conversation, the payment provider, the HTTP side and the jobs.
func (c serveCmd) wire(d *db.DB, base string) (*api.App, []job, error) {
	conf := api.Config{DB: d, Demo: !c.production(), PublicURL: base, Version: version, Log: slog.Default(), Proxies: c.Proxies}
	if conf.Demo {
		accounts, err := db.DemoAccounts()
		if err != nil {
			return nil, nil, err
		}
		for _, a := range accounts {
			conf.DemoAccounts = append(conf.DemoAccounts, api.DemoAccount{Login: a.Login, Name: a.Name, Password: a.Password})
		}
	}
	app, err := api.New(conf)
	if err != nil {
		return nil, nil, err
	}
	return app, []job{{"forget stored answers", time.Hour, d.Forget}}, nil
}
