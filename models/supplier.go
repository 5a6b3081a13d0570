package models

import (
	"strings"
	"time"
	"unicode/utf8"
)

// LicenceKind is what a seller of food must show on its front page (电商法 15). An individual selling
// self-grown produce needs none.
type LicenceKind string

const (
	LicenceSC   LicenceKind = "SC"   // food production
	LicenceJY   LicenceKind = "JY"   // food trade
	LicenceYB   LicenceKind = "YB"   // filing of prepacked food only
	LicenceNone LicenceKind = "none" // self-grown produce
)

// Supplier sells products of the host district and ships them.
type Supplier struct {
	ID          string `gorm:"primaryKey"`
	Name        string
	Town        string
	Intro       string
	LicenceKind LicenceKind
	Licence     string // number, or the statement of exemption
	USCC        string `gorm:"column:uscc"` // 统一社会信用代码, "" if none
	Contact     string // a role or first name, shown to buyers
	PhoneSealed Sealed `json:"-"`
	ShipFrom    string
	Approved    bool
	CreatedAt   time.Time
	Version     int
}

// ZH is the licence in words.
func (k LicenceKind) ZH() string {
	switch k {
	case LicenceSC:
		return "食品生产许可证"
	case LicenceJY:
		return "食品经营许可证"
	case LicenceYB:
		return "仅销售预包装食品备案"
	case LicenceNone:
		return "不需要许可证"
	}
	return string(k)
}

// Tidy trims what was typed and writes numbers that hold in their one form. What cannot be read stays as it was typed:
// Check says why.
func (s Supplier) Tidy() Supplier {
	for _, text := range []*string{&s.Name, &s.Town, &s.Intro, &s.Licence, &s.USCC, &s.Contact, &s.ShipFrom} {
		*text = strings.TrimSpace(*text)
	}
	if u, err := ParseUSCC(s.USCC); err == nil {
		s.USCC = u.Number
	}
	if s.LicenceKind != LicenceNone {
		if f, err := ParseFoodLicence(s.Licence); err == nil {
			s.Licence = f.Number
		}
	}
	return s
}

// Check refuses a supplier that must not sell: what buyers must be shown (电商法 15) is missing or cannot be right.
// Lengths are in characters. It answers ErrSupplier, or one of the refusals of ParseUSCC and ParseFoodLicence.
func (s Supplier) Check() error { return s.CheckChange(Supplier{}) }

// CheckChange is Check for a supplier that is stored as old. A licence and a code that nobody touched are not asked
// again: the demonstration's are made up, and a rule that came later must not stop somebody from mending the words.
func (s Supplier) CheckChange(old Supplier) error {
	if err := s.checkWords(); err != nil {
		return err
	}
	if s.USCC != "" && s.USCC != old.USCC {
		if _, err := ParseUSCC(s.USCC); err != nil {
			return err
		}
	}
	if s.LicenceKind == old.LicenceKind && s.Licence == old.Licence {
		return nil
	}
	return s.checkLicence()
}

func (s Supplier) checkWords() error {
	n := func(text string) int { return utf8.RuneCountInString(strings.TrimSpace(text)) }
	switch {
	case n(s.Name) < 2 || n(s.Name) > 40:
		return ErrSupplier.With("名称要2到40个字。")
	case n(s.Town) < 1 || n(s.Town) > 40:
		return ErrSupplier.With("在哪个镇街要填，最多40个字。")
	case n(s.ShipFrom) < 1 || n(s.ShipFrom) > 60:
		return ErrSupplier.With("发货地要填，最多60个字，例如“重庆市黔江区濯水镇”。")
	case n(s.Intro) > 300:
		return ErrSupplier.With("介绍最多300个字。")
	case n(s.Contact) > 40:
		return ErrSupplier.With("联系人最多40个字。")
	}
	return nil
}

// checkLicence wants the number of the kind that was chosen, or, where none is needed, the sentence that says why.
func (s Supplier) checkLicence() error {
	switch s.LicenceKind {
	case LicenceNone:
		if n := utf8.RuneCountInString(strings.TrimSpace(s.Licence)); n < 1 || n > 100 {
			return ErrSupplier.With("不需要许可证的，要写明为什么，1到100个字，例如“农户自产自销的农产品”。")
		}
	case LicenceSC, LicenceJY, LicenceYB:
		f, err := ParseFoodLicence(s.Licence)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(f.Number, string(s.LicenceKind)) {
			return ErrSupplier.With("您选的是" + s.LicenceKind.ZH() + "，编号应以" + string(s.LicenceKind) + "开头，请核对种类和编号。")
		}
	default:
		return ErrSupplier.With("请选证照种类：食品生产、食品经营、预包装备案，或不需要。")
	}
	return nil
}

// Doubts are what an officer has to compare with the paper, in sentences: what a check cannot settle, or a stored number
// that would be refused today.
func (s Supplier) Doubts() (list []string) {
	if s.USCC != "" {
		u, err := ParseUSCC(s.USCC)
		if err != nil {
			list = append(list, Refusal(err).ZH)
		}
		list = append(list, u.Warnings...)
	}
	if s.LicenceKind != LicenceNone {
		f, err := ParseFoodLicence(s.Licence)
		if err != nil {
			list = append(list, Refusal(err).ZH)
		}
		list = append(list, f.Warnings...)
	}
	return list
}
