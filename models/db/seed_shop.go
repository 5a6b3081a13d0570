package db

import (
	"io/fs"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db/seed"
)

// seedShop is the shelves, and the demonstration's shop: made-up suppliers and prices that say so. null in the file is ""
// here.
type seedShop struct {
	Suppliers []struct {
		ID, Name, Town, Intro, Licence, USCC, Contact, Phone string
		LicenceKind                                          models.LicenceKind `json:"licence_kind"`
		ShipFrom                                             string             `json:"ship_from"`
	}
	Categories []struct{ ID, Name string }
	Products   []seedProduct
}

type seedProduct struct {
	ID, Supplier, Name, Category, Intro, Origin, Storage, Ingredients, Net, Picture string
	Aliases                                                                         []string
	Fresh, Assistance                                                               bool
	ShelfLifeDays                                                                   *int       `json:"shelf_life_days"`
	SevenDayReturn                                                                  bool       `json:"seven_day_return"`
	SeasonFrom                                                                      string     `json:"season_from"`
	SeasonTo                                                                        string     `json:"season_to"`
	ShipBy                                                                          models.Day `json:"presale_ship_by"`
	SKUs                                                                            []struct {
		ID, Pack, Unit string
		PriceFen       models.Fen `json:"price_fen"`
		Grams, Stock   int
	}
}

// seedRows is how many rows go into one INSERT: SQLite takes 32,766 values.
const seedRows = 500

// seedCategories adds the shelves, which are the programme's: without them nobody could put a product anywhere.
func (t *tx) seedCategories(s seedShop) error {
	var categories []Category
	for i, c := range s.Categories {
		categories = append(categories, Category{c.ID, c.Name, i + 1})
	}
	return t.g.Create(&categories).Error
}

// seedShop fills the demonstration's shop in a handful of statements, pictures first.
func (t *tx) seedShop(s seedShop) error {
	if err := t.seedPictures(); err != nil {
		return err
	}
	if err := t.seedSuppliers(s); err != nil {
		return err
	}
	return t.seedProducts(s.Products)
}

func (t *tx) seedSuppliers(s seedShop) error {
	var list []models.Supplier
	for _, f := range s.Suppliers {
		phone, err := t.d.seal(f.Phone)
		if err != nil {
			return err
		}
		list = append(list, models.Supplier{
			ID: f.ID, Name: f.Name, Town: f.Town, Intro: f.Intro, LicenceKind: f.LicenceKind, Licence: f.Licence, USCC: f.USCC,
			Contact: f.Contact, PhoneSealed: phone, ShipFrom: f.ShipFrom, Approved: true, CreatedAt: t.now, Version: 1,
		})
	}
	return t.g.Create(&list).Error
}

func (t *tx) seedProducts(list []seedProduct) error {
	var products []models.Product
	var packs []models.SKU
	var moves []models.StockMove
	var terms []productTerm
	for i, f := range list {
		p := f.product(i + 1)
		p.CreatedAt = t.now
		products = append(products, p)
		for j, k := range f.SKUs {
			packs = append(packs, models.SKU{ID: k.ID, ProductID: f.ID, Pack: k.Pack, Unit: k.Unit, Price: k.PriceFen, Grams: k.Grams, OnHand: k.Stock, Sort: j})
			if k.Stock > 0 {
				moves = append(moves, models.StockMove{SKUID: k.ID, Kind: models.MoveRestock, Quantity: k.Stock, Actor: System, At: t.now})
			}
		}
		for _, term := range productTerms(p) {
			terms = append(terms, productTerm{term, p.ID})
		}
	}
	for _, rows := range []any{&products, &packs, &moves, &terms} {
		if err := t.g.CreateInBatches(rows, seedRows).Error; err != nil {
			return err
		}
	}
	return nil
}

func (f seedProduct) product(sort int) models.Product {
	p := models.Product{
		ID: f.ID, SupplierID: f.Supplier, Name: f.Name, Aliases: f.Aliases, Category: f.Category, Intro: f.Intro, Origin: f.Origin,
		Storage: f.Storage, ShelfLifeDays: f.ShelfLifeDays, Ingredients: f.Ingredients, Net: f.Net, Fresh: f.Fresh,
		SevenDayReturn: f.SevenDayReturn, Assistance: f.Assistance, SeasonFrom: f.SeasonFrom, SeasonTo: f.SeasonTo, ShipBy: f.ShipBy,
		State: models.ListingListed, Sort: sort, Version: 1,
	}
	if f.Picture != "" {
		p.Photo = photosPath + "seed/" + f.Picture
	}
	return p
}

// seedPictures stores every drawing of the seed, of products and of spots, under its name.
func (t *tx) seedPictures() error {
	names, err := fs.Glob(seed.Files, "pictures/*.svg")
	if err != nil {
		return err
	}
	var list []photo
	for _, name := range names {
		content, err := seed.Files.ReadFile(name)
		if err != nil {
			return err
		}
		list = append(list, photo{"seed/" + name[len("pictures/"):], "image/svg+xml", content, System, t.now})
	}
	return t.g.CreateInBatches(&list, 100).Error
}
