package api

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// drawing is a small picture such as a person sends.
func drawing(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 30 {
		img.Set(i, i, color.RGBA{200, 30, 30, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRosterImportNamesBadRowsAndChangesNothingTwice(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	boss := signedIn(t, a, "officer")
	file := "姓名,证件类型,证件号码,镇街,村社\n王小明,居民身份证,510222195503089972,白市驿镇,驿都社区\n坏数据,居民身份证,123,白市驿镇,\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"UTF-8": file, "GB18030": gb} {
		got := boss.post("/api/v1/residents/import", form{files: map[string]string{"file": content}}).want(http.StatusOK).object()
		if got["rows"] != 2.0 || len(got["bad"].([]any)) < 1 {
			t.Errorf("%s: %v", name, got)
		}
		if strings.Contains(strings.Join(strings.Fields(string(mustJSON(t, got))), ""), "510222195503089972") {
			t.Errorf("%s: the report repeats a number: %v", name, got)
		}
	}
	boss.post("/api/v1/residents/import", form{fields: map[string]string{"note": "no file"}}).refused(http.StatusBadRequest, "invalid_request")
	boss.post("/api/v1/residents/import", form{files: map[string]string{"file": "\x00\x01"}}).refused(http.StatusBadRequest, "roster_file")
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, _ := encode(t, v)
	return raw
}

func TestListsGoOnFromTheirCursor(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	boss := signedIn(t, a, "officer")
	seen, next, pages := map[float64]bool{}, "", 0
	for {
		page := boss.get("/api/v1/residents/roster?limit=20&after=" + next).want(http.StatusOK).object()
		for _, item := range page["items"].([]any) {
			id := item.(map[string]any)["id"].(float64)
			if seen[id] {
				t.Fatalf("%v twice", id)
			}
			seen[id] = true
		}
		pages++
		next, _ = page["next"].(string)
		if next == "" {
			break
		}
	}
	if len(seen) < 50 || pages < 3 {
		t.Errorf("%d people on %d pages", len(seen), pages)
	}
	boss.get("/api/v1/residents/roster?after=x").refused(http.StatusBadRequest, "invalid_request")
	boss.get("/api/v1/residents/roster?limit=101").refused(http.StatusBadRequest, "invalid_request")
}

func TestFiguresFileOpensInASpreadsheet(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	enrolled(t, a, "roster").post("/api/v1/vouchers", claimBody("2021-07-12", 2)).want(http.StatusCreated)
	got := signedIn(t, a, "officer").get("/api/v1/figures.csv?from=2021-07-01&to=2021-07-31").want(http.StatusOK)
	text, marked := strings.CutPrefix(string(got.body), "\uFEFF")
	if !marked || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("no byte order mark, or no attachment: %.60q", got.body)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, row := range rows {
		found = found || strings.Join(row, ",") == "2021-07-12,城市大峡谷,2,0"
	}
	if !found {
		t.Errorf("the claim is not in\n%s", text)
	}
}

func TestQRCodeIsReadByAnotherDecoder(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	voucher := c.post("/api/v1/vouchers", claimBody(visitDay, 1)).want(http.StatusCreated).object()
	private := c.get("/api/v1/vouchers/1/qr.png").want(http.StatusOK)
	public := program(t, a).get(voucher["qr"].(string)).want(http.StatusOK)
	if !bytes.Equal(private.body, public.body) {
		t.Error("the holder's picture and the public one differ")
	}
	conf, err := png.DecodeConfig(bytes.NewReader(public.body))
	palette, ok := conf.ColorModel.(color.Palette)
	if err != nil || !ok || len(palette) != 2 || conf.Width%modulePixels != 0 {
		t.Errorf("%v, %d colours, %d pixels wide", err, len(palette), conf.Width)
	}
	img, _, err := image.Decode(bytes.NewReader(public.body))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	text, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil || text.GetText() != voucher["code"] {
		t.Errorf("%v: read %v", err, text)
	}
	enrolled(t, a, "pending").get("/api/v1/vouchers/1/qr.png").refused(http.StatusNotFound, "not_found")
	forged := "/v/" + strings.Repeat("A", 138) + ".png"
	program(t, a).get(forged).want(http.StatusBadRequest)
}

func TestCodeCacheForgetsTheOldest(t *testing.T) {
	t.Parallel()
	cache := newCodeCache(2)
	cache.put("a", []byte("a"))
	cache.put("b", []byte("b"))
	cache.get("a")
	cache.put("c", []byte("c"))
	if _, ok := cache.get("b"); ok {
		t.Error("the one used least is still there")
	}
	if _, ok := cache.get("a"); !ok {
		t.Error("the one used last is gone")
	}
}

func TestAccountsAreMadeAndGuarded(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	boss := signedIn(t, a, "admin")
	body := map[string]any{"login": "gate-new", "name": "新检票员", "role": "gate", "spot": freeSpot, "password": "a long enough one"}
	boss.post("/api/v1/accounts", body).want(http.StatusCreated)
	boss.post("/api/v1/accounts", body).refused(http.StatusConflict, "login_taken")
	boss.send(http.MethodPut, "/api/v1/accounts/gate-new/password", map[string]string{"password": "short"}).refused(http.StatusBadRequest, "weak_password")
	c := program(t, a)
	c.post("/api/v1/sessions", map[string]string{"login": "gate-new", "password": "a long enough one"}).want(http.StatusCreated)
	boss.send(http.MethodPut, "/api/v1/accounts/gate-new/password", map[string]string{"password": "another long one"}).want(http.StatusNoContent)
	c.get("/api/v1/sessions/me").refused(http.StatusUnauthorized, "unsigned")
	if list := string(boss.get("/api/v1/accounts").want(http.StatusOK).body); strings.Contains(list, "argon2") || strings.Contains(list, "password") {
		t.Error("the list shows a password's hash")
	}
}
