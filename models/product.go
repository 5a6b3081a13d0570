package models

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Listing is where a product stands in the shop.
type Listing string

const (
	ListingDraft     Listing = "draft"
	ListingInReview  Listing = "in_review"
	ListingListed    Listing = "listed"
	ListingPaused    Listing = "paused"
	ListingWithdrawn Listing = "withdrawn"
)

// ListingStates is the machine of a product's listing.
var ListingStates = Machine{
	Noun: "listing", ZH: "上架", Start: "draft", Ends: []string{"withdrawn"},
	Steps: []Step{
		{"draft", "in_review", "the supplier sends it in"},
		{"in_review", "listed", "an officer approves"},
		{"in_review", "draft", "an officer sends it back"},
		{"listed", "paused", "the supplier or an officer pauses"},
		{"paused", "listed", "the supplier resumes"},
		{"listed", "withdrawn", "taken off for good"},
		{"paused", "withdrawn", "taken off for good"},
		{"draft", "withdrawn", "given up"},
	},
}

// ZH is the word for where a product stands.
func (l Listing) ZH() string {
	switch l {
	case ListingDraft:
		return "草稿"
	case ListingInReview:
		return "待审核"
	case ListingListed:
		return "已上架"
	case ListingPaused:
		return "已暂停"
	case ListingWithdrawn:
		return "已下架"
	}
	return string(l)
}

// MayList says whether the account may move the product there: suppliers send in, pause, resume and withdraw their own;
// officers decide what is in review and may pause or withdraw anything. It answers ErrNotFound for another supplier's
// product, ErrForbidden, ErrListing.
func (p Product) MayList(by Account, to Listing) error {
	own := by.Role == RoleSupplier && by.SupplierID == p.SupplierID
	officer := by.May(RoleOfficer)
	switch {
	case by.Role == RoleSupplier && !own:
		return ErrNotFound.With("这个商品")
	case !ListingStates.Allows(string(p.State), string(to)):
		return ErrListing.With(p.State.ZH(), to.ZH())
	case own && p.State != ListingInReview, officer && p.State != ListingDraft:
		return nil
	}
	return ErrForbidden
}

// Product is what a supplier sells, in one or more packs (SKU). The label fields are those of 食品安全法 67.
type Product struct {
	ID             string `gorm:"primaryKey"`
	SupplierID     string
	Name           string
	Aliases        []string `gorm:"serializer:json"`
	Category       string
	Intro          string
	Origin         string
	Storage        string
	ShelfLifeDays  *int
	Ingredients    string
	Net            string
	Fresh          bool   // perishable: no seven-day return (消保法 25)
	SevenDayReturn bool   //
	Assistance     bool   // 消费帮扶 mark
	SeasonFrom     string // MM-DD, "" = all year
	SeasonTo       string
	ShipBy         Day    // pre-sale: shipped by this day; "" = in stock
	Photo          string // path of a picture
	State          Listing
	Sort           int
	CreatedAt      time.Time
	Version        int
	SKUs           []SKU `gorm:"-"` // loaded by the verbs, never by association
}

// SKU is one pack of a product, with its price and stock. 0 ≤ Reserved ≤ OnHand, always.
type SKU struct {
	ID        string `gorm:"primaryKey"`
	ProductID string
	Pack      string // 5斤装/箱
	Unit      string // 箱
	Price     Fen    `gorm:"column:price_fen"`
	Grams     int
	OnHand    int
	Reserved  int
	Off       bool // this pack is not sold any more
	Sort      int
}

// TableName is spelled out: GORM would make s_k_us of it.
func (SKU) TableName() string { return "skus" }

// What one product may have at most.
const (
	MaxAliases = 10
	MaxPacks   = 20
	MaxStock   = 1_000_000 // units of one pack on hand
)

// Free is how many can be ordered now.
func (s SKU) Free() int { return s.OnHand - s.Reserved }

// Check refuses a product that cannot be shown. Lengths are in characters.
func (p Product) Check() error {
	n := utf8.RuneCountInString
	switch {
	case n(strings.TrimSpace(p.Name)) < 2 || n(p.Name) > 30:
		return ErrProductInvalid.With("名称要2到30个字。")
	case n(p.Intro) > 500:
		return ErrProductInvalid.With("介绍最多500个字。")
	case p.Category == "":
		return ErrProductInvalid.With("请选一个分类。")
	case p.ShelfLifeDays != nil && (*p.ShelfLifeDays < 1 || *p.ShelfLifeDays > 3650):
		return ErrProductInvalid.With("保质期应在1到3650天之间。")
	case p.Fresh && p.SevenDayReturn:
		return ErrProductInvalid.With("鲜活易腐的商品不适用七天退货，两项只能选一项。")
	case n(p.Origin) > 100 || n(p.Storage) > 100 || n(p.Ingredients) > 300 || n(p.Net) > 50:
		return ErrProductInvalid.With("产地、储存各最多100个字，净含量50个字，配料300个字。")
	}
	if err := p.checkAliases(); err != nil {
		return err
	}
	return p.checkDates()
}

func (p Product) checkAliases() error {
	if len(p.Aliases) > MaxAliases {
		return ErrProductInvalid.With("别名最多10个。")
	}
	for _, a := range p.Aliases {
		if n := utf8.RuneCountInString(strings.TrimSpace(a)); n < 1 || n > 20 {
			return ErrProductInvalid.With("每个别名要1到20个字。")
		}
	}
	return nil
}

func (p Product) checkDates() error {
	if (p.SeasonFrom == "") != (p.SeasonTo == "") {
		return ErrProductInvalid.With("产季的开始和结束要一起填，全年供应就都不填。")
	}
	for _, s := range []string{p.SeasonFrom, p.SeasonTo} {
		// A leap year, so that 02-29 is a day.
		if _, err := time.Parse(time.DateOnly, "2000-"+s); s != "" && err != nil {
			return ErrProductInvalid.With("产季“" + s + "”应写成 08-01 这样。")
		}
	}
	if p.ShipBy != "" {
		if _, err := ParseDay(string(p.ShipBy)); err != nil {
			return ErrProductInvalid.With("预售发货日应写成 2021-07-17 这样。")
		}
	}
	return nil
}

// Check refuses a pack that cannot be sold.
func (s SKU) Check() error {
	switch {
	case strings.TrimSpace(s.Pack) == "" || utf8.RuneCountInString(s.Pack) > 20:
		return ErrProductInvalid.With("规格要1到20个字，例如“5斤装/箱”。")
	case s.Unit == "" || utf8.RuneCountInString(s.Unit) > 2:
		return ErrProductInvalid.With("单位写一个字就好，例如“箱”。")
	case s.Price < 1 || s.Price > MaxFen:
		return ErrProductInvalid.With("价格要大于0。")
	case s.Grams < 0 || s.Grams > 1_000_000:
		return ErrProductInvalid.With("重量应在0到1000公斤之间。")
	}
	return nil
}

// PriceFrom is the lowest price of the packs on sale; ok is false if none is.
func (p Product) PriceFrom() (from Fen, ok bool) {
	for _, s := range p.SKUs {
		if !s.Off && (!ok || s.Price < from) {
			from, ok = s.Price, true
		}
	}
	return from, ok
}

// InStock says whether any pack can be ordered now.
func (p Product) InStock() bool {
	for _, s := range p.SKUs {
		if !s.Off && s.Free() > 0 {
			return true
		}
	}
	return false
}

// SeasonZH says 8月到9月, or "" for all year.
func (p Product) SeasonZH() string {
	from, _, ok1 := strings.Cut(p.SeasonFrom, "-")
	to, _, ok2 := strings.Cut(p.SeasonTo, "-")
	if !ok1 || !ok2 {
		return ""
	}
	month := func(s string) string { n, _ := strconv.Atoi(s); return strconv.Itoa(n) + "月" }
	return month(from) + "到" + month(to)
}
