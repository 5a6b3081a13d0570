package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

//go:embed static
var staticFiles embed.FS

// assetFile is one embedded file as it is sent.
type assetFile struct {
	mime, tag string
	plain     []byte
	packed    func() []byte // gzip, made at the first demand; nil where it saves nothing
}

// assetSet is every embedded file by its path under /static/. Version changes with any of them.
type assetSet struct {
	files   map[string]assetFile
	version string
}

// types are spelled out: what the machine's own tables say differs.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".wasm": "application/wasm",
	".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".json": "application/json", ".webmanifest": "application/manifest+json",
}

func loadAssets() (assetSet, error) {
	set := assetSet{files: map[string]assetFile{}}
	all := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		_, _ = all.Write(sum[:])
		set.files[strings.TrimPrefix(name, "static/")] = newAsset(name, content, hex.EncodeToString(sum[:8]))
		return nil
	})
	set.version = hex.EncodeToString(all.Sum(nil))[:12]
	return set, err
}

func newAsset(name string, content []byte, tag string) assetFile {
	kind := types[path.Ext(name)]
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	if kind == "" {
		kind = "text/plain; charset=utf-8" // licences
	}
	f := assetFile{mime: kind, plain: content, tag: `W/"` + tag + `"`} // weak: it goes out plain and packed
	if !strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "image/svg") {
		f.packed = sync.OnceValue(func() []byte {
			var b bytes.Buffer
			w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
			_, _ = w.Write(content)
			_ = w.Close()
			return b.Bytes()
		})
	}
	return f
}

// asset sends an embedded file: for a year under the address that names its version, else with its tag to ask again.
func (a *App) asset(c *fiber.Ctx) error {
	f, ok := a.assets.files[c.Params("*")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, no-cache")
	if c.Query("v") == a.assets.version {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	c.Set(fiber.HeaderETag, f.tag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if matches(c.Get(fiber.HeaderIfNoneMatch), f.tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, f.mime)
	if f.packed != nil && strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.packed())
	}
	return c.Send(f.plain)
}

// favicon is for browsers that ask for it unasked.
func (a *App) favicon(c *fiber.Ctx) error {
	return c.Redirect("/static/icon.svg?v="+a.assets.version, fiber.StatusMovedPermanently)
}

// matches says whether If-None-Match names the tag, by the weak comparison that reads use.
func matches(header, tag string) bool {
	for given := range strings.SplitSeq(header, ",") {
		given = strings.TrimPrefix(strings.TrimSpace(given), "W/")
		if given == "*" || given == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// tagged gives a successful answer its ETag, and answers 304 to who has it already.
func tagged(c *fiber.Ctx) error {
	if c.Response().StatusCode() != fiber.StatusOK {
		return nil
	}
	sum := sha256.Sum256(c.Response().Body())
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if matches(c.Get(fiber.HeaderIfNoneMatch), tag) {
		c.Response().ResetBody()
		c.Status(fiber.StatusNotModified)
	}
	return nil
}
