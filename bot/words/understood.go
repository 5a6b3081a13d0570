package words

import "math"

// Understood is one sentence in the form that `jieban understand` prints: everything that was said, and what must be
// asked before anybody acts on it. Its keys, their order and their meaning are what others measure; see docs/understand.md.
type Understood struct {
	Intent     string              `json:"intent"`     // one of the Intent constants
	Spot       string              `json:"spot"`       // id, "" if none was said or several
	Date       string              `json:"date"`       // day of the visit, 2006-01-02
	People     int                 `json:"people"`     // everyone who goes, the speaker too; 0 = not said
	Products   []UnderstoodProduct `json:"products"`   // never nil
	Confidence float64             `json:"confidence"` // 0 to 1
	Ask        string              `json:"ask"`        // the question to put back, in Chinese; "" where none is needed
}

// UnderstoodProduct is one product: how many of which unit. The unit stays as it was typed, "" if none was.
type UnderstoodProduct struct {
	ID       string  `json:"id"`
	Quantity float64 `json:"quantity"` // 1 where none was said, 0 where it was vague
	Unit     string  `json:"unit"`
}

// Understand reads one sentence on the civil day today (2006-01-02). It is the same reading as Read, told otherwise: a
// sentence that says only where, when or how many is a claim, and a product without a quantity is wanted once.
func (r *Reader) Understand(text, today string) Understood {
	return r.Read(text, today).understood()
}

func (h Heard) understood() Understood {
	u := Understood{Intent: h.Intent, Spot: h.Spot, Date: h.Date, People: h.People, Products: []UnderstoodProduct{}}
	for _, p := range h.Products {
		u.addProduct(p)
	}
	for _, p := range h.dropped {
		if is(h.Intent, IntentBasket, IntentOrderCancel) {
			u.addProduct(p)
		}
	}
	switch {
	case h.aside:
		h.Ask, u.Date, u.People = "", "", 0
	case h.visitOnly():
		u.Intent = IntentClaim
	}
	u.keepWhatBelongs()
	u.Ask = h.Question()
	if is(h.Intent, IntentOther, IntentBuy) && h.amountOnly() { // 来两箱
		u.Intent, u.Ask = IntentBuy, askGoods
	}
	u.Confidence = h.confidence(u)
	return u
}

// askGoods is asked where a quantity of nothing was said.
const askGoods = "您要哪样东西？请说名字和数量，比如“脆红李2箱”。"

// amountOnly says whether a quantity was named and no goods. 个, 位 and the like may count anything.
func (h Heard) amountOnly() bool {
	return len(h.Products)+len(h.Either) == 0 && !h.planned() && (h.Quantity > 0 && !is(h.Unit, "个", "份", "张", "样", "对", "头", "把", "层", "方", "") || h.Ask == AskQuantity)
}

// keepWhatBelongs drops the day and the company where no visit is spoken of: «明天要两箱脆红李» says when to buy, and nobody
// goes. A spot named with goods is where they come from.
func (u *Understood) keepWhatBelongs() {
	switch u.Intent {
	case IntentClaim, IntentSpots, IntentEligibility, IntentVouchers, IntentVoucherCancel:
	case IntentBuy:
		u.Spot, u.Date, u.People = "", "", 0
	default:
		u.Date, u.People = "", 0
	}
}

func (u *Understood) addProduct(p HeardProduct) {
	one := UnderstoodProduct{ID: p.ID, Quantity: p.Quantity, Unit: p.typed}
	switch {
	case p.vague && is(u.Intent, IntentBuy, IntentBasket, IntentOther):
	case p.vague: // 坏了好几个 need not be counted
		one.Quantity, one.Unit = 1, ""
	case one.Quantity == 0:
		one.Quantity = 1
	}
	u.Products = append(u.Products, one)
}

// visitOnly says whether nothing but a place, a day or a company was named: that is a visit to be arranged.
func (h Heard) visitOnly() bool {
	said := h.Spot != "" || h.Ask == AskSpot || h.planned()
	return (h.Intent == IntentOther || h.place) && said
}

// confidence says how sure the reading is: a name by sound or with a slip is less so than one by its characters, an
// errand that only follows from what was named less than one that was said, and what must be asked back least.
func (h Heard) confidence(u Understood) float64 {
	c := 0.97
	switch {
	case u.Intent == IntentOther:
		return 0.3
	case h.Intent == IntentOther || h.place:
		c = 0.9
	}
	switch h.guess {
	case 0:
	case 1:
		c *= 0.9
	default:
		c *= 0.8
	}
	if u.Ask != "" {
		c *= 0.65
	}
	return math.Round(100*c) / 100
}
