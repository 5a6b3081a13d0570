package models

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	pay := Fen(900)
	noon := time.Date(2021, 7, 17, 4, 0, 0, 0, time.UTC)
	used := &FirstUse{At: noon.Add(-time.Hour), Spot: "濯水景区", Gate: "东门"}
	for name, c := range map[string]struct {
		change  func(*Case, *Scan)
		verdict Verdict
		reason  string
		message string
		left    int
		collect Fen
	}{
		"free":             {func(c *Case, _ *Scan) { c.Voucher.PayEach, c.Offer.Kind = new(Fen), OfferFree }, VerdictOK, "admitted", "免费 放行 3人", 0, 0},
		"3折":               {func(*Case, *Scan) {}, VerdictOK, "admitted", "3折 收 ¥27.00 放行 3人", 0, 2700},
		"price not set":    {func(c *Case, _ *Scan) { c.Voucher.PayEach = nil }, VerdictOK, "admitted", "3折 放行 3人，票价未设定，按窗口票价的3折收", 0, 0},
		"two of three":     {func(_ *Case, s *Scan) { s.People = 2 }, VerdictPartial, "admitted", "3折 收 ¥18.00 放行 2人", 1, 1800},
		"the third":        {func(c *Case, _ *Scan) { c.Voucher.Admitted = 2 }, VerdictOK, "admitted", "3折 收 ¥9.00 放行 1人", 0, 900},
		"four of three":    {func(_ *Case, s *Scan) { s.People = 4 }, VerdictRefused, "too_many_people", "", 3, 0},
		"minus one":        {func(_ *Case, s *Scan) { s.People = -1 }, VerdictRefused, "too_many_people", "", 3, 0},
		"unknown":          {func(c *Case, _ *Scan) { c.Voucher = nil }, VerdictRefused, "invalid", "", 0, 0},
		"revoked":          {func(c *Case, _ *Scan) { c.Voucher.State = VoucherRevoked }, VerdictRefused, "revoked", "", 3, 0},
		"cancelled":        {func(c *Case, _ *Scan) { c.Voucher.State = VoucherCancelled }, VerdictRefused, "cancelled", "", 3, 0},
		"elsewhere":        {func(_ *Case, s *Scan) { s.SpotID = "shisanzhai" }, VerdictRefused, "wrong_spot", "", 3, 0},
		"the night before": {func(_ *Case, s *Scan) { s.At = time.Date(2021, 7, 16, 15, 59, 59, 0, time.UTC) }, VerdictRefused, "not_yet", "", 3, 0},
		"first second":     {func(_ *Case, s *Scan) { s.At = time.Date(2021, 7, 16, 16, 0, 0, 0, time.UTC) }, VerdictOK, "admitted", "", 0, 2700},
		"last second":      {func(_ *Case, s *Scan) { s.At = time.Date(2021, 7, 17, 15, 59, 59, 0, time.UTC) }, VerdictOK, "admitted", "", 0, 2700},
		"the day after":    {func(_ *Case, s *Scan) { s.At = time.Date(2021, 7, 17, 16, 0, 0, 0, time.UTC) }, VerdictRefused, "expired", "", 3, 0},
		"used": {
			func(c *Case, _ *Scan) { c.Voucher.State, c.Voucher.Admitted, c.FirstUse = VoucherRedeemed, 3, used }, VerdictRefused, "already_used",
			"这张券已用过。第一次：7月17日(周六)11:00，濯水景区东门。", 0, 0,
		},
		"revoked before anything else": {func(c *Case, s *Scan) { c.Voucher.State, s.SpotID = VoucherRevoked, "shisanzhai" }, VerdictRefused, "revoked", "", 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			k := Case{
				Voucher: &Voucher{ID: 1, SpotID: "zhuoshui", Party: 3, VisitDay: "2021-07-17", State: VoucherIssued, PayEach: &pay},
				Offer:   Offer{Kind: OfferPercent, PayPercent: 30}, Spot: Spot{Name: "濯水景区"}, Here: Spot{Name: "濯水景区"},
			}
			s := Scan{ID: "12345678", SpotID: "zhuoshui", At: noon}
			c.change(&k, &s)
			a := Judge(k, s)
			if a.Verdict != c.verdict || a.Reason != c.reason || (c.message != "" && a.Message != c.message) || a.Message == "" {
				t.Errorf("%s %s %q", a.Verdict, a.Reason, a.Message)
			}
			if a.Left != c.left || a.CollectFen != c.collect || (a.Admitted > 0) != (a.Verdict != VerdictRefused) {
				t.Errorf("left %d, collect %d, admitted %d", a.Left, a.CollectFen, a.Admitted)
			}
		})
	}
}
