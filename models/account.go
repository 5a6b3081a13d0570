package models

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Role is what an account may do. Residents have no account: they have a Link.
type Role string

const (
	RoleGate     Role = "gate"     // scans at its spot
	RoleSupplier Role = "supplier" // its own goods and orders
	RoleOfficer  Role = "officer"  // residents, offers, figures, messages
	RoleAdmin    Role = "admin"    // all of it, and accounts
)

// Roles lists every role an account can have.
var Roles = []Role{RoleGate, RoleSupplier, RoleOfficer, RoleAdmin}

// Account is a member of staff.
type Account struct {
	ID           int64
	Login        string // UNIQUE, lower case
	Name         string
	Role         Role
	SpotID       string // gate staff: where they start; "" = choose
	SupplierID   string // suppliers
	PasswordHash string `json:"-"` // argon2id, PHC string
	Demo         bool   // came with the demonstration; production refuses to start with one
	Failed       int
	LockedUntil  *time.Time
	CreatedAt    time.Time
}

// Wrong passwords lock an account for LockFor after MaxFailed in a row.
const (
	MaxFailed = 5
	LockFor   = 15 * time.Minute
)

// SessionFor is how long a member of staff stays signed in.
const SessionFor = 12 * time.Hour

// CheckPassword refuses a password that is too short or too long, in characters.
func CheckPassword(p string) error {
	if n := utf8.RuneCountInString(p); n < 10 || n > 128 {
		return ErrWeakPassword
	}
	return nil
}

// May says whether the account has one of the roles; an admin may what officers may, and suppliers and gates may not.
func (a Account) May(roles ...Role) bool {
	return slices.Contains(roles, a.Role) || (a.Role == RoleAdmin && slices.Contains(roles, RoleOfficer))
}
