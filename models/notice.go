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
		{"pending", "dead", "too many tries, or the person blocked us"},
		{"dead", "pending", "an officer sends it again"},
	},
}

// Notice is something a person is told without having asked. It is written in the transaction of the act it tells of
// and sent afterwards (transactional outbox).
type Notice struct {
	ID         int64
	LinkID     *int64 // a resident or buyer
	SupplierID string // or a supplier's people
	Kind       string // eligibility_decided, order_paid, order_shipped …
	TextSealed Sealed `json:"-"`
	State      NoticeState
	Tries      int
	WrittenAt  time.Time
	SentAt     *time.Time
}
