package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
)

// maxBody is the largest update that is read, in bytes.
const maxBody = 1 << 20

// secretHeader holds what setWebhook was given.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// ServeHTTP answers one update that Telegram pushes; the answer to the person goes out by calls of its own. Anything that
// would be wrong again the next time is thanked for: only 503 (the database is away) makes Telegram push once more.
func (ch *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if !ch.knows(r.Header.Get(secretHeader)) {
		ch.count.Add("bad_secret")
		w.WriteHeader(http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		ch.count.Add("malformed")
		w.WriteHeader(http.StatusOK)
		return
	}
	u, err := readUpdate(body)
	if err != nil {
		ch.malformed(u.ID)
		w.WriteHeader(http.StatusOK)
		return
	}
	ch.count.Add("updates")
	ctx, cancel := context.WithTimeout(r.Context(), answerFor)
	defer cancel()
	p := ch.lines.join(u.chat().ID)
	if err = p.turn(ctx); err != nil {
		go p.leave() // when those before have left
	} else {
		defer p.leave()
		err = ch.attempt(ctx, u)
	}
	if err != nil {
		ch.c.Log.WarnContext(r.Context(), "telegram: an update will have to come again", "update", u.ID, "err", ch.bare(err))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// knows compares the webhook's secret in a time that says nothing about it. Without a secret set, nobody knows it.
func (ch *Channel) knows(secret string) bool {
	a, b := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(ch.c.Secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ch.c.Secret != ""
}

// malformed notes an update that cannot be read; id 0 = not even that.
func (ch *Channel) malformed(id int64) {
	ch.count.Add("malformed")
	ch.c.Log.Warn("telegram: an update cannot be read", "update", id)
}
