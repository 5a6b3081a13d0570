package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// noticeView is what somebody was told, or should have been.
type noticeView struct {
	ID      int64     `json:"id"`
	Kind    string    `json:"kind" doc:"eligibility_decided, visit_tomorrow, order_shipped …"`
	Text    string    `json:"text" doc:"numbers are masked where an officer asks; empty there if it cannot be opened any more"`
	At      time.Time `json:"at" doc:"when it was written"`
	Who     string    `json:"who,omitempty" doc:"state=dead: masked name, a member of staff's name, or 访客"`
	Channel string    `json:"channel,omitempty" enum:"web,wechat,telegram,kept" doc:"state=dead: where it was to be read"`
	Why     string    `json:"why,omitempty" doc:"state=dead: what the last try failed for"`
	Tries   int       `json:"tries,omitempty" doc:"state=dead: how often it was tried"`
}

func viewNotice(n db.NoticeView) noticeView {
	return noticeView{ID: n.ID, Kind: n.Kind, Text: n.Text, At: n.At.UTC()}
}

func viewDead(n db.DeadNotice) noticeView {
	return noticeView{n.ID, n.Kind, n.Text, n.At.UTC(), n.Who, n.Channel, n.Why, n.Tries}
}

type noticesInput struct {
	After string `query:"after" maxLength:"100" doc:"the next of the page before; absent = from the start"`
	Limit int    `query:"limit" default:"50" minimum:"1" maximum:"100" doc:"most items to answer"`
	State string `query:"state" enum:"dead" doc:"dead: what was given up, of everybody, for officers; absent: what one was told oneself"`
}

// notices gives what a resident was told without having asked; or, to officers, what reached nobody. Both share a
// route, so an account that is signed in may still ask as the resident of its session.
func (a *App) notices(ctx context.Context, in *noticesInput) (*listOutput[noticeView], error) {
	who, page := caller(ctx), pageInput{in.After, in.Limit}
	if in.State == string(models.NoticeDead) {
		if who.Account == nil {
			return nil, models.ErrForbidden
		}
		return paged(page, func(after int64, limit int) ([]db.DeadNotice, error) {
			return a.DB.DeadNotices(ctx, after, limit)
		}, viewDead, func(n db.DeadNotice) int64 { return n.ID })
	}
	if who.Link == nil {
		var err error
		if who, err = a.residentCaller(request(ctx)); err != nil {
			return nil, err
		}
	}
	return paged(page, func(after int64, limit int) ([]db.NoticeView, error) {
		return a.DB.NoticesAfter(ctx, who.Link.ID, after, limit)
	}, viewNotice, func(n db.NoticeView) int64 { return n.ID })
}

type resendInput struct {
	ID int64 `path:"id" minimum:"1"`
}

// resendNotice tries a notice again that was given up.
func (a *App) resendNotice(ctx context.Context, in *resendInput) (*struct{}, error) {
	return nil, a.DB.ResendNotice(ctx, *caller(ctx).Account, in.ID)
}
