package models

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// ShipmentState is where a parcel stands.
type ShipmentState string

const (
	ShipmentPacking   ShipmentState = "packing"
	ShipmentShipped   ShipmentState = "shipped"
	ShipmentInTransit ShipmentState = "in_transit"
	ShipmentDelivered ShipmentState = "delivered"
	ShipmentAccepted  ShipmentState = "accepted"
	ShipmentProblem   ShipmentState = "problem"
	ShipmentReturning ShipmentState = "returning"
	ShipmentLost      ShipmentState = "lost"
)

// ShipmentStates is the machine of a parcel. A buyer may accept as soon as it is on its way.
var ShipmentStates = Machine{
	Noun: "shipment", ZH: "包裹", Start: "packing", Ends: []string{"accepted", "returning", "lost"},
	Steps: []Step{
		{"packing", "shipped", "the supplier gives carrier and number"},
		{"shipped", "in_transit", "the carrier moves it"},
		{"shipped", "delivered", "the carrier hands it over"},
		{"in_transit", "delivered", "the carrier hands it over"},
		{"shipped", "accepted", "the buyer accepts, or 15 days pass"},
		{"in_transit", "accepted", "the buyer accepts, or 15 days pass"},
		{"delivered", "accepted", "the buyer accepts, or 15 days pass"},
		{"shipped", "problem", "the carrier reports a problem"},
		{"in_transit", "problem", "the carrier reports a problem"},
		{"problem", "in_transit", "it moves again"},
		{"problem", "delivered", "the carrier hands it over after all"},
		{"problem", "returning", "it goes back"},
		{"problem", "lost", "it is given up"},
	},
}

// Shipment is one parcel of one order.
type Shipment struct {
	ID         int64
	OrderID    int64
	SupplierID string
	Carrier    string
	TrackingNo string
	State      ShipmentState
	ShippedAt  time.Time
	AcceptedAt *time.Time
	Lines      []ShipmentLine `gorm:"-"`
}

// ShipmentLine is what of an order's line lies in the parcel.
type ShipmentLine struct {
	ShipmentID  int64 `gorm:"primaryKey"`
	OrderLineID int64 `gorm:"primaryKey"`
	Quantity    int
}

// Carriers are the couriers a supplier can choose, as people call them.
var Carriers = []string{"顺丰速运", "中国邮政", "中通快递", "圆通速递", "申通快递", "韵达快递", "京东物流", "极兔速递", "德邦快递", OwnDelivery}

var trackingNo = regexp.MustCompile(`^[A-Z0-9-]{6,32}$`)

// OwnDelivery is the carrier of a supplier that brings the goods itself.
const OwnDelivery = "自己送货"

// CheckTracking brings a tracking number to one form, or refuses it with ErrTracking. Own delivery needs no number (then
// it is "") but takes one.
func CheckTracking(carrier, number string) (string, error) {
	n := strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(number)), ""))
	switch {
	case !slices.Contains(Carriers, carrier):
		return "", ErrTracking.With("请从列表里选快递公司。")
	case n == "" && carrier == OwnDelivery:
		return "", nil
	case !trackingNo.MatchString(n):
		return "", ErrTracking.With("单号应是6到32位的字母和数字。")
	}
	return n, nil
}
