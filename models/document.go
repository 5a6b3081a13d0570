package models

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// DocumentKind is a kind of identity document; the ids are those of the programme's document_types.
type DocumentKind string

// The kinds of document a person may be known by. A social-insurance record is evidence, not identity.
const (
	ResidentID      DocumentKind = "resident_id"
	Hukou           DocumentKind = "hukou"            // under-16s need not hold a card; the book prints the same number
	ResidencePermit DocumentKind = "residence_permit" // prints the holder's resident number
	HMTResidence    DocumentKind = "hmt_residence"
	ForeignPR       DocumentKind = "foreign_pr"
	Passport        DocumentKind = "passport" // passports and travel permits; only their shape can be checked
)

// DocumentKinds lists the kinds in the order in which they are offered.
func DocumentKinds() []DocumentKind {
	return []DocumentKind{ResidentID, Hukou, ResidencePermit, HMTResidence, ForeignPR, Passport}
}

// Label is the kind's Chinese name; "" for an unknown kind.
func (k DocumentKind) Label() string {
	switch k {
	case ResidentID:
		return "居民身份证"
	case Hukou:
		return "居民户口簿"
	case ResidencePermit:
		return "居住证"
	case HMTResidence:
		return "港澳台居民居住证"
	case ForeignPR:
		return "外国人永久居留身份证"
	case Passport:
		return "护照/港澳通行证/台胞证"
	}
	return ""
}

// Document is a checked document number. Birth, Sex and Area are set only where the number carries them.
type Document struct {
	Kind     DocumentKind
	Number   string   // normalised: NFKC, no spaces or hyphens, upper case
	Birth    Day      // "" if unknown
	Sex      string   // "M", "F" or ""
	Area     string   // six digits; where the number was first issued, which proves nothing about residence
	Warnings []string // Chinese; reasons to look twice, never to refuse
}

// What can be wrong with a document number. Each sentence names the digits that broke the rule.
var (
	ErrDocumentKind       = &Error{Kind: Invalid, Code: "document_kind", EN: "unknown kind of document", ZH: "没有这种证件可选。请选居民身份证、户口簿、居住证、港澳台居民居住证、外国人永久居留身份证或护照。"}
	ErrDocumentEmpty      = &Error{Kind: Invalid, Code: "document_empty", EN: "the number is empty", ZH: "还没有收到证件号码，请把%s上的号码发过来。"}
	ErrDocumentLength     = &Error{Kind: Invalid, Code: "document_length", EN: "the number must have 18 characters", ZH: "%s应为18位，您输入的是%d位，请核对后再发一次。"}
	ErrDocumentOld15      = &Error{Kind: Invalid, Code: "document_old_15", EN: "15-digit cards are void since 2013-01-01", ZH: "15位的旧身份证从2013年1月1日起已停止使用。请发新身份证上的18位号码；没有换证的，户口簿上也有18位号码。"}
	ErrDocumentCharacter  = &Error{Kind: Invalid, Code: "document_character", EN: "17 digits, then a digit or X", ZH: "第%d位是“%s”，不对：前17位都是数字，最后一位是数字或字母X。请核对后再发一次。"}
	ErrDocumentProvince   = &Error{Kind: Invalid, Code: "document_province", EN: "digits 1-2 name no province", ZH: "前2位是省份代码，“%s”不是任何省份，请核对开头几位后再发一次。"}
	ErrDocumentUseHMT     = &Error{Kind: Invalid, Code: "document_is_hmt", EN: "81, 82 and 83 begin residence permits of Hong Kong, Macao and Taiwan residents", ZH: "“%s”开头的是港澳台居民居住证，不是居民身份证。请把证件类型改选为“港澳台居民居住证”再发一次。"}
	ErrDocumentUseForeign = &Error{Kind: Invalid, Code: "document_is_foreign", EN: "9 begins foreigners' permanent residence cards", ZH: "9开头的是外国人永久居留身份证，请把证件类型改选为“外国人永久居留身份证”再发一次。"}
	ErrDocumentHMTArea    = &Error{Kind: Invalid, Code: "document_hmt_area", EN: "must begin with 810000, 820000 or 830000", ZH: "港澳台居民居住证的前6位应是810000（香港）、820000（澳门）或830000（台湾），您输入的是“%s”。如果是别的证件，请改选证件类型。"}
	ErrDocumentDate       = &Error{Kind: Invalid, Code: "document_date", EN: "digits 7-14 are not a real date", ZH: "第7到14位是出生日期，“%s”不是真实日期，请核对后再发一次。"}
	ErrDocumentFuture     = &Error{Kind: Invalid, Code: "document_future", EN: "born after today", ZH: "第7到14位是出生日期，“%s”还没有到，请核对后再发一次。"}
	ErrDocumentCheck      = &Error{Kind: Invalid, Code: "document_check", EN: "the check character does not fit the other 17", ZH: "最后一位校验码不对，说明有一位输错了，请对着证件核对每一位后再发一次。"}
	ErrDocumentForeign    = &Error{Kind: Invalid, Code: "document_foreign_shape", EN: "18 digits from 9, or 3 letters and 12 digits", ZH: "外国人永久居留身份证号应是9开头的18位数字，或旧证的3个字母加12个数字；您输入的是%d位，请核对后再发一次。"}
	ErrDocumentPassport   = &Error{Kind: Invalid, Code: "document_passport_shape", EN: "6 to 12 letters and digits with at least 4 digits", ZH: "护照或通行证号码应是6到12位字母和数字，您输入的是%d位或有别的符号。请核对；如果是18位身份证，请改选“居民身份证”。"}
)

// ParseDocument checks a number as typed against its kind's rules (GB 11643-1999 for the 18-digit ones) and brings
// it to the one form under which a person is known. today judges births in the future; "" leaves that out.
// It answers one of the ErrDocument refusals.
func ParseDocument(kind DocumentKind, raw string, today Day) (Document, error) {
	if kind.Label() == "" {
		return Document{}, ErrDocumentKind
	}
	number, n := normalNumber(raw)
	d := Document{Kind: kind, Number: number}
	if number == "" {
		return Document{}, ErrDocumentEmpty.With(kind.Label())
	}
	var err error
	switch kind {
	case Passport:
		err = checkPassport(number, n)
	case ForeignPR:
		err = d.readForeign(n, today)
	case HMTResidence:
		err = d.readHMT(n, today)
	default:
		err = d.readResident(n, today)
	}
	if err != nil {
		return Document{}, err
	}
	return d, nil
}

func (d *Document) readResident(n int, today Day) error {
	if err := checkEighteen(d.numberLabel(), d.Number, n); err != nil {
		return err
	}
	switch two := d.Number[:2]; {
	case two == "81" || two == "82" || two == "83":
		return ErrDocumentUseHMT.With(two)
	case two[0] == '9':
		return ErrDocumentUseForeign
	case !provinceKnown(two):
		return ErrDocumentProvince.With(two)
	}
	d.Area = d.Number[:6]
	if !AreaKnown(d.Area) {
		d.Warnings = append(d.Warnings, "前6位地区代码“"+d.Area+"”不在国家历年代码表里，请人工看一眼证件。")
	}
	return d.readBirth(today)
}

func (d *Document) readHMT(n int, today Day) error {
	if err := checkEighteen(d.numberLabel(), d.Number, n); err != nil {
		return err
	}
	switch area := d.Number[:6]; area {
	case "810000", "820000", "830000":
		d.Area = area
		return d.readBirth(today)
	default:
		return ErrDocumentHMTArea.With(area)
	}
}

// readForeign knows both forms: since December 2023 18 digits from 9, before that 3 letters and 12 digits,
// whose inner structure has no public source, so nothing is read from it.
func (d *Document) readForeign(n int, today Day) error {
	if n == 15 && isUpper(d.Number[:3]) && isDigits(d.Number[3:]) {
		return nil
	}
	if n != 18 || d.Number[0] != '9' {
		return ErrDocumentForeign.With(n)
	}
	if err := checkEighteen(d.numberLabel(), d.Number, n); err != nil {
		return err
	}
	return d.readBirth(today)
}

// numberLabel is what the number is called to the person who typed it.
func (d *Document) numberLabel() string {
	if d.Kind == ResidentID {
		return "身份证号"
	}
	return d.Kind.Label() + "上的号码"
}

// readBirth reads digits 7 to 18 of a number already known to be 17 digits and a digit or X.
func (d *Document) readBirth(today Day) error {
	digits := d.Number[6:14]
	born, err := time.Parse("20060102", digits)
	if err != nil || digits < "0001" {
		return ErrDocumentDate.With(digits)
	}
	d.Birth = Day(born.Format(time.DateOnly))
	if today != "" && d.Birth > today {
		return ErrDocumentFuture.With(digits)
	}
	if ResidentCheck(d.Number[:17]) != d.Number[17] {
		return ErrDocumentCheck
	}
	// No floor at 1900: a wrong century is a matter for a person's eyes, not for a refusal.
	if today != "" && d.AgeOn(today) > 120 {
		d.Warnings = append(d.Warnings, "按出生日期算已超过120岁，请人工看一眼证件。")
	}
	d.Sex = "F"
	if (d.Number[16]-'0')%2 == 1 {
		d.Sex = "M"
	}
	return nil
}

// ResidentCheck is the check character of GB 11643-1999 (ISO 7064 MOD 11-2) for 17 digits; 0 for anything else.
func ResidentCheck(seventeen string) byte {
	if len(seventeen) != 17 || !isDigits(seventeen) {
		return 0
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(seventeen[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// AgeOn is the age in whole years on a day, -1 if either date is unknown or the birth is later. Who was born on
// 29 February grows older on 1 March in common years: a guardian's consent then lasts a day longer, not shorter.
func (d Document) AgeOn(day Day) int {
	born, err := time.Parse(time.DateOnly, string(d.Birth))
	on, err2 := time.Parse(time.DateOnly, string(day))
	if err != nil || err2 != nil || on.Before(born) {
		return -1
	}
	age := on.Year() - born.Year()
	if on.Month() < born.Month() || (on.Month() == born.Month() && on.Day() < born.Day()) {
		age--
	}
	return age
}

// Under14 says whether the person is known to be under 14 on a day, when a guardian must consent (PIPL 31).
// A document without a birth date answers false: ask for another document where it matters.
func (d Document) Under14(day Day) bool {
	age := d.AgeOn(day)
	return age >= 0 && age < 14
}

func checkEighteen(label, number string, n int) error {
	if n == 15 && isDigits(number) {
		return ErrDocumentOld15
	}
	if n != 18 {
		return ErrDocumentLength.With(label, n)
	}
	i := 0
	for _, r := range number {
		i++
		if (r < '0' || r > '9') && (i != 18 || r != 'X') {
			return ErrDocumentCharacter.With(i, string(r))
		}
	}
	return nil
}

func checkPassport(number string, n int) error {
	digits := 0
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r < 'A' || r > 'Z':
			return ErrDocumentPassport.With(n)
		}
	}
	if n < 6 || n > 12 || digits < 4 {
		return ErrDocumentPassport.With(n)
	}
	return nil
}

// normalNumber is the one form under which a number is known, and its length in characters.
func normalNumber(raw string) (string, int) {
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), isHyphen(r), unicode.Is(unicode.Cf, r):
			return -1
		case r == '×', r == 'Х', r == 'х', r == 'Χ', r == 'χ': // the times sign, Cyrillic and Greek X look the same
			return 'X'
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(raw))
	return s, utf8.RuneCountInString(s)
}

func isHyphen(r rune) bool {
	return unicode.Is(unicode.Pd, r) || r == '−'
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isUpper(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
