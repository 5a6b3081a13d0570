package bot

import (
	"strconv"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// offers gives the offers and a function that says whether one can be used today.
func (t *turn) offers() ([]db.OfferView, func(db.OfferView) string, error) {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return nil, nil, err
	}
	offers, err := t.e.d.Offers(t.ctx)
	day := t.e.d.Today()
	return offers, func(o db.OfferView) string {
		why := o.Offer.ShutOn(p, o.Spot, day)
		switch {
		case o.Offer.Paused:
			return "暂停办理。"
		case why != "":
			return "今天不能用：" + why + "。"
		case !p.OpenOn(day):
			return "今天不在优惠期内。"
		}
		return "今天开放。"
	}, err
}

// price says what a visitor pays: 免费, 3折,每人付¥18.00, or that the list price is not set.
func price(o models.Offer, each *models.Fen) string {
	switch {
	case o.Kind == models.OfferFree:
		return "免费"
	case each == nil:
		return o.Label() + "，票价未设定，按窗口票价的" + o.Label() + "付"
	}
	return o.Label() + "，每人付" + each.String()
}

// shortPrice is what a button has room for: 3折¥18.00.
func shortPrice(o db.OfferView) string {
	if o.Offer.Kind == models.OfferFree || o.PayEach == nil {
		return o.Offer.Label()
	}
	return o.Offer.Label() + o.PayEach.String()
}

// offerOf gives the offer of the spot that was chosen.
func (t *turn) offerOf(spot string) (db.OfferView, error) {
	offers, err := t.e.d.Offers(t.ctx)
	if err != nil {
		return db.OfferView{}, err
	}
	for _, o := range offers {
		if o.Spot.ID == spot {
			return o, nil
		}
	}
	return db.OfferView{}, models.ErrOfferClosed
}

// confirmPrice is what one visitor pays, as the last line before a yes says it.
func confirmPrice(o db.OfferView) string {
	switch {
	case o.Offer.Kind == models.OfferFree:
		return "免费"
	case o.PayEach == nil:
		return "按窗口票价的" + o.Offer.Label() + "付"
	}
	return "每人付" + o.PayEach.String()
}

// rooms looks at the next two weeks, and further where all of them are shut.
func (t *turn) rooms(o db.OfferView) ([]db.DayRoom, error) {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return nil, err
	}
	from := max(t.e.d.Today(), p.ValidFrom)
	rooms, err := t.e.d.OpenDays(t.ctx, t.link, o.Offer.ID, from, daysLooked, max(t.k.Claim.People, 1))
	for _, r := range rooms {
		if r.Open {
			return rooms, err
		}
	}
	if err != nil {
		return nil, err
	}
	return t.e.d.OpenDays(t.ctx, t.link, o.Offer.ID, from, daysFurther, max(t.k.Claim.People, 1))
}

// dayChoice names a day as people do, with the places left where there is a quota.
func dayChoice(r db.DayRoom, today models.Day) Choice {
	label := r.Day.ZH()
	switch r.Day {
	case today:
		label = "今天 " + label
	case today.Add(1):
		label = "明天 " + label
	}
	if r.Left != nil {
		label += " 余" + strconv.Itoa(*r.Left) + "人"
	}
	return Choice{label, r.Day.ZH()}
}
