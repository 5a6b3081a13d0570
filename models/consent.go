package models

import "time"

// ConsentKind tells the consents apart. PIPL 29 and 23 want separate ones for sensitive data and for sharing.
type ConsentKind string

const (
	ConsentSensitive ConsentKind = "sensitive" // processing the document's number and name
	ConsentSharing   ConsentKind = "sharing"   // showing the scenic spot who comes
	ConsentGuardian  ConsentKind = "guardian"  // given for a child under 14 (PIPL 31)
)

// ConsentVersion names the wording in force; a new wording asks again.
const ConsentVersion = 1

// Consent is one person's yes, and when it was taken back.
type Consent struct {
	ID          int64
	LinkID      int64
	ResidentID  *int64
	Kind        ConsentKind
	Version     int
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// Answerable says whether it is set who answers for personal data and how to reach them: without, no consent means
// anything (PIPL 17).
func (p Programme) Answerable() bool { return p.Controller != "" && p.Contact != "" }

// ConsentNotice says, before anything is asked, who processes which data, what for and how long (PIPL 17 and 30).
func (p Programme) ConsentNotice() string {
	return "办理前请您知道：\n" +
		"谁在处理：" + p.Controller + "（" + p.Contact + "）。\n" +
		"处理什么：您的证件类型、号码和姓名；需要核对时，还有您交的证明。\n" +
		"为了什么：核对您是不是" + p.Home + "的居民，给您发" + p.Host + "景区的优惠券。\n" +
		"保存多久：优惠结束（" + string(p.ValidTo) + "）后最多" + itoa(p.KeepDays) + "天，到期删除。\n" +
		"怎么保护：号码加密保存，二维码里没有您的姓名和号码。\n" +
		"您可以随时回复“撤回同意”或“删除我的信息”。不同意也可以到景区人工窗口办理。"
}

// ConsentText is the sentence a person says yes to.
func (p Programme) ConsentText(k ConsentKind) string {
	switch k {
	case ConsentSensitive:
		return "同意一：我同意" + p.Controller + "为核对资格处理我的证件号码和姓名（敏感个人信息）。"
	case ConsentSharing:
		return "同意二：我同意入园时把打了星号的姓名和证件号给" + p.Host + "的景区核对。"
	default:
		return "监护人同意：我是这个孩子的父母或其他监护人，同意为孩子办理。"
	}
}
