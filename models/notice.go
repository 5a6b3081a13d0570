package models

import "time"

// NoticeState is where a notice stands in the outbox.
type NoticeState string

const (
	NoticePending NoticeState = "pending"
	NoticeSent    NoticeState = "sent"
	NoticeDead    NoticeState = "dead" // given up; an officer sees it
)

// NoticeStates is the machine of a notice.
var NoticeStates = Machine{
	Noun: "notice", ZH: "通知", Start: "pending", Ends: []string{"sent"},
	Steps: []Step{
		{"pending", "sent", "the channel took it"},
		{"pending", "dead", "too many tries, or the person blocked us; at once where they had before"},
		{"dead", "pending", "an officer sends it again"},
		{"dead", "sent", "the person wrote, and was shown it"},
	},
}

// Notice is something a person is told without having asked. It is written in the transaction of the act it tells of
// and sent afterwards (transactional outbox).
type Notice struct {
	ID         int64
	LinkID     *int64 // a resident or buyer, or a member of staff who talks to us in a chat
	SupplierID string // or a supplier's page; with LinkID: a chat of that supplier's people, in which the same is told
	Kind       string // eligibility_decided, order_paid, order_shipped …
	TextSealed Sealed `json:"-"`
	State      NoticeState
	Tries      int
	Why        string     // what the last try failed for
	Pushed     bool       // sent by the channel, not fetched or shown with an answer
	OnceKey    *string    // what is told once: visit:12
	DueAt      *time.Time // real time of the next push; nil: the person's next message shows it
	TakenUntil *time.Time // one sender has it
	WrittenAt  time.Time
	SentAt     *time.Time
}

// NoticeTries is how often a push is tried before an officer is asked to look.
const NoticeTries = 8

// Retry is how long to wait after a push that failed for the tries-th time, or that it is to be given up: 10 s, 40 s,
// 160 s … at most 6 h, some 10 h in all.
func (n Notice) Retry() (wait time.Duration, giveUp bool) {
	wait = 10 * time.Second
	for range n.Tries - 1 {
		wait = min(4*wait, 6*time.Hour)
	}
	return wait, n.Tries >= NoticeTries
}

// Delivery is what came of pushing a notice.
type Delivery struct {
	Outcome Outcome
	Why     string        // Failed: what for
	After   time.Duration // Failed: what the platform wishes to be left alone for; 0 = Notice.Retry
}

// Outcome is how a push went.
type Outcome string

// The outcomes.
const (
	NoticeTaken  Outcome = "taken"  // the platform took it
	NoticeKept   Outcome = "kept"   // no push is allowed now: the person's next message shows it
	NoticeGone   Outcome = "gone"   // the person left or blocked us
	NoticeFailed Outcome = "failed" // try again
)

// Why a notice was given up where no platform said so.
const (
	WhyGone    = "对方取消了关注或拉黑了我们"
	WhySealed  = "内容或收信人打不开，密钥可能换过"
	WhyUnheard = "发了多次都没有结果，服务可能中途停过"
)
