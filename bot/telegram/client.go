package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"

	"github.com/jieban/jieban/bot"
)

// What a call may take and bring.
const (
	callFor   = 15 * time.Second // one call
	pollFor   = 30 * time.Second // how long Telegram may hold a poll
	maxAnswer = 16 << 20         // bytes; a hundred full messages with all their marks are well below
	maxError  = 300              // characters of a fault that are logged
	maxAfter  = 3600             // seconds that a 429 is believed for; who answers nonsense must not silence us for good
)

// errTooBig: a file is larger than what we take.
var errTooBig = errors.New("the file is too big")

// refused is a call that Telegram understood and will never do, however often it is asked.
type refused struct{ why string }

func (r refused) Error() string { return r.why }

// newHTTP makes the client of all calls. Redirects are not followed: the next host would read the token in the Referer.
func newHTTP() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = atOnce
	t.ResponseHeaderTimeout = pollFor + callFor
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// whole sends the library's requests in one piece. The library streams them, and a streamed request cannot be sent again
// when the connection that lay idle turns out to be closed.
type whole struct{ client *http.Client }

func (w whole) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
	res, err := w.client.Do(r)
	if err == nil {
		res.Body = bounded{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// bounded is a body that is read so far and no further.
type bounded struct {
	io.Reader
	io.Closer
}

// call does one call with its deadline and says what came of it: nil, bot.ErrGone, bot.RetryAfter, refused, or a fault
// without the token.
func (ch *Channel) call(ctx context.Context, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	return ch.outcome(do(ctx))
}

// outcome reads the library's error. Telegram tells most refusals apart by their English sentence only.
func (ch *Channel) outcome(err error) error {
	var tooMany *tg.TooManyRequestsError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooMany):
		ch.count.Add("too_many")
		return ch.after(tooMany.RetryAfter)
	case errors.Is(err, tg.ErrorForbidden):
		return bot.ErrGone
	case errors.Is(err, tg.ErrorBadRequest) && nobodyThere(err.Error()):
		return bot.ErrGone
	case errors.Is(err, tg.ErrorBadRequest):
		return refused{ch.bare(err).Error()}
	}
	return ch.bare(err)
}

// after is how long a 429 asks us to wait, of seconds as they stand there.
func (ch *Channel) after(seconds int) bot.RetryAfter {
	return bot.RetryAfter(time.Duration(min(max(1, seconds), maxAfter)) * ch.second)
}

// nobodyThere says whether a bad request is one because the chat does not exist.
func nobodyThere(why string) bool {
	why = strings.ToLower(why)
	for _, s := range []string{"chat not found", "user not found", "peer_id_invalid", "user is deactivated"} {
		if strings.Contains(why, s) {
			return true
		}
	}
	return false
}

// bare is a fault that may be logged: the token stands in every address of the API.
func (ch *Channel) bare(err error) error {
	s := strings.ReplaceAll(err.Error(), ch.c.Token, "***")
	if utf8.RuneCountInString(s) > maxError {
		s = string([]rune(s)[:maxError]) + "…"
	}
	return errors.New(s)
}

// polled is what getUpdates answers. Updates are read one by one, so that one of an unknown shape loses no other.
type polled struct {
	OK          bool              `json:"ok"`
	Result      []json.RawMessage `json:"result"`
	Description string            `json:"description"`
	Code        int               `json:"error_code"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// errConflict: a webhook is set, or another process polls.
var errConflict = errors.New("somebody else gets the updates")

// getUpdates asks for what came from offset on (0 = whatever is not confirmed) and waits for it up to hold. The library
// can poll too, but it confirms updates before they are answered, and a crash loses them.
func (ch *Channel) getUpdates(ctx context.Context, offset int64, hold time.Duration) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, hold+callFor)
	defer cancel()
	ask := map[string]any{"timeout": int(hold / time.Second), "limit": batch, "allowed_updates": allowed}
	if offset != 0 {
		ask["offset"] = offset
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, ch.c.API+"/bot"+ch.c.Token+"/getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, ch.bare(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := ch.http.Do(r)
	if err != nil {
		return nil, ch.bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	var p polled
	err = json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&p)
	switch {
	case err != nil:
		return nil, ch.bare(fmt.Errorf("getUpdates answered %s: %w", res.Status, err))
	case p.OK:
		return p.Result, nil
	case p.Code == http.StatusConflict:
		return nil, errConflict
	case p.Code == http.StatusTooManyRequests:
		ch.count.Add("too_many")
		return nil, ch.after(p.Parameters.RetryAfter)
	}
	return nil, ch.bare(fmt.Errorf("getUpdates: %d %s", p.Code, p.Description))
}

// file fetches what a person sent, up to bot.MaxPhoto bytes: refused or errTooBig = it will never be had.
func (ch *Channel) file(ctx context.Context, id string) ([]byte, error) {
	var path string
	err := ch.call(ctx, func(ctx context.Context) error {
		f, err := ch.api.GetFile(ctx, &tg.GetFileParams{FileID: id})
		if err == nil {
			path = f.FilePath
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	at := ch.c.API + "/file/bot" + ch.c.Token + (&url.URL{Path: "/" + path}).EscapedPath()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, ch.bare(err)
	}
	res, err := ch.http.Do(r)
	if err != nil {
		return nil, ch.bare(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the file was answered with %s", res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, bot.MaxPhoto+1))
	switch {
	case err != nil:
		return nil, ch.bare(err)
	case len(data) > bot.MaxPhoto:
		return nil, errTooBig
	}
	return data, nil
}
