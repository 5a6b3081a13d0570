package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models/db"
)

type askInput struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000"`
	}
}

type askOutput struct {
	Body struct {
		Waiting bool `json:"waiting" doc:"true: an officer will answer in GET /api/v1/notices"`
	}
}

// ask leaves a message for an officer.
func (a *App) ask(ctx context.Context, in *askInput) (*askOutput, error) {
	out := &askOutput{}
	out.Body.Waiting = true
	return out, a.DB.Ask(ctx, caller(ctx).Link.ID, in.Body.Text, requestKey(ctx))
}

type messageView struct {
	ID   int64     `json:"id"`
	Text string    `json:"text"`
	Who  string    `json:"who" doc:"masked name, or 访客"`
	At   time.Time `json:"at"`
}

func (a *App) messages(ctx context.Context, in *pageInput) (*listOutput[messageView], error) {
	return paged(*in, func(after int64, limit int) ([]db.MessageView, error) {
		return a.DB.OpenMessages(ctx, after, limit)
	}, func(m db.MessageView) messageView {
		return messageView{m.ID, m.Text, m.Who, m.AskedAt.UTC()}
	}, func(m db.MessageView) int64 { return m.ID })
}

type answerInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000"`
	}
}

func (a *App) answerMessage(ctx context.Context, in *answerInput) (*struct{}, error) {
	return nil, a.DB.Answer(ctx, *caller(ctx).Account, in.ID, in.Body.Text)
}
