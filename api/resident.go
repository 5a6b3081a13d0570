package api

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

type importInput struct {
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"text/*,application/*" required:"true" doc:"CSV with a header (姓名,证件类型,证件号码,镇街,村社), in UTF-8 or GB18030"`
	}]
}

type importOutput struct{ Body db.RosterReport }

// importRoster keeps the good rows of a file and names the bad ones by line; the same file twice changes nothing.
func (a *App) importRoster(ctx context.Context, in *importInput) (*importOutput, error) {
	p, err := a.DB.Programme(ctx)
	if err != nil {
		return nil, err
	}
	report, err := a.DB.ImportRoster(ctx, *caller(ctx).Account, p.ID, in.RawBody.Data().File)
	if err != nil {
		return nil, err
	}
	report.Bad = orEmpty(report.Bad)
	return &importOutput{report}, nil
}

type rosterView struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name" doc:"masked"`
	Number     string    `json:"number" doc:"masked"`
	Town       string    `json:"town"`
	Village    string    `json:"village"`
	ImportedAt time.Time `json:"imported_at"`
}

func (a *App) roster(ctx context.Context, in *pageInput) (*listOutput[rosterView], error) {
	return paged(*in, func(after int64, limit int) ([]models.RosterEntry, error) {
		return a.DB.Roster(ctx, after, limit)
	}, func(e models.RosterEntry) rosterView {
		return rosterView{e.ID, e.MaskedName, e.MaskedNumber, e.Town, e.Village, e.ImportedAt.UTC()}
	}, func(e models.RosterEntry) int64 { return e.ID })
}

// CaseView is one line of the officer's queue. It is exported for the document's sake: what is embedded must be.
type CaseView struct {
	ID       int64                   `json:"id"`
	Resident residentView            `json:"resident"`
	Person   int64                   `json:"resident_id" doc:"for POST /api/v1/residents/{id}/release"`
	State    models.EligibilityState `json:"state" enum:"asked,approved,refused,lapsed"`
	Evidence int                     `json:"evidence" doc:"pieces given"`
	AskedAt  time.Time               `json:"asked_at"`
}

func viewCase(c db.Case) CaseView {
	e := c.Eligibility
	return CaseView{e.ID, viewResident(c.Resident), c.Resident.ID, e.State, c.Evidence, e.AskedAt.UTC()}
}

func (a *App) cases(ctx context.Context, in *pageInput) (*listOutput[CaseView], error) {
	return paged(*in, func(after int64, limit int) ([]db.Case, error) { return a.DB.Cases(ctx, after, limit) },
		viewCase, func(c db.Case) int64 { return c.Eligibility.ID })
}

type caseFileOutput struct {
	Body struct {
		CaseView
		Pieces []pieceView `json:"pieces" doc:"shown while the case is open, and never after"`
	}
}

type pieceView struct {
	ID    int64     `json:"id"`
	Text  string    `json:"text"`
	Photo string    `json:"photo,omitempty" doc:"path of the photo"`
	At    time.Time `json:"at"`
}

// readCase opens a case with its evidence; an entry of the audit says who did.
func (a *App) readCase(ctx context.Context, in *numberInput) (*caseFileOutput, error) {
	file, err := a.DB.ReadCase(ctx, *caller(ctx).Account, in.ID)
	if err != nil {
		return nil, err
	}
	out := &caseFileOutput{}
	out.Body.CaseView, out.Body.Pieces = viewCase(file.Case), make([]pieceView, len(file.Pieces))
	for i, p := range file.Pieces {
		v := pieceView{ID: p.ID, Text: p.Text, At: p.At.UTC()}
		if p.Photo != nil {
			v.Photo = "/api/v1/residents/cases/" + strconv.FormatInt(in.ID, 10) + "/evidence/" + strconv.FormatInt(p.ID, 10) + ".jpg"
		}
		out.Body.Pieces[i] = v
	}
	return out, nil
}

type pieceInput struct {
	ID    int64 `path:"id" minimum:"1"`
	Piece int64 `path:"piece" minimum:"1"`
}

func (a *App) evidencePhoto(ctx context.Context, in *pieceInput) (*picture, error) {
	file, err := a.DB.ReadCase(ctx, *caller(ctx).Account, in.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range file.Pieces {
		if p.ID == in.Piece && p.Photo != nil {
			return &picture{"image/jpeg", p.Photo}, nil
		}
	}
	return nil, models.ErrNotFound.With("这张照片")
}

type decideInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Approve bool   `json:"approve"`
		Until   string `json:"until,omitempty" doc:"last day it holds; absent = the programme's end"`
		Note    string `json:"note,omitempty" maxLength:"500" doc:"the resident reads it; needed where the answer is no"`
	}
}

// decideCase is an officer's word; the resident is told.
func (a *App) decideCase(ctx context.Context, in *decideInput) (*struct{}, error) {
	b := in.Body
	return nil, a.DB.DecideCase(ctx, *caller(ctx).Account, in.ID, b.Approve, models.Day(b.Until), b.Note)
}

// reopenCase puts a refused case back into the queue.
func (a *App) reopenCase(ctx context.Context, in *numberInput) (*struct{}, error) {
	return nil, a.DB.ReopenCase(ctx, *caller(ctx).Account, in.ID)
}

type searchInput struct {
	Body struct {
		Number string `json:"document_number" minLength:"1" maxLength:"40" doc:"whole, however it is written; it is kept in no address and no log"`
	}
}

type foundOutput struct {
	Body struct {
		models.Decision
		Resident  residentView            `json:"resident"`
		Person    int64                   `json:"resident_id" doc:"for POST /api/v1/residents/{id}/release"`
		Case      int64                   `json:"case_id,omitempty" doc:"for /api/v1/residents/cases/{id}; absent where they never asked"`
		CaseState models.EligibilityState `json:"case_state,omitempty" enum:"asked,approved,refused,lapsed"`
		Until     models.Day              `json:"until,omitempty" doc:"last day an approval holds; absent = the programme's end"`
		Bound     bool                    `json:"bound" doc:"a session belongs to them"`
		Live      int                     `json:"live_vouchers"`
		Vouchers  []heldView              `json:"vouchers" doc:"those that can still be used, without their codes"`
	}
}

type heldView struct {
	ID       int64      `json:"id" doc:"for POST /api/v1/vouchers/{id}/revoke"`
	Spot     string     `json:"spot_name"`
	Day      models.Day `json:"day"`
	People   int        `json:"people"`
	Admitted int        `json:"admitted"`
}

// findResident tells an officer where a person stands; an entry of the audit says who asked.
func (a *App) findResident(ctx context.Context, in *searchInput) (*foundOutput, error) {
	f, err := a.DB.FindResident(ctx, *caller(ctx).Account, in.Body.Number)
	if err != nil {
		return nil, err
	}
	out := &foundOutput{}
	b := &out.Body
	b.Decision, b.Resident, b.Person, b.Bound = f.Decision, viewResident(f.Resident), f.Resident.ID, f.Bound
	if e := f.Eligibility; e != nil {
		b.Case, b.CaseState, b.Until = e.ID, e.State, e.Until
	}
	b.Live, b.Vouchers = len(f.Vouchers), make([]heldView, len(f.Vouchers))
	for i, v := range f.Vouchers {
		b.Vouchers[i] = heldView{v.ID, v.Spot, v.Day, v.Party, v.Admitted}
	}
	return out, nil
}

// release lets a person register anew: an officer has seen who they are.
func (a *App) release(ctx context.Context, in *numberInput) (*struct{}, error) {
	return nil, a.DB.Release(ctx, *caller(ctx).Account, in.ID)
}
