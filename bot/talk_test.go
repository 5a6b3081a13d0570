package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

var update = flag.Bool("update", false, "write what the bot answers into testdata/*.talk")

// A talk is a file an officer can read and write:
//
//	# a comment
//	@ day 2021-07-12 09:00   and other stage directions, see stage.direct, directOthers and directTown
//	> what person 1 writes;  >2 what person 2 writes; $code is the last one-time code, $p1 the number of sample 1, $child that of a child
//	< what the bot answers, a reply a line; its further lines begin with two dots
//
// [图] is a picture by its description, [选] what can be tapped, [链] a link.
func TestTalks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(files) < 60 && !*update {
		t.Fatalf("%d transcripts, want at least 60 (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".talk"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				played := play(t, string(script), func(o dbtest.Option) *db.DB { return dbtest.SQLite(t, o) })
				if err := os.WriteFile(file, []byte(played), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			for name, open := range map[string]func(*testing.T, dbtest.Option) *db.DB{
				"sqlite":   func(t *testing.T, o dbtest.Option) *db.DB { return dbtest.SQLite(t, o) },
				"postgres": func(t *testing.T, o dbtest.Option) *db.DB { return dbtest.OnPostgres(t, o) },
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					played := play(t, string(script), func(o dbtest.Option) *db.DB { return open(t, o) })
					if d := firstDifference(string(script), played); d != "" {
						t.Errorf("the talk goes otherwise than written (go test ./bot -run Talks -update writes it anew):\n%s", d)
					}
				})
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		line := func(s []string) string {
			if i < len(s) {
				return s[i]
			}
			return "(end)"
		}
		if line(w) != line(g) {
			return fmt.Sprintf("line %d\nwritten: %s\nplayed:  %s", i+1, line(w), line(g))
		}
	}
	return ""
}

// stage is where a talk is played: a database, a clock, a bot, and people by number.
type stage struct {
	t       testing.TB
	d       *db.DB
	e       *bot.Engine
	mu      sync.Mutex
	now     time.Time
	channel string // through which people talk
	user    func(who int) string
	ask     func(context.Context, bot.In) ([]bot.Reply, error) // how a message reaches the bot
	through func(*stage)                                       // sets ask anew after a restart; nil = the engine itself
	links   map[int]int64
	id      string // of the next message
	copies  int    // how often it is sent at once
	count   int
	code    string
	samples []db.Sample
	officer models.Account
	texts   chan string // to phones; nil = none can be sent
	out     strings.Builder
}

// newStage sets a stage up; with may have people talk through a channel.
func newStage(t testing.TB, open func(dbtest.Option) *db.DB, with ...func(*stage)) *stage {
	t.Helper()
	s := &stage{
		t: t, now: dbtest.Start, channel: "web", links: map[int]int64{}, copies: 1, officer: models.Account{ID: 1, Role: models.RoleOfficer},
		user: func(who int) string { return fmt.Sprint("person ", who) },
	}
	for _, set := range with {
		set(s)
	}
	s.d = open(dbtest.Clock(func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }))
	var err error
	if s.samples, err = db.Samples(); err != nil {
		t.Fatal(err)
	}
	s.restart()
	return s
}

// restart forgets everything but the database.
func (s *stage) restart() {
	s.e = bot.New(s.d, bot.Options{Demo: true, SMS: s.sms(), Samples: func(context.Context) []bot.Sample {
		var list []bot.Sample
		for _, p := range s.samples {
			list = append(list, bot.Sample{Label: p.Label, Number: p.Number, Name: p.Name})
		}
		return list
	}})
	s.ask = s.e.Answer
	if s.through != nil {
		s.through(s)
	}
}

func play(t *testing.T, script string, open func(dbtest.Option) *db.DB) string {
	s := newStage(t, open)
	s.play(script)
	return s.out.String()
}

func (s *stage) play(script string) {
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "<"), strings.HasPrefix(line, ".."):
			continue
		case strings.HasPrefix(line, ">"):
			fmt.Fprintln(&s.out, line)
			who, text, _ := strings.Cut(line[1:], " ")
			n, _ := strconv.Atoi(who)
			s.say(max(n, 1), text)
		case strings.HasPrefix(line, "@ "):
			fmt.Fprintln(&s.out, line)
			if err := s.direct(strings.Fields(line[2:])); err != nil {
				s.t.Errorf("%s: %v", line, err)
			}
		default:
			fmt.Fprintln(&s.out, line)
		}
	}
}

func (s *stage) link(who int) int64 {
	if s.links[who] == 0 {
		l, err := s.d.LinkFor(s.t.Context(), s.channel, s.user(who))
		if err != nil {
			s.t.Fatal(err)
		}
		s.links[who] = l.ID
	}
	return s.links[who]
}

var eightDigits = regexp.MustCompile(`验证码[:：](\d{8})`)

func (s *stage) say(who int, text string) {
	text = strings.ReplaceAll(s.arrived(text), "$code", s.code)
	child := "50010720110818992"
	text = strings.ReplaceAll(text, "$child", child+string(models.ResidentCheck(child)))
	for i, p := range s.samples {
		text = strings.ReplaceAll(text, fmt.Sprint("$p", i+1), p.Number)
	}
	s.send(bot.In{LinkID: s.link(who), Text: strings.ReplaceAll(text, `\n`, "\n")})
}

func (s *stage) send(in bot.In) {
	s.count++
	in.MessageID = fmt.Sprint("m", s.count)
	if s.id != "" {
		in.MessageID = s.id
	}
	answers := make([][]bot.Reply, s.copies)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			var err error
			if answers[i], err = s.ask(s.t.Context(), in); err != nil {
				s.t.Errorf("%q: %v", in.Text, err)
			}
		})
	}
	wg.Wait()
	s.id, s.copies = "", 1
	if s.through != nil { // what a channel makes of an answer is its own tests' business
		s.write(slices.Concat(answers...))
		return
	}
	for _, a := range answers[1:] {
		if !reflect.DeepEqual(a, answers[0]) {
			s.t.Errorf("the same message was answered otherwise: %v, %v", a, answers[0])
		}
	}
	if n := len(answers[0]); n == 0 || answers[0][n-1].Type != bot.ReplyChoices || len(answers[0][n-1].Choices) == 0 {
		s.t.Errorf("%q is a dead end: %v", in.Text, answers[0])
	}
	s.write(answers[0])
}

func (s *stage) write(replies []bot.Reply) {
	for _, r := range replies {
		text := r.Text
		if m := eightDigits.FindStringSubmatch(text); m != nil {
			s.code = m[1]
			text = strings.ReplaceAll(text, m[1], "########")
		}
		switch r.Type {
		case bot.ReplyImage:
			text = "[图] " + r.Alt
		case bot.ReplyLink:
			text = "[链] " + r.Text + " " + r.URL
		case bot.ReplyChoices:
			var labels []string
			for _, c := range r.Choices {
				labels = append(labels, c.Label)
			}
			text += "\n[选] " + strings.Join(labels, "|")
		}
		fmt.Fprintln(&s.out, "< "+strings.ReplaceAll(text, "\n", "\n.. "))
	}
}

// direct does what a stage direction says.
func (s *stage) direct(w []string) error {
	ctx := s.t.Context()
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	number := func(i int) int { n, _ := strconv.Atoi(arg(i)); return n }
	if done, err := s.directStaff(w); done {
		return err
	}
	switch w[0] {
	case "day": // @ day 2021-07-12 09:00: what time it is
		at, err := time.ParseInLocation("2006-01-02 15:04", arg(1)+" "+arg(2), models.Zone)
		s.mu.Lock()
		s.now = at.UTC()
		s.mu.Unlock()
		return err
	case "restart": // everything but the database is forgotten
		s.restart()
		return nil
	case "id": // @ id x: the next message carries this id
		s.id = arg(1)
		return nil
	case "same": // @ same 3: the next message comes so often at once
		s.copies = number(1)
		return nil
	case "photo": // @ photo 1 text: person 1 sends a picture
		s.send(bot.In{LinkID: s.link(max(number(1), 1)), Photo: picture(s.t), Text: arg(2)})
		return nil
	case "later": // @ later 1: the page of person 1 asks for news
		replies, _, err := s.e.Later(ctx, s.link(max(number(1), 1)), 0)
		s.write(replies)
		return err
	case "vouchers": // @ vouchers 1 2: person 1 holds 2 that are not cancelled
		return s.countVouchers(s.link(number(1)), number(2))
	case "orders": // @ orders 1 2: person 1 has 2 orders
		list, err := s.d.Orders(ctx, s.link(number(1)), 0, 100)
		if err == nil && len(list) != number(2) {
			err = fmt.Errorf("%d orders", len(list))
		}
		return err
	case "offer": // @ offer zhuoshui quota 5
		return s.setOffer(arg(1), arg(2), number(3))
	}
	return s.directOthers(w)
}

// directOthers lets officer, cashier and supplier act.
func (s *stage) directOthers(w []string) error {
	ctx := s.t.Context()
	rest := ""
	if len(w) > 1 {
		rest = strings.Join(w[1:], " ")
	}
	switch w[0] {
	case "approve", "refuse": // the oldest open case
		cases, err := s.d.Cases(ctx, 0, 1)
		if err != nil || len(cases) == 0 {
			return fmt.Errorf("no open case: %w", err)
		}
		return s.d.DecideCase(ctx, s.officer, cases[0].Eligibility.ID, w[0] == "approve", "", rest)
	case "answer": // the oldest message
		open, err := s.d.OpenMessages(ctx, 0, 1)
		if err != nil || len(open) == 0 {
			return fmt.Errorf("no open message: %w", err)
		}
		return s.d.Answer(ctx, s.officer, open[0].ID, rest)
	case "pay": // every unpaid order of person 1
		orders, err := s.d.Orders(ctx, s.link(1), 0, 100)
		for _, o := range orders {
			if o.State == models.OrderPendingPayment {
				_, err = s.d.BookPayment(ctx, models.Report{Provider: "test", Ref: o.No, OrderNo: o.No, Amount: o.TotalFen, PaidAt: s.now})
			}
		}
		return err
	case "ship": // every paid order of person 1: @ ship 顺丰速运 SF1234567
		orders, err := s.d.Orders(ctx, s.link(1), 0, 100)
		for _, o := range orders {
			if o.State == models.OrderConfirmed && o.Unshipped() > 0 {
				by := models.Account{ID: 2, Role: models.RoleSupplier, SupplierID: o.SupplierID}
				_, err = s.d.Ship(ctx, by, o.No, db.ShipRequest{Carrier: w[1], TrackingNo: w[2]})
			}
		}
		return err
	}
	return s.directTown(w)
}

func (s *stage) countVouchers(link int64, want int) error {
	views, err := s.d.Vouchers(s.t.Context(), link)
	live := slices.DeleteFunc(views, func(v db.VoucherView) bool { return v.Voucher.State == models.VoucherCancelled })
	if err == nil && len(live) != want {
		err = fmt.Errorf("%d vouchers", len(live))
	}
	return err
}

func (s *stage) setOffer(spot, what string, n int) error {
	offers, err := s.d.Offers(s.t.Context())
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.Spot.ID != spot {
			continue
		}
		switch what {
		case "quota":
			o.Offer.DailyQuota = &n
		case "per_day":
			o.Offer.PerDay = &n
		case "per_spot":
			o.Offer.PerSpot = &n
		case "party":
			o.Offer.MaxParty = &n
		case "holidays":
			o.Offer.HolidayBlackout = true
		case "ahead":
			o.Offer.AdvanceDays = &n
		case "paused":
			o.Offer.Paused = true
		default:
			return fmt.Errorf("no such setting")
		}
		_, err = s.d.SetOffer(s.t.Context(), s.officer, o.Offer)
		return err
	}
	return fmt.Errorf("no such spot")
}

func picture(t testing.TB) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asJSON is what a channel is given.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
