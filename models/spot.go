package models

// Spot is a scenic spot of the host district.
type Spot struct {
	ID        string       `gorm:"primaryKey"`
	No        int          // 1..255, the number a voucher's code carries
	Name      string       //
	Aliases   []string     `gorm:"serializer:json"` // other names people use; matched by id, never by a part of a name
	Grade     string       // 5A, 4A
	Town      string       //
	Hours     string       // "" = not set
	Intro     string       //
	Bring     string       // what to bring to the gate
	Tickets   []TicketItem `gorm:"serializer:json"`
	ListPrice *Fen         `gorm:"column:list_price_fen"` // the price an offer's percent is taken of; nil = not set
	Closed    []Day        `gorm:"serializer:json"`       // days on which the spot is shut for everyone
	Photo     string       // path of a picture
	Sort      int
	Version   int
}

// TicketItem is one price a spot prints.
type TicketItem struct {
	Item string `json:"item"`
	Fen  *Fen   `json:"fen"` // nil = not known
	Note string `json:"note,omitempty"`
}
