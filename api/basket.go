package api

import (
	"context"

	"github.com/jieban/jieban/models"
)

// basketView is what a person means to buy. It holds no goods: only an order does.
type basketView struct {
	Items    []basketItemView `json:"items"`
	TotalFen models.Fen       `json:"total_fen"`
}

type basketItemView struct {
	Product  nameView   `json:"product"`
	Supplier nameView   `json:"supplier"`
	Pack     packView   `json:"pack"`
	Quantity int        `json:"quantity"`
	SumFen   models.Fen `json:"sum_fen"`
	OnSale   bool       `json:"on_sale" doc:"false: take it out before ordering"`
}

func viewBasket(items []models.BasketItem) *bodyOf[basketView] {
	b := basketView{Items: []basketItemView{}, TotalFen: models.BasketSum(items)}
	for _, it := range items {
		b.Items = append(b.Items, basketItemView{
			Product: nameView{it.Product.ID, it.Product.Name}, Supplier: nameView{it.Supplier.ID, it.Supplier.Name},
			Pack: viewPack(it.SKU), Quantity: it.Quantity, SumFen: it.Sum(), OnSale: onSale(it),
		})
	}
	return &bodyOf[basketView]{b}
}

// onSale says whether the item could be ordered if there were enough of it.
func onSale(it models.BasketItem) bool {
	return it.Product.State == models.ListingListed && !it.SKU.Off && it.Supplier.Approved
}

// basket shows the caller's basket.
func (a *App) basket(ctx context.Context, _ *struct{}) (*bodyOf[basketView], error) {
	items, err := a.DB.Basket(ctx, caller(ctx).Link.ID)
	if err != nil {
		return nil, err
	}
	return viewBasket(items), nil
}

type basketInput struct {
	SKU  string `path:"sku" maxLength:"64"`
	Body struct {
		Quantity int `json:"quantity" minimum:"0" maximum:"99" doc:"0 takes it out"`
	}
}

// setBasket puts this many of a pack into the basket, whatever was there.
func (a *App) setBasket(ctx context.Context, in *basketInput) (*bodyOf[basketView], error) {
	items, err := a.DB.SetBasket(ctx, caller(ctx).Link.ID, in.SKU, in.Body.Quantity)
	if err != nil {
		return nil, err
	}
	return viewBasket(items), nil
}

type addressView struct {
	Address string `json:"address,omitempty" doc:"masked; absent = none yet, so an order must name one"`
}

// lastAddress shows, masked, where an order goes that names no address.
func (a *App) lastAddress(ctx context.Context, _ *struct{}) (*bodyOf[addressView], error) {
	masked, _, err := a.DB.LastAddress(ctx, caller(ctx).Link.ID)
	if err != nil {
		return nil, err
	}
	return &bodyOf[addressView]{addressView{masked}}, nil
}
