package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// remindFrom is the hour, in business time, from which people are reminded of the next day.
const remindFrom = 9

// remindAfter is how long after a claim its holder is not reminded: they have just read it all.
const remindAfter = time.Hour

// remindRows is how many vouchers one transaction reminds of.
const remindRows = 200

// RemindVisits tells the holder of every live voucher for tomorrow, once, from 09:00 on: where, how many, what to bring,
// how to show the code and how to give the places back. It is safe to call again and again, and from several processes.
func (d *DB) RemindVisits(ctx context.Context) error {
	now := d.Now()
	if now.In(models.Zone).Hour() < remindFrom {
		return nil
	}
	t := &tx{g: d.read(ctx), d: d, now: now}
	day := models.DayOf(now).Add(1)
	var spots []string
	if err := t.g.Model(&models.Spot{}).Pluck("id", &spots).Error; err != nil {
		return err
	}
	for {
		list, err := t.holdings(func(q *gorm.DB) *gorm.DB {
			return q.Where(`v.spot_id IN ? AND v.visit_day = ? AND v.claimed_at <= ?
				AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.once_key = 'visit:' || v.id)`, spots, day, now.Add(-remindAfter)).Limit(remindRows)
		})
		if err != nil || len(list) == 0 {
			return err
		}
		if err := d.write(ctx, func(t *tx) error { return t.remind(list) }); err != nil {
			return err
		}
		if len(list) < remindRows {
			return nil
		}
	}
}

// remind writes the reminders of vouchers that were live a moment ago.
func (t *tx) remind(list []holding) error {
	letters := make([]letter, 0, len(list))
	offers := map[string]terms{}
	for _, h := range list {
		is, known := offers[h.OfferID]
		if !known {
			var err error
			if is.offer, is.spot, err = t.offer(h.OfferID); err != nil {
				return err
			}
			offers[h.OfferID] = is
		}
		letters = append(letters, letter{h.Chat, h.Reachable, h.Gone, "visit_tomorrow", reminder(is, h.Voucher), fmt.Sprintf("visit:%d", h.ID)})
	}
	return t.post(letters)
}

// reminder is what a holder reads on the day before. A spot that is shut sends nobody on the way.
func reminder(is terms, v models.Voucher) string {
	if slices.Contains(is.spot.Closed, v.VisitDay) {
		return "明天是" + v.VisitDay.ZH() + "，" + is.spot.Name + "不开放，您的券用不了，请不要跑空。请回复“我的券”取消这一张，再回复“领券”换一天。"
	}
	text := "明天是" + v.VisitDay.ZH() + "，您要去" + is.spot.Name + "，一共" + strconv.Itoa(v.Left()) + "人，" + fee(is.offer, v) + "。"
	if is.spot.Hours != "" {
		text += "开放时间：" + sentence(is.spot.Hours)
	}
	if is.spot.Bring != "" {
		text += "请带：" + sentence(is.spot.Bring)
	}
	return text + "到了门口，回复“我的券”，把二维码给工作人员扫。去不了的话，也回复“我的券”，点“取消这张券”，把名额让给别人。"
}

// fee says what is to be paid at the gate.
func fee(o models.Offer, v models.Voucher) string {
	switch {
	case v.PayEach == nil:
		return "到景区按窗口票价的" + o.Label() + "付"
	case *v.PayEach == 0:
		return "不用付门票钱"
	}
	return "到景区每人付" + v.PayEach.String()
}

// warnBefore is how long before the end of a hold the buyer is warned: 10 minutes, or a third of a shorter hold.
const warnBefore = min(10*time.Minute, models.HoldFor/3)

// warnRows is how many orders one transaction warns of.
const warnRows = 200

// WarnHolds tells buyers, once for what they ordered together, that goods which are not paid for are about to be given
// up. It is safe to call again and again, and from several processes.
func (d *DB) WarnHolds(ctx context.Context) error {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	var any int64
	if err := t.lapsing().Select("o.id").Limit(1).Scan(&any).Error; err != nil || any == 0 {
		return err
	}
	for {
		n := 0
		err := d.write(ctx, func(t *tx) (err error) {
			n, err = t.warnSome()
			return err
		})
		if err != nil || n < warnRows {
			return err
		}
	}
}

// lapsing are unpaid orders that end soon, and whose buyers were not warned yet.
func (t *tx) lapsing() *gorm.DB {
	return t.g.Table("orders AS o").Where(`o.state = 'pending_payment' AND o.expires_at > ? AND o.expires_at <= ?
		AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.once_key = 'hold:' || o.checkout_id)`, t.now, t.now.Add(warnBefore))
}

// warnSome warns the buyers of some orders and says how many orders it looked at. Their rows are locked: nobody who has
// just paid is asked to pay.
func (t *tx) warnSome() (int, error) {
	q := t.lapsing().Select(listedOrder).Order("o.expires_at, o.checkout_id, o.id").Limit(warnRows)
	if !t.d.lite {
		q = q.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Table: clause.Table{Name: "o"}})
	}
	var due []models.Order
	if err := q.Find(&due).Error; err != nil {
		return 0, err
	}
	for of := range chunkBy(due, func(o models.Order) int64 { return o.CheckoutID }) {
		if len(due) == warnRows && len(of) < len(due) && of[len(of)-1].ID == due[len(due)-1].ID {
			break // the rest of this checkout comes with the next batch
		}
		if err := t.noticeOnce(of[0].LinkID, "hold_ending", lapseWarning(of, t.now), fmt.Sprintf("hold:%d", of[0].CheckoutID)); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// lapseWarning says what is to be paid until when.
func lapseWarning(of []models.Order, now time.Time) string {
	what := "订单 " + of[0].No
	if len(of) > 1 {
		what = "您的" + strconv.Itoa(len(of)) + "笔订单"
	}
	var sum models.Fen
	for _, o := range of {
		sum += o.TotalFen
	}
	end := of[0].ExpiresAt
	minutes := int(end.Sub(now).Round(time.Minute) / time.Minute)
	return what + "还没有付款，合计 " + sum.String() + "。货只留到" + end.In(models.Zone).Format("15:04") + "（还有" + strconv.Itoa(max(minutes, 1)) +
		"分钟），过时自动关闭。要买请回复“付款”；不要了不用管，不会扣款。"
}
