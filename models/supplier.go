package models

import "time"

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
