package api

import (
	"context"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// productView is a product as a buyer sees it.
type productView struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Supplier       nameView   `json:"supplier"`
	Category       nameView   `json:"category"`
	Intro          string     `json:"intro"`
	Origin         string     `json:"origin,omitempty"`
	Storage        string     `json:"storage,omitempty"`
	ShelfLifeDays  *int       `json:"shelf_life_days,omitempty"`
	Ingredients    string     `json:"ingredients,omitempty"`
	Net            string     `json:"net,omitempty" doc:"net content, as it stands on the label"`
	Fresh          bool       `json:"fresh" doc:"perishable: no seven-day return"`
	SevenDayReturn bool       `json:"seven_day_return"`
	Assistance     bool       `json:"assistance" doc:"an assistance product (消费帮扶)"`
	SeasonFrom     string     `json:"season_from,omitempty" doc:"MM-DD; absent = all year"`
	SeasonTo       string     `json:"season_to,omitempty" doc:"MM-DD"`
	ShipBy         models.Day `json:"ship_by,omitempty" doc:"pre-sale: shipped by this day; absent = in stock"`
	Photo          string     `json:"photo,omitempty" doc:"path of a picture"`
	PriceFromFen   models.Fen `json:"price_from_fen" doc:"the lowest price of the packs on sale"`
	InStock        bool       `json:"in_stock" doc:"some pack can be ordered now"`
	Packs          []packView `json:"packs"`
}

// nameView is something that has an id and a name.
type nameView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// packView is one pack as a buyer sees it.
type packView struct {
	SKU      string     `json:"sku"`
	Pack     string     `json:"pack" example:"5斤装/箱"`
	Unit     string     `json:"unit" example:"箱"`
	PriceFen models.Fen `json:"price_fen"`
	Grams    int        `json:"grams,omitempty"`
	Free     int        `json:"free" doc:"how many can be ordered now"`
}

func viewPack(s models.SKU) packView {
	return packView{s.ID, s.Pack, s.Unit, s.Price, s.Grams, max(0, s.Free())}
}

func viewProduct(v db.ProductView) productView {
	p := productView{
		ID: v.ID, Name: v.Name, Supplier: nameView{v.SupplierID, v.SupplierName}, Category: nameView{v.Category, v.CategoryName},
		Intro: v.Intro, Origin: v.Origin, Storage: v.Storage, ShelfLifeDays: v.ShelfLifeDays, Ingredients: v.Ingredients, Net: v.Net,
		Fresh: v.Fresh, SevenDayReturn: v.SevenDayReturn, Assistance: v.Assistance, SeasonFrom: v.SeasonFrom, SeasonTo: v.SeasonTo,
		ShipBy: v.ShipBy, Photo: v.Photo, InStock: v.InStock(), Packs: []packView{},
	}
	p.PriceFromFen, _ = v.PriceFrom()
	for _, s := range v.SKUs {
		if !s.Off {
			p.Packs = append(p.Packs, viewPack(s))
		}
	}
	return p
}

// bodyOf is an answer with a body and nothing else.
type bodyOf[T any] struct{ Body T }

type productsInput struct {
	Query    string `query:"q" maxLength:"100" doc:"Chinese, pinyin or initials: 羊肚菌, yangdujun and ydj find the same"`
	Category string `query:"category" maxLength:"64" doc:"id of a category"`
	Supplier string `query:"supplier" maxLength:"64" doc:"id of a supplier"`
	InStock  bool   `query:"in_stock" doc:"only what can be ordered now"`
	MaxFen   int64  `query:"max_fen" minimum:"0" maximum:"10000000000" doc:"some pack costs at most this"`
	After    string `query:"after" maxLength:"100"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"24"`
}

// products lists what is on sale.
func (a *App) products(ctx context.Context, in *productsInput) (*listOutput[productView], error) {
	page, err := a.DB.Products(ctx, db.ProductFilter{
		Query: in.Query, Category: in.Category, Supplier: in.Supplier, InStock: in.InStock, MaxFen: models.Fen(in.MaxFen),
		After: in.After, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := whole(page.Products, viewProduct)
	out.Body.Next = page.Next
	return out, nil
}

// product shows one product that is on sale.
func (a *App) product(ctx context.Context, in *idInput) (*bodyOf[productView], error) {
	v, err := a.DB.Product(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &bodyOf[productView]{viewProduct(v)}, nil
}

// categories lists the shelves of the shop.
func (a *App) categories(ctx context.Context, _ *struct{}) (*listOutput[nameView], error) {
	list, err := a.DB.Categories(ctx)
	if err != nil {
		return nil, err
	}
	return whole(list, func(c db.Category) nameView { return nameView{c.ID, c.Name} }), nil
}

// listingView is a product as its supplier and officers see it.
type listingView struct {
	Product productView      `json:"product" doc:"as buyers see it"`
	Aliases []string         `json:"aliases"`
	State   models.Listing   `json:"state" enum:"draft,in_review,listed,paused,withdrawn"`
	Version int              `json:"version" doc:"send it back with a change"`
	Stock   []stockView      `json:"stock" doc:"every pack, also those off sale"`
	To      []models.Listing `json:"to" doc:"where the caller may move it"`
}

// stockView is one pack as its supplier sees it.
type stockView struct {
	Pack     packView `json:"pack"`
	OnHand   int      `json:"on_hand"`
	Reserved int      `json:"reserved" doc:"held by orders; never more than on_hand"`
	Off      bool     `json:"off" doc:"not sold any more"`
}

func viewListing(by models.Account) func(db.ProductView) listingView {
	return func(v db.ProductView) listingView {
		l := listingView{
			Product: viewProduct(v), Aliases: orEmpty(v.Aliases), State: v.State, Version: v.Version, Stock: []stockView{},
			To: orEmpty(listingsTo(by, v.Product)),
		}
		for _, s := range v.SKUs {
			l.Stock = append(l.Stock, stockView{viewPack(s), s.OnHand, s.Reserved, s.Off})
		}
		return l
	}
}

// listingsTo lists where the account may move a product.
func listingsTo(by models.Account, p models.Product) (to []models.Listing) {
	for _, step := range models.ListingStates.Steps {
		if step.From == string(p.State) && p.MayList(by, models.Listing(step.To)) == nil {
			to = append(to, models.Listing(step.To))
		}
	}
	return to
}

type listingsInput struct {
	State models.Listing `query:"state" enum:"draft,in_review,listed,paused,withdrawn" default:"in_review"`
	After string         `query:"after" maxLength:"100"`
	Limit int            `query:"limit" minimum:"1" maximum:"100" default:"24"`
}

// listings shows officers the products of a state, in review where none is named.
func (a *App) listings(ctx context.Context, in *listingsInput) (*listOutput[listingView], error) {
	page, err := a.DB.Products(ctx, db.ProductFilter{State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := whole(page.Products, viewListing(*caller(ctx).Account))
	out.Body.Next = page.Next
	return out, nil
}

type listingInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		To models.Listing `json:"to" enum:"draft,in_review,listed,paused,withdrawn"`
	}
}

// setListing moves a product through its listing.
func (a *App) setListing(ctx context.Context, in *listingInput) (*bodyOf[listingView], error) {
	by := *caller(ctx).Account
	if err := a.DB.SetListing(ctx, by, in.ID, in.Body.To); err != nil {
		return nil, err
	}
	return a.listing(ctx, by, in.ID)
}

// listing shows a product as its supplier or an officer sees it.
func (a *App) listing(ctx context.Context, by models.Account, id string) (*bodyOf[listingView], error) {
	v, err := a.DB.SupplierProduct(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return &bodyOf[listingView]{viewListing(by)(v)}, nil
}
