package api

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

type voucherView struct {
	ID        int64               `json:"id"`
	State     models.VoucherState `json:"state" enum:"issued,redeemed,cancelled,revoked"`
	Status    string              `json:"status" doc:"the one word a holder reads today, in Chinese"`
	Offer     string              `json:"offer" doc:"the offer's id"`
	Label     string              `json:"label" doc:"免费 or 3折"`
	Spot      string              `json:"spot" doc:"the spot's id"`
	SpotName  string              `json:"spot_name"`
	Bring     string              `json:"bring" doc:"what to bring to the gate"`
	Day       models.Day          `json:"day" doc:"day of the visit"`
	People    int                 `json:"people" doc:"whom it admits, the holder included"`
	Admitted  int                 `json:"admitted" doc:"admitted so far"`
	Left      int                 `json:"left"`
	PayEach   *models.Fen         `json:"pay_each_fen" doc:"what each pays at the gate; null where the list price is not set"`
	Holder    string              `json:"holder" doc:"masked name"`
	Code      string              `json:"code" doc:"the text of the QR code"`
	QR        string              `json:"qr" doc:"path of the QR code as PNG"`
	ClaimedAt time.Time           `json:"claimed_at"`
	EndedAt   *time.Time          `json:"ended_at,omitempty"`
}

func (a *App) viewVoucher(v db.VoucherView) voucherView {
	m := v.Voucher
	return voucherView{
		ID: m.ID, State: m.State, Status: v.Status, Offer: m.OfferID, Label: v.Offer.Label(), Spot: m.SpotID, SpotName: v.Spot.Name,
		Bring: v.Spot.Bring, Day: m.VisitDay, People: m.Party, Admitted: m.Admitted, Left: m.Left(), PayEach: m.PayEach, Holder: v.MaskedName,
		Code: a.DB.VoucherURL(v.Token), QR: "/v/" + v.Token + ".png", ClaimedAt: m.ClaimedAt.UTC(), EndedAt: utc(m.EndedAt),
	}
}

type voucherOutput struct{ Body voucherView }

type claimInput struct {
	Body struct {
		Offer  string     `json:"offer" minLength:"1" maxLength:"100"`
		Day    models.Day `json:"day" doc:"day of the visit"`
		People int        `json:"people,omitempty" minimum:"1" maximum:"20" default:"1" doc:"who go, the holder included"`
	}
}

// claim issues a voucher.
func (a *App) claim(ctx context.Context, in *claimInput) (*voucherOutput, error) {
	b := in.Body
	v, err := a.DB.Claim(ctx, caller(ctx).Link.ID, db.ClaimRequest{OfferID: b.Offer, Day: b.Day, People: b.People, Key: requestKey(ctx)})
	if err != nil {
		return nil, err
	}
	return &voucherOutput{a.viewVoucher(v)}, nil
}

func (a *App) vouchers(ctx context.Context, _ *struct{}) (*listOutput[voucherView], error) {
	list, err := a.DB.Vouchers(ctx, caller(ctx).Link.ID)
	if err != nil {
		return nil, err
	}
	return whole(list, a.viewVoucher), nil
}

type numberInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (a *App) voucher(ctx context.Context, in *numberInput) (*voucherOutput, error) {
	v, err := a.DB.Voucher(ctx, caller(ctx).Link.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &voucherOutput{a.viewVoucher(v)}, nil
}

func (a *App) cancelVoucher(ctx context.Context, in *numberInput) (*voucherOutput, error) {
	v, err := a.DB.CancelVoucher(ctx, caller(ctx).Link.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &voucherOutput{a.viewVoucher(v)}, nil
}

type revokeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"500" doc:"the holder is told"`
	}
}

func (a *App) revokeVoucher(ctx context.Context, in *revokeInput) (*struct{}, error) {
	return nil, a.DB.RevokeVoucher(ctx, *caller(ctx).Account, in.ID, in.Body.Why)
}

// picture is an answer that is not JSON.
type picture struct {
	Type string `header:"Content-Type"`
	Body []byte
}

// voucherQR draws the code for the voucher's holder.
func (a *App) voucherQR(ctx context.Context, in *numberInput) (*picture, error) {
	v, err := a.DB.Voucher(ctx, caller(ctx).Link.ID, in.ID)
	if err != nil {
		return nil, err
	}
	png, err := a.qr(v.Token)
	return &picture{"image/png", png}, err
}

// tokenQR draws the code whose token the address names. Who has the address has the token already; the signature is
// checked first, so that nobody makes us draw what is not ours.
func (a *App) tokenQR(c *fiber.Ctx) error {
	token := c.Params("token")
	if _, err := a.DB.ReadToken(token); err != nil {
		return err
	}
	png, err := a.qr(strings.ToUpper(strings.Join(strings.Fields(token), ""))) // small letters would make a denser picture
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	c.Set(fiber.HeaderCacheControl, "private, max-age=86400, immutable")
	return c.Send(png)
}
