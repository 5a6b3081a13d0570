package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jieban/jieban/models/db"
)

// photo is a picture file as a phone's camera makes it: larger than anything we want to carry.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 3200, 2400))
	for y := range 2400 {
		for x := range 3200 {
			img.SetRGBA(x, y, color.RGBA{uint8(x / 13), uint8(y / 10), 120, 255})
		}
	}
	path := filepath.Join(t.TempDir(), "IMG_0001.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, img, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBrowserOfficerDecidesByAPhotoFromTheChat(t *testing.T) {
	t.Parallel()
	chromium(t)
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	base := serve(t)
	resident := openBrowser(t, base, "").tab(phone)
	introduce(t, resident, samples[1])
	resident.sees("哪个镇街")
	resident.tap(samples[1].Town)
	resident.sees("请把证明发在这里")
	resident.do("send a photo", chromedp.SetUploadFiles(chromedp.CSS("[data-file]"), []string{photo(t)}))
	resident.sees("收到了", "加密保存")
	if size := resident.value(`[...document.querySelectorAll(".msg.me img")].at(-1).width + ""`); size == "3200" {
		t.Error("the photo was sent as large as it was taken")
	}

	officer := openBrowser(t, base, "").tab(desk)
	officer.signIn("officer", "/officer/cases")
	officer.press("the case", `document.querySelector("main a[href^='/officer/cases/']")`)
	officer.sees("交来的材料")
	officer.until("see the photo", `[...document.querySelectorAll("main img")].some((i) => i.complete && i.naturalWidth === 1600)`)
	officer.tap("通过，让他领券")
	officer.sees("待核对的居民")

	resident.do("look again", chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange"))`))
	resident.sees("通知")
	resident.say("领券")
	resident.sees("哪个景区")
}
