package seed_test

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db/seed"
)

func TestPictures(t *testing.T) {
	want := map[string]bool{"supplier.svg": true}
	for _, p := range read[shopFile](t, "shop.json").Products {
		want[p.Picture] = true
	}
	for _, s := range read[programmeFile](t, "programme_2021.json").Spots {
		want["spot-"+s.ID+".svg"] = true
	}
	entries, err := fs.ReadDir(seed.Files, "pictures")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !want[e.Name()] {
			t.Errorf("%s belongs to nothing", e.Name())
		}
		delete(want, e.Name())
		checkPicture(t, e.Name())
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// checkPicture lets through drawing alone: a picture may be shown inline, so it must not run, fetch or style anything.
func checkPicture(t *testing.T, name string) {
	t.Helper()
	b, _ := seed.Files.ReadFile("pictures/" + name)
	limit := 6 << 10
	if strings.HasPrefix(name, "spot-") {
		limit = 10 << 10
	}
	if len(b) > limit || !strings.Contains(string(b), `viewBox="0 0 640 480"`) {
		t.Errorf("%s: %d bytes, or another frame", name, len(b))
	}
	allowed := " svg title defs linearGradient radialGradient stop pattern g path rect circle ellipse text "
	d := xml.NewDecoder(strings.NewReader(string(b)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !strings.Contains(allowed, " "+e.Name.Local+" ") {
			t.Errorf("%s: element %s", name, e.Name.Local)
		}
		for _, a := range e.Attr {
			outward := strings.Contains(a.Value, "url(") && !strings.Contains(a.Value, "url(#")
			if a.Name.Local == "href" || a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || outward {
				t.Errorf("%s: attribute %s=%q", name, a.Name.Local, a.Value)
			}
		}
	}
}
