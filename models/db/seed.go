package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db/seed"
)

// The seed is the programme of 2021 as it was printed, with the shelves of its shop, and the demonstration: people,
// suppliers and prices that are made up and say so.

type seedProgramme struct {
	Programme struct {
		ID, Title, Home, Host string
		ValidFrom             models.Day `json:"valid_from"`
		ValidTo               models.Day `json:"valid_to"`
		AnnouncedOn           models.Day `json:"announced_on"`
		Controller, Contact   string
		Clauses               []models.Clause
		Holidays, Workdays    []models.Day
	}
	Zone  struct{ Towns []models.Town }
	Spots []struct {
		ID, Name, Grade, Town, Intro, Bring string
		Hours                               *string
		Aliases                             []string
		Tickets                             []models.TicketItem
		ListPrice                           *models.Fen `json:"list_price_fen"`
		Sort                                int
	}
	Offers []struct {
		ID, Spot, Clause, Components string
		Kind                         models.OfferKind
		PayPercent                   int         `json:"pay_percent"`
		FixedFen                     *models.Fen `json:"fixed_fen"`
		PerDay                       *int        `json:"per_day"`
		PerSpot                      *int        `json:"per_spot"`
		Total                        *int
		DailyQuota                   *int `json:"daily_quota"`
		MaxParty                     *int `json:"max_party"`
		AdvanceDays                  *int `json:"advance_days"`
		Blackout                     []models.Day
		HolidayBlackout              bool `json:"holiday_blackout"`
	}
}

type seedPeople struct {
	Residents []struct {
		Name, Number, Town, Village string
		DocumentKind                models.DocumentKind `json:"document_kind"`
	}
	Samples []Sample
}

// Sample is a made-up person whom the demonstration offers by a tap.
type Sample struct {
	Key, Name, Number, Phone, Town, Label, Note string
}

// DemoAccount is a member of staff of the demonstration, password and all.
type DemoAccount struct {
	Login, Name, Password string
	Role                  models.Role
	Spot, Supplier        string
}

// keepDays is how long after its end a programme keeps personal data, until an officer sets another span.
const keepDays = 90

// Samples gives the sample residents of the demonstration.
func Samples() ([]Sample, error) {
	var people seedPeople
	err := readSeed("residents.json", &people)
	return people.Samples, err
}

// DemoAccounts gives the staff accounts of the demonstration.
func DemoAccounts() ([]DemoAccount, error) {
	var file struct{ Accounts []DemoAccount }
	err := readSeed("accounts.json", &file)
	return file.Accounts, err
}

func readSeed(name string, into any) error {
	raw, err := seed.Files.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("seed %s: %w", name, err)
	}
	return nil
}

// Seed fills an empty database with the programme and the shelves of its shop, and with the demonstration's people, staff
// and goods if demo is set.
// A database that has a programme is left as it is. fresh says whether anything was written.
func (d *DB) Seed(ctx context.Context, demo bool) (fresh bool, err error) {
	var n int64
	if err := d.read(ctx).Model(&models.Programme{}).Count(&n).Error; err != nil || n > 0 {
		return false, err
	}
	var p seedProgramme
	var people seedPeople
	var shop seedShop
	if err := errors.Join(readSeed("programme_2021.json", &p), readSeed("shop.json", &shop)); err != nil {
		return false, err
	}
	var staff []models.Account
	if demo {
		if err := readSeed("residents.json", &people); err != nil {
			return false, err
		}
		if staff, err = demoStaff(); err != nil {
			return false, err
		}
	}
	err = d.write(ctx, func(t *tx) error {
		fresh = false
		if err := t.lockSeed(); err != nil {
			return err
		}
		var n int64
		if err := t.g.Model(&models.Programme{}).Count(&n).Error; err != nil || n > 0 {
			return err
		}
		fresh = true
		if !demo { // who answers for people's data here is not for a seed to say
			p.Programme.Controller, p.Programme.Contact = "", ""
		}
		if err := t.seedProgramme(p); err != nil {
			return err
		}
		if err := t.seedCategories(shop); err != nil || !demo {
			return err
		}
		if err := t.seedDemo(p.Programme.ID, people, staff); err != nil {
			return err
		}
		return t.seedShop(shop)
	})
	return fresh, err
}

func (t *tx) seedDemo(programmeID string, people seedPeople, staff []models.Account) error {
	if err := t.seedRoster(programmeID, people); err != nil {
		return err
	}
	for i := range staff {
		staff[i].CreatedAt = t.now
	}
	return t.g.Create(&staff).Error
}

// lockSeed lets one process seed at a time: the row it writes is waited on by the others.
func (t *tx) lockSeed() error {
	return t.g.Exec("INSERT INTO settings (key, value) VALUES ('seeded', '1') ON CONFLICT (key) DO UPDATE SET value = excluded.value").Error
}

func demoStaff() ([]models.Account, error) {
	accounts, err := DemoAccounts()
	if err != nil {
		return nil, err
	}
	staff, hashes := make([]models.Account, len(accounts)), map[string]string{}
	for i, a := range accounts {
		hash, ok := hashes[a.Password]
		if !ok { // they share one password, and a hash takes tens of milliseconds
			hash = hashPassword(a.Password)
			hashes[a.Password] = hash
		}
		staff[i] = models.Account{
			Login: a.Login, Name: a.Name, Role: a.Role, SpotID: a.Spot, SupplierID: a.Supplier, PasswordHash: hash, Demo: true,
		}
	}
	return staff, nil
}

func (t *tx) seedProgramme(s seedProgramme) error {
	p := s.Programme
	if err := t.g.Create(&models.Programme{
		ID: p.ID, No: 1, Title: p.Title, Home: p.Home, Host: p.Host, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo, AnnouncedOn: p.AnnouncedOn,
		Controller: p.Controller, Contact: p.Contact, Clauses: p.Clauses, Holidays: p.Holidays, Workdays: p.Workdays, Zone: s.Zone.Towns,
		KeepDays: keepDays, Version: 1,
	}).Error; err != nil {
		return err
	}
	var spots []models.Spot
	for i, v := range s.Spots {
		spot := models.Spot{
			ID: v.ID, No: i + 1, Name: v.Name, Aliases: v.Aliases, Grade: v.Grade, Town: v.Town, Intro: v.Intro, Bring: v.Bring,
			Tickets: v.Tickets, ListPrice: v.ListPrice, Closed: []models.Day{}, Photo: "/photos/seed/spot-" + v.ID + ".svg", Sort: v.Sort, Version: 1,
		}
		if v.Hours != nil {
			spot.Hours = *v.Hours
		}
		spots = append(spots, spot)
	}
	if err := t.g.Create(&spots).Error; err != nil {
		return err
	}
	var offers []models.Offer
	for _, o := range s.Offers {
		offers = append(offers, models.Offer{
			ID: o.ID, ProgrammeID: p.ID, SpotID: o.Spot, Kind: o.Kind, PayPercent: o.PayPercent, FixedFen: o.FixedFen, Rounding: models.RoundFen,
			ClauseText: o.Clause, Components: o.Components, PerDay: o.PerDay, PerSpot: o.PerSpot, Total: o.Total, DailyQuota: o.DailyQuota,
			MaxParty: o.MaxParty, AdvanceDays: o.AdvanceDays, Blackout: o.Blackout, HolidayBlackout: o.HolidayBlackout, Version: 1,
		})
	}
	return t.g.Create(&offers).Error
}

func (t *tx) seedRoster(programmeID string, people seedPeople) error {
	var list []models.RosterEntry
	for _, r := range people.Residents {
		name, err := models.NormalName(r.Name)
		if err != nil {
			return err
		}
		doc, err := models.ParseDocument(r.DocumentKind, r.Number, models.DayOf(t.now))
		if err != nil {
			return err
		}
		e := models.RosterEntry{
			ProgrammeID: programmeID, NumberHash: t.d.hash("number", doc.Number), NameHash: t.d.hash("name", name),
			MaskedNumber: models.MaskDocument(doc.Number), MaskedName: models.MaskName(name), Town: r.Town, Village: r.Village, ImportedAt: t.now,
		}
		if e.NameSealed, err = t.d.seal(name); err != nil {
			return err
		}
		list = append(list, e)
	}
	return t.g.CreateInBatches(&list, 100).Error
}

// Regions is the list of provinces, cities and districts for addresses, as JSON: each is ["code", "name", [inside]].
func Regions() []byte {
	raw, err := seed.Files.ReadFile("regions.json")
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	return raw
}

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
