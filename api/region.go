package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models/db"
)

// region is one place of the country with the places inside it: province, city, district.
type region struct {
	Code, Name string
	Inside     []region
}

// UnmarshalJSON reads ["50","重庆市",[…]].
func (r *region) UnmarshalJSON(raw []byte) error {
	parts := []any{&r.Code, &r.Name, &r.Inside}
	return json.Unmarshal(raw, &parts)
}

// regions is every province, read once.
var regions = sync.OnceValues(func() (list []region, err error) {
	err = json.Unmarshal(db.Regions(), &list)
	return list, err
})

var packedRegions = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(db.Regions()) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
})

// showRegions sends the list as it is kept. It changes with the program only.
func (a *App) showRegions(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(packedRegions())
	}
	return c.Send(db.Regions())
}

// regionsAnswer describes the list, which no type of ours stands for.
func regionsAnswer(op *huma.Operation) {
	op.Description = `Each place is ["code", "name", [places inside]]: provinces hold cities, cities hold districts.`
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{fiber.MIMEApplicationJSON: {Schema: &huma.Schema{
			Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{}},
		}}},
	}}
}

// place is a region as an address names it.
type place struct{ Province, City, District string }

// String is the place in one line, as people write it.
func (p place) String() string {
	city := p.City
	if city == "市辖区" || city == "县" || city == p.Province {
		city = ""
	}
	return p.Province + city + p.District
}

// findPlace reads “重庆市沙坪坝区” or “重庆沙坪坝”: the district must be named, province and city where several
// districts have its name. ok is false if it names none, or more than one.
func findPlace(list []region, text string) (found place, ok bool) {
	text = strings.Join(strings.Fields(text), "")
	best := 0
	for _, p := range list {
		inProvince := named(text, p.Name)
		for _, c := range p.Inside {
			inCity := named(text, c.Name)
			for _, d := range c.Inside {
				score := named(text, d.Name)
				if score == 0 {
					continue
				}
				score = score*100 + inProvince*10 + inCity
				switch {
				case score > best:
					best, found, ok = score, place{p.Name, c.Name, d.Name}, true
				case score == best:
					ok = false
				}
			}
		}
	}
	return found, ok
}

// named is how many characters of a place's name the text holds, with or without its last word; 0 if neither.
func named(text, name string) int {
	if strings.Contains(text, name) {
		return len([]rune(name))
	}
	short := name
	for _, kind := range []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治县", "自治州", "省", "市", "区", "县", "旗"} {
		if s, cut := strings.CutSuffix(name, kind); cut {
			short = s
			break
		}
	}
	if n := len([]rune(short)); n >= 2 && strings.Contains(text, short) {
		return n
	}
	return 0
}
