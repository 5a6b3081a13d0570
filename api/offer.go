package api

import (
	"context"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// OfferSettings is what an officer sets. Every limit must be named: null says that the programme prints none. It is
// exported for the document's sake: what is embedded must be.
type OfferSettings struct {
	Kind            models.OfferKind `json:"kind" enum:"free,percent,fixed"`
	PayPercent      int              `json:"pay_percent" minimum:"0" maximum:"100" doc:"what the visitor pays of the list price: 30 for 3折"`
	FixedFen        *models.Fen      `json:"fixed_fen" minimum:"0"`
	Rounding        models.Rounding  `json:"rounding" enum:"fen,yuan_down,yuan_up"`
	ClauseText      string           `json:"clause" maxLength:"1000" doc:"the sentence of the programme it rests on"`
	Components      string           `json:"components" maxLength:"500" doc:"which tickets it covers"`
	ValidFrom       models.Day       `json:"valid_from" doc:"empty = the programme's"`
	ValidTo         models.Day       `json:"valid_to" doc:"empty = the programme's"`
	PerDay          *int             `json:"per_day" doc:"vouchers a resident may hold for one day, over all spots"`
	PerSpot         *int             `json:"per_spot" doc:"vouchers a resident may have had at this spot"`
	Total           *int             `json:"total" doc:"vouchers a resident may have had, in all"`
	DailyQuota      *int             `json:"daily_quota" doc:"people a day at this spot"`
	MaxParty        *int             `json:"max_party" doc:"people on one voucher, the holder included"`
	AdvanceDays     *int             `json:"advance_days" doc:"days before the visit by which one must claim"`
	Blackout        []models.Day     `json:"blackout" maxItems:"400"`
	HolidayBlackout bool             `json:"holiday_blackout" doc:"shut on the programme's public holidays"`
	Paused          bool             `json:"paused"`
}

type offerView struct {
	ID       string `json:"id"`
	Spot     string `json:"spot" doc:"the spot's id"`
	SpotName string `json:"spot_name"`
	Label    string `json:"label" doc:"免费 or 3折"`
	OfferSettings
	PayEach *models.Fen `json:"pay_each_fen" doc:"what one visitor pays at the gate; null where the list price is not set"`
	Version int         `json:"version" doc:"give it back when changing"`
}

func viewOffer(v db.OfferView) offerView {
	o := v.Offer
	return offerView{ID: o.ID, Spot: o.SpotID, SpotName: v.Spot.Name, Label: o.Label(), PayEach: v.PayEach, Version: o.Version, OfferSettings: OfferSettings{
		Kind: o.Kind, PayPercent: o.PayPercent, FixedFen: o.FixedFen, Rounding: o.Rounding, ClauseText: o.ClauseText, Components: o.Components,
		ValidFrom: o.ValidFrom, ValidTo: o.ValidTo, PerDay: o.PerDay, PerSpot: o.PerSpot, Total: o.Total, DailyQuota: o.DailyQuota,
		MaxParty: o.MaxParty, AdvanceDays: o.AdvanceDays, Blackout: orEmpty(o.Blackout), HolidayBlackout: o.HolidayBlackout, Paused: o.Paused,
	}}
}

// on sets the settings upon an offer.
func (s OfferSettings) on(o models.Offer) models.Offer {
	o.Kind, o.PayPercent, o.FixedFen, o.Rounding, o.ClauseText, o.Components = s.Kind, s.PayPercent, s.FixedFen, s.Rounding, s.ClauseText, s.Components
	o.ValidFrom, o.ValidTo, o.PerDay, o.PerSpot, o.Total, o.DailyQuota = s.ValidFrom, s.ValidTo, s.PerDay, s.PerSpot, s.Total, s.DailyQuota
	o.MaxParty, o.AdvanceDays, o.Blackout, o.HolidayBlackout, o.Paused = s.MaxParty, s.AdvanceDays, s.Blackout, s.HolidayBlackout, s.Paused
	return o
}

// checkDays refuses settings whose days are none.
func (s OfferSettings) checkDays() error {
	days := s.Blackout
	for _, d := range []models.Day{s.ValidFrom, s.ValidTo} {
		if d != "" {
			days = append(days, d)
		}
	}
	return checkDays(days...)
}

type offerOutput struct {
	ETag string `header:"ETag"`
	Body offerView
}

func (a *App) offers(ctx context.Context, _ *struct{}) (*listOutput[offerView], error) {
	list, err := a.DB.Offers(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewOffer), nil
}

func (a *App) offer(ctx context.Context, in *idInput) (*offerOutput, error) {
	v, err := a.DB.Offer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &offerOutput{versionTag(v.Offer.Version), viewOffer(v)}, nil
}

type setOfferInput struct {
	ID      string `path:"id" maxLength:"100"`
	IfMatch string `header:"If-Match" doc:"the version that was read, in quotes; or give it in the body"`
	Body    struct {
		OfferSettings
		Version int `json:"version,omitempty"`
	}
}

// setOffer replaces an offer's settings.
func (a *App) setOffer(ctx context.Context, in *setOfferInput) (*offerOutput, error) {
	old, err := a.DB.Offer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Body.checkDays(); err != nil {
		return nil, err
	}
	o := in.Body.on(old.Offer)
	if o.Version, err = version(in.IfMatch, in.Body.Version); err != nil {
		return nil, err
	}
	if _, err := a.DB.SetOffer(ctx, *caller(ctx).Account, o); err != nil {
		return nil, err
	}
	return a.offer(ctx, &idInput{in.ID})
}

type offerDaysInput struct {
	ID     string `path:"id" maxLength:"100"`
	From   string `query:"from" doc:"first day; absent = today"`
	Days   int    `query:"days" default:"14" minimum:"1" maximum:"92"`
	People int    `query:"people" default:"1" minimum:"1" maximum:"20" doc:"who go, the holder included"`
}

type dayView struct {
	Day  models.Day `json:"day"`
	Open bool       `json:"open"`
	Why  string     `json:"why,omitempty" doc:"why it is not open, in Chinese"`
	Left *int       `json:"left" doc:"places left; null = no quota is set"`
}

// offerDays tells on which days a party may go. Residency is left aside: one may look before registering.
func (a *App) offerDays(ctx context.Context, in *offerDaysInput) (*listOutput[dayView], error) {
	from := a.DB.Today()
	if in.From != "" {
		var err error
		if from, err = models.ParseDay(in.From); err != nil {
			return nil, err
		}
	}
	list, err := a.DB.OpenDays(ctx, caller(ctx).Link.ID, in.ID, from, in.Days, in.People)
	if err != nil {
		return nil, err
	}
	return whole(list, func(d db.DayRoom) dayView { return dayView{d.Day, d.Open, d.Why, d.Left} }), nil
}
