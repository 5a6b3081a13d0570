package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jieban/jieban/models"
	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
)

// ProductFilter narrows the catalogue. The zero value is the first page of all that is listed.
type ProductFilter struct {
	Query    string // Chinese, full pinyin or initials, or a mixture; every part must match
	Category string
	Supplier string
	InStock  bool           // some pack can be ordered now
	MaxFen   models.Fen     // some pack costs at most this; 0 = any
	State    models.Listing // "" = listed, which is all that buyers see
	After    string         // Next of the page before
	Limit    int            // 1 to 100; 0 = 24
}

// ProductPage is one page of the catalogue. Next is "" on the last. ETag changes whenever anything on the page does,
// stock included: it is a hash of what was loaded, because a counter would be one hot row that every order must wait for.
type ProductPage struct {
	Products []ProductView
	Next     string
	ETag     string
}

// listColumns are what a card shows: labels and aliases are left for the product's own page.
const listColumns = "p.id, p.supplier_id, p.name, p.category, p.intro, p.origin, p.net, p.fresh, p.seven_day_return, " +
	"p.assistance, p.season_from, p.season_to, p.ship_by, p.photo, p.state, p.sort, p.version"

// Products gives one page of the catalogue in two queries, whatever its size. A query without a letter or character
// finds nothing; a cursor of another list is ErrInvalid.
func (d *DB) Products(ctx context.Context, f ProductFilter) (ProductPage, error) {
	limit := pageSize(f.Limit, 24)
	g := d.read(ctx)
	q, err := f.where(productRows(g, listColumns))
	if err != nil {
		return ProductPage{}, err
	}
	var page ProductPage
	if err := q.Order("p.sort, p.id").Limit(limit + 1).Find(&page.Products).Error; err != nil {
		return ProductPage{}, err
	}
	if len(page.Products) > limit {
		page.Products = page.Products[:limit]
		last := page.Products[limit-1]
		page.Next = strconv.Itoa(last.Sort) + "." + last.ID
	}
	if err := addPacks(g, page.Products); err != nil {
		return ProductPage{}, err
	}
	page.ETag = ProductETag(page.Products...)
	return page, nil
}

// pageSize keeps a page between 1 and 100 rows.
func pageSize(asked, usual int) int {
	if asked <= 0 {
		return usual
	}
	return min(asked, 100)
}

func (f ProductFilter) where(q *gorm.DB) (*gorm.DB, error) {
	if f.State == "" || f.State == models.ListingListed {
		q = q.Where("p.state = ? AND s.approved", models.ListingListed)
	} else {
		q = q.Where("p.state = ?", f.State)
	}
	if f.Category != "" {
		q = q.Where("p.category = ?", f.Category)
	}
	if f.Supplier != "" {
		q = q.Where("p.supplier_id = ?", f.Supplier)
	}
	if f.InStock || f.MaxFen > 0 {
		least, most := 0, models.MaxFen
		if f.InStock {
			least = 1
		}
		if f.MaxFen > 0 {
			most = f.MaxFen
		}
		q = q.Where(`EXISTS (SELECT 1 FROM skus k WHERE k.product_id = p.id AND NOT k."off" AND k.on_hand - k.reserved >= ? AND k.price_fen <= ?)`,
			least, most)
	}
	q = f.whereTerms(q)
	if f.After == "" {
		return q, nil
	}
	sort, id, ok := strings.Cut(f.After, ".")
	n, err := strconv.Atoi(sort)
	if !ok || err != nil {
		return nil, models.ErrInvalid.With("翻页的位置不对")
	}
	return q.Where("(p.sort, p.id) > (?, ?)", n, id), nil
}

// whereTerms demands every part of the query. A range instead of LIKE uses the index on both databases: the column
// sorts by bytes.
func (f ProductFilter) whereTerms(q *gorm.DB) *gorm.DB {
	if strings.TrimSpace(f.Query) == "" {
		return q
	}
	wants := searchWants(f.Query)
	if len(wants) == 0 {
		return q.Where("1 = 0")
	}
	for _, w := range wants {
		if w.prefix {
			q = q.Where("p.id IN (SELECT product_id FROM product_terms WHERE term >= ? AND term < ?)", w.term, w.term+"\uffff")
		} else {
			q = q.Where("p.id IN (SELECT product_id FROM product_terms WHERE term = ?)", w.term)
		}
	}
	return q
}

// ProductETag is a strong validator of what is shown of these products.
func ProductETag(views ...ProductView) string {
	h := sha256.New()
	for _, v := range views {
		fmt.Fprintf(h, "%s %d %s %s %s\n", v.ID, v.Version, v.State, v.SupplierName, v.CategoryName)
		for _, s := range v.SKUs {
			fmt.Fprintf(h, " %s %s %s %d %d %d %t\n", s.ID, s.Pack, s.Unit, s.Price, s.Grams, s.Free(), s.Off)
		}
	}
	return `"` + hex.EncodeToString(h.Sum(nil)[:12]) + `"`
}

// A query is cut off here: nobody types more, and each part costs a look-up.
const (
	maxQueryRunes = 40
	maxWants      = 16
)

// want is one thing a product must be found by.
type want struct {
	term   string
	prefix bool
}

// searchWants turns a query into its parts: a run of Chinese characters becomes its pairs (or the single character),
// a run of letters and digits the beginning of pinyin or initials.
func searchWants(query string) []want {
	r := []rune(foldText(query))
	if len(r) > maxQueryRunes {
		r = r[:maxQueryRunes]
	}
	var wants []want
	for i := 0; i < len(r); {
		j := i
		switch {
		case unicode.Is(unicode.Han, r[i]):
			for j < len(r) && unicode.Is(unicode.Han, r[j]) {
				j++
			}
			wants = append(wants, pairs(r[i:j])...)
		case latin(r[i]):
			for j < len(r) && latin(r[j]) {
				j++
			}
			wants = append(wants, want{string(r[i:j]), true})
		default:
			j++
		}
		i = j
	}
	return wants[:min(len(wants), maxWants)]
}

func pairs(han []rune) []want {
	if len(han) == 1 {
		return []want{{term: string(han)}}
	}
	var list []want
	for i := 0; i+1 < len(han); i++ {
		list = append(list, want{term: string(han[i : i+2])})
	}
	return list
}

func latin(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// foldText brings text to one form: compatibility forms (full width), lower case, no tone marks, ü as v as keyboards do.
func foldText(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.NewReplacer("ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// productTerms is what the product is found by, sorted.
func productTerms(p models.Product) []string {
	set := map[string]bool{}
	for _, text := range append([]string{p.Name}, p.Aliases...) {
		addTerms(set, foldText(text))
	}
	list := make([]string, 0, len(set))
	for term := range set {
		list = append(list, term)
	}
	slices.Sort(list)
	return list
}

// addTerms adds characters and pairs, and, from each word on, the rest in pinyin and in initials: with the prefix
// match of a query, yangdujun is found by yangdu, dujun and jun, and ydj by dj.
func addTerms(set map[string]bool, text string) {
	var han []rune
	var full, first []string
	var word strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			full, first = append(full, word.String()), append(first, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case latin(r):
			word.WriteRune(r)
			continue
		case unicode.Is(unicode.Han, r):
			endWord()
			han = append(han, r)
			set[string(r)] = true
			if s := pinyin.SinglePinyin(r, pinyin.NewArgs()); len(s) > 0 && s[0] != "" {
				full, first = append(full, s[0]), append(first, s[0][:1])
			}
		default:
			endWord()
		}
	}
	endWord()
	for _, w := range pairs(han) {
		set[w.term] = true
	}
	for i := range full {
		set[strings.Join(full[i:], "")] = true
		set[strings.Join(first[i:], "")] = true
	}
	delete(set, "")
}

// productTerm is one row of the index.
type productTerm struct {
	Term      string `gorm:"primaryKey"`
	ProductID string `gorm:"primaryKey"`
}

// index rewrites what a product is found by.
func (t *tx) index(p models.Product) error {
	if err := t.g.Exec("DELETE FROM product_terms WHERE product_id = ?", p.ID).Error; err != nil {
		return err
	}
	var rows []productTerm
	for _, term := range productTerms(p) {
		rows = append(rows, productTerm{term, p.ID})
	}
	return t.g.CreateInBatches(rows, 500).Error
}
