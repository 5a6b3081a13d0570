package api

import (
	"context"

	"github.com/jieban/jieban/models"
)

type spotView struct {
	ID        string              `json:"id"`
	Name      string              `json:"name"`
	Aliases   []string            `json:"aliases" doc:"other names people use"`
	Grade     string              `json:"grade" doc:"5A, 4A"`
	Town      string              `json:"town"`
	Hours     string              `json:"hours" doc:"empty = not set"`
	Intro     string              `json:"intro"`
	Bring     string              `json:"bring" doc:"what to bring to the gate"`
	Tickets   []models.TicketItem `json:"tickets" doc:"prices the spot prints; fen is null where it is not known"`
	ListPrice *models.Fen         `json:"list_price_fen" doc:"the price an offer's percent is taken of; null = not set"`
	Closed    []models.Day        `json:"closed" doc:"days on which the spot is shut for everyone"`
	Photo     string              `json:"photo,omitempty" doc:"path of a picture"`
	Version   int                 `json:"version" doc:"give it back when changing"`
}

func viewSpot(s models.Spot) spotView {
	return spotView{
		ID: s.ID, Name: s.Name, Aliases: orEmpty(s.Aliases), Grade: s.Grade, Town: s.Town, Hours: s.Hours, Intro: s.Intro, Bring: s.Bring,
		Tickets: orEmpty(s.Tickets), ListPrice: s.ListPrice, Closed: orEmpty(s.Closed), Photo: s.Photo, Version: s.Version,
	}
}

type spotOutput struct {
	ETag string `header:"ETag"`
	Body spotView
}

func (a *App) spots(ctx context.Context, _ *struct{}) (*listOutput[spotView], error) {
	list, err := a.DB.Spots(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewSpot), nil
}

type idInput struct {
	ID string `path:"id" maxLength:"100"`
}

func (a *App) spot(ctx context.Context, in *idInput) (*spotOutput, error) {
	s, err := a.DB.Spot(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &spotOutput{versionTag(s.Version), viewSpot(s)}, nil
}

type setSpotInput struct {
	ID      string `path:"id" maxLength:"100"`
	IfMatch string `header:"If-Match" doc:"the version that was read, in quotes; or give it in the body"`
	Body    struct {
		Name      string       `json:"name" minLength:"1" maxLength:"100"`
		Aliases   []string     `json:"aliases" maxItems:"20"`
		Hours     string       `json:"hours" maxLength:"200"`
		Intro     string       `json:"intro" maxLength:"2000"`
		Bring     string       `json:"bring" maxLength:"500"`
		ListPrice *models.Fen  `json:"list_price_fen" minimum:"0" doc:"null = not set"`
		Closed    []models.Day `json:"closed" maxItems:"400"`
		Version   int          `json:"version,omitempty"`
	}
}

// setSpot changes what an officer keeps of a spot.
func (a *App) setSpot(ctx context.Context, in *setSpotInput) (*spotOutput, error) {
	s, err := a.DB.Spot(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	if err := checkDays(b.Closed...); err != nil {
		return nil, err
	}
	s.Name, s.Aliases, s.Hours, s.Intro, s.Bring, s.ListPrice, s.Closed = b.Name, b.Aliases, b.Hours, b.Intro, b.Bring, b.ListPrice, b.Closed
	if s.Version, err = version(in.IfMatch, b.Version); err != nil {
		return nil, err
	}
	if s, err = a.DB.SetSpot(ctx, *caller(ctx).Account, s); err != nil {
		return nil, err
	}
	return &spotOutput{versionTag(s.Version), viewSpot(s)}, nil
}
