package models

import (
	"slices"
	"testing"
	"time"
)

func decided(t *testing.T, change func(*Question)) Decision {
	t.Helper()
	q := Question{
		Programme: Programme{
			ValidFrom: "2021-07-01", ValidTo: "2021-12-31", Home: "重庆高新区", Holidays: []Day{"2021-10-01"},
			Clauses: []Clause{{ClauseWindow, "7月1日起"}, {ClauseResidents, "给高新区市民"}},
		},
		Offer: &Offer{ID: "O1", Kind: OfferFree, ClauseText: "免门票"}, Spot: &Spot{Name: "十三寨"},
		Resident: &Resident{Birth: "1990-01-01"}, Eligibility: &Eligibility{State: EligibilityApproved, Basis: BasisRoster},
		Day: "2021-07-17", People: 2, Now: time.Date(2021, 7, 12, 1, 0, 0, 0, time.UTC),
	}
	change(&q)
	return Decide(q)
}

func TestDecide(t *testing.T) {
	n := func(v int) *int { return &v }
	for name, c := range map[string]struct {
		change func(*Question)
		state  string
		no     []string // the codes that speak against, in order
	}{
		"all is well":             {func(*Question) {}, "eligible", nil},
		"nobody":                  {func(q *Question) { q.Resident = nil }, "unknown", []string{"identity_needed"}},
		"never asked":             {func(q *Question) { q.Eligibility = nil }, "undecided", []string{"undecided"}},
		"asked":                   {func(q *Question) { q.Eligibility.State = EligibilityAsked }, "undecided", []string{"undecided"}},
		"refused":                 {func(q *Question) { q.Eligibility.State = EligibilityRefused }, "refused", []string{"not_resident"}},
		"lapsed":                  {func(q *Question) { q.Eligibility.Until = "2021-07-16" }, "refused", []string{"eligibility_lapsed"}},
		"on its last day":         {func(q *Question) { q.Eligibility.Until = "2021-07-17" }, "eligible", nil},
		"a child":                 {func(q *Question) { q.Resident.Birth = "2007-07-13" }, "eligible", []string{"guardian_needed"}},
		"fourteen today":          {func(q *Question) { q.Resident.Birth = "2007-07-12" }, "eligible", nil},
		"a child with a guardian": {func(q *Question) { q.Resident.Birth, q.Guardian = "2015-01-01", true }, "eligible", nil},
		"yesterday":               {func(q *Question) { q.Day = "2021-07-11" }, "eligible", []string{"day_past"}},
		"before it was announced": {func(q *Question) {
			q.Programme.AnnouncedOn, q.Now = "2021-07-12", time.Date(2021, 7, 11, 15, 59, 59, 0, time.UTC)
		}, "eligible", []string{"not_announced"}},
		"the minute it was": {func(q *Question) {
			q.Programme.AnnouncedOn, q.Now = "2021-07-12", time.Date(2021, 7, 11, 16, 0, 0, 0, time.UTC)
		}, "eligible", nil},
		"next year":             {func(q *Question) { q.Day = "2022-01-01" }, "eligible", []string{"outside_window"}},
		"over":                  {func(q *Question) { q.Now, q.Day = time.Date(2021, 12, 31, 16, 0, 0, 0, time.UTC), "" }, "eligible", []string{"programme_over"}},
		"the last second":       {func(q *Question) { q.Now, q.Day = time.Date(2021, 12, 31, 15, 59, 59, 0, time.UTC), "2021-12-31" }, "eligible", nil},
		"paused":                {func(q *Question) { q.Offer.Paused = true }, "eligible", []string{"offer_closed"}},
		"spot shut":             {func(q *Question) { q.Spot.Closed = []Day{"2021-07-17"} }, "eligible", []string{"day_closed"}},
		"blackout":              {func(q *Question) { q.Offer.Blackout = []Day{"2021-07-17"} }, "eligible", []string{"day_closed"}},
		"a holiday":             {func(q *Question) { q.Offer.HolidayBlackout, q.Day = true, "2021-10-01" }, "eligible", []string{"day_closed"}},
		"before the offer":      {func(q *Question) { q.Offer.ValidFrom = "2021-08-01" }, "eligible", []string{"day_closed"}},
		"too late to claim":     {func(q *Question) { q.Offer.AdvanceDays, q.Day = n(2), "2021-07-13" }, "eligible", []string{"too_late_to_claim"}},
		"early enough":          {func(q *Question) { q.Offer.AdvanceDays, q.Day = n(2), "2021-07-14" }, "eligible", nil},
		"day's limit":           {func(q *Question) { q.Offer.PerDay, q.Usage.SameDay = n(1), 1 }, "eligible", []string{"limit_day"}},
		"spot's limit":          {func(q *Question) { q.Offer.PerSpot, q.Usage.SameSpot = n(2), 2 }, "eligible", []string{"limit_spot"}},
		"limit in all":          {func(q *Question) { q.Offer.Total, q.Usage.All = n(3), 3 }, "eligible", []string{"limit_total"}},
		"quota has two":         {func(q *Question) { q.Offer.DailyQuota, q.Usage.Claimed = n(10), 8 }, "eligible", nil},
		"quota has one":         {func(q *Question) { q.Offer.DailyQuota, q.Usage.Claimed = n(10), 9 }, "eligible", []string{"quota_full"}},
		"quota of none":         {func(q *Question) { q.Offer.DailyQuota = n(0) }, "eligible", []string{"quota_full"}},
		"too many people":       {func(q *Question) { q.People = 21 }, "eligible", []string{"party_too_large"}},
		"more than the offer's": {func(q *Question) { q.Offer.MaxParty = n(1) }, "eligible", []string{"party_too_large"}},
		"all at once": {func(q *Question) {
			q.Eligibility, q.Day, q.People = nil, "2022-01-01", 99
		}, "undecided", []string{"outside_window", "undecided", "party_too_large"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := decided(t, c.change)
			var no []string
			for _, r := range d.Reasons {
				if !r.OK {
					no = append(no, r.Code)
					if r.ZH == "" || r.Next == "" || r.Clause == "" {
						t.Errorf("%s says too little: %+v", r.Code, r)
					}
				}
			}
			if !slices.Equal(no, c.no) || d.OK != (c.no == nil) || d.State != c.state {
				t.Errorf("%v %s %v, want %s %v", d.OK, d.State, no, c.state, c.no)
			}
			err := d.Refusal()
			if (err == nil) != d.OK || (err != nil && Refusal(err).Code != c.no[0]) {
				t.Errorf("refusal: %v", err)
			}
		})
	}
}

func TestInZone(t *testing.T) {
	p := Programme{Zone: []Town{{Name: "白市驿镇"}, {Name: "虎溪街道"}, {Name: "走马镇"}}}
	for address, want := range map[string]string{
		"九龙坡区白市驿镇驿都社区": "白市驿镇", "白市驿正街1号": "白市驿镇", "虎溪大学城": "虎溪街道", "走马镇": "走马镇", "走马": "走马镇", "黔江区城东街道": "", "": "",
	} {
		if town, _ := p.InZone(address); town.Name != want {
			t.Errorf("%q: %q, want %q", address, town.Name, want)
		}
	}
}

func TestPayEach(t *testing.T) {
	f := func(v Fen) *Fen { return &v }
	for _, c := range []struct {
		kind     OfferKind
		percent  int
		list     *Fen
		rounding Rounding
		want     Fen
		ok       bool
		label    string
	}{
		{OfferFree, 0, nil, RoundFen, 0, true, "免费"},
		{OfferPercent, 30, f(6000), RoundFen, 1800, true, "3折"},
		{OfferPercent, 30, f(9000), RoundFen, 2700, true, "3折"},
		{OfferPercent, 30, f(16800), RoundFen, 5040, true, "3折"},
		{OfferPercent, 30, f(16800), RoundYuanDown, 5000, true, "3折"},
		{OfferPercent, 30, f(16800), RoundYuanUp, 5100, true, "3折"},
		{OfferPercent, 35, f(1), RoundFen, 0, true, "3.5折"},
		{OfferPercent, 50, f(1), RoundFen, 1, true, "5折"},
		{OfferPercent, 30, nil, RoundFen, 0, false, "3折"},
		{OfferFixed, 0, f(6000), RoundFen, 0, false, "优惠价"},
	} {
		o := Offer{Kind: c.kind, PayPercent: c.percent, Rounding: c.rounding}
		if got, ok := o.PayEach(Spot{ListPrice: c.list}); got != c.want || ok != c.ok || o.Label() != c.label {
			t.Errorf("%+v: %v %v %s", c, got, ok, o.Label())
		}
	}
}
