package api

import (
	"context"
	"io"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// standingView is all that a resident may know of where they stand.
type standingView struct {
	models.Decision
	Resident *residentView        `json:"resident,omitempty" doc:"who this session belongs to, masked; absent before anyone said"`
	Consents []models.ConsentKind `json:"consents" doc:"given and not taken back"`
	Basis    models.Basis         `json:"basis,omitempty" enum:"roster,evidence,officer" doc:"what the decision rests on"`
	Until    models.Day           `json:"until,omitempty" doc:"last day it holds; absent = the programme's end"`
}

type residentView struct {
	Name   string              `json:"name" doc:"masked"`
	Number string              `json:"number" doc:"masked"`
	Kind   models.DocumentKind `json:"document_kind"`
	Town   string              `json:"town,omitempty"`
}

func viewResident(r models.Resident) residentView {
	return residentView{Name: r.MaskedName, Number: r.MaskedNumber, Kind: r.DocumentKind, Town: r.Town}
}

func viewStanding(s db.Standing) standingView {
	v := standingView{Decision: s.Decision, Consents: []models.ConsentKind{}}
	if s.Resident != nil {
		v.Resident = ptr(viewResident(*s.Resident))
	}
	if s.Eligibility != nil && s.Eligibility.State == models.EligibilityApproved {
		v.Basis, v.Until = s.Eligibility.Basis, s.Eligibility.Until
	}
	for kind, given := range s.Consents {
		if given {
			v.Consents = append(v.Consents, kind)
		}
	}
	slices.Sort(v.Consents)
	v.Reasons = orEmpty(v.Reasons)
	return v
}

type standingOutput struct{ Body standingView }

func (a *App) standing(ctx context.Context) (*standingOutput, error) {
	s, err := a.DB.Standing(ctx, caller(ctx).Link.ID)
	if err != nil {
		return nil, err
	}
	return &standingOutput{viewStanding(s)}, nil
}

type eligibilityInput struct {
	Offer  string `query:"offer" maxLength:"100" doc:"ask about one offer; absent = residency alone"`
	Day    string `query:"day" doc:"ask about one day of visit"`
	People int    `query:"people" minimum:"0" maximum:"20" doc:"who go, the holder included"`
}

// eligibility answers the decision with every reason, for and against.
func (a *App) eligibility(ctx context.Context, in *eligibilityInput) (*standingOutput, error) {
	out, err := a.standing(ctx)
	if err != nil || in.Offer == "" && in.Day == "" {
		return out, err
	}
	day, err := optionalDay(in.Day)
	if err != nil {
		return nil, err
	}
	d, err := a.DB.Decide(ctx, caller(ctx).Link.ID, in.Offer, day, in.People)
	if err != nil {
		return nil, err
	}
	out.Body.Decision = d
	return out, nil
}

type registerInput struct {
	Body struct {
		Kind   models.DocumentKind `json:"document_kind" enum:"resident_id,hukou,residence_permit,hmt_residence,foreign_pr,passport"`
		Number string              `json:"number" minLength:"1" maxLength:"64"`
		Name   string              `json:"name" minLength:"1" maxLength:"64"`
		Phone  string              `json:"phone,omitempty" maxLength:"32"`
		Town   string              `json:"town,omitempty" maxLength:"100" doc:"where one lives"`
	}
}

// register binds this session to the person of a document.
func (a *App) register(ctx context.Context, in *registerInput) (*standingOutput, error) {
	b := in.Body
	s, err := a.DB.Register(ctx, caller(ctx).Link.ID, db.Registration{Kind: b.Kind, Number: b.Number, Name: b.Name, Phone: b.Phone, Town: b.Town})
	if err != nil {
		return nil, err
	}
	return &standingOutput{viewStanding(s)}, nil
}

// erase deletes what is known of the person; what must be kept by law stays without a name.
func (a *App) erase(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.DB.Erase(ctx, caller(ctx).Link.ID)
}

type consentInput struct {
	Body struct {
		Kinds []models.ConsentKind `json:"kinds" minItems:"1" maxItems:"3" enum:"sensitive,sharing,guardian"`
	}
}

// consent records a yes to each kind.
func (a *App) consent(ctx context.Context, in *consentInput) (*standingOutput, error) {
	if err := a.DB.Consent(ctx, caller(ctx).Link.ID, in.Body.Kinds...); err != nil {
		return nil, err
	}
	return a.standing(ctx)
}

type withdrawOutput struct {
	Body struct {
		Revoked int `json:"revoked" doc:"vouchers that ended with the consent"`
	}
}

// withdraw takes every consent back.
func (a *App) withdraw(ctx context.Context, _ *struct{}) (*withdrawOutput, error) {
	out := &withdrawOutput{}
	var err error
	out.Body.Revoked, err = a.DB.WithdrawConsent(ctx, caller(ctx).Link.ID)
	return out, err
}

type evidenceInput struct {
	RawBody huma.MultipartFormFiles[struct {
		Photo huma.FormFile `form:"photo" contentType:"image/*,application/octet-stream" required:"false" doc:"JPEG or PNG, at most 8 MB; kept without its metadata, sealed"`
		Text  string        `form:"text" required:"false" maxLength:"1000"`
	}]
}

// giveEvidence adds words or a photo to the person's open case.
func (a *App) giveEvidence(ctx context.Context, in *evidenceInput) (*standingOutput, error) {
	form := in.RawBody.Data()
	var photo []byte
	if form.Photo.IsSet {
		var err error
		if photo, err = io.ReadAll(form.Photo); err != nil {
			return nil, models.ErrPhoto.From(err)
		}
	}
	if err := a.DB.GiveEvidence(ctx, caller(ctx).Link.ID, form.Text, photo); err != nil {
		return nil, err
	}
	return a.standing(ctx)
}

type linkCodeOutput struct {
	Body struct {
		Code string `json:"code" doc:"8 digits, for one use within 10 minutes in another session"`
	}
}

// linkCode makes a code that opens the same record in another session.
func (a *App) linkCode(ctx context.Context, _ *struct{}) (*linkCodeOutput, error) {
	out := &linkCodeOutput{}
	var err error
	out.Body.Code, err = a.DB.LinkCode(ctx, caller(ctx).Link.ID)
	return out, err
}

type bindInput struct {
	Body struct {
		Code string `json:"code" minLength:"8" maxLength:"20" doc:"8 digits: shown in another session, sent to the phone, or made by POST staff-codes; each code works once, each try counts"`
	}
}

// bind opens the record of a code in this session, or binds it to the account of a member of staff.
func (a *App) bind(ctx context.Context, in *bindInput) (*standingOutput, error) {
	s, err := a.DB.BindByCode(ctx, caller(ctx).Link.ID, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &standingOutput{viewStanding(s)}, nil
}
