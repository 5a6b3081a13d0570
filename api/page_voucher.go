package api

import (
	"crypto/rand"
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// voucherBody is what voucher.html shows. A stranger who holds the code learns what it is for, never whose it is.
type voucherBody struct {
	db.VoucherView
	Own     bool   // the browser's session holds this voucher
	Open    bool   // it can still be used
	Tone    string // of the badge with the status
	Pay     string // what to pay at the gate
	Staff   bool   // may redeem it here
	Here    models.Spot
	Spots   []models.Spot
	ScanID  string
	Told    *verdictBody
	Picture string
}

// voucherPage is where a voucher's QR code leads: its state for everyone, the picture for its holder, the button for
// gate staff. A code that is none of ours is told so, with 404.
func (a *App) voucherPage(c *fiber.Ctx) error {
	b, err := a.voucherBody(c)
	if err != nil {
		return a.noVoucher(c, err)
	}
	return a.render(c, "voucher.html", View{Title: b.Spot.Name + "的券", Body: b})
}

// voucherScan redeems the voucher by the page's form. Its own id makes sending it again, or reloading, harmless.
func (a *App) voucherScan(c *fiber.Ctx) error {
	b, err := a.voucherBody(c)
	if err != nil {
		return a.noVoucher(c, err)
	}
	here := b.Spots[0].ID
	for _, s := range b.Spots {
		if s.ID == c.FormValue("spot") {
			here = s.ID
		}
	}
	told, err := a.scanForm(c, here, b.Token)
	if err != nil {
		return err
	}
	if b, err = a.voucherBody(c); err != nil {
		return err
	}
	b.Told = &told
	return a.render(c, "voucher.html", View{Title: "验票", Body: b})
}

func (a *App) voucherBody(c *fiber.Ctx) (b voucherBody, err error) {
	if b.VoucherView, err = a.DB.VoucherByToken(c.UserContext(), c.Params("token")); err != nil {
		return b, err
	}
	today := a.DB.Today()
	b.Open, b.Pay, b.Picture = b.Voucher.OpenOn(today), payAtGate(b.VoucherView), "/v/"+b.Token+".png"
	b.Tone = toneOf(b.Voucher, today)
	if b.Own, err = a.owns(c, b.Voucher.ID); err != nil {
		return b, err
	}
	if who := a.caller(c).Account; who != nil && who.May(gate.roles()...) {
		b.Staff, b.ScanID = true, rand.Text()
		if b.Spots, err = a.gateSpots(c); err != nil {
			return b, err
		}
		b.Here = b.Spots[0]
	}
	return b, nil
}

// owns says whether the browser's own session holds the voucher. It makes no session where there is none.
func (a *App) owns(c *fiber.Ctx, id int64) (bool, error) {
	token := knownToken(c)
	if token == "" {
		return false, nil
	}
	link, err := a.DB.LinkFor(c.UserContext(), db.WebChannel, token)
	if err != nil {
		return false, err
	}
	_, err = a.DB.Voucher(c.UserContext(), link.ID, id)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// notOurs speaks to whoever scanned something: mostly a holder whose code was cut off.
const notOurs = "这不是结伴的券，或者没有扫完整。请在聊天里点“我的券”，再出示一次。"

// noVoucher shows a friendly 404 for what is no voucher of ours; other faults go their usual way.
func (a *App) noVoucher(c *fiber.Ctx, err error) error {
	for _, e := range []*models.Error{models.ErrTokenInvalid, models.ErrTokenForged, models.ErrNotFound} {
		if errors.Is(err, e) {
			c.Status(fiber.StatusNotFound)
			return a.render(c, "error.html", View{Body: errorBody{fiber.StatusNotFound, e.Code, notOurs, nil}})
		}
	}
	return err
}

func toneOf(v models.Voucher, today models.Day) string {
	switch {
	case v.OpenOn(today):
		return "ok"
	case v.State == models.VoucherRevoked, v.State == models.VoucherCancelled:
		return "bad"
	}
	return ""
}

// payAtGate is what a holder is to pay, as the voucher promised it.
func payAtGate(v db.VoucherView) string {
	each := v.Voucher.PayEach
	switch {
	case each == nil:
		return v.Offer.Label() + "，票价未设定，按窗口票价的" + v.Offer.Label() + "付"
	case *each == 0:
		return "免费"
	}
	left := max(v.Voucher.Left(), 1)
	return v.Offer.Label() + "，每人" + each.String() + "，共" + (*each * models.Fen(left)).String()
}

func peopleZH(n int) string { return strconv.Itoa(n) + "人" }
