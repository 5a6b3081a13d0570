package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

type programmeView struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Home        string          `json:"home" doc:"the district whose residents benefit"`
	Host        string          `json:"host" doc:"the district that receives them"`
	ValidFrom   models.Day      `json:"valid_from" doc:"first day of visits"`
	ValidTo     models.Day      `json:"valid_to" doc:"last day of visits, inclusive"`
	AnnouncedOn models.Day      `json:"announced_on"`
	Controller  string          `json:"controller" doc:"who answers for personal data"`
	Contact     string          `json:"contact"`
	Clauses     []models.Clause `json:"clauses" doc:"the sentences that decisions cite"`
	Holidays    []models.Day    `json:"holidays"`
	Workdays    []models.Day    `json:"workdays" doc:"weekend days worked instead"`
	Towns       []string        `json:"towns" doc:"the towns whose residents belong"`
	KeepDays    int             `json:"keep_days" doc:"days after valid_to for which personal data is kept"`
	Notice      string          `json:"consent_notice" doc:"what a person is told before consenting"`
	Consents    []consentText   `json:"consents" doc:"what a person consents to, one by one"`
	Version     int             `json:"version" doc:"give it back when changing"`
}

type consentText struct {
	Kind models.ConsentKind `json:"kind" enum:"sensitive,sharing,guardian"`
	Text string             `json:"text"`
}

func viewProgramme(p models.Programme) programmeView {
	v := programmeView{
		ID: p.ID, Title: p.Title, Home: p.Home, Host: p.Host, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo, AnnouncedOn: p.AnnouncedOn,
		Controller: p.Controller, Contact: p.Contact, Clauses: orEmpty(p.Clauses), Holidays: orEmpty(p.Holidays), Workdays: orEmpty(p.Workdays),
		Towns: make([]string, len(p.Zone)), KeepDays: p.KeepDays, Notice: p.ConsentNotice(), Version: p.Version,
	}
	for i, t := range p.Zone {
		v.Towns[i] = t.Name
	}
	for _, k := range []models.ConsentKind{models.ConsentSensitive, models.ConsentSharing, models.ConsentGuardian} {
		v.Consents = append(v.Consents, consentText{k, p.ConsentText(k)})
	}
	return v
}

func (a *App) programmes(ctx context.Context, _ *struct{}) (*listOutput[programmeView], error) {
	p, err := a.DB.Programme(ctx)
	if err != nil {
		return nil, err
	}
	return whole([]models.Programme{p}, viewProgramme), nil
}

type setProgrammeInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"the version that was read, in quotes; or give it in the body"`
	Body    struct {
		Title      string       `json:"title" minLength:"1" maxLength:"200"`
		ValidFrom  models.Day   `json:"valid_from"`
		ValidTo    models.Day   `json:"valid_to"`
		Controller string       `json:"controller" minLength:"1" maxLength:"200"`
		Contact    string       `json:"contact" maxLength:"200"`
		Holidays   []models.Day `json:"holidays" maxItems:"100"`
		Workdays   []models.Day `json:"workdays" maxItems:"100"`
		KeepDays   int          `json:"keep_days" minimum:"0" maximum:"3650"`
		Version    int          `json:"version,omitempty"`
	}
}

type programmeOutput struct {
	ETag string `header:"ETag"`
	Body programmeView
}

// setProgramme changes what an officer may; clauses and towns are the programme's own and stay.
func (a *App) setProgramme(ctx context.Context, in *setProgrammeInput) (*programmeOutput, error) {
	p, err := a.DB.Programme(ctx)
	if err != nil {
		return nil, err
	}
	if p.ID != in.ID {
		return nil, models.ErrNotFound.With("这个活动")
	}
	b := in.Body
	if err := checkDays(append(append([]models.Day{b.ValidFrom, b.ValidTo}, b.Holidays...), b.Workdays...)...); err != nil {
		return nil, err
	}
	p.Title, p.ValidFrom, p.ValidTo, p.Controller, p.Contact = b.Title, b.ValidFrom, b.ValidTo, b.Controller, b.Contact
	p.Holidays, p.Workdays, p.KeepDays = b.Holidays, b.Workdays, b.KeepDays
	if p.Version, err = version(in.IfMatch, b.Version); err != nil {
		return nil, err
	}
	if p, err = a.DB.SetProgramme(ctx, *caller(ctx).Account, p); err != nil {
		return nil, err
	}
	return &programmeOutput{versionTag(p.Version), viewProgramme(p)}, nil
}

// checkDays refuses what is not a day.
func checkDays(days ...models.Day) error {
	for _, d := range days {
		if _, err := models.ParseDay(string(d)); err != nil {
			return err
		}
	}
	return nil
}

// version is the one that was read before a change: If-Match, or the body's. Without either nobody knows what the
// change was made upon.
func version(ifMatch string, body int) (int, error) {
	if ifMatch == "" {
		if body == 0 {
			return 0, models.ErrInvalid.With("缺少version（或If-Match），请先读取再修改")
		}
		return body, nil
	}
	v, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`))
	if err != nil {
		return 0, models.ErrInvalid.With("If-Match要写成带引号的版本号")
	}
	return v, nil
}

// versionTag is the ETag of something that has a version.
func versionTag(v int) string { return `"` + strconv.Itoa(v) + `"` }
