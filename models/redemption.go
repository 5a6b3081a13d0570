package models

import (
	"strconv"
	"time"
)

// Verdict is what a gate is told, in one word.
type Verdict string

const (
	VerdictOK      Verdict = "ok"
	VerdictPartial Verdict = "partial" // some of the party are in, others may follow
	VerdictCheck   Verdict = "check"   // a person must look at the document
	VerdictRefused Verdict = "refused"
)

// Scan is one act at a gate. ID is the gate's own, at least 128 random bits: the same id is answered the same.
type Scan struct {
	ID       string
	SpotID   string
	Gate     string
	Device   string
	At       time.Time // by the gate; the server's clock where it is zero
	People   int       // who enter now; 0 = all who are left
	StaffID  int64
	ByNumber bool // looked up by document number, so the document itself was seen
	Dry      bool // only ask, write nothing
}

// Redemption is the record of a scan, admissions and refusals alike.
type Redemption struct {
	ID         int64
	ScanID     string
	VoucherID  *int64
	SpotID     string
	Gate       string
	Device     string
	StaffID    int64
	Verdict    Verdict
	Reason     string
	People     int
	Admitted   int
	CollectFen Fen
	ByNumber   bool
	ScannedAt  time.Time
	ArrivedAt  time.Time
	Answer     []byte     `json:"-"` // what the gate was told, given again for the same scan id
	AnnulledAt *time.Time // undone within 15 minutes; the record stays
}

// Answer is what a gate is told. FirstUse is set where the voucher was used before.
type Answer struct {
	ScanID     string    `json:"id" doc:"the scan's own id"`
	Verdict    Verdict   `json:"verdict" enum:"ok,partial,check,refused"`
	Reason     string    `json:"reason" doc:"code: admitted, or why not"`
	Message    string    `json:"message" doc:"what the gate's screen says"`
	CollectFen Fen       `json:"collect_fen" doc:"to collect for those admitted now, in fen"`
	Admitted   int       `json:"admitted" doc:"people admitted by this scan"`
	Left       int       `json:"left" doc:"people of the party still outside"`
	FirstUse   *FirstUse `json:"first_use,omitempty"`
	VoucherID  int64     `json:"voucher_id,omitempty"`
	Party      int       `json:"party,omitempty"`
	Holder     string    `json:"holder,omitempty" doc:"masked name and number, to compare with the document"`
	Spot       string    `json:"spot" doc:"the spot's name"`
	VisitDay   Day       `json:"visit_day,omitempty"`
	Offer      string    `json:"offer,omitempty" doc:"免费 or 3折"`
}

// FirstUse says when and where a voucher was used before.
type FirstUse struct {
	At   time.Time `json:"at"`
	Spot string    `json:"spot"`
	Gate string    `json:"gate,omitempty"`
}

// Case is all that the judgement of a scan needs.
type Case struct {
	Voucher  *Voucher // nil: the code is good but the voucher is not known here
	Offer    Offer
	Spot     Spot   // where the voucher is for
	Here     Spot   // where the scan is
	Holder   string // masked
	FirstUse *FirstUse
}

// Judge decides a scan. Order of questions: known? → cancelled, revoked → day → spot → how many are left.
func Judge(c Case, s Scan) Answer {
	a := Answer{ScanID: s.ID, Verdict: VerdictRefused, Spot: c.Here.Name}
	v := c.Voucher
	if v == nil {
		return a.refuse("invalid", "查不到这张券。请游客打开“我的券”重新出示。")
	}
	a.VoucherID, a.Party, a.Left, a.Holder, a.VisitDay, a.Offer = v.ID, v.Party, v.Left(), c.Holder, v.VisitDay, c.Offer.Label()
	a.FirstUse = c.FirstUse
	today := DayOf(s.At)
	switch {
	case v.State == VoucherRevoked:
		return a.refuse("revoked", "这张券已作废。请游客到人工窗口。")
	case v.State == VoucherCancelled:
		return a.refuse("cancelled", "这张券已由本人取消。可以当场重新领一张。")
	case v.SpotID != s.SpotID:
		return a.refuse("wrong_spot", "这张券是"+c.Spot.Name+"的，不是本景区的。")
	case today < v.VisitDay:
		return a.refuse("not_yet", "这张券是"+v.VisitDay.ZH()+"用的，今天还不能用。")
	case today > v.VisitDay:
		return a.refuse("expired", "这张券是"+v.VisitDay.ZH()+"用的，已经过期。")
	case v.Left() == 0 || v.State == VoucherRedeemed:
		return a.refuse("already_used", "这张券已用过。"+c.FirstUse.zh())
	case s.People < 0 || s.People > v.Left():
		return a.refuse("too_many_people", "这张券还能进"+strconv.Itoa(v.Left())+"人，不够"+strconv.Itoa(s.People)+"人。")
	}
	return a.admit(c, s)
}

func (a Answer) refuse(reason, zh string) Answer {
	a.Reason, a.Message = reason, zh
	return a
}

// admit says how many enter and what to collect. Where the spot's list price is not set, a person must set the amount.
func (a Answer) admit(c Case, s Scan) Answer {
	v := c.Voucher
	a.Admitted = s.People
	if a.Admitted == 0 {
		a.Admitted = v.Left()
	}
	a.Left = v.Left() - a.Admitted
	a.Verdict, a.Reason = VerdictOK, "admitted"
	if a.Left > 0 {
		a.Verdict = VerdictPartial
	}
	people := strconv.Itoa(a.Admitted) + "人"
	switch {
	case v.PayEach == nil:
		a.Message = c.Offer.Label() + " 放行 " + people + "，票价未设定，按窗口票价的" + c.Offer.Label() + "收"
	case *v.PayEach == 0:
		a.Message = c.Offer.Label() + " 放行 " + people
	default:
		a.CollectFen = *v.PayEach * Fen(a.Admitted)
		a.Message = c.Offer.Label() + " 收 " + a.CollectFen.String() + " 放行 " + people
	}
	return a
}

// Undone is what the scan of an admission that was taken back is answered when it comes again: left of the party may
// still enter, by a new scan.
func (a Answer) Undone(left int) Answer {
	a.Verdict, a.Admitted, a.Left, a.CollectFen = VerdictRefused, 0, left, 0
	return a.refuse("undone", "这次放行已经撤销，不算数。要进的话，请重新扫一次。")
}

func (f *FirstUse) zh() string {
	if f == nil {
		return ""
	}
	at := f.At.In(Zone)
	s := "第一次：" + DayOf(f.At).ZH() + at.Format("15:04") + "，" + f.Spot
	if f.Gate != "" {
		s += f.Gate
	}
	return s + "。"
}

// UndoWindow is how long the same staff may take a scan back.
const UndoWindow = 15 * time.Minute
