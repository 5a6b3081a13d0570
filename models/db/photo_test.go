package db_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// picture is red but for its left upper quarter, which is blue.
func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{220, 0, 0, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{0, 0, 220, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// withEXIF puts an orientation and a place that nobody should learn into a JPEG.
func withEXIF(t testing.TB, img image.Image, orient uint16) []byte {
	t.Helper()
	var plain bytes.Buffer
	must(t, jpeg.Encode(&plain, img, nil))
	tiff := []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1}
	tiff = binary.BigEndian.AppendUint16(tiff, orient)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), append(tiff, "GPS 29.53N 108.77E"...)...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), plain.Bytes()[2:]...)
}

func TestSavePhoto(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		by := supplier("farm-apeng")
		raw := withEXIF(t, picture(40, 30), 1)
		path, err := d.SavePhoto(ctx, by, raw)
		must(t, err)
		again, err := d.SavePhoto(ctx, by, raw)
		must(t, err)
		other, err := d.SavePhoto(ctx, supplier("farm-zhongtang"), raw)
		must(t, err)
		if path != again || path == other {
			t.Errorf("paths %s, %s, another's %s", path, again, other)
		}
		mime, content, err := d.Photo(ctx, path)
		must(t, err)
		if mime != "image/jpeg" || bytes.Contains(content, []byte("GPS")) || bytes.Contains(content, []byte("Exif")) {
			t.Errorf("%s still carries metadata", mime)
		}
		p := models.Product{Name: "试验香菇", Category: "jun", Photo: path}
		_, err = d.SaveProduct(ctx, by, p)
		must(t, err)
		p.Photo = other
		_, err = d.SaveProduct(ctx, by, p)
		wants(t, err, models.ErrProductInvalid)
		_, err = d.SavePhoto(ctx, officer, raw)
		wants(t, err, models.ErrForbidden)
		_, _, err = d.Photo(ctx, "/photos/p/nothing.jpg")
		wants(t, err, models.ErrNotFound)
		mime, content, err = d.Photo(ctx, "/photos/seed/cuihongli.svg")
		must(t, err)
		if mime != "image/svg+xml" || !bytes.Contains(content, []byte("<svg")) {
			t.Errorf("a drawing of the seed is %s", mime)
		}
	})
}

func TestPhotosAreTurnedUprightAndShrunk(t *testing.T) {
	// Where the blue quarter of the stored pixels comes to lie: left or right, upper or lower.
	for orient, want := range map[uint16]struct{ right, lower, turned bool }{
		1: {false, false, false}, 2: {true, false, false}, 3: {true, true, false}, 4: {false, true, false},
		5: {false, false, true}, 6: {true, false, true}, 7: {true, true, true}, 8: {false, true, true}, 9: {false, false, false},
	} {
		out, err := db.CleanJPEG(withEXIF(t, picture(400, 200), orient), 100)
		must(t, err)
		img, err := jpeg.Decode(bytes.NewReader(out))
		must(t, err)
		w, h := 100, 50
		if want.turned {
			w, h = h, w
		}
		if b := img.Bounds(); b.Dx() != w || b.Dy() != h {
			t.Errorf("orientation %d: %v, want %d × %d", orient, b, w, h)
			continue
		}
		for _, right := range []bool{false, true} {
			for _, lower := range []bool{false, true} {
				x, y := w/4, h/4
				if right {
					x = w * 3 / 4
				}
				if lower {
					y = h * 3 / 4
				}
				r, _, b, _ := img.At(x, y).RGBA()
				if blue := b > r; blue != (right == want.right && lower == want.lower) {
					t.Errorf("orientation %d: right %t, lower %t is blue: %t", orient, right, lower, blue)
				}
			}
		}
	}
}

func TestPhotosAreRefused(t *testing.T) {
	var bomb bytes.Buffer
	must(t, png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 8000, 6000))))
	good := withEXIF(t, picture(40, 30), 1)
	for name, raw := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "half": good[:len(good)/2], "drawing": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"48 megapixels": bomb.Bytes(), "9 MB": append(good, make([]byte, 9<<20)...),
	} {
		_, err := db.CleanJPEG(raw, 100)
		if err == nil {
			t.Errorf("%s is taken", name)
			continue
		}
		wants(t, err, models.ErrPhoto)
	}
	var clear bytes.Buffer
	must(t, png.Encode(&clear, image.NewNRGBA(image.Rect(0, 0, 10, 10))))
	out, err := db.CleanJPEG(clear.Bytes(), 100)
	must(t, err)
	if img, _ := jpeg.Decode(bytes.NewReader(out)); color.GrayModel.Convert(img.At(5, 5)).(color.Gray).Y < 250 {
		t.Error("what is see-through does not become white")
	}
}

func FuzzCleanJPEG(f *testing.F) {
	for orient := range uint16(10) {
		f.Add(withEXIF(f, picture(8, 6), orient))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := db.CleanJPEG(raw, 100)
		if err == nil && !bytes.HasPrefix(out, []byte{0xff, 0xd8}) {
			t.Errorf("no JPEG: % x", out[:4])
		}
	})
}
