package models

import "time"

// Audit is one line of what people are answered for. It is only ever added to, and names no number, name or phone.
type Audit struct {
	ID     int64
	At     time.Time
	Actor  string // account:3, link:5, system
	Act    string // voucher.claim, evidence.read …
	Object string // voucher:12
	Detail string
}

// TableName is spelled out: the noun has no plural of its own.
func (Audit) TableName() string { return "audit" }
