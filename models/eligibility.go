package models

import (
	"strconv"
	"strings"
	"time"
)

// EligibilityState is where a resident's case stands.
type EligibilityState string

const (
	EligibilityAsked    EligibilityState = "asked"    // waits for evidence or an officer
	EligibilityApproved EligibilityState = "approved" //
	EligibilityRefused  EligibilityState = "refused"  //
	EligibilityLapsed   EligibilityState = "lapsed"   // its end has come
)

// EligibilityStates is the machine of a resident's case. A refused person may ask again with new evidence.
var EligibilityStates = Machine{
	Noun: "eligibility", ZH: "资格", Start: "asked", Ends: []string{"lapsed"},
	Steps: []Step{
		{"asked", "approved", "roster match, or an officer approves"},
		{"asked", "refused", "an officer refuses"},
		{"refused", "asked", "the resident asks again with new evidence, or an officer opens it again"},
		{"refused", "approved", "the resident is put on the roster"},
		{"approved", "asked", "its last day is over, and the resident gives new evidence or an officer opens it again"},
		{"approved", "lapsed", "the programme ended"},
		{"refused", "lapsed", "the programme ended"},
	},
}

// Basis says what an eligibility rests on.
type Basis string

const (
	BasisRoster   Basis = "roster"
	BasisEvidence Basis = "evidence"
	BasisOfficer  Basis = "officer"
)

// Eligibility is the decision on one resident in one programme, with what it rests on and its end.
type Eligibility struct {
	ID          int64
	ProgrammeID string
	ResidentID  int64
	State       EligibilityState
	Basis       Basis
	Until       Day    // last day it holds; "" = the programme's end
	Note        string // what the officer said to the resident
	DecidedBy   *int64 // account; nil for a roster match
	AskedAt     time.Time
	DecidedAt   *time.Time
}

// MayReopen says whether a case that was decided can be asked anew on day d: it was refused, or its last day is over.
func (e Eligibility) MayReopen(d Day) bool {
	return e.State == EligibilityRefused || (e.State == EligibilityApproved && e.Until != "" && d > e.Until)
}

// TableName is spelled out: the noun has no plural of its own.
func (Eligibility) TableName() string { return "eligibility" }

// Usage counts what a resident already holds; cancelled and revoked vouchers do not count.
type Usage struct {
	SameDay  int // vouchers for the same day, over all spots
	SameSpot int // vouchers at the same spot, in all
	All      int // vouchers in all
	Claimed  int // people already claimed for the spot and day, by everyone
}

// Question is all that a decision needs. Offer and Spot are nil when only residency is asked about.
type Question struct {
	Programme   Programme
	Offer       *Offer
	Spot        *Spot
	Resident    *Resident    // nil: nobody has said who they are
	Eligibility *Eligibility // nil: never asked
	Guardian    bool         // a guardian's consent is on record
	Usage       Usage
	Day         Day // of the visit; "" = not chosen
	People      int // who go, the holder included; 0 = not said
	Now         time.Time
}

// Decision is the answer, with every ground at once, for and against.
type Decision struct {
	OK      bool     `json:"eligible" doc:"true if nothing speaks against it"`
	State   string   `json:"state" enum:"eligible,undecided,refused,unknown" doc:"where residency stands"`
	Reasons []Reason `json:"reasons" doc:"every ground, for and against"`
}

// Decide answers whether a resident may use the programme, or one offer on one day. It is the only place that does:
// chat, API and claim all ask it.
func Decide(q Question) Decision {
	d := Decision{OK: true, State: "unknown"}
	d.window(q)
	d.residency(q)
	if q.Offer != nil {
		d.offer(q)
		d.limits(q)
	}
	for _, r := range d.Reasons {
		d.OK = d.OK && r.OK
	}
	return d
}

func (d *Decision) add(ok bool, code, clause, zh, next string) {
	d.Reasons = append(d.Reasons, Reason{Code: code, ZH: zh, Clause: clause, Next: next, OK: ok})
}

// window asks whether the programme runs, today and on the day of the visit.
func (d *Decision) window(q Question) {
	p, today := q.Programme, DayOf(q.Now)
	clause := p.Clause(ClauseWindow)
	switch {
	case today < p.AnnouncedOn: // who asks before everybody is told gets nothing ahead of them
		d.add(false, "not_announced", clause, "这项优惠"+p.AnnouncedOn.ZH()+"才公布，之前不发券。", "请"+p.AnnouncedOn.ZH()+"以后再来。")
	case today > p.ValidTo:
		d.add(false, "programme_over", clause, "优惠活动已在"+p.ValidTo.ZH()+"结束。", "请留意下一期活动的通知。")
	case q.Day != "" && q.Day < today:
		d.add(false, "day_past", clause, q.Day.ZH()+"已经过了。", "请选今天或以后的日子。")
	case q.Day != "" && !p.OpenOn(q.Day):
		d.add(false, "outside_window", clause, "优惠期是"+p.ValidFrom.ZH()+"到"+p.ValidTo.ZH()+"，"+q.Day.ZH()+"不在里面。", "请选优惠期内的日子。")
	default:
		d.add(true, "window", clause, "在优惠期内（"+p.ValidFrom.ZH()+"到"+p.ValidTo.ZH()+"）。", "")
	}
}

// residency asks whether the person is one of the home district.
func (d *Decision) residency(q Question) {
	p, e := q.Programme, q.Eligibility
	clause := p.Clause(ClauseResidents)
	if q.Resident == nil {
		d.add(false, ErrIdentityNeeded.Code, clause, "还没有登记证件，不知道您是不是"+p.Home+"的居民。", "回复“领券”登记。")
		return
	}
	day := q.Day
	if day == "" {
		day = DayOf(q.Now)
	}
	switch {
	case e == nil || e.State == EligibilityAsked:
		d.State = "undecided"
		d.add(false, ErrUndecided.Code, clause, "名册里没有找到您，要由工作人员核对您是不是"+p.Home+"的居民。", EvidenceHelp)
	case e.State == EligibilityRefused:
		d.State = "refused"
		zh := "核对结果：不能确认您是" + p.Home + "的居民。"
		if e.Note != "" {
			zh += "工作人员的说明：" + strings.TrimRight(e.Note, "。") + "。"
		}
		d.add(false, "not_resident", clause, zh, "有新的证明可以再交一次；有疑问回复“人工”。")
	case e.State == EligibilityLapsed || (e.Until != "" && day > e.Until):
		d.State = "refused"
		d.add(false, "eligibility_lapsed", clause, "您的资格只到"+e.Until.ZH()+"，之后要重新核对。", "回复“人工”，或交新的证明。")
	default:
		d.State = "eligible"
		d.add(true, "resident", clause, "已确认您是"+p.Home+"的居民（"+e.Basis.zh()+"）。", "")
	}
	if age, ok := q.Resident.AgeOn(DayOf(q.Now)); ok && age < 14 && !q.Guardian {
		d.add(false, "guardian_needed", "个人信息保护法第三十一条", "未满14周岁要由父母或其他监护人同意。", "请监护人回复“我是监护人”。")
	}
}

func (b Basis) zh() string {
	switch b {
	case BasisRoster:
		return "名册核对"
	case BasisEvidence:
		return "证明材料"
	default:
		return "工作人员确认"
	}
}

// offer asks whether the offer and the spot are open on the day.
func (d *Decision) offer(q Question) {
	o, s := q.Offer, q.Spot
	if o.Paused {
		d.add(false, ErrOfferClosed.Code, o.ClauseText, s.Name+"的优惠暂停办理。", "请换一个景区或改天再看。")
		return
	}
	if q.Day == "" {
		return
	}
	if why := o.ShutOn(q.Programme, *s, q.Day); why != "" {
		d.add(false, "day_closed", o.ClauseText, s.Name+q.Day.ZH()+"不能用券："+why+"。", "请换一天。")
	}
	if ahead := o.AdvanceDays; ahead != nil && DayOf(q.Now).Add(*ahead) > q.Day {
		d.add(false, "too_late_to_claim", o.ClauseText, s.Name+"要提前"+strconv.Itoa(*ahead)+"天领券。", "请选"+DayOf(q.Now).Add(*ahead).ZH()+"或以后。")
	}
}

// ShutOn says why the offer cannot be used on day d, or "" if it can.
func (o Offer) ShutOn(p Programme, s Spot, d Day) string {
	switch {
	case o.ValidFrom != "" && d < o.ValidFrom, o.ValidTo != "" && d > o.ValidTo:
		return "不在这个景区的优惠期内"
	case has(s.Closed, d):
		return "景区当天不开放"
	case has(o.Blackout, d):
		return "当天不办理优惠"
	case o.HolidayBlackout && p.HolidayOn(d):
		return "法定节假日不办理优惠"
	}
	return ""
}

// limits asks what is left: for the person, for the party, for the day.
func (d *Decision) limits(q Question) {
	o, u := q.Offer, q.Usage
	most := o.PartyLimit()
	if q.People < 0 || q.People > most {
		d.add(false, "party_too_large", o.ClauseText, "一张券最多"+strconv.Itoa(most)+"人。", "人多请分开领，或回复“人工”。")
	}
	over := func(limit *int, used int, code, zh, next string) {
		if limit != nil && used >= *limit {
			d.add(false, code, o.ClauseText, strings.ReplaceAll(zh, "%", strconv.Itoa(*limit)), next)
		}
	}
	if q.Day != "" {
		over(o.PerDay, u.SameDay, "limit_day", "每人每天最多领%张券，您当天的已经领满。", "请换一天，或先取消一张。")
		if o.DailyQuota != nil && u.Claimed+max(q.People, 1) > *o.DailyQuota {
			zh, next := q.full(*o.DailyQuota - u.Claimed)
			d.add(false, ErrQuotaFull.Code, o.ClauseText, zh, next)
		}
	}
	over(o.PerSpot, u.SameSpot, "limit_spot", "每人在这个景区最多领%张券，您已经领满。", "请看看别的景区。")
	over(o.Total, u.All, "limit_total", "每人一共最多领%张券，您已经领满。", "用不上的券可以取消。")
}

// full says how much of a day's quota is left for too large a party, and what to do.
func (q Question) full(left int) (zh, next string) {
	if left <= 0 {
		return q.Day.ZH() + "的名额已经领完。", "请换一天。"
	}
	return q.Day.ZH() + "的名额只剩" + strconv.Itoa(left) + "个，不够" + strconv.Itoa(max(q.People, 1)) + "人。", "请换一天或减少人数。"
}

// PartyLimit is the most people a voucher of this offer may name.
func (o Offer) PartyLimit() int {
	if o.MaxParty != nil {
		return min(*o.MaxParty, PartyCeiling)
	}
	return PartyCeiling
}

// Refusal is the decision as an error: the first ground against gives code and sentence, and all grounds go along.
// It is nil if the decision is yes.
func (d Decision) Refusal() error {
	for _, r := range d.Reasons {
		if r.OK {
			continue
		}
		kind := Conflict
		if r.Code == ErrQuotaFull.Code {
			kind = Exhausted
		}
		return (&Error{Kind: kind, Code: r.Code, EN: "not eligible: " + r.Code, ZH: r.ZH + r.Next}).Because(d.Reasons)
	}
	return nil
}
