package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// stranger is a session with consent and without a person.
func stranger(t *testing.T, d *db.DB, name string) int64 {
	t.Helper()
	link := visitor(t, d, name)
	must(t, d.Consent(ctx, link, models.ConsentSensitive))
	return link
}

// Guessing ends after a few tries, and with it the right code too; later, or with a code at once, it works.
func TestOneTimeCodesCannotBeGuessed(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		owner, guesser := person(t, d, 1), stranger(t, d, "guesser")
		code, err := d.LinkCode(ctx, owner)
		must(t, err)
		for i := range models.LinkTries {
			_, err = d.BindByCode(ctx, guesser, fmt.Sprintf("%07d", i)) // one digit short: never right
			wants(t, err, models.ErrWrongLinkCode)
		}
		_, err = d.BindByCode(ctx, guesser, code)
		wants(t, err, models.ErrLinkTries)
		_, err = d.BindByCode(ctx, stranger(t, d, "own"), code)
		must(t, err)
		now = now.Add(models.LinkTriesFor + time.Second)
		code, err = d.LinkCode(ctx, owner)
		must(t, err)
		_, err = d.BindByCode(ctx, guesser, code)
		must(t, err)
	}, dbtest.Clock(func() time.Time { return now }))
}

// New sessions cost nothing, so that all tries together are bounded, however many ask at once.
func TestOneTimeCodesCannotBeGuessedByMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		tried := 0
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := 0; n < models.LinkTriesAll/4+20; n++ {
					_, err := d.BindByCode(ctx, stranger(t, d, fmt.Sprint(i, "-", n/models.LinkTries)), "1234567")
					if errors.Is(err, models.ErrWrongLinkCode) {
						mu.Lock()
						tried++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if tried < models.LinkTriesAll || tried > models.LinkTriesAll+4 { // those on their way at the last moment
			t.Errorf("%d codes tried, want %d", tried, models.LinkTriesAll)
		}
	})
}

// Codes of staff are looked up before anything is asked of a person, so that every look is a try: with consent or without,
// bound or not.
func TestEveryLookAtACodeIsATry(t *testing.T) {
	d := dbtest.SQLite(t)
	for link, want := range map[int64]*models.Error{visitor(t, d, "new"): models.ErrConsentNeeded, person(t, d, 1): models.ErrAlreadyBound} {
		for range models.LinkTries {
			_, err := d.BindByCode(ctx, link, "12345678")
			wants(t, err, want)
		}
		_, err := d.BindByCode(ctx, link, "12345678")
		wants(t, err, models.ErrLinkTries)
	}
}

// A code works once, however many try it at the same moment, and only while it holds.
func TestOneTimeCodesWorkOnceAndLapse(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		owner := person(t, d, 1)
		for race := range races {
			code, err := d.LinkCode(ctx, owner)
			must(t, err)
			ends := atOnce(4, func(i int) error {
				_, err := d.BindByCode(ctx, stranger(t, d, fmt.Sprint(race, "-", i)), code)
				return err
			})
			if ends[""] != 1 {
				t.Fatalf("%v, want one that is bound", ends)
			}
		}
		code, err := d.LinkCode(ctx, owner)
		must(t, err)
		now = now.Add(10*time.Minute + time.Second)
		_, err = d.BindByCode(ctx, stranger(t, d, "late"), code)
		wants(t, err, models.ErrWrongLinkCode)
		first, err := d.LinkCode(ctx, owner)
		must(t, err)
		_, err = d.LinkCode(ctx, owner)
		must(t, err)
		_, err = d.BindByCode(ctx, stranger(t, d, "old"), first)
		wants(t, err, models.ErrWrongLinkCode)
	}, dbtest.Clock(func() time.Time { return now }))
}

// sessionOf is whose the session of a page is.
func sessionOf(t *testing.T, d *db.DB, session string) int64 {
	t.Helper()
	l, err := d.LinkFor(ctx, db.WebChannel, session)
	must(t, err)
	return l.ID
}

// A page that was opened from a chat is the chat's own, until the chat is left or its person erased.
func TestPagesOfAChatEndWithIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for n, end := range []func(link int64) error{
			func(link int64) error { _, err := d.Leave(ctx, link); return err },
			func(link int64) error { return d.Erase(ctx, link) },
		} {
			link := person(t, d, n)
			session, err := d.OpenPages(ctx, link)
			must(t, err)
			ticket, err := d.PageTicket(ctx, link, "/shop")
			must(t, err)
			for range 2 {
				if got := sessionOf(t, d, session); got != link {
					t.Fatalf("the page is of %d, want %d", got, link)
				}
			}
			must(t, end(link))
			if got := sessionOf(t, d, session); got == link {
				t.Error("the page still is the chat's")
			}
			_, _, err = d.UseTicket(ctx, ticket)
			wants(t, err, models.ErrTicket)
		}
	})
}

func TestTicketsOpenAPageOnceAndLapse(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		link := visitor(t, d, "chat")
		for range races {
			ticket, err := d.PageTicket(ctx, link, "/shop/pay/7")
			must(t, err)
			ends := atOnce(4, func(int) error {
				session, path, err := d.UseTicket(ctx, ticket)
				if err == nil && (path != "/shop/pay/7" || sessionOf(t, d, session) != link) {
					t.Errorf("it opened %s", path)
				}
				return err
			})
			if ends[""] != 1 || ends[models.ErrTicket.Code] != 3 {
				t.Fatalf("%v, want one that opens", ends)
			}
		}
		ticket, err := d.PageTicket(ctx, link, "/shop")
		must(t, err)
		now = now.Add(30*time.Minute + time.Second)
		_, _, err = d.UseTicket(ctx, ticket)
		wants(t, err, models.ErrTicket)
	}, dbtest.Clock(func() time.Time { return now }))
}

// A member of staff binds a chat by a code from their page; it ends by their hand, by leaving, or with a new password.
func TestStaffBindTheirChats(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		farm, boss := accountOf(t, d, "farm-apeng"), accountOf(t, d, "officer")
		chat := visitor(t, d, "chat") // no consent: it opens nobody's record
		bind := func() {
			t.Helper()
			code, err := d.StaffCode(ctx, farm)
			must(t, err)
			s, err := d.BindByCode(ctx, chat, code[:4]+" "+code[4:])
			must(t, err)
			if s.Account == nil || s.Account.ID != farm.ID || s.Resident != nil {
				t.Fatalf("%+v", s)
			}
			_, err = d.BindByCode(ctx, visitor(t, d, "thief"), code)
			wants(t, err, models.ErrConsentNeeded) // spent: it is no code of staff any more
		}
		isBound := func(want bool) {
			t.Helper()
			list, err := d.StaffLinks(ctx, farm.ID)
			must(t, err)
			s, err := d.Standing(ctx, chat)
			must(t, err)
			if (len(list) == 1) != want || (s.Account != nil) != want {
				t.Errorf("bound to %v, account %v; want bound: %v", list, s.Account, want)
			}
		}
		bind()
		isBound(true)
		wants(t, d.UnbindStaff(ctx, boss, chat), models.ErrNotFound)
		must(t, d.UnbindStaff(ctx, farm, chat))
		isBound(false)
		bind()
		_, err := d.Leave(ctx, chat)
		must(t, err)
		isBound(false)
		bind()
		must(t, d.SetPassword(ctx, db.System, farm.Login, "a-new-password"))
		isBound(false)
		_, err = d.Leave(ctx, chat)
		wants(t, err, models.ErrNotBound)
		first, err := d.StaffCode(ctx, farm)
		must(t, err)
		second, err := d.StaffCode(ctx, farm)
		must(t, err)
		now = now.Add(models.LinkTriesFor - time.Second)
		other := stranger(t, d, "other")
		_, err = d.BindByCode(ctx, other, first)
		wants(t, err, models.ErrWrongLinkCode)
		now = now.Add(2 * time.Second)
		_, err = d.BindByCode(ctx, other, second)
		wants(t, err, models.ErrWrongLinkCode)
	}, dbtest.Clock(func() time.Time { return now }))
}

// A person finds in each of their chats what they ordered in any, and nobody else does.
func TestOrdersAreThePersonsInEveryChat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		pack := newPack(t, d, "farm-apeng", "测试菌子", 50)
		here := person(t, d, 1)
		there := joined(t, d, here, "there")
		o := order(t, d, here, "k", 1, pack)
		for link, want := range map[int64]int{here: 1, there: 1, person(t, d, 2): 0, visitor(t, d, "nobody"): 0} {
			list, err := d.Orders(ctx, link, 0, 10)
			must(t, err)
			if len(list) != want {
				t.Errorf("link %d sees %d orders, want %d", link, len(list), want)
			}
		}
		_, err := d.Checkout(ctx, there, o.CheckoutID)
		must(t, err)
		_, err = d.CancelOrder(ctx, there, o.No)
		must(t, err)
	})
}

// joined binds another chat to the person of link.
func joined(t *testing.T, d *db.DB, link int64, name string) int64 {
	t.Helper()
	other := stranger(t, d, name)
	code, err := d.LinkCode(ctx, link)
	must(t, err)
	_, err = d.BindByCode(ctx, other, code)
	must(t, err)
	return other
}
