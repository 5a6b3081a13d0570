package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// directTown lets the town act: who was known before the talk began, what the gate scans, what runs by itself.
func (s *stage) directTown(w []string) error {
	switch {
	case w[0] == "known" && len(w) == 4: // @ known 1 卢昌玉 500106193807269920: consents and is on the roster before the talk begins
		who, err := strconv.Atoi(w[1])
		if err != nil {
			return err
		}
		return s.known(s.link(who), w[2], w[3])
	case w[0] == "scan" && len(w) == 4: // @ scan 1 zhuoshui ok: the gate scans the newest voucher of person 1 and gives this verdict
		who, err := strconv.Atoi(w[1])
		if err != nil {
			return err
		}
		return s.scan(s.link(who), w[2], w[3])
	case w[0] == "jobs": // what runs by itself has run: holds that are over end, money goes back
		return s.jobs()
	case w[0] == "stock" && len(w) == 3: // @ stock cuihongli-5 0: the supplier has counted
		n, err := strconv.Atoi(w[2])
		if err != nil {
			return err
		}
		return s.d.SetStock(s.t.Context(), s.officer, w[1], n)
	}
	return fmt.Errorf("nobody knows the direction %q", w)
}

// known registers a person by the verbs, so that a talk can be about something else.
func (s *stage) known(link int64, name, number string) error {
	ctx := s.t.Context()
	if err := s.d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing); err != nil {
		return err
	}
	standing, err := s.d.Register(ctx, link, db.Registration{Kind: models.ResidentID, Number: number, Name: name})
	if err == nil && !standing.Decision.OK && standing.Decision.State != "eligible" {
		err = fmt.Errorf("%s is not on the roster: %s", name, standing.Decision.State)
	}
	return err
}

// scan is the gate of a spot.
func (s *stage) scan(link int64, spot, want string) error {
	views, err := s.d.Vouchers(s.t.Context(), link)
	if err != nil || len(views) == 0 {
		return errors.Join(err, errors.New("no voucher to scan"))
	}
	newest := slices.MaxFunc(views, func(a, b db.VoucherView) int { return int(a.Voucher.ID - b.Voucher.ID) })
	s.count++
	answer, _, err := s.d.Redeem(s.t.Context(), newest.Token, models.Scan{
		ID: fmt.Sprint("scan-of-the-talk-", s.count), SpotID: spot, Gate: "1", Device: "stage", At: s.d.Now(), StaffID: 3,
	})
	if err == nil && string(answer.Verdict) != want {
		err = fmt.Errorf("the gate said %s (%s)", answer.Verdict, answer.Reason)
	}
	return err
}

// jobs does once what the service does again and again.
func (s *stage) jobs() error {
	ctx := s.t.Context()
	due, err := s.d.DueOrders(ctx, 100)
	if err != nil {
		return err
	}
	for _, o := range due {
		if err := s.d.ExpireOrder(ctx, o.ID); err != nil {
			return err
		}
	}
	refunds, err := s.d.DueRefunds(ctx, 100)
	for _, r := range refunds {
		err = errors.Join(err, s.d.RefundDone(ctx, r.ID))
	}
	return err
}
