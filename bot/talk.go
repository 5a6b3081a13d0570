package bot

import (
	"context"
	"encoding/json"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// talk is what is remembered between two messages. The database seals it; it survives a restart because it is there.
type talk struct {
	Form     int        `json:"form"` // of this JSON; another form begins anew
	Step     step       `json:"step,omitempty"`
	Prompt   string     `json:"prompt,omitempty"` // what was asked last, and the ways to answer it
	Choices  []Choice   `json:"choices,omitempty"`
	Claim    claimSlots `json:"claim,omitzero"`
	Who      whoSlots   `json:"who,omitzero"`
	Shop     shopSlots  `json:"shop,omitzero"`
	Staff    staffSlots `json:"staff,omitzero"`
	Pick     string     `json:"pick,omitempty"`     // the voucher or order in question
	Lost     int        `json:"lost,omitempty"`     // how often in a row nothing was understood
	Piece    string     `json:"piece,omitempty"`    // characters sent one by one that make no sense yet
	PieceOf  step       `json:"piece_of,omitempty"` // the step they were sent to
	History  []Item     `json:"history,omitempty"`
	Notice   int64      `json:"notice,omitempty"` // the last notice given
	LastID   string     `json:"last_id,omitempty"`
	LastSaid []Reply    `json:"last_said,omitempty"`
	Owed     []Reply    `json:"owed,omitempty"` // answers that came too late for their platform
}

// Item is one thing said: by the person (Text, numbers masked) or by the bot (Replies).
type Item struct {
	Who     string  `json:"who"` // me or bot
	Text    string  `json:"text,omitempty"`
	Replies []Reply `json:"replies,omitempty"`
}

const (
	talkForm      = 1
	historyKept   = 40
	owedKept      = 20
	noticesAtOnce = 20
)

// step is what the bot waits for. "" is the menu.
type step string

const (
	stepConsent  step = "consent"
	stepSharing  step = "sharing"
	stepKind     step = "kind"
	stepNumber   step = "number"
	stepName     step = "name"
	stepGuardian step = "guardian"
	stepTown     step = "town"
	stepEvidence step = "evidence"
	stepSpot     step = "spot"
	stepDay      step = "day"
	stepDate     step = "date"
	stepPeople   step = "people"
	stepConfirm  step = "confirm"
	stepCancel   step = "cancel_voucher"
	stepCode     step = "code"
	stepWithdraw step = "withdraw"
	stepErase    step = "erase"
	stepMessage  step = "message"
	stepShop     step = "shop"
	stepProduct  step = "product"
	stepPack     step = "pack"
	stepQuantity step = "quantity"
	stepOrder    step = "order"
	stepAddress  step = "address"
	stepDeliver  step = "deliver"
	stepBasket   step = "basket"
	stepDrop     step = "cancel_order"
	stepReceive  step = "accept_order"

	stepElsewhere step = "elsewhere" // the record is open in another chat
	stepLeave     step = "leave"
	stepPhone     step = "phone"
	stepCarrier   step = "carrier"
	stepParcel    step = "parcel_number"
	stepShip      step = "ship"
	stepGate      step = "gate_spot"
)

// talk reads what is remembered of a person. What cannot be read is forgotten: a talk can always begin anew.
func (e *Engine) talk(ctx context.Context, linkID int64) (*talk, int, error) {
	state, version, err := e.d.Talk(ctx, linkID)
	if err != nil {
		return nil, 0, err
	}
	k := &talk{}
	if len(state) > 0 && (json.Unmarshal(state, k) != nil || k.Form != talkForm) {
		k = &talk{Notice: k.Notice}
	}
	return k, version, nil
}

// keep stores the talk, if nobody stored it since it was read.
func (e *Engine) keep(ctx context.Context, linkID int64, k *talk, version int) error {
	k.Form = talkForm
	state, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return e.d.SaveTalk(ctx, linkID, state, version)
}

// remember adds to the history and drops what is older than the last items kept.
func (k *talk) remember(items ...Item) {
	k.History = append(k.History, items...)
	if n := len(k.History); n > historyKept {
		k.History = k.History[n-historyKept:]
	}
}

// noted remembers notices that were given outside an answer.
func (k *talk) noted(notices []db.NoticeView) {
	for _, n := range notices {
		if n.ID > k.Notice {
			k.Notice = n.ID
		}
		k.remember(Item{Who: "bot", Replies: []Reply{NoticeReply(n)}})
	}
}

// NoticeReply dates a notice: it may be read days later.
func NoticeReply(n db.NoticeView) Reply {
	return Reply{Type: ReplyText, Text: "【" + models.DayOf(n.At).ZH() + " 通知】" + n.Text}
}

// rest forgets the step and what it was about; what is said and noted stays.
func (k *talk) rest() {
	k.Step, k.Pick = "", ""
	k.Claim, k.Who, k.Shop = claimSlots{}, whoSlots{}, shopSlots{}
	k.Staff.Order, k.Staff.Number, k.Staff.Chosen, k.Staff.Code = "", "", false, ""
}
