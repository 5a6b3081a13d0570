package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

type staffCodeOutput struct {
	Body struct {
		Code string `json:"code" doc:"8 digits; say 绑定 and the code in a chat within 10 minutes. It works once, and ends the code before it"`
	}
}

// staffCode makes a code that binds a chat to the caller's account.
func (a *App) staffCode(ctx context.Context, _ *struct{}) (*staffCodeOutput, error) {
	out := &staffCodeOutput{}
	var err error
	out.Body.Code, err = a.DB.StaffCode(ctx, *caller(ctx).Account)
	return out, err
}

type staffLinkView struct {
	ID      int64     `json:"id"`
	Channel string    `json:"channel" doc:"web, wechat or telegram"`
	SeenAt  time.Time `json:"seen_at" doc:"when it was used last, to the hour"`
	Reached bool      `json:"reached" doc:"false: it takes no messages by itself; what there is waits for the next one from there"`
}

// staffLinks lists the chats that are bound to the caller's account.
func (a *App) staffLinks(ctx context.Context, _ *struct{}) (*listOutput[staffLinkView], error) {
	list, err := a.DB.StaffLinks(ctx, caller(ctx).Account.ID)
	if err != nil {
		return nil, err
	}
	return whole(list, func(l models.Link) staffLinkView {
		return staffLinkView{l.ID, l.Channel, l.SeenAt.UTC(), l.Channel != db.WebChannel && l.GoneAt == nil}
	}), nil
}

type staffLinkInput struct {
	ID int64 `path:"id" minimum:"1"`
}

// unbindStaff ends what a chat may do in the caller's name.
func (a *App) unbindStaff(ctx context.Context, in *staffLinkInput) (*struct{}, error) {
	return nil, a.DB.UnbindStaff(ctx, *caller(ctx).Account, in.ID)
}
