package pay

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
)

var noon = time.Date(2021, 7, 12, 4, 0, 0, 0, time.UTC)

// books is a provider's ledger on paper.
type books struct {
	mu     sync.Mutex
	trades map[string]*Trade
}

func (b *books) ledger() Ledger {
	change := func(no string, f func(*Trade) error) (Trade, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		t := b.trades[no]
		if t == nil {
			return Trade{}, models.ErrNotFound
		}
		return *t, f(t)
	}
	move := func(to Status) func(context.Context, string) (Trade, error) {
		return func(_ context.Context, no string) (Trade, error) {
			if _, err := change(no, func(t *Trade) error {
				if t.Status == Open {
					t.Status = to
				}
				return nil
			}); err != nil {
				return Trade{}, err
			}
			return change(no, func(*Trade) error { return nil })
		}
	}
	open := func(_ context.Context, no string, amount models.Fen) (Trade, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.trades[no] == nil {
			b.trades[no] = &Trade{OrderNo: no, Amount: amount, Ref: "S" + no, Status: Open, At: noon}
		}
		return *b.trades[no], nil
	}
	return Ledger{
		Open: open,
		Find: func(_ context.Context, no string) (Trade, error) {
			return change(no, func(*Trade) error { return nil })
		},
		Pay: move(Paid),
		Close: func(ctx context.Context, no string) (Trade, error) {
			_, _ = open(ctx, no, 0)
			return move(Closed)(ctx, no)
		},
		Refund: func(_ context.Context, no string, amount models.Fen) (Trade, error) {
			return change(no, func(t *Trade) error {
				if t.Status != Paid || t.Refunded+amount > t.Amount {
					return models.ErrAmount
				}
				t.Refunded += amount
				return nil
			})
		},
	}
}

// sandbox gives one whose notices are checked and kept.
func sandbox(t *testing.T) (*Sandbox, *[]models.Report) {
	t.Helper()
	var mu sync.Mutex
	var taken []models.Report
	s := &Sandbox{Ledger: (&books{trades: map[string]*Trade{}}).ledger(), Key: []byte("key"), Now: func() time.Time { return noon }}
	s.Post = func(_ context.Context, body []byte) error {
		var n Notice
		if err := json.Unmarshal(body, &n); err != nil {
			return err
		}
		r, err := n.Report(s.Key)
		mu.Lock()
		defer mu.Unlock()
		taken = append(taken, r)
		return err
	}
	return s, &taken
}

var order = models.Order{ID: 7, No: "J20210712000007", CheckoutID: 3, TotalFen: 4500, State: models.OrderPendingPayment}

func TestSandboxTellsWhatTheFaultSays(t *testing.T) {
	for _, c := range []struct {
		fault   Fault
		notices int
		amount  models.Fen
		after   Status
	}{
		{Once, 1, 4500, Paid}, {Twice, 2, 4500, Paid}, {Lost, 0, 0, Paid}, {Late, 1, 4500, Open}, {WrongAmount, 1, 4400, Open},
	} {
		t.Run("fault "+string(c.fault), func(t *testing.T) {
			s, taken := sandbox(t)
			if err := s.Pay(t.Context(), order, c.fault); err != nil {
				t.Fatal(err)
			}
			if len(*taken) != c.notices {
				t.Fatalf("%d notices, want %d", len(*taken), c.notices)
			}
			for _, r := range *taken {
				if r.Amount != c.amount || r.OrderNo != order.No || r.Ref != (*taken)[0].Ref || !r.PaidAt.Equal(noon) {
					t.Errorf("reported %+v", r)
				}
			}
			if state, err := s.Query(t.Context(), order.No); err != nil || state.Status != c.after {
				t.Errorf("the books say %v, %v; want %v", state.Status, err, c.after)
			}
		})
	}
}

func TestSandboxTakesNoMoneyOnceClosed(t *testing.T) {
	s, taken := sandbox(t)
	if url, err := s.Cashier(t.Context(), order); err != nil || url != "/shop/pay/3" {
		t.Fatal(url, err)
	}
	if err := s.Close(t.Context(), order.No); err != nil {
		t.Fatal(err)
	}
	if err := s.Pay(t.Context(), order, Once); !errors.Is(err, models.ErrOrderState) || len(*taken) != 0 {
		t.Errorf("paid after closing: %v, %d notices", err, len(*taken))
	}
}

func TestSandboxTakesNoMoneyClosedBeforeItBegan(t *testing.T) {
	s, taken := sandbox(t)
	if err := s.Close(t.Context(), order.No); err != nil {
		t.Fatal(err)
	}
	if err := s.Pay(t.Context(), order, Lost); !errors.Is(err, models.ErrOrderState) || len(*taken) != 0 {
		t.Errorf("paid after closing: %v, %d notices", err, len(*taken))
	}
	if state, err := s.Query(t.Context(), order.No); err != nil || state.Status != Closed {
		t.Errorf("state %+v, %v", state, err)
	}
}

func TestSandboxClosesNoPaidOrder(t *testing.T) {
	s, _ := sandbox(t)
	if err := s.Close(t.Context(), "J1"); err != nil {
		t.Errorf("an order nobody came to pay: %v", err)
	}
	if err := s.Pay(t.Context(), order, Lost); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context(), order.No); !errors.Is(err, ErrPaid) {
		t.Errorf("closed a paid order: %v", err)
	}
}

func TestSandboxRefundsOnceHoweverOftenAsked(t *testing.T) {
	s, taken := sandbox(t)
	if err := s.Pay(t.Context(), order, Once); err != nil {
		t.Fatal(err)
	}
	r := RefundRequest{No: "R1", OrderNo: order.No, Ref: (*taken)[0].Ref, Amount: 4500}
	for range 3 {
		if err := s.Refund(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if trade, _ := s.Ledger.Find(t.Context(), order.No); trade.Refunded != 4500 {
		t.Errorf("refunded %v", trade.Refunded)
	}
	r.Amount = 9000
	if err := s.Refund(t.Context(), r); !errors.Is(err, ErrRefused) {
		t.Errorf("more than was paid: %v", err)
	}
}

func TestNoticeIsBelievedOnlyWhole(t *testing.T) {
	key := []byte("key")
	n := Notice{OrderNo: "J1", Ref: "S1", AmountFen: 100, PaidAt: noon}.Sign(key)
	if _, err := n.Report(key); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Notice){
		"order": func(n *Notice) { n.OrderNo = "J2" }, "ref": func(n *Notice) { n.Ref = "S2" },
		"amount": func(n *Notice) { n.AmountFen++ }, "time": func(n *Notice) { n.PaidAt = n.PaidAt.Add(time.Second) },
		"border":    func(n *Notice) { n.OrderNo, n.Ref = "J1\nS1", "" },
		"signature": func(n *Notice) { n.Signature = strings.Repeat("0", 64) }, "none": func(n *Notice) { n.Signature = "" },
	} {
		changed := n
		change(&changed)
		if _, err := changed.Report(key); !errors.Is(err, models.ErrPaymentForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := n.Report([]byte("other")); !errors.Is(err, models.ErrPaymentForged) {
		t.Errorf("another key: %v", err)
	}
}

// clerk gives one whose acts are written down.
func clerk(p Provider) (Clerk, *[]string) {
	var acts []string
	return Clerk{
		Provider: p, Now: func() time.Time { return noon },
		Due: func(context.Context, int) ([]models.Order, error) { return []models.Order{order}, nil },
		Book: func(_ context.Context, r models.Report) (models.Payment, error) {
			acts = append(acts, "book "+r.Amount.String())
			return models.Payment{}, nil
		},
		Expire: func(context.Context, int64) error { acts = append(acts, "expire"); return nil },
		Refunds: func(context.Context, int) ([]Refunding, error) {
			return []Refunding{{Refund: models.Refund{ID: 1, No: "R1", AmountFen: 4500, Tries: 2}, Provider: SandboxName, OrderNo: order.No, Ref: "S" + order.No}}, nil
		},
		Done: func(context.Context, int64) error { acts = append(acts, "done"); return nil },
		Tried: func(_ context.Context, _ int64, again time.Time, failed bool) error {
			acts = append(acts, "tried again after "+again.Sub(noon).String())
			if failed {
				acts = append(acts, "failed")
			}
			return nil
		},
	}, &acts
}

func TestClerkAsksBeforeAnOrderExpires(t *testing.T) {
	s, _ := sandbox(t)
	c, acts := clerk(s)
	if err := s.Pay(t.Context(), order, Lost); err != nil {
		t.Fatal(err)
	}
	if err := c.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(*acts) == 0 || (*acts)[0] != "book ¥45.00" {
		t.Errorf("did %q: a payment whose notice was lost must be booked first", *acts)
	}
}

func TestClerkClosesAtTheProviderWhatNobodyPaid(t *testing.T) {
	s, _ := sandbox(t)
	c, acts := clerk(s)
	if _, err := s.Cashier(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if err := c.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Join(*acts, " ") != "expire" {
		t.Errorf("did %q", *acts)
	}
	if state, _ := s.Query(t.Context(), order.No); state.Status != Closed {
		t.Errorf("left %v at the provider", state.Status)
	}
}

func TestClerkExpiresNothingWhileTheProviderIsAway(t *testing.T) {
	s, _ := sandbox(t)
	away := errors.New("away")
	s.Ledger.Find = func(context.Context, string) (Trade, error) { return Trade{}, away }
	c, acts := clerk(s)
	if err := c.ExpireDue(t.Context()); !errors.Is(err, away) || len(*acts) != 0 {
		t.Errorf("err %v, did %q", err, *acts)
	}
}

func TestClerkSendsRefunds(t *testing.T) {
	s, _ := sandbox(t)
	c, acts := clerk(s)
	if err := s.Pay(t.Context(), order, Once); err != nil {
		t.Fatal(err)
	}
	if err := c.SendRefunds(t.Context()); err != nil || strings.Join(*acts, " ") != "done" {
		t.Fatal(err, *acts)
	}
	*acts = nil
	s.Ledger.Find = func(context.Context, string) (Trade, error) { return Trade{}, errors.New("away") }
	if err := c.SendRefunds(t.Context()); err == nil || strings.Join(*acts, " ") != "tried again after 40s" {
		t.Errorf("away: %v, %q", err, *acts)
	}
	*acts = nil
	s, _ = sandbox(t) // a trade that was never paid
	if _, err := s.Cashier(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	c.Provider = s
	if err := c.SendRefunds(t.Context()); !errors.Is(err, ErrRefused) || !strings.HasSuffix(strings.Join(*acts, " "), "failed") {
		t.Errorf("refused: %v, %q", err, *acts)
	}
	for tries, want := range map[int]time.Duration{0: 10 * time.Second, 3: 80 * time.Second, 50: time.Hour} {
		if got := wait(tries); got != want {
			t.Errorf("after %d tries wait %v, want %v", tries, got, want)
		}
	}
}
