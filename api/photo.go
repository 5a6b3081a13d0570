package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// photo sends a picture of a product or a spot. What people upload stands under the hash of what it shows and never
// changes; a drawing that came with the program may with its next version.
func (a *App) photo(c *fiber.Ctx) error {
	kind, content, err := a.DB.Photo(c.UserContext(), "/photos/"+c.Params("*"))
	if err != nil {
		return err
	}
	// Drawings are SVG, which could carry scripts: a picture opened by itself may do nothing at all.
	c.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	if strings.HasPrefix(c.Params("*"), "seed/") {
		c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	}
	return c.Send(content)
}
