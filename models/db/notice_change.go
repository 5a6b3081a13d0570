package db

import (
	"slices"
	"strings"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// holding is a live voucher, and the session in which its holder is told of it.
type holding struct {
	models.Voucher
	Chat      int64
	Reachable bool
	Gone      bool
}

// holdings gives live vouchers in the order of their holders. They are told where they claimed, if that can be written
// to; otherwise in the session of theirs that was used last, among that one and those that can be written to; otherwise
// in any. It is one statement however many they are. Whose record is open nowhere is left out.
func (t *tx) holdings(where func(*gorm.DB) *gorm.DB) (list []holding, err error) {
	q := t.g.Table("vouchers AS v").
		Select("v.*, l.id AS chat, (l.address_sealed IS NOT NULL AND l.gone_at IS NULL) AS reachable, (l.gone_at IS NOT NULL) AS gone").
		Joins(`JOIN links l ON l.id = (SELECT c.id FROM links c WHERE c.resident_id = v.resident_id ORDER BY CASE
			WHEN c.gone_at IS NOT NULL THEN 3 WHEN c.id = v.link_id AND c.address_sealed IS NOT NULL THEN 0
			WHEN c.id = v.link_id OR c.address_sealed IS NOT NULL THEN 1 ELSE 2 END, c.seen_at DESC, c.id LIMIT 1)`).
		Where("v.state = 'issued'")
	err = where(q).Order("v.resident_id, v.id").Scan(&list).Error
	return list, err
}

// letter is a notice that is to be written with many others.
type letter struct {
	to              int64 // link
	reachable, gone bool
	kind, text, key string
}

// letterRows is how many notices one statement writes.
const letterRows = 100

// post writes many notices, a hundred a statement; a key that was told before is left out.
func (t *tx) post(letters []letter) error {
	now := t.d.realNow()
	for some := range slices.Chunk(letters, letterRows) {
		rows := make([]models.Notice, len(some))
		for i, l := range some {
			sealed, err := t.d.seal(l.text)
			if err != nil {
				return err
			}
			rows[i] = models.Notice{LinkID: &some[i].to, Kind: l.kind, TextSealed: sealed, State: models.NoticePending, WrittenAt: t.now}
			switch {
			case l.reachable:
				rows[i].DueAt = &now
			case l.gone:
				rows[i].State, rows[i].Why = models.NoticeDead, models.WhyGone
			}
			if l.key != "" {
				rows[i].OnceKey = &some[i].key
			}
		}
		if err := t.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return err
		}
	}
	return nil
}

// terms is what a voucher rests on.
type terms struct {
	programme models.Programme
	offer     models.Offer
	spot      models.Spot
}

// shut says why nobody can claim for a day any more; "" if they can.
func (r terms) shut(day models.Day) string {
	if !r.programme.OpenOn(day) {
		return "不在优惠期内"
	}
	return r.offer.ShutOn(r.programme, r.spot, day)
}

// The kinds of notices about a change, the gravest first.
const (
	kindClosed = "spot_closed"
	kindOffer  = "offer_changed"
	kindSpot   = "spot_changed"
)

// change is one thing that is different for the holder of a voucher.
type change struct{ kind, text string }

// changes says what is different for a holder between two terms, and nothing where nothing is: what a voucher promised
// at the claim (price, people, day) stays as it was.
func changes(old, now terms, v models.Voucher) (list []change) {
	spot, day := now.spot.Name, v.VisitDay
	closed, wasClosed := slices.Contains(now.spot.Closed, day), slices.Contains(old.spot.Closed, day)
	say := func(different bool, kind, text string) {
		if different {
			list = append(list, change{kind, text})
		}
	}
	say(closed && !wasClosed, kindClosed, spot+day.ZH()+"不开放，您这天的券用不了，请不要跑空。请回复“我的券”取消这一张，再回复“领券”换一天。")
	say(wasClosed && !closed, kindClosed, spot+day.ZH()+"又开放了，您这天的券照常能用。")
	why := now.shut(day)
	say(why != "" && !closed && old.shut(day) == "", kindOffer,
		spot+day.ZH()+"不再办理新的优惠券（"+why+"）。您已领的券不受影响，照常能用；但取消以后，这一天就领不到了。")
	say(v.PayEach == nil && now.offer.Label() != old.offer.Label(), kindOffer,
		spot+"的优惠由"+old.offer.Label()+"改为"+now.offer.Label()+"，您"+day.ZH()+"的券到景区按"+now.offer.Label()+"算。")
	say(now.offer.Components != old.offer.Components && now.offer.Components != "", kindOffer, spot+"的优惠现在包括："+sentence(now.offer.Components))
	say(spot != old.spot.Name, kindSpot, old.spot.Name+"改名为“"+spot+"”，您的券照常能用。")
	say(now.spot.Hours != old.spot.Hours && now.spot.Hours != "", kindSpot, spot+"的开放时间现在是："+sentence(now.spot.Hours))
	say(now.spot.Bring != old.spot.Bring && now.spot.Bring != "", kindSpot, "去"+spot+"要带的东西有变，现在是："+sentence(now.spot.Bring))
	return list
}

// sentence ends what an officer typed with one full stop.
func sentence(s string) string { return strings.TrimRight(strings.TrimSpace(s), "。.；;") + "。" }

// letters makes one notice for each holder of whom something changed, whatever the number of their vouchers.
func letters(list []holding, changed func(models.Voucher) []change) (out []letter) {
	for of := range chunkBy(list, func(h holding) int64 { return h.ResidentID }) {
		l := letter{to: of[0].Chat, reachable: of[0].Reachable, gone: of[0].Gone}
		var texts []string
		for _, h := range of {
			for _, c := range changed(h.Voucher) {
				if !slices.Contains(texts, c.text) {
					texts = append(texts, c.text)
				}
				if l.kind == "" || c.kind == kindClosed || c.kind == kindOffer && l.kind == kindSpot {
					l.kind = c.kind
				}
			}
		}
		if len(texts) > 0 {
			l.text = strings.Join(texts, "\n")
			out = append(out, l)
		}
	}
	return out
}

// chunkBy cuts a list wherever its key changes.
func chunkBy[T any, K comparable](list []T, key func(T) K) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for from := 0; from < len(list); {
			to := from + 1
			for to < len(list) && key(list[to]) == key(list[from]) {
				to++
			}
			if !yield(list[from:to]) {
				return
			}
			from = to
		}
	}
}

// tellHolders tells every holder of a live voucher at some spots, from today on, what is different for them. before and
// after give the terms of an offer. It reads all of those vouchers at once and writes a notice for each holder, a hundred
// a statement: 3,000 holders take a tenth of a second, and no spot has more ahead of it than its days have places.
func (t *tx) tellHolders(spots []string, before, after func(offerID string) terms) error {
	list, err := t.holdings(func(q *gorm.DB) *gorm.DB {
		return q.Where("v.spot_id IN ? AND v.visit_day >= ?", spots, models.DayOf(t.now))
	})
	if err != nil {
		return err
	}
	return t.post(letters(list, func(v models.Voucher) []change { return changes(before(v.OfferID), after(v.OfferID), v) }))
}

// tellHolder tells the holder of a live voucher something about it.
func (t *tx) tellHolder(v models.Voucher, kind, text string) error {
	list, err := t.holdings(func(q *gorm.DB) *gorm.DB { return q.Where("v.id = ?", v.ID) })
	if err != nil || len(list) == 0 {
		return err
	}
	return t.post([]letter{{to: list[0].Chat, reachable: list[0].Reachable, gone: list[0].Gone, kind: kind, text: text}})
}
