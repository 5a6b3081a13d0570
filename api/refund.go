package api

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// refundView is money on its way back, as officers see it.
type refundView struct {
	ID        int64              `json:"id"`
	No        string             `json:"no" doc:"what the provider is given; the same over every try"`
	OrderNo   string             `json:"order_no"`
	Provider  string             `json:"provider"`
	Ref       string             `json:"ref" doc:"the provider's id of the payment"`
	AmountFen models.Fen         `json:"amount_fen"`
	Reason    string             `json:"reason"`
	State     models.RefundState `json:"state" enum:"refunding,refunded,failed"`
	Tries     int                `json:"tries"`
	AskedAt   time.Time          `json:"asked_at"`
}

func viewRefund(r db.RefundDue) refundView {
	return refundView{r.ID, r.No, r.OrderNo, r.Provider, r.Ref, r.AmountFen, r.Reason, r.State, r.Tries, r.AskedAt.UTC()}
}

// refunds lists what the provider refused for good: an officer must act.
func (a *App) refunds(ctx context.Context, _ *struct{}) (*listOutput[refundView], error) {
	list, err := a.DB.FailedRefunds(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewRefund), nil
}

type refundInput struct {
	ID int64 `path:"id" minimum:"1"`
}

// retryRefund asks the provider again.
func (a *App) retryRefund(ctx context.Context, in *refundInput) (*struct{}, error) {
	return nil, a.DB.RetryRefund(ctx, *caller(ctx).Account, in.ID)
}
