package wechat

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jieban/jieban/bot"
)

// The platform's error codes that something depends on.
const (
	codeBusy        = -1
	codeToken       = 40001 // wrong, or another process asked for a newer one
	codeOpenID      = 40003
	codeMedia       = 40007 // the media id has lapsed or was never one
	codeTokenBad    = 40014
	codeTokenLate   = 42001
	codeOAuth       = 40029 // the code of a sign-in is not one
	codeOAuthUsed   = 40163
	codeOAuthLate   = 42003
	codeNoFollower  = 43004
	codeNotAllowed  = 43101 // a notice that was refused or is used up
	codeDay         = 45009 // the day's calls are used up
	codeMinute      = 45011
	codeNoWindow    = 45015 // the person wrote too long ago
	codeNoCredit    = 45047 // the messages that their last act allowed are used up
	codeForbidden   = 48001 // the account may not use this call
	codeMuted       = 48002 // the person turned our messages off
	codeAddress     = 61004
	codeAddressList = 40164
	codeSecret      = 40125
	codeTemplate    = 40037
)

// meaning is what a code says to the bot; a code that is not here is a fault.
var meaning = map[int]error{
	codeBusy:       bot.RetryAfter(2 * time.Second),
	codeDay:        bot.RetryAfter(time.Minute),
	codeMinute:     bot.RetryAfter(time.Minute),
	codeOpenID:     bot.ErrGone,
	codeNoFollower: bot.ErrGone,
	codeNoWindow:   bot.ErrNoWindow,
	codeNoCredit:   bot.ErrNoWindow,
	codeNotAllowed: bot.ErrNoWindow,
	codeForbidden:  bot.ErrNoWindow,
	codeMuted:      bot.ErrNoWindow,
}

// advice is what an operator can do about a code that only an operator can mend.
var advice = map[int]string{
	codeAddress:     "put this server's address on the account's IP whitelist",
	codeAddressList: "put this server's address on the account's IP whitelist",
	codeSecret:      "the app secret is wrong, or was reset in the console",
	codeTemplate:    "the template of the notices does not exist in this account",
	codeForbidden:   "the account has no right to this call; a verified service account has",
}

// apiError is a refusal of the platform.
type apiError struct {
	Code int    `json:"errcode"`
	Msg  string `json:"errmsg"`
	path string
}

func (e *apiError) Error() string {
	s := fmt.Sprintf("wechat: %s: %d %s", e.path, e.Code, strconv.QuoteToGraphic(e.Msg))
	if a := advice[e.Code]; a != "" {
		s += " (" + a + ")"
	}
	return s
}

// Unwrap gives what the code means to the bot: bot.ErrGone, bot.ErrNoWindow, a bot.RetryAfter, or nothing.
func (e *apiError) Unwrap() error { return meaning[e.Code] }

// refusedWith says whether the platform refused with one of the codes.
func refusedWith(err error, codes ...int) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code == c {
			return true
		}
	}
	return false
}

// tokenRefused says whether the platform does not take the access token (any more).
func tokenRefused(err error) bool { return refusedWith(err, codeToken, codeTokenBad, codeTokenLate) }
