package pay

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/jieban/jieban/models"
)

// Notice is what the sandbox tells us about one payment, signed. A real provider's has other fields and the same fate.
type Notice struct {
	OrderNo   string    `json:"order_no" minLength:"1" maxLength:"32" doc:"the order that was paid"`
	Ref       string    `json:"ref" minLength:"1" maxLength:"64" doc:"the provider's transaction id"`
	AmountFen int64     `json:"amount_fen" minimum:"1" doc:"what was paid, in fen"`
	PaidAt    time.Time `json:"paid_at" doc:"when it was paid"`
	Signature string    `json:"signature" minLength:"1" maxLength:"64" doc:"HMAC-SHA256 over the other fields, in hexadecimal"`
}

// Sign fills in the signature.
func (n Notice) Sign(key []byte) Notice {
	n.Signature = hex.EncodeToString(n.mac(key))
	return n
}

// Report checks the signature before anything else is believed. It answers models.ErrPaymentForged.
func (n Notice) Report(key []byte) (models.Report, error) {
	given, err := hex.DecodeString(n.Signature)
	if err != nil || !hmac.Equal(given, n.mac(key)) {
		return models.Report{}, models.ErrPaymentForged
	}
	return models.Report{Provider: SandboxName, Ref: n.Ref, OrderNo: n.OrderNo, Amount: models.Fen(n.AmountFen), PaidAt: n.PaidAt}, nil
}

// mac covers every field, each on a line of its own: no value of ours holds a line break that could move a border.
func (n Notice) mac(key []byte) []byte {
	m := hmac.New(sha256.New, key)
	lines := []string{n.OrderNo, n.Ref, strconv.FormatInt(n.AmountFen, 10), n.PaidAt.UTC().Format(time.RFC3339Nano)}
	for i, line := range lines {
		lines[i] = strings.NewReplacer("\\", `\\`, "\n", `\n`).Replace(line)
	}
	m.Write([]byte("jieban sandbox notice\n" + strings.Join(lines, "\n")))
	return m.Sum(nil)
}
