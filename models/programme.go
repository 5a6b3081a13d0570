package models

import "slices"

// Programme is what two districts have agreed: who may come, from when to when, and on which clauses.
type Programme struct {
	ID          string   `gorm:"primaryKey"`
	No          int      // 1..255, the number a voucher's code carries
	Title       string   //
	Home        string   // the district whose residents benefit
	Host        string   // the district that receives them
	ValidFrom   Day      // first day of visits
	ValidTo     Day      // last day of visits, inclusive
	AnnouncedOn Day      //
	Controller  string   // who answers for personal data
	Contact     string   // how to reach them
	Clauses     []Clause `gorm:"serializer:json"`
	Holidays    []Day    `gorm:"serializer:json"` // public holidays, for offers that shut on them
	Workdays    []Day    `gorm:"serializer:json"` // weekend days worked instead
	Zone        []Town   `gorm:"serializer:json"` // the towns whose residents belong
	KeepDays    int      // days after ValidTo for which personal data is kept
	Version     int
}

// Clause is one sentence of the programme that decisions cite.
type Clause struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Every programme numbers these two clauses alike, so that decisions can cite them.
const (
	ClauseWindow    = "P1" // when it runs
	ClauseResidents = "P2" // whom it is for
)

// OpenOn says whether visits on day d are within the programme.
func (p Programme) OpenOn(d Day) bool { return d >= p.ValidFrom && d <= p.ValidTo }

// HolidayOn says whether d is one of the programme's public holidays.
func (p Programme) HolidayOn(d Day) bool { return slices.Contains(p.Holidays, d) }

// Clause gives the text of a clause as people cite it; "" if there is none of that id.
func (p Programme) Clause(id string) string {
	for _, c := range p.Clauses {
		if c.ID == id {
			return c.Text
		}
	}
	return ""
}
