package models

// SpotDay is what happened for one spot on one day.
type SpotDay struct {
	SpotID   string `json:"spot"`
	Day      Day    `json:"day"`
	Claimed  int    `json:"claimed" doc:"people on vouchers claimed for that day, less cancelled"`
	Admitted int    `json:"admitted" doc:"people admitted"`
}

// Sums keeps apart what is ordered, paid, shipped and accepted: a yearly target counts what is accepted and paid.
type Sums struct {
	OrderedFen  Fen `json:"ordered_fen"`
	PaidFen     Fen `json:"paid_fen"`
	ShippedFen  Fen `json:"shipped_fen"`
	AcceptedFen Fen `json:"accepted_fen"`
	RefundedFen Fen `json:"refunded_fen"`
	Orders      int `json:"orders"`
}

// Figures is what an officer watches.
type Figures struct {
	From, To   Day
	Residents  int // who have registered
	Eligible   int
	Undecided  int
	Vouchers   int // live or used
	Cancelled  int
	Admitted   int // people
	Refusals   int // scans refused
	PerSpotDay []SpotDay
	BySupplier []SupplierSums
	Total      Sums
	Messages   int // waiting for an answer
}

// SupplierSums are one supplier's sums.
type SupplierSums struct {
	SupplierID string `json:"supplier"`
	Name       string `json:"name"`
	Sums
}

// Plus adds two sums.
func (s Sums) Plus(o Sums) Sums {
	s.OrderedFen += o.OrderedFen
	s.PaidFen += o.PaidFen
	s.ShippedFen += o.ShippedFen
	s.AcceptedFen += o.AcceptedFen
	s.RefundedFen += o.RefundedFen
	s.Orders += o.Orders
	return s
}
