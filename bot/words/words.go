package words

import (
	"slices"
	"time"
)

// What a person can want of us. Menu digits are the talk's business: they are read as IntentOther.
const (
	IntentGreet           = "greet"
	IntentMenu            = "menu"
	IntentClaim           = "claim"
	IntentEligibility     = "eligibility"
	IntentVouchers        = "vouchers"
	IntentVoucherCancel   = "voucher_cancel"
	IntentSpots           = "spots"
	IntentBuy             = "buy"
	IntentBasket          = "basket"
	IntentOrders          = "orders"
	IntentOrderCancel     = "order_cancel"
	IntentTrack           = "track"
	IntentPay             = "pay"
	IntentRefund          = "refund"
	IntentHelp            = "help"
	IntentHuman           = "human"
	IntentConsentWithdraw = "consent_withdraw"
	IntentDeleteMe        = "delete_me"
	IntentLink            = "link"
	IntentYes             = "yes"
	IntentNo              = "no" // also a bare 取消: the talk knows what is being called off
	IntentBack            = "back"
	IntentOther           = "other" // a date, a number of people or a name alone is IntentOther with that field filled
)

// What was said and is not clear enough to act on, or is a question.
const (
	AskProduct  = "product"  // a name fits several products: Either
	AskQuantity = "quantity" // 十来个, 三五袋, or two different quantities
	AskSpot     = "spot"     // several spots: EitherSpot
	AskPastDay  = "past_day" // the day is over; EitherDay may hold what was meant
	AskDay      = "day"      // 周末, 国庆假期, a day that does not exist, several days: EitherDay
	AskPeople   = "people"   // 十来个人, 三五个人
	AskOthers   = "others"   // they ask for somebody else's voucher
	AskPrice    = "price"    // they ask what it costs
	AskStock    = "stock"    // they ask whether there is any
)

// questions are put back by what is asked. They stand alone: whoever reads one need not know what was said before.
var questions = map[string]string{
	AskProduct:  "这个名字有好几种，您要哪一种？",
	AskQuantity: "您要的数量我没听准，请说一个准数，比如“2箱”。",
	AskSpot:     "您说了好几个景区，请先选一个。",
	AskPastDay:  "您说的日子已经过了，请换一天。",
	AskDay:      "请说准是哪一天，比如“7月17号”或“下周六”。",
	AskPeople:   "一共几个人？请说一个准数，比如“3个人”。",
	AskOthers:   "券要本人来领、本人出示。是您自己去吗？一共几个人？",
	AskPrice:    "您是问价钱吗？我把价格列给您看，您要多少？",
	AskStock:    "您是问有没有货吗？我查给您看；有的话，您要多少？",
}

// Question is the sentence that asks back, in Chinese; "" where Ask is empty. Of a spot's price nothing is asked back:
// that is a question to us.
func (h Heard) Question() string {
	if h.Ask == AskPrice && h.Intent == IntentSpots {
		return ""
	}
	return questions[h.Ask]
}

// Named is a spot or a product as people call it.
type Named struct {
	ID, Name string
	Aliases  []string
	Unit     string // the unit meant where none is said; products only
}

// Vocabulary is all the names a Reader knows; it comes from the catalogue.
type Vocabulary struct{ Spots, Products []Named }

// HeardProduct is one product and how much of it: Quantity 0 means that none was said.
type HeardProduct struct {
	ID       string
	Quantity float64 // in Unit; halves occur (半斤)
	Unit     string  // as said, one of units; 公斤 for kg; the product's own where none was said
	typed    string  // the unit as it was typed, "" if none was
	vague    bool    // 几斤, 100块钱的: an amount was said and nobody can weigh it out
}

// Heard is what was understood of one message. Empty fields were not said, or are asked about (Ask).
type Heard struct {
	Intent     string
	Spot       string // id
	Date       string // 2006-01-02, never before today
	People     int    // 0 = not said, at most 99
	Products   []HeardProduct
	Without    []string // products they do not want, ids
	Quantity   float64  // said without a product (来两箱); 0 = none. A bare 三个 is People
	Unit       string   // of Quantity
	Ask        string   // the first thing to ask back, or the question asked
	Either     []HeardProduct
	EitherSpot []string
	EitherDay  []string
	Text       string // normalised: NFKC, simplified, no emoji

	guess   int            // the least certain name: 0 written, 1 heard, 2 with a slip
	place   bool           // a spot was named and nothing asked about it
	crowd   bool           // 全家: they go with others, and nobody said how many
	headed  bool           // the company was counted by a number: 两张, 三个人
	aside   bool           // the day or the people were mentioned in passing
	dropped []HeardProduct // Without, with how much of each
}

// Reader turns what people write into Heard, by words and simple patterns. It is deterministic, keeps no state and
// may be used by many at once. A deeper grammar takes the place of Read; nothing else need change.
type Reader struct {
	names  lexicon
	script script
}

// NewReader prepares a vocabulary. Names of one character and names that are words of time are left out.
func NewReader(v Vocabulary) *Reader {
	sc := newScript()
	return &Reader{names: newLexicon(v, sc), script: sc}
}

// Read understands one message on the civil day today (2006-01-02). With a malformed today no date is understood.
func (r *Reader) Read(text string, today string) Heard {
	s := r.names.mark(affirmed(r.names.fromPinyin(r.script.normal(text))))
	h := Heard{Text: s.text}
	if s.text == "" && len(text) < 64 && nodded(text) {
		h.Intent = IntentYes
		return h
	}
	for _, one := range s.hits {
		h.guess = max(h.guess, one.guess)
	}
	s.findTurn()
	if now, err := time.Parse(time.DateOnly, today); err == nil {
		s.readDates(now, &h)
	}
	s.readSpots(&h)
	s.readPeople(&h)
	s.readProducts(&h)
	h.Intent = s.intent(&h)
	return h
}

// ask keeps the most pressing thing to ask, in the order of the constants above.
func (h *Heard) ask(what string) {
	order := []string{AskProduct, AskQuantity, AskSpot, AskPastDay, AskDay, AskPeople, AskOthers, AskPrice, AskStock}
	if h.Ask == "" || slices.Index(order, what) < slices.Index(order, h.Ask) {
		h.Ask = what
	}
}
