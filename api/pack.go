package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
)

// packLeast is the smallest body that is packed, in bytes: one packet holds less than this either way.
const packLeast = 1024

// packing compresses answers for who accepts it: on a mountain road the page of the shop is there in a quarter of the
// bytes. It stands around everything else, so an ETag is made of the plain body and a stored answer is stored plain;
// tags are weak, since the same answer goes out plain and packed.
//
// Packed pages over https tell by their length whether something guessed, which an address put into the page, equals a
// secret in the same page (BREACH). The secret that every page carries is the token of its forms; it is masked anew in
// each answer (see csrf), so that no two answers agree in it. Pages that repeat what an address says (searches) carry no
// other secret; codes, addresses and names stand in pages that repeat nothing.
func packing() []fiber.Handler {
	return []fiber.Handler{compress.New(), func(c *fiber.Ctx) error {
		err := c.Next()
		if !packable(c) {
			c.Request().Header.Del(fiber.HeaderAcceptEncoding) // the library packs whatever is accepted, from 200 bytes on
			return err
		}
		c.Vary(fiber.HeaderAcceptEncoding)
		if len(c.Response().Body()) < packLeast {
			c.Request().Header.Del(fiber.HeaderAcceptEncoding)
		}
		return err
	}}
}

// packable are the kinds that packing makes smaller. Pictures are packed already; the reader of codes (Wasm) is packed
// once and kept, see asset.
func packable(c *fiber.Ctx) bool {
	kind := string(c.Response().Header.ContentType())
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "image/svg") || strings.Contains(kind, "json")
}
