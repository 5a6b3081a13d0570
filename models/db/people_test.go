package db_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// races is how often a race is run: a guard that is missing shows in some runs only.
const races = 20

// newNumber makes the n-th made-up document number: sequence codes 99x are nobody's.
func newNumber(n int) string {
	seventeen := fmt.Sprintf("500107%04d%02d%02d99%d", 1950+n/280%50, 1+n/28%12, 1+n%28, n/14000%10)
	return seventeen + string(models.ResidentCheck(seventeen))
}

// visitor is a link that nobody has registered.
func visitor(t testing.TB, d *db.DB, user string) int64 {
	t.Helper()
	l, err := d.LinkFor(ctx, "web", user)
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

// person registers the n-th made-up person in a session of their own, with all consents.
func person(t testing.TB, d *db.DB, n int) int64 {
	t.Helper()
	link := visitor(t, d, fmt.Sprintf("person-%d", n))
	if err := d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Register(ctx, link, db.Registration{Kind: models.ResidentID, Number: newNumber(n), Name: "试验甲"}); err != nil {
		t.Fatal(err)
	}
	return link
}

// eligible registers the n-th made-up person and has an officer approve them.
func eligible(t testing.TB, d *db.DB, n int) int64 {
	t.Helper()
	link := person(t, d, n)
	s, err := d.Standing(ctx, link)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.DecideCase(ctx, officer, s.Eligibility.ID, true, "", ""); err != nil {
		t.Fatal(err)
	}
	return link
}

func accountOf(t testing.TB, d *db.DB, login string) models.Account {
	t.Helper()
	list, err := d.Accounts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if a.Login == login {
			return a
		}
	}
	t.Fatalf("no account %s", login)
	return models.Account{}
}

// offer changes an offer's settings for a test.
func offer(t testing.TB, d *db.DB, id string, change func(*models.Offer)) {
	t.Helper()
	v, err := d.Offer(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	change(&v.Offer)
	if _, err := d.SetOffer(ctx, officer, v.Offer); err != nil {
		t.Fatal(err)
	}
}

// atOnce runs n calls at the same moment and counts how each ended: "" for success, else the refusal's code.
func atOnce(n int, call func(i int) error) map[string]int {
	ends, start := make([]string, n), make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			if err := call(i); err != nil {
				ends[i] = models.Refusal(err).Code
			}
		})
	}
	close(start)
	wg.Wait()
	counts := map[string]int{}
	for _, e := range ends {
		counts[e]++
	}
	return counts
}

func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people, err := db.Samples()
		if err != nil {
			t.Fatal(err)
		}
		listed, pending, outside := people[0], people[1], people[2]
		link := visitor(t, d, "a")
		_, err = d.Register(ctx, link, registration(listed))
		wants(t, err, models.ErrConsentNeeded)
		if err := d.Consent(ctx, link, models.ConsentSensitive); err != nil {
			t.Fatal(err)
		}
		wrong := registration(listed)
		wrong.Name = "王小明"
		_, err = d.Register(ctx, link, wrong)
		wants(t, err, models.ErrNameMismatch)
		standing(t, d, link, listed, "eligible")
		standing(t, d, link, listed, "eligible") // the same person again changes nothing
		_, err = d.Register(ctx, link, registration(pending))
		wants(t, err, models.ErrAlreadyBound)
		standing(t, d, consented(t, d, "b"), pending, "undecided")
		unsaid := outside
		unsaid.Key = "ineligible, but has not said where they live"
		standing(t, d, consented(t, d, "c"), unsaid, "undecided")
		standing(t, d, consented(t, d, "c"), outside, "refused")
		_, err = d.Register(ctx, consented(t, d, "d"), registration(listed))
		wants(t, err, models.ErrBoundElsewhere)
		_, err = d.Register(ctx, consented(t, d, "e"), wrong)
		wants(t, err, models.ErrBoundElsewhere) // a stranger does not learn that the name was wrong
	})
}

func registration(s db.Sample) db.Registration {
	r := db.Registration{Kind: models.ResidentID, Number: s.Number, Name: s.Name, Phone: s.Phone}
	if s.Key == "ineligible" {
		r.Town = s.Town
	}
	return r
}

func consented(t testing.TB, d *db.DB, user string) int64 {
	t.Helper()
	link := visitor(t, d, user)
	if err := d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing); err != nil {
		t.Fatal(err)
	}
	return link
}

func standing(t *testing.T, d *db.DB, link int64, s db.Sample, want string) {
	t.Helper()
	got, err := d.Register(ctx, link, registration(s))
	if err != nil {
		t.Fatal(err)
	}
	if got.Decision.State != want || got.Decision.OK != (want == "eligible") {
		t.Errorf("%s is %s, want %s: %+v", s.Key, got.Decision.State, want, got.Decision.Reasons)
	}
}

func TestRaceRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			links := make([]int64, 10)
			for i := range links {
				links[i] = consented(t, d, fmt.Sprintf("race-%d-%d", run, i))
			}
			r := db.Registration{Kind: models.ResidentID, Number: newNumber(1000 + run), Name: "试验甲"}
			got := atOnce(len(links), func(i int) error {
				_, err := d.Register(ctx, links[i], r)
				return err
			})
			if got[""] != 1 || got["bound_elsewhere"] != 9 {
				t.Fatalf("run %d: %v", run, got)
			}
		}
	})
}

func TestLinkCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := person(t, d, 1)
		code, err := d.LinkCode(ctx, first)
		if err != nil {
			t.Fatal(err)
		}
		second := visitor(t, d, "second")
		_, err = d.BindByCode(ctx, second, code)
		wants(t, err, models.ErrConsentNeeded)
		second = consented(t, d, "second")
		_, err = d.BindByCode(ctx, second, "00000000")
		wants(t, err, models.ErrWrongLinkCode)
		s, err := d.BindByCode(ctx, second, code[:4]+" "+code[4:])
		if err != nil || s.Resident == nil {
			t.Fatalf("bind: %v", err)
		}
		_, err = d.BindByCode(ctx, consented(t, d, "third"), code) // once only
		wants(t, err, models.ErrWrongLinkCode)
		_, err = d.LinkCode(ctx, visitor(t, d, "nobody"))
		wants(t, err, models.ErrIdentityNeeded)
		left, err := d.LinkCode(ctx, first)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Release(ctx, officer, s.Resident.ID); err != nil {
			t.Fatal(err)
		}
		_, err = d.BindByCode(ctx, consented(t, d, "fourth"), left) // a code taken from the lost phone
		wants(t, err, models.ErrWrongLinkCode)
		if s, err = d.Standing(ctx, first); err != nil || s.Resident != nil {
			t.Fatalf("still bound after release: %v", err)
		}
	})
}

func TestWithdrawAndErase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := eligible(t, d, 1)
		offer(t, d, "O1", func(o *models.Offer) { o.DailyQuota = intp(5) })
		v, err := d.Claim(ctx, link, claimOf("O1", d.Today().Add(1), 2, "k"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := d.WithdrawConsent(ctx, link)
		if err != nil || n != 1 {
			t.Fatalf("revoked %d, %v", n, err)
		}
		if got, _ := d.Voucher(ctx, link, v.Voucher.ID); got.Voucher.State != models.VoucherRevoked {
			t.Errorf("voucher is %s", got.Voucher.State)
		}
		if got := count(t, d, "SELECT claimed FROM offer_days"); got != 0 {
			t.Errorf("%d places still taken", got)
		}
		_, err = d.Claim(ctx, link, claimOf("O1", d.Today().Add(1), 1, "k2"))
		wants(t, err, models.ErrConsentNeeded)
		if err := d.Erase(ctx, link); err != nil {
			t.Fatal(err)
		}
		left := count(t, d, "SELECT COUNT(*) FROM residents WHERE number_sealed IS NOT NULL OR name_sealed IS NOT NULL OR masked_number <> ''")
		if left != 0 {
			t.Errorf("%d residents keep something", left)
		}
		standing(t, d, consented(t, d, "person-1"), db.Sample{Number: newNumber(1), Name: "别的名"}, "undecided") // begins anew
	})
}

func intp(n int) *int { return &n }

func claimOf(offer string, day models.Day, people int, key string) db.ClaimRequest {
	return db.ClaimRequest{OfferID: offer, Day: day, People: people, Key: key}
}

func TestEraseClearsAddressesOfEndedOrders(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		link, pack := buyer(t, d, "a"), newPack(t, d, "farm-apeng", "测试菌子", 5)
		ended := order(t, d, link, "k1", 1, pack)
		_, err := d.CancelOrder(ctx, link, ended.No)
		must(t, err)
		order(t, d, link, "k2", 1, pack)
		addresses := func(want int, when string) {
			t.Helper()
			if n := count(t, d, "SELECT COUNT(*) FROM orders WHERE address_sealed IS NOT NULL"); n != want {
				t.Errorf("%s: %d addresses, want %d", when, n, want)
			}
		}
		must(t, d.Erase(ctx, link))
		addresses(2, "money may still come")
		now = now.Add(49 * time.Hour)
		must(t, d.Erase(ctx, link))
		addresses(1, "after two days")
		now = now.Add(60 * 24 * time.Hour)
		must(t, d.Forget(ctx))
		addresses(1, "an order that has not ended keeps its address")
	}, dbtest.Clock(func() time.Time { return now }))
}

func TestWrongKeysAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jieban.db")
	for i, keys := range []db.Keys{db.GenerateKeys(), db.GenerateKeys()} {
		d, err := db.Open(ctx, db.Config{URL: path, Keys: keys})
		if (err == nil) != (i == 0) {
			t.Errorf("keys %d: %v", i, err)
		}
		if err == nil {
			must(t, d.Close())
		}
	}
}

// TestNobodyConsentsToNobody: a production database names no controller until an officer does, and takes no consent.
func TestNobodyConsentsToNobody(t *testing.T) {
	d, err := db.Open(ctx, db.Config{URL: filepath.Join(t.TempDir(), "jieban.db"), Keys: db.GenerateKeys()})
	must(t, err)
	defer d.Close()
	_, err = d.Seed(ctx, false)
	must(t, err)
	link := visitor(t, d, "a")
	wants(t, d.Consent(ctx, link, models.ConsentSensitive), models.ErrNoController)
	p, err := d.Programme(ctx)
	must(t, err)
	p.Controller = "某区管委会"
	_, err = d.SetProgramme(ctx, officer, p)
	wants(t, err, models.ErrOfferSettings)
	p.Contact = "政务大厅3号窗口"
	_, err = d.SetProgramme(ctx, officer, p)
	must(t, err)
	must(t, d.Consent(ctx, link, models.ConsentSensitive))
}
