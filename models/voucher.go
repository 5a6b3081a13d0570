package models

import "time"

// VoucherState is where a voucher stands. Expiry is a date and "partly used" is what is left: neither is a state.
type VoucherState string

const (
	VoucherIssued    VoucherState = "issued"
	VoucherRedeemed  VoucherState = "redeemed"
	VoucherCancelled VoucherState = "cancelled" // by its holder
	VoucherRevoked   VoucherState = "revoked"   // by an officer, or because consent was withdrawn
)

// VoucherStates is the machine of a voucher.
var VoucherStates = Machine{
	Noun: "voucher", ZH: "券", Start: "issued", Ends: []string{"cancelled", "revoked"},
	Steps: []Step{
		{"issued", "redeemed", "a gate admits the last of the party"},
		{"issued", "cancelled", "the holder cancels"},
		{"issued", "revoked", "an officer revokes, or consent is withdrawn"},
		{"redeemed", "issued", "the gate undoes its scan within 15 minutes"},
	},
}

// Voucher admits Party people to one spot on one day, and no more.
type Voucher struct {
	ID          int64
	ProgrammeID string
	OfferID     string
	SpotID      string
	ResidentID  int64
	LinkID      int64
	Party       int          // people it admits, the holder included; 1..20
	Admitted    int          // people admitted so far; CHECK 0..Party
	VisitDay    Day          //
	State       VoucherState //
	PayEach     *Fen         `gorm:"column:pay_each_fen"` // frozen at the claim; nil = the spot's list price is not set
	KeyID       int          // key that signs its code
	RequestKey  string       // the claim's own id: the same one again gives the same voucher
	ClaimedAt   time.Time
	EndedAt     *time.Time // redeemed in full, cancelled or revoked
}

// Left is how many of the party may still enter.
func (v Voucher) Left() int { return v.Party - v.Admitted }

// StatusOn is the one word a holder reads on day d.
func (v Voucher) StatusOn(d Day) string {
	switch {
	case v.State == VoucherRedeemed:
		return "已使用"
	case v.State == VoucherCancelled:
		return "已取消"
	case v.State == VoucherRevoked:
		return "已作废"
	case d > v.VisitDay:
		return "已过期"
	case d == v.VisitDay:
		return "今天可用"
	default:
		return "待使用"
	}
}

// OpenOn says whether the voucher can still be used on day d or later.
func (v Voucher) OpenOn(d Day) bool { return v.State == VoucherIssued && d <= v.VisitDay }
