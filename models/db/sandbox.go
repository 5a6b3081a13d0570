package db

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
)

// SandboxTrade is one payment in the sandbox cashier's own books. They are not ours: the cashier plays a provider, and
// our orders learn of its money by BookPayment only.
type SandboxTrade struct {
	OrderNo   string `gorm:"primaryKey"`
	AmountFen models.Fen
	Ref       string // the transaction id, known from the start
	State     string // open, paid, closed
	Refunded  models.Fen
	UpdatedAt time.Time
}

// States of a SandboxTrade.
const (
	TradeOpen   = "open"
	TradePaid   = "paid"
	TradeClosed = "closed"
)

// OpenTrade opens the cashier for an order, or gives the trade that is there already, whatever its state.
func (d *DB) OpenTrade(ctx context.Context, orderNo string, amount models.Fen) (SandboxTrade, error) {
	err := d.write(ctx, func(t *tx) error {
		return t.g.Exec(`INSERT INTO sandbox_trades (order_no, amount_fen, ref, state, refunded, updated_at) VALUES (?, ?, ?, 'open', 0, ?)
 ON CONFLICT (order_no) DO NOTHING`, orderNo, amount, "S"+randomToken(), t.now).Error
	})
	if err != nil {
		return SandboxTrade{}, err
	}
	return d.Trade(ctx, orderNo)
}

// Trade is the cashier's answer to "what became of it?". It answers ErrNotFound.
func (d *DB) Trade(ctx context.Context, orderNo string) (SandboxTrade, error) {
	var s SandboxTrade
	err := d.read(ctx).Where("order_no = ?", orderNo).Take(&s).Error
	return s, found(err, "这笔支付")
}

// PayTrade takes the money. A paid trade stays as it is; a closed one takes none: look at State.
func (d *DB) PayTrade(ctx context.Context, orderNo string) (SandboxTrade, error) {
	return d.moveTrade(ctx, orderNo, TradePaid)
}

// CloseTrade ends a trade, also one that never began, so that it can take no money any more: a buyer may be on the way
// to the cashier at this moment. A paid trade stays paid: look at State.
func (d *DB) CloseTrade(ctx context.Context, orderNo string) (SandboxTrade, error) {
	if _, err := d.OpenTrade(ctx, orderNo, 0); err != nil {
		return SandboxTrade{}, err
	}
	return d.moveTrade(ctx, orderNo, TradeClosed)
}

func (d *DB) moveTrade(ctx context.Context, orderNo, to string) (SandboxTrade, error) {
	err := d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE sandbox_trades SET state = ?, updated_at = ? WHERE order_no = ? AND state = 'open'", to, t.now, orderNo).Error
	})
	if err != nil {
		return SandboxTrade{}, err
	}
	return d.Trade(ctx, orderNo)
}

// RefundTrade gives back a part of a paid trade. Asking again once all has gone back changes nothing. It answers
// ErrNotFound, and ErrAmount where less than that is left or the trade was never paid.
func (d *DB) RefundTrade(ctx context.Context, orderNo string, amount models.Fen) (SandboxTrade, error) {
	err := d.write(ctx, func(t *tx) error {
		res := t.g.Exec(`UPDATE sandbox_trades SET refunded = refunded + ?, updated_at = ?
 WHERE order_no = ? AND state = 'paid' AND refunded + ? <= amount_fen`, amount, t.now, orderNo, amount)
		if res.Error != nil || res.RowsAffected == 1 {
			return res.Error
		}
		var s SandboxTrade
		if err := t.g.Where("order_no = ?", orderNo).Take(&s).Error; err != nil {
			return found(err, "这笔支付")
		}
		if s.State != TradePaid || s.Refunded != s.AmountFen {
			return models.ErrAmount
		}
		return nil
	})
	if err != nil {
		return SandboxTrade{}, err
	}
	return d.Trade(ctx, orderNo)
}
