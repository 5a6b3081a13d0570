package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

type auditInput struct {
	After  string `query:"after" maxLength:"100" doc:"the next of the page before; absent = from the newest"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"100" doc:"most items to answer"`
	Actor  string `query:"actor" maxLength:"100" doc:"account:3, link:5 or system"`
	Act    string `query:"act" maxLength:"100" doc:"voucher.claim, evidence.read …"`
	Object string `query:"object" maxLength:"100" doc:"voucher:12"`
}

type auditView struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Act    string    `json:"act"`
	Object string    `json:"object"`
	Detail string    `json:"detail"`
}

// audit lists what was done. An entry names no number, name or phone.
func (a *App) audit(ctx context.Context, in *auditInput) (*listOutput[auditView], error) {
	return paged(pageInput{in.After, in.Limit}, func(before int64, limit int) ([]models.Audit, error) {
		return a.DB.AuditEntries(ctx, db.AuditFilter{Before: before, Actor: in.Actor, Act: in.Act, Object: in.Object, Limit: limit})
	}, func(e models.Audit) auditView {
		return auditView{e.ID, e.At.UTC(), e.Actor, e.Act, e.Object, e.Detail}
	}, func(e models.Audit) int64 { return e.ID })
}
