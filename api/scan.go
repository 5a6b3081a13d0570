package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
)

type scanInput struct {
	Body struct {
		ID     string    `json:"id" minLength:"8" maxLength:"100" doc:"the scan's own id, at least 128 random bits; the same id again gives the same answer"`
		Code   string    `json:"code,omitempty" maxLength:"20000" doc:"the QR code's text; or give document_number"`
		Number string    `json:"document_number,omitempty" maxLength:"64" doc:"for who comes without a phone: the document was seen"`
		Spot   string    `json:"spot" minLength:"1" maxLength:"100" doc:"where the scan is"`
		Gate   string    `json:"gate,omitempty" maxLength:"40" doc:"lane"`
		Device string    `json:"device,omitempty" maxLength:"80"`
		At     time.Time `json:"at,omitempty" doc:"time of the scan by the gate; absent = now"`
		People int       `json:"people,omitempty" minimum:"0" maximum:"20" doc:"who enter now; 0 = all who are left"`
		Dry    bool      `json:"dry,omitempty" doc:"only ask: nothing is written"`
	}
}

type scanOutput struct {
	Replayed string `header:"Replayed" doc:"true where the scan id was answered before"`
	Body     models.Answer
}

// scan judges a scan. Whatever the verdict, a judged scan is a success of the request: refusals are answers.
func (a *App) scan(ctx context.Context, in *scanInput) (*scanOutput, error) {
	b := in.Body
	if (b.Code == "") == (b.Number == "") {
		return nil, models.ErrInvalid.With("code和document_number要有一个，且只能有一个")
	}
	who := *caller(ctx).Account
	if err := mayScanAt(who, b.Spot); err != nil {
		return nil, err
	}
	s := models.Scan{ID: b.ID, SpotID: b.Spot, Gate: b.Gate, Device: b.Device, At: b.At, People: b.People, StaffID: who.ID, Dry: b.Dry}
	judge, key := a.DB.Redeem, b.Code
	if b.Number != "" {
		judge, key = a.DB.RedeemByNumber, b.Number
	}
	answer, replayed, err := judge(ctx, key, s)
	if err != nil {
		return nil, err
	}
	out := &scanOutput{Body: answer}
	if replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// mayScanAt holds gate staff to the spot their account names; an account without one may scan anywhere.
func mayScanAt(who models.Account, spot string) error {
	if who.Role == models.RoleGate && who.SpotID != "" && who.SpotID != spot {
		return models.ErrOtherSpot
	}
	return nil
}

type scanIDInput struct {
	ID string `path:"id" minLength:"8" maxLength:"100"`
}

// undoScan takes an admission back.
func (a *App) undoScan(ctx context.Context, in *scanIDInput) (*struct{}, error) {
	return nil, a.DB.UndoScan(ctx, *caller(ctx).Account, in.ID)
}

type gateTodayInput struct {
	Spot string `query:"spot" maxLength:"100" doc:"absent = the spot of the account"`
}

type gateTodayOutput struct {
	Body struct {
		Spot     string     `json:"spot"`
		Now      time.Time  `json:"now" doc:"business time: gates take their offset from it"`
		Day      models.Day `json:"day"`
		Claimed  int        `json:"claimed" doc:"people on vouchers for today"`
		Admitted int        `json:"admitted" doc:"people admitted today"`
		Left     int        `json:"left" doc:"people still expected"`
		Refused  int        `json:"refused" doc:"scans refused today"`
		Last     []scanView `json:"last" doc:"the last ten scans, newest first"`
	}
}

type scanView struct {
	ID       string         `json:"id" doc:"the scan's own id"`
	At       time.Time      `json:"at"`
	Gate     string         `json:"gate,omitempty"`
	Verdict  models.Verdict `json:"verdict" enum:"ok,partial,check,refused"`
	Reason   string         `json:"reason"`
	Admitted int            `json:"admitted"`
	Collect  models.Fen     `json:"collect_fen"`
	ByNumber bool           `json:"by_number" doc:"looked up by document number"`
	Undone   bool           `json:"undone"`
	Mine     bool           `json:"mine" doc:"scanned by the caller, who alone may undo it"`
}

// gateCounts shows a spot's counts.
func (a *App) gateCounts(ctx context.Context, in *gateTodayInput) (*gateTodayOutput, error) {
	who := *caller(ctx).Account
	if in.Spot == "" {
		in.Spot = who.SpotID
	}
	if err := mayScanAt(who, in.Spot); err != nil {
		return nil, err
	}
	if _, err := a.DB.Spot(ctx, in.Spot); err != nil {
		return nil, err
	}
	counts, err := a.DB.GateToday(ctx, in.Spot)
	if err != nil {
		return nil, err
	}
	out := &gateTodayOutput{}
	b := &out.Body
	b.Spot, b.Now, b.Day, b.Claimed, b.Admitted, b.Refused = in.Spot, a.DB.Now(), counts.Day, counts.Claimed, counts.Admitted, counts.Refused
	b.Left, b.Last = max(counts.Claimed-counts.Admitted, 0), make([]scanView, len(counts.Last))
	for i, r := range counts.Last {
		b.Last[i] = scanView{r.ScanID, r.ScannedAt.UTC(), r.Gate, r.Verdict, r.Reason, r.Admitted, r.CollectFen, r.ByNumber, r.AnnulledAt != nil, r.StaffID == who.ID}
	}
	return out, nil
}
