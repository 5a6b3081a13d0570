package api

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// supplierView is a supplier with what a seller of food must show (电商法 15). It holds no phone.
type supplierView struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Town        string             `json:"town"`
	Intro       string             `json:"intro"`
	LicenceKind models.LicenceKind `json:"licence_kind" enum:"SC,JY,YB,none" doc:"food production, food trade, filing of prepacked food, or none needed"`
	Licence     string             `json:"licence" doc:"its number, or why none is needed"`
	USCC        string             `json:"uscc,omitempty" doc:"unified social credit code"`
	Contact     string             `json:"contact"`
	ShipFrom    string             `json:"ship_from"`
}

func viewSupplier(s models.Supplier) supplierView {
	return supplierView{s.ID, s.Name, s.Town, s.Intro, s.LicenceKind, s.Licence, s.USCC, s.Contact, s.ShipFrom}
}

// suppliers lists the approved suppliers.
func (a *App) suppliers(ctx context.Context, _ *struct{}) (*listOutput[supplierView], error) {
	list, err := a.DB.Suppliers(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewSupplier), nil
}

// supplier shows one supplier.
func (a *App) supplier(ctx context.Context, in *idInput) (*bodyOf[supplierView], error) {
	s, err := a.approved(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &bodyOf[supplierView]{viewSupplier(s)}, nil
}

// approved gives a supplier that buyers may see.
func (a *App) approved(ctx context.Context, id string) (models.Supplier, error) {
	s, err := a.DB.Supplier(ctx, id)
	if err == nil && !s.Approved {
		err = models.ErrNotFound.With("这家供货商")
	}
	return s, err
}

// SupplierSettings is what an officer says of a supplier. It is exported for the document's sake: what is embedded must be.
type SupplierSettings struct {
	Name        string             `json:"name" minLength:"2" maxLength:"40"`
	Town        string             `json:"town" minLength:"1" maxLength:"40"`
	Intro       string             `json:"intro,omitempty" maxLength:"300"`
	LicenceKind models.LicenceKind `json:"licence_kind" enum:"SC,JY,YB,none" doc:"food production, food trade, filing of prepacked food, or none needed"`
	Licence     string             `json:"licence" minLength:"1" maxLength:"200" doc:"its number, checked when it changes; or, for none, why none is needed (at most 100 characters)"`
	USCC        string             `json:"uscc,omitempty" maxLength:"100" doc:"unified social credit code, checked when it changes"`
	Contact     string             `json:"contact,omitempty" maxLength:"40" doc:"shown to buyers"`
	ShipFrom    string             `json:"ship_from" minLength:"1" maxLength:"60"`
	Approved    bool               `json:"approved" doc:"false = its products are off the shop and cannot be ordered; placed orders go on"`
}

func (b SupplierSettings) supplier(id string, version int) models.Supplier {
	return models.Supplier{
		ID: id, Name: b.Name, Town: b.Town, Intro: b.Intro, LicenceKind: b.LicenceKind, Licence: b.Licence, USCC: b.USCC, Contact: b.Contact,
		ShipFrom: b.ShipFrom, Approved: b.Approved, Version: version,
	}
}

// sellerView is a supplier as officers keep it.
type sellerView struct {
	ID string `json:"id"`
	SupplierSettings
	Doubts    []string  `json:"doubts" doc:"what to compare with the paper, in Chinese"`
	CreatedAt time.Time `json:"created_at"`
	Version   int       `json:"version" doc:"give it back when changing"`
}

func viewSeller(s models.Supplier) sellerView {
	return sellerView{s.ID, SupplierSettings{
		s.Name, s.Town, s.Intro, s.LicenceKind, s.Licence, s.USCC, s.Contact, s.ShipFrom, s.Approved,
	}, orEmpty(s.Doubts()), s.CreatedAt.UTC(), s.Version}
}

type sellerOutput struct {
	ETag string `header:"ETag"`
	Body sellerView
}

// sellers lists every supplier.
func (a *App) sellers(ctx context.Context, _ *struct{}) (*listOutput[sellerView], error) {
	list, err := a.DB.AllSuppliers(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, viewSeller), nil
}

type newSupplierInput struct {
	Body struct {
		SupplierSettings
		Phone *string `json:"phone,omitempty" maxLength:"40" doc:"mobile number, kept sealed and never answered"`
	}
}

// newSupplier adds a supplier.
func (a *App) newSupplier(ctx context.Context, in *newSupplierInput) (*sellerOutput, error) {
	return a.saveSupplier(ctx, in.Body.supplier("", 0), in.Body.Phone)
}

type setSupplierInput struct {
	ID      string `path:"id" maxLength:"64"`
	IfMatch string `header:"If-Match" doc:"the version that was read, in quotes; or give it in the body"`
	Body    struct {
		SupplierSettings
		Phone   *string `json:"phone,omitempty" maxLength:"40" doc:"mobile number, kept sealed and never answered; absent = as it is, empty = removed"`
		Version int     `json:"version,omitempty"`
	}
}

// setSupplier changes a supplier.
func (a *App) setSupplier(ctx context.Context, in *setSupplierInput) (*sellerOutput, error) {
	if _, err := a.DB.Supplier(ctx, in.ID); err != nil {
		return nil, err
	}
	v, err := version(in.IfMatch, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return a.saveSupplier(ctx, in.Body.supplier(in.ID, v), in.Body.Phone)
}

func (a *App) saveSupplier(ctx context.Context, s models.Supplier, phone *string) (*sellerOutput, error) {
	saved, err := a.DB.SaveSupplier(ctx, *caller(ctx).Account, s, phone)
	if err != nil {
		return nil, err
	}
	return &sellerOutput{versionTag(saved.Version), viewSeller(saved)}, nil
}

// productBody is what a supplier says of a product.
type productBody struct {
	Name           string     `json:"name" minLength:"2" maxLength:"30"`
	Aliases        []string   `json:"aliases,omitempty" maxItems:"10" doc:"other names it is searched by"`
	Category       string     `json:"category" minLength:"1" maxLength:"64"`
	Intro          string     `json:"intro,omitempty" maxLength:"500"`
	Origin         string     `json:"origin,omitempty" maxLength:"100"`
	Storage        string     `json:"storage,omitempty" maxLength:"100"`
	ShelfLifeDays  *int       `json:"shelf_life_days,omitempty" minimum:"1" maximum:"3650"`
	Ingredients    string     `json:"ingredients,omitempty" maxLength:"300"`
	Net            string     `json:"net,omitempty" maxLength:"50"`
	Fresh          bool       `json:"fresh,omitempty" doc:"perishable: no seven-day return"`
	SevenDayReturn bool       `json:"seven_day_return,omitempty"`
	Assistance     bool       `json:"assistance,omitempty"`
	SeasonFrom     string     `json:"season_from,omitempty" maxLength:"5" doc:"MM-DD"`
	SeasonTo       string     `json:"season_to,omitempty" maxLength:"5" doc:"MM-DD"`
	ShipBy         models.Day `json:"ship_by,omitempty" maxLength:"10" doc:"pre-sale: shipped by this day"`
	Photo          string     `json:"photo,omitempty" maxLength:"100" doc:"path that POST /api/v1/supplier/photos gave"`
	Packs          []packBody `json:"packs,omitempty" maxItems:"20" doc:"the whole list: a pack left out is taken off sale; absent = packs stay as they are"`
	Version        int        `json:"version,omitempty" minimum:"0" doc:"the version that was read; a change since then is refused as stale"`
}

// packBody is what a supplier says of a pack.
type packBody struct {
	SKU      string     `json:"sku,omitempty" maxLength:"64" doc:"absent = a new pack"`
	Pack     string     `json:"pack" minLength:"1" maxLength:"20"`
	Unit     string     `json:"unit" minLength:"1" maxLength:"2"`
	PriceFen models.Fen `json:"price_fen" minimum:"1" maximum:"10000000000"`
	Grams    int        `json:"grams,omitempty" minimum:"0" maximum:"1000000"`
	OnHand   int        `json:"on_hand,omitempty" minimum:"0" maximum:"1000000" doc:"for a new pack only; PUT …/stock changes it later"`
	Off      bool       `json:"off,omitempty" doc:"not sold any more"`
}

func (b productBody) product(id string) models.Product {
	p := models.Product{
		ID: id, Name: b.Name, Aliases: append([]string{}, b.Aliases...), Category: b.Category, Intro: b.Intro, Origin: b.Origin,
		Storage: b.Storage, ShelfLifeDays: b.ShelfLifeDays, Ingredients: b.Ingredients, Net: b.Net, Fresh: b.Fresh,
		SevenDayReturn: b.SevenDayReturn, Assistance: b.Assistance, SeasonFrom: b.SeasonFrom, SeasonTo: b.SeasonTo, ShipBy: b.ShipBy,
		Photo: b.Photo, Version: b.Version,
	}
	for _, s := range b.Packs {
		p.SKUs = append(p.SKUs, models.SKU{ID: s.SKU, Pack: s.Pack, Unit: s.Unit, Price: s.PriceFen, Grams: s.Grams, OnHand: s.OnHand, Off: s.Off})
	}
	return p
}

// supplierProducts lists the caller's products, drafts too.
func (a *App) supplierProducts(ctx context.Context, _ *struct{}) (*listOutput[listingView], error) {
	by := *caller(ctx).Account
	list, err := a.DB.SupplierProducts(ctx, by.SupplierID)
	if err != nil {
		return nil, err
	}
	return whole(list, viewListing(by)), nil
}

// supplierProduct shows one of the caller's products.
func (a *App) supplierProduct(ctx context.Context, in *idInput) (*bodyOf[listingView], error) {
	return a.listing(ctx, *caller(ctx).Account, in.ID)
}

type newProductInput struct{ Body productBody }

// newProduct makes a draft.
func (a *App) newProduct(ctx context.Context, in *newProductInput) (*bodyOf[listingView], error) {
	return a.saveProduct(ctx, in.Body.product(""))
}

type productInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body productBody
}

// putProduct changes a product.
func (a *App) putProduct(ctx context.Context, in *productInput) (*bodyOf[listingView], error) {
	return a.saveProduct(ctx, in.Body.product(in.ID))
}

func (a *App) saveProduct(ctx context.Context, p models.Product) (*bodyOf[listingView], error) {
	by := *caller(ctx).Account
	saved, err := a.DB.SaveProduct(ctx, by, p)
	if err != nil {
		return nil, err
	}
	return a.listing(ctx, by, saved.ID)
}

type stockInput struct {
	ID   string `path:"id" maxLength:"64" doc:"sku of the pack"`
	Body struct {
		OnHand int `json:"on_hand" minimum:"0" maximum:"1000000" doc:"as counted"`
	}
}

// setStock writes what was counted.
func (a *App) setStock(ctx context.Context, in *stockInput) (*struct{}, error) {
	return nil, a.DB.SetStock(ctx, *caller(ctx).Account, in.ID, in.Body.OnHand)
}

type photoInput struct {
	RawBody huma.MultipartFormFiles[struct {
		Photo huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,application/octet-stream" doc:"JPEG or PNG, at most 8 MB; it is encoded anew, without the place it was taken at"`
	}]
}

type photoView struct {
	Photo string `json:"photo" doc:"path for a product's photo"`
}

// postPhoto stores a picture for a product.
func (a *App) postPhoto(ctx context.Context, in *photoInput) (*bodyOf[photoView], error) {
	raw, err := io.ReadAll(io.LimitReader(in.RawBody.Data().Photo, bodyLimit))
	if err != nil {
		return nil, models.ErrPhoto.From(err)
	}
	path, err := a.DB.SavePhoto(ctx, *caller(ctx).Account, raw)
	if err != nil {
		return nil, err
	}
	return &bodyOf[photoView]{photoView{path}}, nil
}

// supplierOrdersInput narrows a supplier's orders.
type supplierOrdersInput struct {
	State string `query:"state" enum:"to_ship,pending_payment,confirmed,expired,cancelled,completed,closed_refunded" doc:"to_ship: paid and not wholly sent; absent = all"`
	After string `query:"after" maxLength:"100" doc:"the next of the page before; absent = from the newest"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// supplierOrders lists the orders for the caller's goods, addresses masked.
func (a *App) supplierOrders(ctx context.Context, in *supplierOrdersInput) (*listOutput[orderView], error) {
	return paged(pageInput{in.After, in.Limit}, func(before int64, limit int) ([]db.OrderView, error) {
		return a.DB.SupplierOrders(ctx, caller(ctx).Account.SupplierID, in.State, before, limit)
	}, viewOrder, orderID)
}

// supplierOrderView is an order with where its parcels go.
type supplierOrderView struct {
	Order     orderView       `json:"order"`
	DeliverTo *models.Address `json:"deliver_to,omitempty" doc:"once the order is paid; every look is audited"`
}

// supplierOrder shows one order, with its delivery data once it is paid.
func (a *App) supplierOrder(ctx context.Context, in *orderNoInput) (*bodyOf[supplierOrderView], error) {
	v, err := a.DB.SupplierOrder(ctx, *caller(ctx).Account, in.No)
	if err != nil {
		return nil, err
	}
	return &bodyOf[supplierOrderView]{supplierOrderView{viewOrder(v), v.Address}}, nil
}

type shipInput struct {
	No   string `path:"no" maxLength:"32"`
	Body struct {
		Carrier    string     `json:"carrier" maxLength:"20" doc:"one of the couriers of GET /api/v1/carriers"`
		TrackingNo string     `json:"tracking_no,omitempty" maxLength:"64" doc:"may be absent for own delivery only"`
		Lines      []shipLine `json:"lines,omitempty" maxItems:"50" doc:"absent = all that is left"`
	}
}

type shipLine struct {
	Line     int64 `json:"line" doc:"id of the order's line"`
	Quantity int   `json:"quantity" minimum:"1" maximum:"99"`
}

// ship sends a parcel.
func (a *App) ship(ctx context.Context, in *shipInput) (*bodyOf[orderView], error) {
	r := db.ShipRequest{Carrier: in.Body.Carrier, TrackingNo: in.Body.TrackingNo}
	for _, l := range in.Body.Lines {
		if r.Lines == nil {
			r.Lines = map[int64]int{}
		}
		r.Lines[l.Line] += l.Quantity
	}
	v, err := a.DB.Ship(ctx, *caller(ctx).Account, in.No, r)
	if err != nil {
		return nil, err
	}
	return &bodyOf[orderView]{viewOrder(v)}, nil
}

type carrierView struct {
	Name        string `json:"name"`
	NeedsNumber bool   `json:"needs_number"`
}

// carriers lists the couriers a parcel can go by.
func (a *App) carriers(context.Context, *struct{}) (*listOutput[carrierView], error) {
	return whole(models.Carriers, func(name string) carrierView { return carrierView{name, name != models.OwnDelivery} }), nil
}
