package models

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Sealed is text that only the database layer can open (AES-GCM); nil once erased.
type Sealed []byte

// Resident is a person who has given a document. Number and name are sealed; the number is looked up by keyed hash.
type Resident struct {
	ID           int64
	DocumentKind DocumentKind
	NumberHash   string // keyed, UNIQUE; "erased:<id>" once erased
	NameHash     string //
	NumberSealed Sealed `json:"-"`
	NameSealed   Sealed `json:"-"`
	PhoneSealed  Sealed `json:"-"`
	MaskedNumber string // 5001************0X
	MaskedName   string // 张*
	Birth        Day    `gorm:"-"` // read from the number when it is opened; beside the masked number it would give most of it away
	Area         string `gorm:"-"` // likewise: its first six digits, a hint only
	Town         string // where they say they live
	CreatedAt    time.Time
	ErasedAt     *time.Time
}

// How many wrong one-time codes are taken within LinkTriesFor: from one session, and from all of them together.
const (
	LinkTries    = 5
	LinkTriesAll = 300
	LinkTriesFor = 10 * time.Minute
)

// How many codes are sent to one person's phone within PhoneCodesFor.
const (
	PhoneCodes    = 3
	PhoneCodesFor = time.Hour
)

// Link is one way a person talks to us: a web session, a WeChat or Telegram user. Orders and talks belong to it.
type Link struct {
	ID         int64
	Channel    string // web, wechat, telegram; kept: nobody talks through it, it keeps what is a person's between two chats
	UserHash   string // hash of the platform's user id or of the session's token
	ResidentID *int64 // bound by the first proof of number and name
	AccountID  *int64 // a member of staff, bound by a code from their page
	SameAs     *int64 // the chat from which this session of the phone pages was opened

	AddressSealed Sealed     `json:"-"` // the platform's user id, to write to them; none on the web, where people fetch
	GoneAt        *time.Time // they blocked us or left

	CreatedAt time.Time
	SeenAt    time.Time
}

// Reachable says whether the person can be written to without having asked.
func (l Link) Reachable() bool { return l.AddressSealed != nil && l.GoneAt == nil }

// RosterEntry is one person the home district has named as its own.
type RosterEntry struct {
	ID           int64
	ProgrammeID  string
	NumberHash   string
	NameHash     string
	NameSealed   Sealed `json:"-"`
	MaskedNumber string
	MaskedName   string
	Town         string
	Village      string
	ImportedAt   time.Time
}

// TableName names the table in the singular noun people use for it.
func (RosterEntry) TableName() string { return "roster" }

// NormalName brings a person's name to one form: NFKC, no spaces, one kind of middle dot.
func NormalName(raw string) (string, error) {
	s := strings.Join(strings.Fields(norm.NFKC.String(raw)), "")
	s = strings.NewReplacer("•", "·", "・", "·", ".", "·", "‧", "·").Replace(s)
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 30 {
		return "", ErrNameInvalid
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && r != '·' {
			return "", ErrNameInvalid
		}
	}
	return strings.ToUpper(s), nil
}

// AgeOn is the person's age in whole years on day d; ok is false where the birth date is not known.
func (r Resident) AgeOn(d Day) (age int, ok bool) {
	if r.Birth == "" {
		return 0, false
	}
	b, t := r.Birth.Start().In(Zone), d.Start().In(Zone)
	age = t.Year() - b.Year()
	if t.Month() < b.Month() || (t.Month() == b.Month() && t.Day() < b.Day()) {
		age--
	}
	return age, true
}

// NormalDocument is the one form under which a document's number is known and hashed: NFKC, no spaces or hyphens,
// upper case.
func NormalDocument(raw string) string {
	s, _ := normalNumber(raw)
	return s
}
