package api

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// unpacked is the body as it was before packing.
func (r reply) unpacked() []byte {
	r.t.Helper()
	var packed fiber.Response
	packed.SetBodyRaw(r.body)
	plain, err := r.body, error(nil)
	switch how := r.Header.Get("Content-Encoding"); how {
	case "br":
		plain, err = packed.BodyUnbrotli()
	case "gzip":
		plain, err = packed.BodyGunzip()
	case "":
	default:
		r.t.Errorf("packed as %s", how)
	}
	if err != nil {
		r.t.Fatalf("unpack: %v", err)
	}
	return plain
}

func TestAnswersArePacked(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t, frozen())
	c, boss := browser(t, a), signedIn(t, a, "officer")
	c.get("/shop")
	for how, asked := range map[string]string{"br": "gzip, deflate, br", "gzip": "gzip"} {
		for path, who := range map[string]*client{
			"/shop": c, "/api/v1/products": c, "/api/v1/regions": c, "/openapi.json": c, "/docs": c, "/photos/seed/spot-" + freeSpot + ".svg": c,
			"/no-such-page": c, "/officer/figures.csv?part=visits&from=2021-07-01&to=2021-07-31": boss,
		} {
			plain, packed := who.get(path), who.get(path, "Accept-Encoding", asked)
			if !slices.Contains(packed.Header.Values("Vary"), "Accept-Encoding") || !slices.Contains(plain.Header.Values("Vary"), "Accept-Encoding") {
				t.Errorf("%s %s: Vary is %v", how, path, packed.Header.Values("Vary"))
			}
			if len(plain.body) < packLeast {
				if packed.Header.Get("Content-Encoding") != "" {
					t.Errorf("%s: %d bytes are packed", path, len(plain.body))
				}
				continue
			}
			if got := packed.Header.Get("Content-Encoding"); got != how && path != "/api/v1/regions" || got == "" || // regions are packed once and kept
				len(packed.body) >= len(plain.body)*2/3 {
				t.Errorf("%s %s: %q, %d of %d bytes", how, path, packed.Header.Get("Content-Encoding"), len(packed.body), len(plain.body))
			}
			if same := withoutTokens(packed.unpacked()); !bytes.Equal(same, withoutTokens(plain.body)) {
				t.Errorf("%s %s decodes to something else", how, path)
			}
		}
	}
}

// withoutTokens is a page without what is random in it.
func withoutTokens(page []byte) []byte {
	page = csrfMeta.ReplaceAll(page, nil)
	return csrfField.ReplaceAll(page, nil)
}

func TestPicturesAreNotPackedTwice(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	code := enrolled(t, a, "roster").post("/api/v1/vouchers", claimBody(visitDay, 1)).want(http.StatusCreated).object()["qr"].(string)
	c := program(t, a)
	for _, path := range []string{code, "/healthz"} {
		if got := c.get(path, "Accept-Encoding", "gzip, br").want(http.StatusOK); got.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s comes as %s", path, got.Header.Get("Content-Encoding"))
		}
	}
}

// A tag is of the plain answer: who has it, packed or not, is told so.
func TestPackedAnswersAreNotModifiedEither(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t, frozen())
	c := program(t, a)
	for _, path := range []string{"/api/v1/products", "/openapi.json", "/static/app.css"} {
		packed := c.get(path, "Accept-Encoding", "br, gzip").want(http.StatusOK)
		tag := packed.Header.Get("ETag")
		if plain := c.get(path).want(http.StatusOK).Header.Get("ETag"); tag == "" || tag != plain || !strings.HasPrefix(tag, "W/") {
			t.Errorf("%s: tagged %s packed and %s plain", path, tag, plain)
		}
		again := c.get(path, "Accept-Encoding", "br, gzip", "If-None-Match", tag).want(http.StatusNotModified)
		if len(again.body) != 0 || again.Header.Get("Content-Encoding") != "" || again.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: 304 with %d bytes, %v", path, len(again.body), again.Header)
		}
	}
}

// The token is another in each answer and holds in every one of them: a packed page's length tells nothing about it.
func TestTokenOfFormsIsMaskedAnew(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := browser(t, a)
	first, second := c.token(), c.token()
	if first == second || first[:24] == second[:24] || first[24:] == second[24:] {
		t.Errorf("%s and %s are alike", first, second)
	}
	for _, token := range []string{first, second} {
		if c.send(http.MethodPost, "/signin", form{fields: map[string]string{"csrf_token": token}}).StatusCode == http.StatusForbidden {
			t.Error("a token of ours is refused")
		}
	}
	for _, token := range []string{"", "x", first[:24], first[:24] + second[24:], strings.Repeat("A", 48)} {
		c.send(http.MethodPost, "/signin", form{fields: map[string]string{"csrf_token": token}}).want(http.StatusForbidden)
	}
}
