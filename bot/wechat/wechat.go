// Package wechat carries the conversation through a WeChat service account (服务号). It is a plain net/http handler and a
// Send; it keeps nothing by itself: what must outlive a process it reads and writes through the functions of Config.
//
//	GET  /callback/wechat              URL check
//	POST /callback/wechat              messages and events, in plain, compatible or secure mode
//	GET  /callback/wechat/login?to=    OAuth sign-in of a phone page, and its way back (?code=)
//	GET  /callback/wechat/jssdk?url=   what a page needs to scan with WeChat's own camera
//	GET  /MP_verify_<code>.txt         proof that the domain is ours
//
// crypt.go, message.go, photo.go and handler.go read what comes, event.go what it changes; flight.go holds the
// five-second rule; reply.go and plan.go say it in what WeChat can show: passive reply, customer message, subscription
// notice, or the inbox that the next message opens.
// client.go calls the platform; token.go, media.go, push.go, menu.go, scene.go, login.go and jssdk.go are its errands.
package wechat

import (
	"context"
	"log/slog"
	"time"

	"github.com/jieban/jieban/bot"
)

// Mode is how messages are wrapped, as set in the account's console.
type Mode string

// The three modes.
const (
	Plain      Mode = "plain"      // 明文模式
	Compatible Mode = "compatible" // 兼容模式: plain fields and the encrypted ones
	Secure     Mode = "secure"     // 安全模式: encrypted only; nothing else is taken
)

// Config is what the channel is told and what it may call. Functions get the person's openid as user.
type Config struct {
	AppID, Secret, Token string
	Mode                 Mode
	AESKey, OldAESKey    string // EncodingAESKey, 43 characters; OldAESKey: the one before, "" = none. Not used in plain mode
	API, Open, MP        string // base addresses; "" = the platform's own
	PublicURL            string // scheme and host of our pages, no slash at the end
	Verify               string // <code> of MP_verify_<code>.txt; "" = none
	Template             string // subscription notice template with the fields thing1 and time2; "" = none
	Log                  *slog.Logger
	Now                  func() time.Time // real time; nil = time.Now

	// Answer answers a message of a person. in.LinkID is filled in by whoever is called. models.ErrUnavailable is asked again;
	// any other error is logged, and the person told to come back.
	Answer func(ctx context.Context, user string, in bot.In) ([]bot.Reply, error)
	// Picture gives the bytes of an image reply, by its URL (a path of ours), as PNG, JPEG or GIF.
	Picture func(ctx context.Context, path string) ([]byte, error)
	// Link makes the address of a page that this person can open from the chat, signed in, out of a path of ours.
	Link func(ctx context.Context, user, path string) (string, error)
	// SignIn opens a session of the phone pages for a person; it gives the session's token.
	SignIn func(ctx context.Context, user string) (session string, err error)
	// Gone remembers that a person left (or came back).
	Gone func(ctx context.Context, user string, gone bool) error

	// Late puts an answer that came too late, and could not be pushed, in front of the person's next one.
	Late func(ctx context.Context, user string, replies []bot.Reply) error

	// Grant allows n more pushes of a kind (add) or sets them to n, until a moment; Spend takes one of the first kind that
	// has one and says which; Void takes them all, where the platform says that they are used up.
	Grant func(ctx context.Context, user, kind string, n int, until time.Time, add bool) error
	Spend func(ctx context.Context, user string, kinds ...string) (kind string, ok bool, err error)
	Void  func(ctx context.Context, user, kind string) error

	// Renew gives what is kept under a name, until its time; a value that is stale or late is fetched anew, once whatever
	// the load, in all processes together.
	Renew func(ctx context.Context, name, stale string, fetch func(context.Context) (value string, until time.Time, err error)) (string, error)
}
