package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// say types a sentence into the chat and sends it.
func (p *tab) say(text string) {
	p.t.Helper()
	p.fill("[data-text]", text)
	p.tap("发送")
}

// introduce begins a claim: both consents, the number and the name.
func introduce(t *testing.T, p *tab, who db.Sample) {
	t.Helper()
	p.visit("/")
	p.sees("领券")
	p.tap("领券")
	p.sees("同意一")
	p.tap("同意")
	p.sees("同意二")
	p.tap("同意")
	p.sees("哪种证件")
	p.tap("居民身份证")
	p.sees("号码会加密保存")
	p.say(who.Number)
	p.sees("请发证件上的姓名")
	p.say(who.Name)
}

// claimToday lets the sample resident of the roster talk until the QR picture of today's visit stands in the chat, and
// gives the address of that picture.
func claimToday(t *testing.T, p *tab) string {
	t.Helper()
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	introduce(t, p, samples[0])
	p.sees("哪个景区")
	p.tap("濯水")
	p.sees("哪一天去")
	p.tap("今天")
	p.sees("一共几个人去")
	p.say("三个人")
	p.sees("听成", "3人")
	p.tap("确认")
	p.sees("点开放大")
	return p.attribute(".code-link img", "src")
}

// fetch reads a path of the service without any session.
func fetch(t *testing.T, address string) []byte {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, res.Status, err)
	}
	return body
}

// decode reads a QR code by a decoder that is not the page's.
func decode(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}) // finds every code that is drawn without a camera
	if err != nil {
		t.Fatalf("the picture is no QR code: %v", err)
	}
	return result.GetText()
}

// camera makes a film of a phone that shows the picture, for Chromium's fake camera.
func camera(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 640, 480
	frame := grey(img, width, height)
	var film bytes.Buffer
	fmt.Fprintf(&film, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", width, height)
	for range 2 {
		film.WriteString("FRAME\n")
		film.Write(frame)
		film.Write(bytes.Repeat([]byte{128}, width*height/2)) // no colour
	}
	path := filepath.Join(t.TempDir(), "phone.y4m")
	if err := os.WriteFile(path, film.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// grey puts a picture into the middle of a grey frame, at its own size.
func grey(img image.Image, width, height int) []byte {
	frame := bytes.Repeat([]byte{200}, width*height)
	b := img.Bounds()
	left, top := (width-b.Dx())/2, (height-b.Dy())/2
	for y := range b.Dy() {
		for x := range b.Dx() {
			frame[(top+y)*width+left+x] = color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
		}
	}
	return frame
}

func TestBrowserResidentTalksToTheCodeAndAGateScansIt(t *testing.T) {
	chromium(t)
	base := serve(t)
	resident := openBrowser(t, base, "").tab(phone)
	source := claimToday(t, resident)
	picture := fetch(t, base+source)
	text := decode(t, picture)
	want := strings.ToUpper(base) + "/V/" + strings.TrimSuffix(strings.TrimPrefix(source, "/v/"), ".png")
	if text != want {
		t.Fatalf("the code says %s, want %s", text, want)
	}

	gate := openBrowser(t, base, camera(t, picture)).tab(phone)
	gate.signIn("gate-zhuoshui", "/gate")
	gate.tap("打开摄像头")
	gate.sees("放行", "3折 收", "3人")
	if class := gate.attribute("[data-verdict]", "class"); class != "verdict ok" {
		t.Errorf("the first scan's verdict is %q", class)
	}
	gate.tap("继续扫码")
	// The phone is still held there: that is one scan, not two. Opened anew, the camera sees it as the next visitor's.
	gate.tap("关闭")
	gate.tap("打开摄像头")
	gate.sees("拒绝", "已用过", "第一次")
	if class := gate.attribute("[data-verdict]", "class"); class != "verdict refused" {
		t.Errorf("the second scan's verdict is %q", class)
	}
	gate.tap("继续扫码")
	gate.until("see three people counted", `document.querySelector(".tile b").textContent === "3"`)
}
