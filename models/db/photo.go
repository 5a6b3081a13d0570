package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // people send screenshots
	"strings"
	"time"

	"github.com/jieban/jieban/models"
)

// Limits of pictures that come in.
const (
	maxPhotoBytes    = 8 << 20
	maxPhotoPixels   = 40_000_000 // a small file may unfold to gigabytes
	productPhotoSide = 1200       // pixels of the longer side of what is kept
)

// photosPath is where pages find the pictures; the rest of a path is the key of the row.
const photosPath = "/photos/"

// Photo is a picture of a product, as it is served.
type photo struct {
	Path      string `gorm:"primaryKey"`
	Mime      string
	Content   []byte
	Owner     string // supplier's id, or system
	CreatedAt time.Time
}

func (photo) TableName() string { return "photos" }

func photoKey(path string) string { return strings.TrimPrefix(path, photosPath) }

// SavePhoto stores a supplier's picture as a fresh JPEG without metadata (a phone writes its place into one) of at most
// 1200 pixels a side, and gives the path that a product names. The same picture again gives the same path. It answers
// ErrForbidden and ErrPhoto.
func (d *DB) SavePhoto(ctx context.Context, by models.Account, raw []byte) (path string, err error) {
	if by.Role != models.RoleSupplier || by.SupplierID == "" {
		return "", models.ErrForbidden
	}
	content, err := cleanJPEG(raw, productPhotoSide)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(by.SupplierID+"\n"), content...))
	key := "p/" + hex.EncodeToString(sum[:12]) + ".jpg"
	err = d.write(ctx, func(t *tx) error {
		res := t.g.Exec("INSERT INTO photos (path, mime, content, owner, created_at) VALUES (?, 'image/jpeg', ?, ?, ?) ON CONFLICT (path) DO NOTHING",
			key, content, by.SupplierID, t.now)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		return t.audit(ByAccount(by.ID), "photo.save", "photo:"+key, "")
	})
	return photosPath + key, err
}

// Photo gives a picture by the path that a product names. Its content never changes. It answers ErrNotFound.
func (d *DB) Photo(ctx context.Context, path string) (mime string, content []byte, err error) {
	var p photo
	err = d.read(ctx).Select("mime, content").Where("path = ?", photoKey(path)).Take(&p).Error
	return p.Mime, p.Content, found(err, "这张照片")
}

// cleanJPEG decodes a JPEG or PNG, turns it upright, scales it down to side pixels and encodes it anew, so that nothing
// of the sender's file is kept but what can be seen. It answers ErrPhoto.
func cleanJPEG(raw []byte, side int) ([]byte, error) {
	if len(raw) == 0 || len(raw) > maxPhotoBytes {
		return nil, models.ErrPhoto
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, models.ErrPhoto.From(err)
	}
	if conf.Width < 1 || conf.Height < 1 || conf.Width > maxPhotoPixels/conf.Height {
		return nil, models.ErrPhoto
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, models.ErrPhoto.From(err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(shrink(img, side), orientation(raw)), &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// shrink averages the pixels that fall into one; a picture that is small enough keeps its size. What is see-through
// becomes white.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := b.Min.Y+y*b.Dy()/h, b.Min.Y+(y+1)*b.Dy()/h
		for x := range w {
			x0, x1 := b.Min.X+x*b.Dx()/w, b.Min.X+(x+1)*b.Dx()/w
			out.SetRGBA(x, y, average(img, image.Rect(x0, y0, x1, y1)))
		}
	}
	return out
}

func average(img image.Image, r image.Rectangle) color.RGBA {
	var red, green, blue, n uint64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			pr, pg, pb, pa := img.At(x, y).RGBA()
			white := uint64(0xffff - pa)
			red, green, blue, n = red+uint64(pr)+white, green+uint64(pg)+white, blue+uint64(pb)+white, n+1
		}
	}
	n = max(n, 1) << 8
	return color.RGBA{uint8(red / n), uint8(green / n), uint8(blue / n), 255}
}

// upright applies the EXIF orientation (1 to 8), which is lost with the rest of the metadata.
func upright(img *image.RGBA, orient int) *image.RGBA {
	if orient < 2 || orient > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	turned := orient >= 5
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turned {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	mirrorX := orient == 2 || orient == 3 || orient == 7 || orient == 8
	mirrorY := orient == 3 || orient == 4 || orient == 6 || orient == 7
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := x, y
			if turned {
				sx, sy = y, x
			}
			if mirrorX {
				sx = w - 1 - sx
			}
			if mirrorY {
				sy = h - 1 - sy
			}
			out.SetRGBA(x, y, img.RGBAAt(sx, sy))
		}
	}
	return out
}

// orientation reads tag 0x0112 of a JPEG's EXIF block; 1 where there is none.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[0] == 0xff && raw[1] == 0xd8 && raw[at] == 0xff && raw[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(raw[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(raw) {
			return 1
		}
		if body := raw[at+4 : end]; raw[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		at = end
	}
	return 1
}

func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	entries := int(order.Uint16(b[at:]))
	for i := at + 2; entries > 0 && i+12 <= len(b); i, entries = i+12, entries-1 {
		if order.Uint16(b[i:]) == 0x0112 {
			return int(order.Uint16(b[i+8:]))
		}
	}
	return 1
}
