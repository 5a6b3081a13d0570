package models

import (
	"slices"
	"strconv"
)

// OfferKind says how an offer reduces the ticket.
type OfferKind string

const (
	OfferFree    OfferKind = "free"
	OfferPercent OfferKind = "percent" // PayPercent of the list price
	OfferFixed   OfferKind = "fixed"   // FixedFen
)

// Offer is what the programme gives at one spot. A nil limit is "not set": the programme prints none.
type Offer struct {
	ID              string    `gorm:"primaryKey"`
	ProgrammeID     string    //
	SpotID          string    //
	Kind            OfferKind //
	PayPercent      int       // 30 for 3折: what the visitor pays
	FixedFen        *Fen      //
	Rounding        Rounding  //
	ClauseText      string    // the sentence of the programme it rests on
	Components      string    // which tickets it covers
	ValidFrom       Day       // "" = the programme's
	ValidTo         Day       // "" = the programme's
	PerDay          *int      // vouchers a resident may hold for one day, over all spots
	PerSpot         *int      // vouchers a resident may have had at this spot, in all
	Total           *int      // vouchers a resident may have had, in all
	DailyQuota      *int      // people a day at this spot
	MaxParty        *int      // people on one voucher, the holder included
	AdvanceDays     *int      // days before the visit by which one must claim
	Blackout        []Day     `gorm:"serializer:json"`
	HolidayBlackout bool      // shut on the programme's public holidays
	Paused          bool      //
	Version         int
}

// PartyCeiling is the most people one voucher can ever name, whatever an offer says.
const PartyCeiling = 20

// PayEach is what one visitor pays at the gate, in fen; ok is false where the list price is not set.
func (o Offer) PayEach(s Spot) (pay Fen, ok bool) {
	switch {
	case o.Kind == OfferFree:
		return 0, true
	case o.Kind == OfferFixed && o.FixedFen != nil:
		return *o.FixedFen, true
	case o.Kind == OfferPercent && s.ListPrice != nil:
		return s.ListPrice.Percent(o.PayPercent, o.Rounding), true
	}
	return 0, false
}

// Label says 免费 or 3折, the words people use.
func (o Offer) Label() string {
	switch o.Kind {
	case OfferFree:
		return "免费"
	case OfferPercent:
		if o.PayPercent%10 == 0 {
			return strconv.Itoa(o.PayPercent/10) + "折"
		}
		return strconv.Itoa(o.PayPercent/10) + "." + strconv.Itoa(o.PayPercent%10) + "折"
	default:
		return "优惠价"
	}
}

// Check refuses settings that cannot be meant.
func (o Offer) Check() error {
	limit := func(v *int, lo, hi int, name string) error {
		if v != nil && (*v < lo || *v > hi) {
			return ErrOfferSettings.With(name + "应在" + strconv.Itoa(lo) + "到" + strconv.Itoa(hi) + "之间，留空表示不设。")
		}
		return nil
	}
	for _, err := range []error{
		limit(o.PerDay, 1, 100, "每人每天张数"), limit(o.PerSpot, 1, 1000, "每人本景区张数"), limit(o.Total, 1, 1000, "每人总张数"),
		limit(o.DailyQuota, 0, 1_000_000, "每日名额"), limit(o.MaxParty, 1, PartyCeiling, "每张券人数"), limit(o.AdvanceDays, 0, 60, "提前天数"),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case o.Kind == OfferPercent && (o.PayPercent < 1 || o.PayPercent > 99):
		return ErrOfferSettings.With("折扣要填游客付百分之几，1到99，3折填30。")
	case o.Kind == OfferFixed && (o.FixedFen == nil || *o.FixedFen < 0 || *o.FixedFen > MaxFen):
		return ErrOfferSettings.With("优惠价没有填。")
	case o.ValidFrom != "" && o.ValidTo != "" && o.ValidFrom > o.ValidTo:
		return ErrOfferSettings.With("开始日期晚于结束日期。")
	case !slices.Contains([]OfferKind{OfferFree, OfferPercent, OfferFixed}, o.Kind):
		return ErrOfferSettings.With("优惠方式只有免费、折扣、优惠价三种。")
	case !slices.Contains([]Rounding{RoundFen, RoundYuanDown, RoundYuanUp}, o.Rounding):
		return ErrOfferSettings.With("取整方式只有到分、舍到元、进到元三种。")
	}
	return nil
}
