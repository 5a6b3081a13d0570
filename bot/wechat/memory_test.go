package wechat

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
)

// memory keeps what Config's functions keep, with the same promises, and remembers what it was asked.
type memory struct {
	mu      sync.Mutex
	kept    map[string]*keptValue
	credits map[string]int // by user and kind
	late    []bot.Reply
	gone    map[string]bool
	failing error // given by Late and SignIn
}

type keptValue struct {
	mu    sync.Mutex
	value string
	until time.Time
}

func newMemory() *memory {
	return &memory{kept: map[string]*keptValue{}, credits: map[string]int{}, gone: map[string]bool{}}
}

func (m *memory) renew(ctx context.Context, name, stale string, fetch func(context.Context) (string, time.Time, error)) (string, error) {
	m.mu.Lock()
	k := m.kept[name]
	if k == nil {
		k = &keptValue{}
		m.kept[name] = k
	}
	m.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.value != "" && k.value != stale && time.Now().Before(k.until) {
		return k.value, nil
	}
	value, until, err := fetch(ctx)
	if err == nil {
		k.value, k.until = value, until
	}
	return value, err
}

func (m *memory) grant(_ context.Context, user, kind string, n int, _ time.Time, add bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if add {
		n += m.credits[user+" "+kind]
	}
	m.credits[user+" "+kind] = n
	return nil
}

func (m *memory) spend(_ context.Context, user string, kinds ...string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, kind := range kinds {
		if m.credits[user+" "+kind] > 0 {
			m.credits[user+" "+kind]--
			return kind, true, nil
		}
	}
	return "", false, nil
}

func (m *memory) left(user, kind string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.credits[user+" "+kind]
}

func (m *memory) void(_ context.Context, user, kind string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.credits[user+" "+kind] = 0
	return nil
}

func (m *memory) putLate(_ context.Context, _ string, replies []bot.Reply) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing == nil {
		m.late = append(m.late, replies...)
	}
	return m.failing
}

func (m *memory) inbox() []bot.Reply {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.late)
}

func (m *memory) signIn(_ context.Context, user string) (string, error) {
	return "session-of-" + user, m.failing
}

// onePixel is a whole PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")

// opposite makes a channel opposite the double. change may alter what it is told.
func opposite(t testing.TB, d *double, change func(*Config)) (*Channel, *memory) {
	t.Helper()
	m := newMemory()
	c := Config{
		AppID: testAppID, Secret: testSecret, Token: testToken, Mode: Secure, AESKey: testKey, API: d.URL, PublicURL: testPublic,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Renew: m.renew, Grant: m.grant, Spend: m.spend, Void: m.void,
		Late: m.putLate, SignIn: m.signIn,
		Answer: func(_ context.Context, _ string, in bot.In) ([]bot.Reply, error) {
			return []bot.Reply{{Type: bot.ReplyText, Text: "听到了：" + in.Text}}, nil
		},
		Picture: func(_ context.Context, path string) ([]byte, error) {
			if !strings.HasSuffix(path, ".png") {
				return nil, errors.New("no such picture")
			}
			return onePixel, nil
		},
		Link: func(_ context.Context, _, path string) (string, error) { return testPublic + path + "?k=1", nil },
		Gone: func(_ context.Context, user string, gone bool) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.gone[user] = gone
			return nil
		},
	}
	if change != nil {
		change(&c)
	}
	ch, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ch.api.limit, ch.api.pause = 300*time.Millisecond, time.Millisecond
	return ch, m
}
