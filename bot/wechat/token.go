package wechat

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/jieban/jieban/bot"
)

// tokenMargin is how long before its end a token is renewed: the platform makes the next one at this moment, and both
// are good until then.
const tokenMargin = 5 * time.Minute

// forceEvery is the platform's least time between two tokens demanded before their time (and 20 a day).
const forceEvery = 30 * time.Second

// Names of what is kept carry the account: a token or a media id of another one is never taken for ours.
func (a *client) kept(name string) string { return name + ":" + a.c.AppID }

// errNoSecret is for an account that only answers.
var errNoSecret = errors.New("wechat: no app secret is set, so that the platform cannot be called")

// accessToken gives the token that calls carry. stale is one that the platform refused, "" if none did: it is renewed
// once if it is still the kept one, whatever the load.
func (a *client) accessToken(ctx context.Context, stale string) (string, error) {
	if a.c.Secret == "" {
		return "", errNoSecret
	}
	return a.c.Renew(ctx, a.kept("access_token"), stale, func(ctx context.Context) (string, time.Time, error) {
		token, until, err := a.fetchToken(ctx, false)
		if err != nil || stale == "" || token != stale {
			return token, until, err
		}
		if err := a.mayForce(); err != nil { // the platform holds on to a token that it does not take
			return "", time.Time{}, err
		}
		return a.fetchToken(ctx, true)
	})
}

// mayForce keeps to the platform's limit, so that a token that is refused for another reason (a whitelist, a wrong
// account) does not use up the day's twenty.
func (a *client) mayForce() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.c.Now()
	if wait := a.forced.Add(forceEvery).Sub(now); !a.forced.IsZero() && wait > 0 {
		return bot.RetryAfter(wait)
	}
	a.forced = now
	return nil
}

// fetchToken asks for a stable token, which other processes and other programs of the account get too: none of them
// makes the others' worthless, as the older call /cgi-bin/token does.
func (a *client) fetchToken(ctx context.Context, force bool) (string, time.Time, error) {
	body, err := asJSON(map[string]any{
		"grant_type": "client_credential", "appid": a.c.AppID, "secret": a.c.Secret, "force_refresh": force,
	})
	if err != nil {
		return "", time.Time{}, err
	}
	var out struct {
		Token string `json:"access_token"`
		For   int64  `json:"expires_in"`
	}
	// A forced one counts against the day's twenty, so it is not asked for twice.
	if err := a.call(ctx, errand{path: "/cgi-bin/stable_token", body: body, open: true, again: !force}, &out); err != nil {
		return "", time.Time{}, err
	}
	return a.lasting(out.Token, out.For)
}

// ticket gives the ticket that signatures of pages are made with.
func (a *client) ticket(ctx context.Context) (string, error) {
	if a.c.Secret == "" {
		return "", errNoSecret
	}
	return a.c.Renew(ctx, a.kept("jsapi_ticket"), "", func(ctx context.Context) (string, time.Time, error) {
		var out struct {
			Ticket string `json:"ticket"`
			For    int64  `json:"expires_in"`
		}
		q := errand{path: "/cgi-bin/ticket/getticket", query: url.Values{"type": {"jsapi"}}, again: true}
		if err := a.call(ctx, q, &out); err != nil {
			return "", time.Time{}, err
		}
		return a.lasting(out.Ticket, out.For)
	})
}

// lasting says until when a value is kept that is good for so many seconds. One in its last minutes is kept for half of
// what is left: the next one is on its way, and asking at every call would use up the day's calls.
func (a *client) lasting(value string, seconds int64) (string, time.Time, error) {
	if value == "" || seconds <= 0 {
		return "", time.Time{}, errors.New("wechat: the platform gave an empty token")
	}
	left := time.Duration(seconds) * time.Second
	keep := left - tokenMargin
	if keep < time.Minute {
		keep = min(left/2, time.Minute)
	}
	return value, a.c.Now().Add(keep), nil
}
