package db_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// owner is a person with a voucher, an order, a question that waits and a basket in one chat.
func owner(t *testing.T, d *db.DB) (link int64, order string) {
	t.Helper()
	link = eligible(t, d, 1)
	pack := newPack(t, d, "farm-apeng", "测试菌子", 50)
	_, err := d.Claim(ctx, link, db.ClaimRequest{OfferID: "O1", Day: d.Today().Add(3), People: 2, Key: "v"})
	must(t, err)
	c, err := d.PlaceOrder(ctx, link, request("o", 1, pack))
	must(t, err)
	must(t, d.Ask(ctx, link, "有轮椅吗?", "m"))
	_, err = d.AddToBasket(ctx, link, "b", db.OrderItem{SKUID: pack, Quantity: 1})
	must(t, err)
	return link, c.Orders[0].No
}

// holds fails unless a chat shows so many vouchers and orders.
func holds(t *testing.T, d *db.DB, link int64, vouchers, orders int) {
	t.Helper()
	v, err := d.Vouchers(ctx, link)
	if err != nil && vouchers > 0 {
		t.Fatal(err)
	}
	o, err := d.Orders(ctx, link, 0, 10)
	must(t, err)
	if len(v) != vouchers || len(o) != orders {
		t.Errorf("link %d holds %d vouchers and %d orders, want %d and %d", link, len(v), len(o), vouchers, orders)
	}
}

// told is what a chat's next message is shown first.
func told(t *testing.T, d *db.DB, link int64) []string {
	t.Helper()
	list, err := d.NoticesAfter(ctx, link, 0, 100)
	must(t, err)
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// Who leaves their only chat loses nothing: it waits for the next chat they bind, and nobody finds it in the old one.
func TestWhoLeavesLosesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, no := owner(t, d)
		if kinds := told(t, d, link); len(kinds) == 0 { // eligibility decided: shown here, and not to who comes after
			t.Fatal("nothing was told")
		}
		s, err := d.Leave(ctx, link)
		must(t, err)
		if s.Resident == nil {
			t.Error("it is not said whose the chat was")
		}
		holds(t, d, link, 0, 0)
		if _, known, _ := d.LastAddress(ctx, link); known {
			t.Error("the address is still there")
		}
		if items, _ := d.Basket(ctx, link); len(items) > 0 {
			t.Error("the basket is still there")
		}
		if now, err := d.Standing(ctx, link); err != nil || now.Resident != nil || len(now.Consents) > 0 {
			t.Errorf("%+v %v", now, err)
		}
		open, err := d.OpenMessages(ctx, 0, 10)
		must(t, err)
		must(t, d.Answer(ctx, officer, open[0].ID, "有"))
		_, err = d.CancelOrder(ctx, link, no)
		wants(t, err, models.ErrNotFound)
		if kinds := told(t, d, link); len(kinds) > 0 {
			t.Errorf("the next person is told %v", kinds)
		}
		again := stranger(t, d, "again")
		must(t, d.Consent(ctx, again, models.ConsentSharing))
		_, err = d.Register(ctx, again, db.Registration{Kind: models.ResidentID, Number: newNumber(1), Name: "试验甲"})
		must(t, err)
		holds(t, d, again, 1, 1)
		if kinds := told(t, d, again); len(kinds) != 1 || kinds[0] != "message_answered" {
			t.Errorf("told %v", kinds)
		}
	})
}

// Who has another chat finds it all there at once, and a number and a name still open nothing.
func TestWhoLeavesOneChatGoesOnInTheOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, _ := owner(t, d)
		other := joined(t, d, link, "other")
		_, err := d.Leave(ctx, link)
		must(t, err)
		holds(t, d, link, 0, 0)
		holds(t, d, other, 1, 1)
		open, err := d.OpenMessages(ctx, 0, 10)
		must(t, err)
		must(t, d.Answer(ctx, officer, open[0].ID, "有"))
		if kinds := told(t, d, other); len(kinds) != 2 || kinds[1] != "message_answered" { // the first had not been shown yet
			t.Errorf("told %v", kinds)
		}
		_, err = d.Register(ctx, stranger(t, d, "x"), db.Registration{Kind: models.ResidentID, Number: newNumber(1), Name: "试验甲"})
		wants(t, err, models.ErrBoundElsewhere)
		must(t, d.Erase(ctx, other))
		if n := count(t, d, "SELECT COUNT(*) FROM links WHERE resident_id IS NOT NULL"); n != 0 {
			t.Errorf("%d links are bound to nobody", n)
		}
	})
}

// The same chat may be left and bound again, and again.
func TestLeavingAndComingBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, _ := owner(t, d)
		for range 3 {
			_, err := d.Leave(ctx, link)
			must(t, err)
			_, err = d.Leave(ctx, link)
			wants(t, err, models.ErrNotBound)
			must(t, d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing))
			_, err = d.Register(ctx, link, db.Registration{Kind: models.ResidentID, Number: newNumber(1), Name: "试验甲"})
			must(t, err)
			holds(t, d, link, 1, 1)
		}
	})
}

// An officer who releases a person for a new phone takes everything off the lost one.
func TestReleaseTakesEverythingAlong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lost, _ := owner(t, d)
		session, err := d.OpenPages(ctx, lost)
		must(t, err)
		s, err := d.Standing(ctx, lost)
		must(t, err)
		must(t, d.Release(ctx, officer, s.Resident.ID))
		holds(t, d, lost, 0, 0)
		holds(t, d, sessionOf(t, d, session), 0, 0)
		if f, err := d.ReadResident(ctx, s.Resident.ID); err != nil || f.Bound {
			t.Errorf("still bound: %v, %v", f.Bound, err)
		}
		link := stranger(t, d, "new phone")
		_, err = d.Register(ctx, link, db.Registration{Kind: models.ResidentID, Number: newNumber(1), Name: "试验甲"})
		must(t, err)
		holds(t, d, link, 1, 1)
	})
}

// Who has a chat after a member of staff finds nothing of their work in it, however it came to that; their page has it all.
func TestStaffLeaveNothingInAChat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, pack := accountOf(t, d, "farm-apeng"), newPack(t, d, "farm-apeng", "测试菌子", 9)
		buyer := eligible(t, d, 1)
		for i, end := range []func(link int64) error{
			func(link int64) error { _, err := d.Leave(ctx, link); return err },
			func(link int64) error { return d.UnbindStaff(ctx, account, link) },
			func(int64) error { return d.SetPassword(ctx, db.System, account.Login, "a-new-password") },
		} {
			link := visitor(t, d, fmt.Sprint("staff-", i))
			code, err := d.StaffCode(ctx, account)
			must(t, err)
			_, err = d.BindByCode(ctx, link, code)
			must(t, err)
			must(t, d.SaveTalk(ctx, link, []byte("待发货"), 0))
			tellOne(t, d, link, "是本人的") // what was asked there without a record is who asked's
			order(t, d, buyer, fmt.Sprint(i), 1, pack)
			must(t, end(link))
			if kinds := told(t, d, link); !slices.Equal(kinds, []string{"message_answered"}) {
				t.Errorf("%d: the next person is told %v", i, kinds)
			}
			if talk, _, err := d.Talk(ctx, link); err != nil || talk != nil {
				t.Errorf("%d: the talk is still there: %q %v", i, talk, err)
			}
			if list, err := d.StaffLinks(ctx, account.ID); err != nil || len(list) > 0 {
				t.Errorf("%d: still bound: %+v %v", i, list, err)
			}
			if page, err := d.SupplierNotices(ctx, "farm-apeng", 100); err != nil || len(page) != i+2 { // the orders, and that the product was listed
				t.Errorf("%d: the page shows %+v %v", i, page, err)
			}
		}
	})
}
